// The table of engines that every contract test runs over, and small helpers to talk to one.
#pragma once

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/disk_engine.h"
#include "engine/memory_engine.h"
#include "format/blob.h"
#include "support/temporary_directory.h"

namespace cairn::test {

/// One row of the table: how to make an empty engine of the kind.
struct EngineKind {
  std::string name;
  std::function<std::unique_ptr<engine::Engine>(const std::filesystem::path&)> make;
};

inline const std::vector<EngineKind>& engine_kinds() {
  static const std::vector<EngineKind> kinds = {
      {"memory", [](const std::filesystem::path&) { return engine::make_memory_engine(); }},
      {"disk", [](const std::filesystem::path& path) { return engine::open_disk_engine(path / "store", {}); }},
  };
  return kinds;
}

/// Runs `body` with an empty engine of every kind.
inline void for_each_engine(const std::function<void(engine::Engine&)>& body) {
  for (const EngineKind& kind : engine_kinds()) {
    BOOST_TEST_CONTEXT("engine " << kind.name) {
      const TemporaryDirectory directory;
      const auto engine = kind.make(directory.path());
      body(*engine);
    }
  }
}

inline std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

/// Incompressible bytes that depend on `seed` alone.
inline std::vector<std::byte> noise(std::uint64_t seed, std::size_t size) {
  std::vector<std::byte> bytes(size);
  std::uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
  for (std::byte& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<std::byte>(state >> 32);
  }
  return bytes;
}

inline Digest digest_of(engine::BlobKind kind, const std::vector<std::byte>& bytes) {
  return format::blob_digest(kind, 0, bytes);
}

inline engine::StageResult stage(engine::Staging& staging, engine::BlobKind kind, const std::vector<std::byte>& bytes) {
  return staging.stage(kind, 0, digest_of(kind, bytes), bytes);
}

/// A commit of one row to a cell that is at `version`.
inline engine::Commit row_commit(engine::CellId cell, std::uint64_t version, std::string key, std::string value) {
  engine::Commit commit;
  commit.cell = cell;
  commit.guard.version = version;
  commit.id = Uuid::generate();
  commit.edit.rows.push_back({std::move(key), std::move(value)});
  return commit;
}

/// True for an Error with that code; prints the message otherwise.
inline auto has_code(ErrorCode code) {
  return [code](const Error& error) {
    if (error.code() == code) return true;
    BOOST_TEST_MESSAGE("got " << error_name(error.code()) << ": " << error.what());
    return false;
  };
}

}  // namespace cairn::test
