// FreedSpace: room in packs that nothing needs any more, to be given back when nobody can look at it.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "engine/pack_holes.h"
#include "engine/pack_reader.h"

namespace cairn::engine {

/// What one collection freed.
struct FreedPacks {
  std::uint64_t epoch = 0;            ///< states of older epochs may need it
  std::vector<std::uint64_t> packs;   ///< that are needed no more, and are in no record
  std::map<std::uint64_t, std::vector<Extent>> holes;  ///< by pack
};

/// Thread-safe. What is not given back before the store is closed is found again by the next collection.
class FreedSpace {
 public:
  /// `may_free` tells whether nobody looks at states before an epoch any more; if so, nobody may do so later.
  FreedSpace(std::filesystem::path packs, const PackReader& reader, std::function<bool(std::uint64_t epoch)> may_free)
      : directory_(std::move(packs)), reader_(reader), may_free_(std::move(may_free)) {}

  /// Takes the place of what still waits, of which a collection finds all again.
  void set(FreedPacks freed);
  /// Of a later epoch than what waits.
  void add(FreedPacks freed);
  /// Gives back what may be. Returns how many bytes that came to. Nothing is lost if it fails.
  std::uint64_t release() noexcept;
  /// What is still to be given back, about.
  std::uint64_t waiting_bytes() const;

 private:
  std::uint64_t give_back(const FreedPacks& freed) const;
  std::uint64_t bytes_of(const FreedPacks& freed) const;
  std::filesystem::path path(std::uint64_t pack) const;

  const std::filesystem::path directory_;
  const PackReader& reader_;
  const std::function<bool(std::uint64_t)> may_free_;
  mutable std::mutex mutex_;
  std::deque<FreedPacks> waiting_;  // oldest first
  std::uint64_t waiting_bytes_ = 0;
};

}  // namespace cairn::engine
