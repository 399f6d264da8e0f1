// LinkPages: links of nodes, read a page of neighbours at a time where many of them are asked for.
//
// To find one row takes RocksDB as long as to walk over fifteen. A traversal that comes to a page of ids again and again will
// mostly come to many of its nodes, and in any order: so it reads all of the page then, once, and keeps it. One that has come to
// thousands of nodes does so at the second visit.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/link_page.h"
#include "format/packed_links.h"

namespace cairn::graph {

using format::NodeId;

/// The packed links of nodes with neighbouring ids.
class LinkPage {
 public:
  static constexpr unsigned kShift = format::kLinkPageShift;
  static constexpr std::size_t kNodes = format::kLinkPageNodes;

  /// Takes the links of all nodes that a stored page has. To be called first. Throws damaged.
  void take(NodeId first, std::string_view row);
  /// The links of `node` are these, whatever was said before.
  void replace(NodeId node, std::string_view packed);

  /// Adds to the links of `node`. `packed` is what visit_links() reads. Cheap in order of id.
  void add(NodeId node, std::string_view packed);

  template <class Visit>
  void visit(NodeId node, Visit&& visit) const {
    const Range range = ranges_[node & (kNodes - 1)];
    const char* at = bytes_.data() + range.begin;
    const char* const end = bytes_.data() + range.end;
    while (at != end) {
      std::uint64_t size = 0;
      at = format::detail::read_varint(at, end, size);
      format::visit_links({at, size}, visit);
      at += size;
    }
  }
  std::size_t memory() const { return sizeof *this + bytes_.capacity(); }

  /// Begins to fetch into the processor's cache where the links of `node` are, and then these, once that has come. (Always inline:
  /// GCC takes a function that does nothing else for one without effect, and leaves out its calls.)
  [[gnu::always_inline]] void prefetch_range(NodeId node) const {
    __builtin_prefetch(this);
    __builtin_prefetch(&ranges_[node & (kNodes - 1)]);
  }
  [[gnu::always_inline]] void prefetch_links(NodeId node) const {
    __builtin_prefetch(bytes_.data() + ranges_[node & (kNodes - 1)].begin);
  }

 private:
  struct Range {
    std::uint32_t begin = 0, end = 0;
  };
  std::string bytes_;
  std::array<Range, kNodes> ranges_{};
};

/// Keeps what it reads up to a limit of memory; then any page gives way. (A traversal goes through all pages again at each depth:
/// if the one that was read first gave way, all would have gone when it comes back.)
class LinkPages {
 public:
  /// Adds the links of all nodes of the page that begins with `first`; false if they are too many to be read at once, or, unless
  /// it is to be done thoroughly, if that would take more than reading one row.
  using Read = std::function<bool(NodeId first, bool thoroughly, LinkPage& page)>;
  explicit LinkPages(std::size_t memory_max = kMemoryMax) : memory_max_(memory_max) {}

  /// The page that has the node; null if it is too large, or is not stored as one and has not been asked for often enough.
  const LinkPage* find(NodeId node, const Read& read) {
    const NodeId number = node >> LinkPage::kShift;
    ++visit_count_;
    if (number == last_number_ && last_ != nullptr) return last_;
    return look_up(number, read);
  }

  /// The page that has the node, if it is kept.
  const LinkPage* peek(NodeId node) const {
    const auto found = pages_.find(node >> LinkPage::kShift);
    return found == pages_.end() ? nullptr : found->second.get();
  }

  std::size_t memory() const { return memory_; }
  /// Gives up pages beyond so much memory, and what is known of visits.
  void shrink(std::size_t memory_max);

 private:
  static constexpr std::size_t kMemoryMax = 96u << 20;  // some 10 million links
  static constexpr std::uint64_t kVisitsOfFew = 4096;  // in all: up to so many it may end soon
  static constexpr std::uint8_t kVisitsAlone = 4, kVisitsAloneOfMany = 1;
  static constexpr std::uint8_t kTooLarge = UINT8_MAX;

  bool is_worth_reading(std::uint8_t visits) const {
    return visits > (visit_count_ < kVisitsOfFew ? kVisitsAlone : kVisitsAloneOfMany);
  }
  const LinkPage* look_up(NodeId number, const Read& read);
  const LinkPage* load(NodeId number, bool thoroughly, const Read& read);
  void drop_beyond(std::size_t memory_max);

  const std::size_t memory_max_;
  std::size_t memory_ = 0;
  std::uint64_t visit_count_ = 0;
  boost::unordered_flat_map<NodeId, std::unique_ptr<const LinkPage>> pages_;
  std::unordered_map<NodeId, std::uint8_t> visits_;  // of pages that have not been read
  std::vector<NodeId> numbers_;                      // of pages_
  std::minstd_rand random_;
  NodeId last_number_ = 0;
  const LinkPage* last_ = nullptr;
};

}  // namespace cairn::graph
