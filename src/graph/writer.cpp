#include "graph/writer.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <set>

#include "base/bytes.h"
#include "format/packed_links.h"
#include "graph/backlinks.h"
#include "graph/held_links.h"
#include "graph/index_entries.h"

namespace cairn::graph {
namespace {

using engine::Record;
using format::NodeRecord;
using format::PackedLink;

std::string name_of(const NodeRecord& record) {
  return fmt::format("{} {}", kind_name(record.kind), record.uuid.text());
}

[[noreturn]] void throw_invalid(const NodeRecord& record, std::string_view problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("write {}: {}", name_of(record), problem));
}

void check_record(const NodeRecord& record, CellId cell) {
  if (record.cell != cell) throw_invalid(record, fmt::format("it is of cell {}, not {}", record.cell, cell));
  check_texts(record);
  if (record.kind == NodeKind::data && record.state != NodeState::finished)
    throw_invalid(record, "a data node is finished from birth");
}

// What about `next` may not differ from `stored`; empty if nothing is.
std::string_view frozen_change(const NodeRecord& stored, const NodeRecord& next) {
  if (next.uuid != stored.uuid) return "the UUID of a node does not change";
  if (next.kind != stored.kind) return "the kind of a node does not change";
  if (next.type != stored.type) return "the type of a node does not change";
  if (next.created != stored.created) return "the time of creation does not change";
  if (!is_terminal(stored.state)) return {};
  NodeRecord editable = next;
  editable.label = stored.label;
  editable.description = stored.description;
  editable.extras = stored.extras;
  editable.tags = stored.tags;
  editable.unique_ids = stored.unique_ids;
  editable.modified = stored.modified;
  return editable == stored ? std::string_view() : "only label, description, extras, tags and unique ids of a sealed node change";
}

constexpr std::size_t kUsualEntries = 3;  // of a node in the indexes, without its links

// Equal keys stay in their order. By the first 16 bytes, which nearly always tell, without going through the strings.
void sort_by_key(std::vector<engine::IndexEdit>& edits) {
  struct Place {
    std::uint64_t high, low;
    std::size_t position;
  };
  std::vector<Place> order(edits.size());
  for (std::size_t i = 0; i < edits.size(); ++i) {
    std::array<char, 16> first{};
    std::memcpy(first.data(), edits[i].key.data(), std::min(edits[i].key.size(), first.size()));
    order[i] = {base::load_big_endian<std::uint64_t>(first.data()), base::load_big_endian<std::uint64_t>(first.data() + 8), i};
  }
  std::ranges::sort(order, [&](const Place& a, const Place& b) {
    if (a.high != b.high) return a.high < b.high;
    if (a.low != b.low) return a.low < b.low;
    const int rest = edits[a.position].key.compare(edits[b.position].key);
    return rest != 0 ? rest < 0 : a.position < b.position;
  });
  std::vector<engine::IndexEdit> sorted;
  sorted.reserve(edits.size());
  for (const Place& place : order) sorted.push_back(std::move(edits[place.position]));
  edits = std::move(sorted);
}

}  // namespace

GraphWriter::GraphWriter(const engine::View& view, const Labels& labels, CellId cell, AttributeEntries attributes)
    : view_(view), labels_(labels), cell_(cell), attributes_(std::move(attributes)) {}

void GraphWriter::add_node(NodeId id, NodeRecord record) {
  check_record(record, cell_);
  if (id == 0) throw_invalid(record, "node ids begin at 1");
  if (positions_.contains(id))
    throw Error(ErrorCode::exists, fmt::format("add {}: node id {} is in use", name_of(record), id));
  if (!uuids_.insert(record.uuid).second)
    throw Error(ErrorCode::exists,
                fmt::format("add {}: the commit has a node of this UUID", name_of(record)));
  positions_.emplace(id, entries_.size());
  Entry& entry = entries_.emplace_back();
  entry.id = id;
  entry.is_new = true;
  entry.record = std::move(record);
  entry.links_loaded = true;
}

void GraphWriter::update_node(NodeId id, NodeRecord record) {
  Entry& entry = entries_[position(id)];
  check_record(record, cell_);
  if (entry.record.cell != cell_) throw_invalid(entry.record, "it is of another cell");
  if (!entry.is_new) {
    const std::string_view rule = frozen_change(entry.stored(), record);
    if (!rule.empty())
      throw Error(ErrorCode::rule_violation, fmt::format("update {}: {}", name_of(entry.stored()), rule));
    if (record == entry.stored())
      entry.before = nullptr;
    else if (!entry.before)
      entry.before = std::make_unique<NodeRecord>(std::move(entry.record));
  } else if (record.uuid != entry.record.uuid || record.kind != entry.record.kind) {
    throw_invalid(entry.record,
                  "UUID and kind of a node do not change");  // its links were checked against them
  }
  entry.record = std::move(record);
}

void GraphWriter::add_link(NodeId source, NodeId target, LinkType type, std::string_view label) {
  const LinkRule& rule = link_rule(type);
  check_label(label);
  const std::size_t from = position(source), to = position(target);
  const Attempt attempt{entries_[from], entries_[to], rule, label};
  check_ends(attempt, from, to);

  Entry& holder = entries_[rule.held_by_source ? from : to];
  if (!rule.held_by_source) check_birth(attempt, to, from);
  if (holder.record.cell != cell_)
    throw_invalid(holder.record, fmt::format("it would hold the {} link \"{}\" but is of another cell",
                                             link_name(type), label));
  const std::optional<LabelId> number = labels_.find(label, view_);
  if (!number) throw_invalid(holder.record, fmt::format("link label \"{}\" is not interned", label));

  load_links(holder);
  if (rule.both_ways) load_links(entries_[to]);  // which may have the same link the other way round
  check_unique(attempt, holder, *number);
  taken_.insert(place_of(rule, source, target, *number));
  holder.links.push_back({rule.held_by_source ? target : source, type, rule.held_by_source, *number});
}

const NodeRecord& GraphWriter::node(NodeId id) {
  return entries_[position(id)].record;
}

bool GraphWriter::empty() const {
  return std::all_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return !entry.is_new && !entry.before && entry.links.size() == entry.links_stored;
  });
}

engine::Edit GraphWriter::finish() {
  engine::Edit edit;
  edit.indexes.reserve(entries_.size() * kUsualEntries + taken_.size());
  for (const Entry& entry : entries_) write_node(entry, edit);
  for (auto entry = entries_.cbegin(); entry != entries_.cend();) entry = write_links(entry, edit);
  // In their order, what goes into the table of new rows finds its place from where the one before it went.
  sort_by_key(edit.indexes);
  // UUIDs are mostly in the order in which they were made.
  if (!std::ranges::is_sorted(edit.claims, {}, &engine::ClaimEdit::key))
    std::ranges::stable_sort(edit.claims, {}, &engine::ClaimEdit::key);
  return edit;
}

std::size_t GraphWriter::PlaceHash::operator()(const Place& place) const noexcept {
  const std::uint64_t rest = std::uint64_t{place.label} << 8 | static_cast<unsigned>(place.type);
  std::uint64_t hash = 0;
  // Each part is mixed in on its own: linked ids are often neighbours, and their exclusive or is nearly
  // constant.
  for (const std::uint64_t part : {place.at, place.other, rest}) {
    hash = (hash ^ part) * 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash);
}

void GraphWriter::refuse(const Attempt& attempt, std::string_view rule) {
  throw Error(ErrorCode::rule_violation,
              fmt::format("{} link \"{}\" from {} to {}: {}", link_name(attempt.rule.type), attempt.label,
                          name_of(attempt.source.record), name_of(attempt.target.record), rule));
}

GraphWriter::Place GraphWriter::place_of(const LinkRule& rule, NodeId source, NodeId target, LabelId label) {
  switch (rule.label_scope) {
    case LabelScope::target:
      return {target, 0, label, rule.type};
    case LabelScope::source:
      return {source, 0, label, rule.type};
    case LabelScope::pair:
      break;
  }
  return {source, target, label, rule.type};
}

GraphWriter::Place GraphWriter::place_of(NodeId holder, const PackedLink& link) {
  const LinkRule& rule = link_rule(link.type);
  return link.outgoing ? place_of(rule, holder, link.other, link.label)
                       : place_of(rule, link.other, holder, link.label);
}

// Within the commit that seals it, a process still gets its last links.
bool GraphWriter::is_sealed(const Entry& entry) {
  return !entry.is_new && entry.stored().kind != NodeKind::data && is_terminal(entry.stored().state);
}

// The node's place in entries_, read from the view if it is not there yet.
std::size_t GraphWriter::position(NodeId id) {
  const auto known = positions_.find(id);
  if (known != positions_.end()) return known->second;
  return add_stored(id, view_.find_record(Record::node, id));
}

void GraphWriter::read_nodes(std::vector<NodeId> ids) {
  std::erase_if(ids, [&](NodeId id) { return positions_.contains(id); });
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  view_.find_records(Record::node, ids, [&](std::size_t i, std::optional<std::string_view> bytes) { add_stored(ids[i], bytes); });
}

std::size_t GraphWriter::add_stored(NodeId id, std::optional<std::string_view> bytes) {
  if (!bytes) throw Error(ErrorCode::not_found, fmt::format("find node {}: no such node", id));
  NodeRecord record = format::decode_node(*bytes);
  positions_.emplace(id, entries_.size());
  Entry& entry = entries_.emplace_back();
  entry.id = id;
  entry.record = std::move(record);
  return entries_.size() - 1;
}

void GraphWriter::load_links(Entry& holder) {
  if (holder.links_loaded) return;
  if (const std::optional<std::string> bytes = find_held_links(view_, holder.id))
    format::append_links(*bytes, holder.links);
  for (const PackedLink& link : holder.links) taken_.insert(place_of(holder.id, link));
  holder.links_stored = holder.links.size();
  holder.links_loaded = true;
}

void GraphWriter::check_ends(const Attempt& attempt, std::size_t source, std::size_t target) const {
  if (source == target) refuse(attempt, "a node has no link to itself");
  const LinkRule& rule = attempt.rule;
  if (!rule.sources.has(attempt.source.record.kind) || !rule.targets.has(attempt.target.record.kind))
    refuse(attempt, rule.kinds_text);
  // Into a sealed process, only references are left: the others exist from its birth.
  if (is_sealed(attempt.source)) refuse(attempt, "a sealed process gets no new links of its own");
}

void GraphWriter::check_birth(const Attempt& attempt, std::size_t holder, std::size_t other) const {
  if (!entries_[holder].is_new)
    refuse(attempt, "input, create and call links exist from the birth of their target");
  if (entries_[other].is_new && other > holder)
    refuse(attempt, "the source of input, create and call links is older than their target");
}

void GraphWriter::check_unique(const Attempt& attempt, const Entry& holder, LabelId label) {
  const LinkRule& rule = attempt.rule;
  const auto same_type = [&](const PackedLink& link) { return link.type == rule.type && !link.outgoing; };
  if (rule.one_at_target && std::any_of(holder.links.begin(), holder.links.end(), same_type))
    refuse(attempt, fmt::format("a node is the target of at most one {} link", link_name(rule.type)));
  const Place place = place_of(rule, attempt.source.id, attempt.target.id, label);
  if (rule.both_ways && taken_.contains(place_of(rule, attempt.target.id, attempt.source.id, label)))
    refuse(attempt, rule.label_text);
  if (taken_.contains(place) || is_taken_in_view(place)) refuse(attempt, rule.label_text);
}

// Links of the holder are in taken_. Only where the scope is at the other end may further holders have the
// label.
bool GraphWriter::is_taken_in_view(const Place& place) {
  const LinkRule& rule = link_rule(place.type);
  if (rule.held_by_source || rule.label_scope != LabelScope::source) return false;
  if (entries_[position(place.at)].is_new) return false;
  if (!indexes_) indexes_ = view_.indexes();
  return has_backlink(*indexes_, place.at, format::link_code(place.type, false), place.label);
}

std::vector<std::string> GraphWriter::index_keys(NodeId id, const NodeRecord& record, bool with_attributes) const {
  std::vector<std::string> keys = node_index_keys(id, record);
  if (with_attributes) std::ranges::move(attributes_.keys(id, record), std::back_inserter(keys));
  std::ranges::sort(keys);
  return keys;
}

void GraphWriter::write_node(const Entry& entry, engine::Edit& edit) const {
  if (!entry.is_new && !entry.before) return;
  edit.records.push_back({Record::node, entry.id, format::encode_node(entry.record)});
  if (entry.is_new) edit.claims.push_back({format::claim::node(entry.record.uuid), format::be64_text(entry.id)});
  write_unique_ids(entry, edit);
  const bool with_attributes = !attributes_.empty() && (entry.is_new || entry.before->attributes != entry.record.attributes ||
                                                        entry.before->extras != entry.record.extras);
  std::vector<std::string> keys = index_keys(entry.id, entry.record, with_attributes);
  const std::vector<std::string> before =
      entry.is_new ? std::vector<std::string>() : index_keys(entry.id, *entry.before, with_attributes);
  for (const std::string& key : before)
    if (!std::ranges::binary_search(keys, key)) edit.indexes.push_back({key, std::nullopt});
  for (std::string& key : keys)
    if (!std::ranges::binary_search(before, key)) edit.indexes.push_back({std::move(key), std::string()});
}

// By their keys: two spellings of one scope are one claim.
void GraphWriter::write_unique_ids(const Entry& entry, engine::Edit& edit) const {
  const auto keys_of = [](const std::vector<Identity>& names) {
    std::set<std::string> keys;
    for (const Identity& name : names) keys.insert(format::claim::unique_id(name));
    return keys;
  };
  const std::set<std::string> keys = keys_of(entry.record.unique_ids);
  const std::set<std::string> before = entry.is_new ? std::set<std::string>() : keys_of(entry.stored().unique_ids);
  for (const std::string& key : before)
    if (!keys.contains(key)) edit.claims.push_back({key, std::nullopt});
  for (const std::string& key : keys)
    if (!before.contains(key)) edit.claims.push_back({key, format::be64_text(entry.id)});
}

// Writes the links of the next entries, and returns the one behind them. All nodes of a page that is new share a row.
GraphWriter::EntryIterator GraphWriter::write_links(EntryIterator next, engine::Edit& edit) const {
  const NodeId first = format::link_page_of(next->id);
  const auto end = next + std::min<std::ptrdiff_t>(entries_.end() - next, format::kLinkPageNodes);
  NodeId expected = first;
  const auto page_end = std::find_if(next, end, [&](const Entry& entry) { return !entry.is_new || entry.id != expected++; });
  const bool is_page = page_end - next == static_cast<std::ptrdiff_t>(format::kLinkPageNodes);
  std::string page;
  const auto behind = is_page ? page_end : next + 1;
  for (; next != behind; ++next) {
    if (next->links.size() == next->links_stored) continue;
    std::string packed = format::encode_links(next->links);
    if (is_page && packed.size() <= format::kPagedLinksMax)
      format::append_to_page(page, next->id, packed);
    else
      edit.records.push_back({Record::links, next->id, std::move(packed)});
    for (std::size_t i = next->links_stored; i < next->links.size(); ++i)
      edit.indexes.push_back({backlink_key(next->id, next->links[i]), std::string()});
  }
  if (!page.empty()) edit.indexes.push_back({format::index::link_page(first), std::move(page)});
  return behind;
}

}  // namespace cairn::graph
