// Bytes, blobs and commits for talking to an engine; also used by the writer process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/blob.h"

namespace cairn::test {

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

/// Where the writer process commits to, and the blob of its commit `number`.
inline constexpr engine::CellId kWriterCell = 20;
inline std::vector<std::byte> writer_blob(std::uint64_t number) { return noise(number, number % 3 == 0 ? 30'000 : 300); }

}  // namespace cairn::test
