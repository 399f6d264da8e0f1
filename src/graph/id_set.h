// IdSet: which node ids were seen. Ids are leased in blocks, so neighbours share a page.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cairn::graph {

/// A set of 64-bit numbers in pages of 256 neighbours: about 2 bits for each of a dense range, up to 64 bytes
/// for a number that is alone.
class IdSet {
 public:
  IdSet() : slots_(kSlotsFirst) {}

  /// True if `id` was not in the set.
  bool insert(std::uint64_t id) {
    std::uint64_t& word = page(id >> kPageShift)[id >> 6 & 3];
    const std::uint64_t bit = std::uint64_t{1} << (id & 63);
    const bool is_new = (word & bit) == 0;
    word |= bit;
    size_ += is_new ? 1 : 0;
    return is_new;
  }

  bool contains(std::uint64_t id) const {
    const Slot& slot = slots_[position(id >> kPageShift)];
    return slot.page_end != 0 && (pages_[slot.page_end - 1][id >> 6 & 3] >> (id & 63) & 1) != 0;
  }

  std::size_t size() const { return size_; }

 private:
  using Page = std::array<std::uint64_t, 4>;
  struct Slot {
    std::uint64_t number = 0;
    std::size_t page_end = 0;  // index into pages_, plus one; 0: the slot is free
  };
  static constexpr unsigned kPageShift = 8;
  static constexpr std::size_t kSlotsFirst = 64;  // a power of two, so that a mask wraps

  Page& page(std::uint64_t number) {
    const Slot& slot = slots_[position(number)];
    return slot.page_end != 0 ? pages_[slot.page_end - 1] : add_page(number);
  }

  Page& add_page(std::uint64_t number) {
    if (pages_.size() * 2 >= slots_.size()) grow();
    pages_.emplace_back();
    slots_[position(number)] = {number, pages_.size()};
    return pages_.back();
  }

  // Where the page is, or belongs.
  std::size_t position(std::uint64_t number) const {
    const std::size_t mask = slots_.size() - 1;
    // The upper half of the product is well mixed, however regular the pages are (2^64 / golden ratio).
    std::size_t at = static_cast<std::size_t>((number * 0x9e3779b97f4a7c15u) >> 32) & mask;
    while (slots_[at].page_end != 0 && slots_[at].number != number) at = (at + 1) & mask;
    return at;
  }

  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const Slot& slot : old)
      if (slot.page_end != 0) slots_[position(slot.number)] = slot;
  }

  std::vector<Slot> slots_;
  std::vector<Page> pages_;
  std::size_t size_ = 0;
};

}  // namespace cairn::graph
