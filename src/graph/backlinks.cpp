#include "graph/backlinks.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <tuple>

#include "base/bytes.h"
#include "graph/index_entries.h"

namespace cairn::graph {
namespace {

namespace index = format::index;
using format::NodeId;
using format::PackedLink;

constexpr std::size_t kFarEnd = 1 + sizeof(NodeId);  // where the far node ends in a key
// A row is read as a whole, so a fan of a million is many.
constexpr std::size_t kFoldedLinksMax = 512;

unsigned code_in(std::string_view key) {
  return static_cast<std::uint8_t>(key[kFarEnd + (index::is_folded(key) ? 1 : 0)]);
}

PackedLink packed(const index::Backlink& link) {
  if (!format::is_link_code(link.code))
    throw Error(ErrorCode::damaged, fmt::format("read links of node {}: link code {}", link.far, link.code));
  return {link.holder, format::link_code_type(link.code), format::link_code_outgoing(link.code), link.label};
}

}  // namespace

bool BacklinkWalk::begin(NodeId far, LinkCodes codes) {
  codes_ = codes;
  prefix_ = index::backlinks_of(far);
  return settle(seek_code(true, codes_.next(0)));
}

bool BacklinkWalk::next() { return settle(cursor_.next()); }

// Codes that are not wanted may have many links: goes past them by seeking.
bool BacklinkWalk::settle(bool more) {
  while (more && cursor_.key().size() > kFarEnd + 1 && cursor_.key().starts_with(prefix_)) {
    const unsigned code = code_in(cursor_.key());
    if (codes_.has(code)) return true;
    const unsigned wanted = codes_.next(code);
    if (wanted <= LinkCodes::kLast)
      more = seek_code(is_folded(), wanted);
    else if (is_folded())
      more = seek_code(false, codes_.next(0));
    else
      return false;
  }
  return false;
}

bool BacklinkWalk::seek_code(bool folded, unsigned code) {
  std::string key = prefix_;
  if (folded) key.push_back('\0');
  key.push_back(static_cast<char>(code));
  return cursor_.move_to(key);
}

PackedLink BacklinkWalk::link() const { return packed(index::parse_backlink(cursor_.key())); }

namespace {

// Calls `visit` with the backlinks that stand in the page of the node.
template <class Visit>
void visit_paged(engine::Cursor& indexes, NodeId far, Visit&& visit) {
  const std::string key = index::backlink_page(format::link_page_of(far));
  if (!indexes.seek(key) || indexes.key() != key) return;
  if (const auto packed = format::find_in_page(indexes.value(), far)) format::visit_links(*packed, visit);
}

}  // namespace

bool has_backlink(engine::Cursor& indexes, NodeId far, std::uint8_t code, std::uint32_t label) {
  const std::string first = index::backlink({far, code, label, 0});
  const auto same_label = [&](std::string_view prefix) { return indexes.key().starts_with(prefix); };
  if (indexes.seek(first) && same_label(std::string_view(first).substr(0, first.size() - sizeof(NodeId)))) return true;
  // Of the folded rows only the last one that does not begin behind the label can have it.
  const std::string last = index::folded_backlinks({far, code, label, UINT64_MAX});
  bool found = false;
  const auto compare = [&](const PackedLink& link) {
    found = found || (link.label == label && format::link_code(link.type, link.outgoing) == code);
  };
  if (indexes.seek_back(last) && same_label(std::string_view(last).substr(0, kFarEnd + 2)))
    format::visit_links(indexes.value(), compare);
  if (!found) visit_paged(indexes, far, compare);
  return found;
}

bool has_backlink(engine::Cursor& indexes, NodeId far, const PackedLink& link) {
  const std::string plain = backlink_key(link.other, {far, link.type, link.outgoing, link.label});
  if (indexes.seek(plain) && indexes.key() == plain) return true;
  const std::uint8_t code = format::link_code(link.type, link.outgoing);
  const std::string folded = index::folded_backlinks({far, code, link.label, link.other});
  bool found = false;
  const auto compare = [&](const PackedLink& other) { found = found || other == link; };
  if (indexes.seek_back(folded) && indexes.key().starts_with(std::string_view(folded).substr(0, kFarEnd + 2)))
    format::visit_links(indexes.value(), compare);
  if (!found) visit_paged(indexes, far, compare);
  return found;
}

std::vector<PackedLink> backlinks_in_row(std::string_view key, std::string_view value) {
  if (!index::is_folded(key)) return {packed(index::parse_backlink(key))};
  const index::Backlink first = index::parse_folded(key);
  std::vector<PackedLink> links = format::decode_links(value);
  const auto is_foreign = [&](const PackedLink& link) { return format::link_code(link.type, link.outgoing) != first.code; };
  if (links.empty() || links.front() != packed(first) || std::ranges::any_of(links, is_foreign))
    throw Error(ErrorCode::damaged, fmt::format("read links of node {}: a folded row is not as its key says", first.far));
  return links;
}

NodeId far_node(std::string_view key) {
  if (key.size() < kFarEnd) throw Error(ErrorCode::damaged, "backlink key: too short for a node id");
  return base::load_big_endian<NodeId>(key.data() + 1);
}

void append_folded(NodeId far, const std::vector<PackedLink>& links, std::vector<engine::IndexEdit>& edits) {
  const auto code_of = [](const PackedLink& link) { return format::link_code(link.type, link.outgoing); };
  for (std::size_t begin = 0, end = 0; begin < links.size(); begin = end) {
    const PackedLink& first = links[begin];
    while (end < links.size() && end - begin < kFoldedLinksMax && code_of(links[end]) == code_of(first)) ++end;
    edits.push_back({index::folded_backlinks({far, code_of(first), first.label, first.other}),
                     format::encode_links({links.begin() + static_cast<std::ptrdiff_t>(begin),
                                           links.begin() + static_cast<std::ptrdiff_t>(end)})});
  }
}

}  // namespace cairn::graph
