#include "graph/bulk_graph.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <numeric>
#include <tuple>

#include "format/keys.h"
#include "format/link_page.h"
#include "graph/backlinks.h"
#include "graph/birth_order.h"
#include "graph/index_entries.h"

namespace cairn::graph {
namespace {

using format::PackedLink;

// So many links always fit a page: each takes 27 bytes at most.
constexpr std::size_t kPagedLinkCount = format::kPagedLinksMax / 27;
constexpr std::size_t kLinksAhead = 32, kNodesAhead = 16;  // a processor fetches about ten lines at a time

std::uint8_t code_of(const BulkLink& link) { return format::link_code(link.type, link_rule(link.type).held_by_source); }

PackedLink packed(const BulkLink& link, NodeId other) {
  return {other, link.type, link_rule(link.type).held_by_source, link.label};
}

}  // namespace

BulkNumber BulkGraph::add(const BulkNode& node) {
  if (nodes_.size() >= UINT32_MAX) throw Error(ErrorCode::limit, "load a graph: more than 2^32 - 1 nodes");
  nodes_.push_back(node);
  return static_cast<BulkNumber>(nodes_.size() - 1);
}

void BulkGraph::link(const BulkLink& link) {
  if (link.source >= nodes_.size() || link.target >= nodes_.size())
    throw Error(ErrorCode::invalid_argument, fmt::format("load a graph: a link from node number {} to {}, but there are {}", link.source,
                                                         link.target, nodes_.size()));
  if (links_.size() >= UINT32_MAX) throw Error(ErrorCode::limit, "load a graph: more than 2^32 - 1 links");
  links_.push_back(link);
}

BulkGraph::Ranges BulkGraph::range_by(End end) const {
  const auto node_of = [&](const BulkLink& link) { return end == End::holder ? holder(link) : far(link); };
  Ranges ranges{std::vector<std::uint32_t>(nodes_.size() + 1), std::vector<std::uint32_t>(links_.size())};
  for (const BulkLink& link : links_) ++ranges.ends[node_of(link) + 1];
  std::partial_sum(ranges.ends.begin(), ranges.ends.end(), ranges.ends.begin());
  std::vector<std::uint32_t> next(ranges.ends.begin(), ranges.ends.end() - 1);
  for (std::uint32_t i = 0; i < links_.size(); ++i) ranges.order[next[node_of(links_[i])]++] = i;
  return ranges;
}

void BulkGraph::complete() {
  auto by_far = std::async(std::launch::async | std::launch::deferred, [this] { return range_by(End::far); });
  by_holder_ = range_by(End::holder);
  std::size_t count = 0;  // of new nodes in one page
  NodeId page = 0;
  for (const BulkNode& node : nodes_) {
    if (!node.is_new) continue;
    count = format::link_page_of(node.id) == page ? count + 1 : 1;
    page = format::link_page_of(node.id);
    if (count == format::kLinkPageNodes) whole_pages_.insert(page);
  }
  by_far_ = by_far.get();
}

std::vector<BulkViolation> BulkGraph::check(const engine::View& view, std::size_t most) const {
  std::vector<BulkViolation> found;
  check_ends(found, most);
  check_labels(view, End::holder, found, most);
  check_labels(view, End::far, found, most);
  check_mutual(found, most);
  if (found.size() < most) check_cycle(found);
  return found;
}

void BulkGraph::check_ends(std::vector<BulkViolation>& found, std::size_t most) const {
  for (const BulkLink& link : links_) {
    if (found.size() >= most) return;
    const LinkRule& rule = link_rule(link.type);
    const BulkNode &source = nodes_[link.source], &target = nodes_[link.target];
    if (!nodes_[holder(link)].is_new)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("load a graph: {} link from {} to {}: the node that would hold it is in the store already",
                              link_name(link.type), source.uuid.text(), target.uuid.text()));
    if (link.source == link.target)
      found.push_back({link, "a node has no link to itself"});
    else if (!rule.sources.has(source.kind) || !rule.targets.has(target.kind))
      found.push_back({link, std::string(rule.kinds_text)});
    else if (source.is_sealed)
      found.push_back({link, "a sealed process gets no new links of its own"});
  }
}

// Where a label may occur once: among the links of one node, sorted so that those in question are neighbours.
void BulkGraph::check_labels(const engine::View& view, End end, std::vector<BulkViolation>& found, std::size_t most) const {
  struct Placed {
    LinkType type;
    LabelId label;
    BulkNumber other;       // 0 unless the label may come again with another one
    std::uint32_t number;   // of the link
    auto place() const { return std::tuple(type, label, other); }
    auto operator<=>(const Placed&) const = default;
  };
  const auto indexes = view.indexes();
  std::vector<Placed> group;
  for (BulkNumber node = 0; node < nodes_.size() && found.size() < most; ++node) {
    group.clear();
    for (const std::uint32_t number : ranges(end).of(node)) {
      const BulkLink& link = links_[number];
      const LinkRule& rule = link_rule(link.type);
      const bool is_judged_here = (end == End::far) == (rule.label_scope == LabelScope::source && !rule.held_by_source);
      if (!is_judged_here && !(rule.one_at_target && end == End::holder)) continue;
      const bool is_pair = rule.label_scope == LabelScope::pair;
      group.push_back({link.type, link.label, is_pair ? (end == End::holder ? far(link) : holder(link)) : 0, number});
    }
    std::ranges::sort(group);
    for (std::size_t i = 0; i < group.size(); ++i) {
      const BulkLink& link = links_[group[i].number];
      const LinkRule& rule = link_rule(link.type);
      if (end == End::holder && rule.one_at_target && i != 0 && group[i - 1].type == link.type)
        found.push_back({link, fmt::format("a node is the target of at most one {} link", link_name(link.type))});
      else if (i != 0 && group[i - 1].place() == group[i].place())
        found.push_back({link, std::string(rule.label_text)});
      else if (end == End::far && !nodes_[node].is_new && has_backlink(*indexes, nodes_[node].id, code_of(link), link.label))
        found.push_back({link, std::string(rule.label_text)});
    }
  }
}

// The same mutual link, the other way round. (Links in one direction are judged by their labels.)
void BulkGraph::check_mutual(std::vector<BulkViolation>& found, std::size_t most) const {
  std::vector<const BulkLink*> mutual;
  for (const BulkLink& link : links_)
    if (link_rule(link.type).both_ways) mutual.push_back(&link);
  const auto ends = [](const BulkLink* link) {
    return std::tuple(std::min(link->source, link->target), std::max(link->source, link->target), link->label);
  };
  std::ranges::stable_sort(mutual, {}, ends);
  for (std::size_t i = 1; i < mutual.size() && found.size() < most; ++i)
    if (ends(mutual[i - 1]) == ends(mutual[i]) && mutual[i - 1]->source != mutual[i]->source)
      found.push_back({*mutual[i], std::string(link_rule(mutual[i]->type).label_text)});
}

void BulkGraph::check_cycle(std::vector<BulkViolation>& found) const {
  const auto is_birth = [](const BulkLink& link) { return !link_rule(link.type).held_by_source && link.source != link.target; };
  if (std::ranges::all_of(links_, [&](const BulkLink& link) { return !is_birth(link) || link.source < link.target; })) return;
  std::vector<BirthLink> births;
  for (const BulkLink& link : links_)
    if (is_birth(link)) births.push_back({link.source, link.target});
  const BirthOrder order = order_by_birth(nodes_.size(), births);
  if (order.cycle.empty()) return;
  for (const BulkLink& link : links_)
    if (link.source == order.cycle.back() && link.target == order.cycle.front() && !link_rule(link.type).held_by_source) {
      found.push_back({link, fmt::format("input, create and call links form no cycle; this one closes one of {} nodes", order.cycle.size())});
      return;
    }
}

std::string BulkGraph::violation_key(const BulkLink& link) const {
  return format::row::violation({nodes_[holder(link)].id, code_of(link), link.label, nodes_[far(link)].id});
}

std::vector<PackedLink> BulkGraph::links_of(BulkNumber number, End end) const {
  const Ranges& by_end = ranges(end);
  const auto other = [&](std::uint32_t link) { return end == End::holder ? far(links_[link]) : holder(links_[link]); };
  std::vector<PackedLink> found;
  found.reserve(by_end.ends[number + 1] - by_end.ends[number]);
  for (std::size_t i = by_end.ends[number]; i < by_end.ends[number + 1]; ++i) {
    // Links of one node lie anywhere in memory, and so do their other ends: those of the next nodes are fetched meanwhile.
    if (i + kLinksAhead < by_end.order.size()) __builtin_prefetch(&links_[by_end.order[i + kLinksAhead]]);
    if (i + kNodesAhead < by_end.order.size()) __builtin_prefetch(&nodes_[other(by_end.order[i + kNodesAhead])]);
    const std::uint32_t link = by_end.order[i];
    found.push_back(packed(links_[link], nodes_[other(link)].id));
  }
  return found;
}

// A page with nodes of others may be there already: it is not written anew.
BulkGraph::Place BulkGraph::place_of(BulkNumber number, End end) const {
  if (!whole_pages_.contains(format::link_page_of(nodes_[number].id))) return Place::row;
  return ranges(end).of(number).size() <= kPagedLinkCount ? Place::page : Place::depends_on_size;
}

std::string BulkGraph::paged_links(BulkNumber number, End end) const {
  if (ranges(end).of(number).empty()) return {};
  const Place place = place_of(number, end);
  if (place == Place::row) return {};
  std::string packed = format::encode_links(links_of(number, end));
  return place == Place::page || packed.size() <= format::kPagedLinksMax ? packed : std::string();
}

std::string BulkGraph::own_links(BulkNumber number, End end) const {
  if (ranges(end).of(number).empty()) return {};
  const Place place = place_of(number, end);
  if (place == Place::page) return {};
  std::string packed = format::encode_links(links_of(number, end));
  return place == Place::row || packed.size() > format::kPagedLinksMax ? packed : std::string();
}

void BulkGraph::write_link_records(engine::RowStaging& rows) const {
  for (BulkNumber number = 0; number < nodes_.size(); ++number)
    if (const std::string packed = own_links(number, End::holder); !packed.empty())
      rows.add_record(engine::Record::links, nodes_[number].id, packed);
}

void BulkGraph::write_backlink_pages(engine::RowStaging& rows) const { write_pages(rows, End::far); }
void BulkGraph::write_link_pages(engine::RowStaging& rows) const { write_pages(rows, End::holder); }

void BulkGraph::write_pages(engine::RowStaging& rows, End end) const {
  NodeId page = 0;
  std::string row;
  const auto write = [&] {
    if (row.empty()) return;
    rows.add_index(end == End::holder ? format::index::link_page(page) : format::index::backlink_page(page), row);
    row.clear();
  };
  for (BulkNumber number = 0; number < nodes_.size(); ++number) {
    if (!nodes_[number].is_new) continue;
    const std::string packed = paged_links(number, end);
    if (packed.empty()) continue;
    if (const NodeId next = format::link_page_of(nodes_[number].id); next != page) {
      write();
      page = next;
    }
    format::append_to_page(row, nodes_[number].id, packed);
  }
  write();
}

void BulkGraph::write_backlinks(engine::RowStaging& rows) const {
  std::vector<BulkNumber> by_id(nodes_.size());
  std::iota(by_id.begin(), by_id.end(), BulkNumber{0});
  const auto id_of = [&](BulkNumber number) { return nodes_[number].id; };
  if (!std::ranges::is_sorted(by_id, {}, id_of)) std::ranges::sort(by_id, {}, id_of);
  std::vector<engine::IndexEdit> edits;
  for (const BulkNumber number : by_id) {
    if (by_far_.of(number).empty()) continue;
    const Place place = place_of(number, End::far);
    if (place == Place::page) continue;
    std::vector<PackedLink> links = links_of(number, End::far);
    if (place == Place::depends_on_size && format::encode_links(links).size() <= format::kPagedLinksMax) continue;
    edits.clear();
    std::ranges::sort(links, {}, backlink_order);
    // Folded rows of a node are one sorted list, and one in the store may have some.
    if (links.size() > 1 && nodes_[number].is_new)
      append_folded(nodes_[number].id, links, edits);
    else
      for (const PackedLink& link : links)
        edits.push_back({backlink_key(link.other, {nodes_[number].id, link.type, link.outgoing, link.label}), std::string()});
    for (const engine::IndexEdit& edit : edits) rows.add_index(edit.key, *edit.value);
  }
}

}  // namespace cairn::graph
