// The table of engines that every contract test runs over, and small helpers to talk to one.
#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/disk_engine.h"
#include "engine/memory_engine.h"
#include "support/errors.h"
#include "support/rows.h"
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

}  // namespace cairn::test
