// The links that up to 64 nodes with neighbouring ids hold, in one row. Layout: schema/FORMAT.md, "Links".
//
//   byte     id of a node minus that of the first of the page; ascending
//   varint   size
//   bytes    packed links of that node
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "format/keys.h"
#include "format/packed_links.h"

namespace cairn::format {

inline constexpr unsigned kLinkPageShift = 6;
inline constexpr std::size_t kLinkPageNodes = std::size_t{1} << kLinkPageShift;

/// Links of more bytes have a record of their own, so that a page is read in one go.
inline constexpr std::size_t kPagedLinksMax = 4096;

/// The first node of the page that has the node.
constexpr NodeId link_page_of(NodeId node) { return node >> kLinkPageShift << kLinkPageShift; }

/// Throws the Error(damaged) of every reader of pages.
[[noreturn]] void throw_damaged_page(NodeId first);

/// Nodes must come in order of id, and have links.
inline void append_to_page(std::string& page, NodeId node, std::string_view packed) {
  page.push_back(static_cast<char>(node & (kLinkPageNodes - 1)));
  base::append_varint(page, packed.size());
  page += packed;
}

/// Calls `visit(node, packed)` for each node of the page that begins with `first`. `packed` lives as long as `page`. Throws
/// damaged, possibly after some visits.
template <class Visit>
void visit_page(NodeId first, std::string_view page, Visit&& visit) {
  const char* at = page.data();
  const char* const end = at + page.size();
  int before = -1;
  while (at != end) {
    const int place = static_cast<unsigned char>(*at++);
    std::uint64_t size = 0;
    at = detail::read_varint(at, end, size);
    if (at == nullptr || place <= before || place >= static_cast<int>(kLinkPageNodes) || size > static_cast<std::uint64_t>(end - at))
      throw_damaged_page(first);
    visit(first + static_cast<NodeId>(place), std::string_view(at, size));
    at += size;
    before = place;
  }
}

/// The packed links of the node, or empty if it has none in its page.
std::optional<std::string_view> find_in_page(std::string_view page, NodeId node);

}  // namespace cairn::format
