// LinkMemory: pages of links that one question about the graph has read, kept for the next one.
//
// Questions that go a few steps are mostly about the same part of the graph, and finding a page takes RocksDB longer than
// following all its links.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "engine/engine.h"
#include "graph/link_pages.h"

namespace cairn::graph {

/// What one question has at a time: pages of the links that nodes hold, and of those that others hold.
struct KnownLinks {
  LinkPages held, back;
};

/// Keeps the pages of one state of the store, those that one question had last. Thread-safe.
class LinkMemory {
 public:
  explicit LinkMemory(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// What is known of the state with so many commits; if that is nothing, or another question has it, no pages.
  std::unique_ptr<KnownLinks> take(std::uint64_t commits);
  /// Keeps as much as there may be, unless what is kept is more or of a later state.
  void give_back(std::uint64_t commits, std::unique_ptr<KnownLinks> links);

 private:
  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::uint64_t commits_ = 0;
  std::unique_ptr<KnownLinks> kept_;
};

/// Where links are read from; with a memory, questions about one state share what they read. Both must outlive what reads.
struct LinkSource {
  LinkSource(const engine::View& from, LinkMemory* kept = nullptr) : view(from), memory(kept) {}

  const engine::View& view;
  LinkMemory* memory;
};

/// KnownLinks that go back to the memory they are from, if there is one.
class BorrowedLinks {
 public:
  explicit BorrowedLinks(const LinkSource& source);
  ~BorrowedLinks();
  BorrowedLinks(const BorrowedLinks&) = delete;
  BorrowedLinks& operator=(const BorrowedLinks&) = delete;

  KnownLinks* operator->() const { return links_.get(); }

 private:
  LinkMemory* const memory_;
  const std::uint64_t commits_;
  std::unique_ptr<KnownLinks> links_;
};

}  // namespace cairn::graph
