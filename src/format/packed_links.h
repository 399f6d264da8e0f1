// Packed links, read without allocating. Layout: schema/FORMAT.md, "Links".
//
// The links that one node holds, sorted by (code, label, other), fall into groups of equal code and label:
//   varint   (count - 1) << 4 | code
//   varint   label
//   varint   zigzag of the first `other` minus the `other` before it, which is 0 at the start
//   varints  count - 1 times: `other` minus the one before it, minus 1
// So there is one spelling for each set of links, and a link of a usual node costs three to five bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "format/records.h"

namespace cairn::format {

inline constexpr unsigned kLinkCodeBits = 4;  // link types 1 to 7; 0 is never a type

/// True if `code` is one that link_code() makes.
inline bool is_link_code(std::uint8_t code) {
  return code >= link_code(LinkType::input, false) && code <= link_code(LinkType::mutual, true);
}

/// Throws the Error(damaged) of every decoder of packed links.
[[noreturn]] void throw_damaged_links(std::string_view bytes);

/// Appends the links in `bytes` to `out`, in order of (code, label, other). Throws damaged; `out` then holds
/// the links before the damage.
void append_links(std::string_view bytes, std::vector<PackedLink>& out);

namespace detail {

// Reads one varint in its shortest form and returns the byte after it; nullptr if there is none.
inline const char* read_varint(const char* at, const char* end, std::uint64_t& value) {
  if (at == end) return nullptr;
  auto byte = static_cast<std::uint8_t>(*at++);
  value = byte & 0x7f;
  for (unsigned shift = 7; byte >= 0x80; shift += 7) {
    if (at == end || shift > 63) return nullptr;
    byte = static_cast<std::uint8_t>(*at++);
    // A last byte of zero adds nothing, and the tenth has room for one bit.
    if (byte == 0 || (shift == 63 && byte > 1)) return nullptr;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
  }
  return at;
}

struct LinkGroup {
  std::uint8_t code = 0;
  std::uint32_t label = 0;
  std::uint64_t count = 0;
  NodeId first = 0;
};

// Reads what precedes the deltas of a group; nullptr if it is damaged or not behind `before`.
inline const char* read_group(const char* at, const char* end, const LinkGroup& before, NodeId previous,
                              LinkGroup& group) {
  std::uint64_t head, label, step;
  if ((at = read_varint(at, end, head)) == nullptr) return nullptr;
  if ((at = read_varint(at, end, label)) == nullptr) return nullptr;
  if ((at = read_varint(at, end, step)) == nullptr) return nullptr;
  group.code = static_cast<std::uint8_t>(head & ((1u << kLinkCodeBits) - 1));
  group.label = static_cast<std::uint32_t>(label);
  group.count = (head >> kLinkCodeBits) + 1;
  group.first = previous + static_cast<NodeId>(base::unzigzag(step));
  if (!is_link_code(group.code) || label != group.label) return nullptr;
  const bool ascending =
      before.code < group.code || (before.code == group.code && before.label < group.label);
  return ascending ? at : nullptr;
}

}  // namespace detail

/// Calls `visit(const PackedLink&)` for each link, in order of (code, label, other). Throws damaged, possibly
/// after some visits. Cost: a few nanoseconds a link, no allocation.
template <class Visit>
void visit_links(std::string_view bytes, Visit&& visit) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  detail::LinkGroup before;
  NodeId other = 0;
  while (at != end) {
    detail::LinkGroup group;
    if ((at = detail::read_group(at, end, before, other, group)) == nullptr) throw_damaged_links(bytes);
    PackedLink link{group.first, link_code_type(group.code), link_code_outgoing(group.code), group.label};
    visit(static_cast<const PackedLink&>(link));
    for (std::uint64_t left = group.count - 1; left != 0; --left) {
      std::uint64_t step;
      at = detail::read_varint(at, end, step);
      // Ids only ascend within a group, so a sum that wraps is damage.
      if (at == nullptr || step >= UINT64_MAX - link.other) throw_damaged_links(bytes);
      link.other += step + 1;
      visit(static_cast<const PackedLink&>(link));
    }
    other = link.other;
    before = group;
  }
}

}  // namespace cairn::format
