// IdSet: which node ids were seen. Ids are leased in blocks, so neighbours share a slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cairn::graph {

/// A set of 64-bit numbers in slots of 64 neighbours: 2 to 5 bits for each of a dense range, at most 64 bytes for a
/// number that is alone.
class IdSet {
 public:
  IdSet() : slots_(kSlotsFirst) {}

  /// True if `id` was not in the set.
  bool insert(std::uint64_t id) {
    if (used_ * 2 >= slots_.size()) grow();
    Slot& slot = find(id >> 6);
    if (slot.bits == 0) {
      slot.page = id >> 6;
      ++used_;
    }
    const std::uint64_t bit = std::uint64_t{1} << (id & 63);
    const bool is_new = (slot.bits & bit) == 0;
    slot.bits |= bit;
    size_ += is_new ? 1 : 0;
    return is_new;
  }

  bool contains(std::uint64_t id) const {
    return (const_cast<IdSet*>(this)->find(id >> 6).bits >> (id & 63) & 1) != 0;
  }

  std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint64_t page = 0;
    std::uint64_t bits = 0;  // 0: the slot is free, as a page comes with its first bit
  };
  static constexpr std::size_t kSlotsFirst = 64;  // a power of two, so that a mask wraps

  // The slot of a page, or the free one where it belongs.
  Slot& find(std::uint64_t page) {
    const std::size_t mask = slots_.size() - 1;
    // The upper half of the product is well mixed, however regular the pages are (2^64 / golden ratio).
    std::size_t at = static_cast<std::size_t>((page * 0x9e3779b97f4a7c15u) >> 32) & mask;
    while (slots_[at].bits != 0 && slots_[at].page != page) at = (at + 1) & mask;
    return slots_[at];
  }

  void grow() {
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const Slot& slot : old)
      if (slot.bits != 0) find(slot.page) = slot;
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
};

}  // namespace cairn::graph
