// The table of store kinds that the tests of the public API run over.
#pragma once

#include <cairn/cairn.h>

#include <boost/describe/class.hpp>
#include <boost/describe/operators.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/memory_engine.h"
#include "store/store_state.h"
#include "support/errors.h"
#include "support/temporary_directory.h"

namespace cairn::test {

inline Store make_store(std::unique_ptr<engine::Engine> engine) {
  return store::make_store(std::make_shared<store::StoreState>(std::move(engine)));
}

/// One row of the table: a kind of store, and how to open an empty one.
struct StoreKind {
  std::string name;
  bool on_disk;
  std::function<Store(const std::filesystem::path&)> open;
};

inline const std::vector<StoreKind>& store_kinds() {
  static const std::vector<StoreKind> kinds = {
      {"in memory", false, [](const std::filesystem::path&) { return Store::in_memory(); }},
      {"on disk", true, [](const std::filesystem::path& path) { return Store::open(path); }},
      {"on a weak engine", false,
       [](const std::filesystem::path&) {
         return make_store(engine::make_memory_engine({.unknown_every = 3, .conflict_every = 5}));
       }},
  };
  return kinds;
}

/// An open store of one kind, and a directory beside it.
class TestStore {
 public:
  explicit TestStore(const StoreKind& kind) : kind_(kind), store_(kind.open(path())) {}

  Store& operator*() { return *store_; }
  Store* operator->() { return &*store_; }
  bool on_disk() const { return kind_.on_disk; }
  const StoreKind& kind() const { return kind_; }
  std::filesystem::path path() const { return directory_.path() / "store"; }
  /// Closes and opens it; does nothing to one that lives in memory. No Run of it may be left.
  void reopen() {
    if (!on_disk()) return;
    close();
    store_.emplace(kind_.open(path()));
  }
  void close() { store_.reset(); }

  /// A new file beside the store.
  std::filesystem::path write_file(std::string_view name, std::string_view bytes) const {
    const std::filesystem::path file = directory_.path() / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  std::filesystem::path beside(std::string_view name) const { return directory_.path() / name; }

 private:
  const StoreKind& kind_;
  TemporaryDirectory directory_;
  std::optional<Store> store_;
};

/// Runs `body` with an empty store of every kind.
inline void for_each_store(const std::function<void(TestStore&)>& body) {
  for (const StoreKind& kind : store_kinds()) {
    BOOST_TEST_CONTEXT("store " << kind.name) {
      TestStore store(kind);
      body(store);
    }
  }
}

/// Runs `body` with an empty store on disk.
inline void on_disk(const std::function<void(TestStore&)>& body) {
  for (const StoreKind& kind : store_kinds()) {
    if (!kind.on_disk) continue;
    TestStore store(kind);
    body(store);
  }
}

/// Prints what verify finds, if anything.
inline void check_clean(const Store& store) {
  for (const Damage& damage : store.verify().damage)
    BOOST_ERROR("verify found " << damage.kind << " " << damage.id << ": " << damage.problem);
}

/// The state of a small simulation.
struct Particles {
  std::int64_t step = 0;
  std::vector<double> position;
  std::string rng;
  bool operator==(const Particles&) const = default;
};
BOOST_DESCRIBE_STRUCT(Particles, (), (step, position, rng))

inline Particles particles(std::int64_t step) {
  return {step, {0.5, 1.25, static_cast<double>(step)}, "seed " + std::to_string(step)};
}

using Steps = std::vector<std::int64_t>;

/// In the order of the listing.
inline Steps steps_of(const std::vector<Checkpoint>& checkpoints) {
  Steps steps;
  for (const Checkpoint& checkpoint : checkpoints) steps.push_back(checkpoint.step);
  return steps;
}

/// Newest first.
inline Steps steps_of(const Run& run) { return steps_of(run.history()); }

/// Oldest first.
inline std::vector<Node> nodes_of(const Store& store, std::string_view filter = {}) {
  return store.query({.filter = Filter::parse(filter)}).nodes;
}

inline std::vector<std::string> labels_of(const std::vector<Node>& nodes) {
  std::vector<std::string> labels;
  for (const Node& node : nodes) labels.push_back(node.label);
  return labels;
}

}  // namespace cairn::test
