#include "store/bulk_indexes.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <boost/sort/pdqsort/pdqsort.hpp>

#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "format/keys.h"
#include "graph/index_entries.h"
#include "store/attribute_indexes.h"
#include "store/step.h"

namespace cairn::store {
namespace {

namespace index = format::index;

// As UUIDs compare, in two steps instead of sixteen.
auto order_of(const Uuid& uuid) {
  const auto* bytes = uuid.bytes.data();
  return std::pair(base::load_big_endian<std::uint64_t>(bytes), base::load_big_endian<std::uint64_t>(bytes + 8));
}

auto order_of_node(const std::pair<Uuid, NodeId>& node) { return order_of(node.first); }

}  // namespace

BulkIndexes::BulkIndexes(StoreState& store, engine::Staging& staging)
    : store_(store), stored_(store.engine()), blobs_(&staging, stored_), attributes_(attribute_entries(*store.engine().view(), blobs_)) {}

void BulkIndexes::note(NodeId id, const format::NodeRecord& record) {
  if (first_id_ == 0) first_id_ = id;
  uuids_.emplace_back(record.uuid, id);
  if (!std::holds_alternative<std::monostate>(record.content)) contents_.emplace_back(content_digest(record.content), id);
  if (!attributes_.empty()) std::ranges::move(attributes_.keys(id, record), std::back_inserter(attribute_keys_));
  types_[record.type].push_back(id);
  if (graph::is_state_indexed(record.kind)) states_[record.state].push_back(id);
  for (const std::string& tag : record.tags) tags_[tag].push_back(id);
  for (const Identity& name : record.unique_ids)
    if (!unique_ids_.emplace(format::claim::unique_id(name), id).second)
      throw Error(ErrorCode::exists, fmt::format("load a graph: unique id {} in scope {} is given twice", name.id, name.scope));
}

void BulkIndexes::stage_claims(engine::RowStaging& rows) {
  // Made one after the other they are nearly in order, which takes this sort little more than looking at them.
  boost::sort::pdqsort(uuids_.begin(), uuids_.end(), [](const auto& a, const auto& b) { return order_of_node(a) < order_of_node(b); });
  const auto twice = std::ranges::adjacent_find(uuids_, {}, &std::pair<Uuid, NodeId>::first);
  if (twice != uuids_.end())
    throw Error(ErrorCode::exists, fmt::format("load a graph: node {} is given twice", twice->first.text()));
  for (const auto& [uuid, id] : uuids_) rows.add_claim(format::claim::node(uuid), format::be64_text(id));
  for (const auto& [key, id] : unique_ids_) rows.add_claim(key, format::be64_text(id));
}

bool BulkIndexes::has(const Uuid& uuid) const {
  const auto found = std::ranges::lower_bound(uuids_, order_of(uuid), {}, order_of_node);
  return found != uuids_.end() && found->first == uuid;
}

void BulkIndexes::stage_indexes(engine::RowStaging& rows, const graph::BulkGraph& graph) {
  graph.write_backlink_pages(rows);
  graph.write_backlinks(rows);
  std::ranges::sort(contents_);
  for (const auto& [digest, id] : contents_) rows.add_index(index::content(digest, id), {});
  for (const auto& [tag, ids] : tags_)
    for (const NodeId id : ids) rows.add_index(index::tag(tag, id), {});
  graph.write_link_pages(rows);
  for (const auto& [state, ids] : states_)
    for (const NodeId id : ids) rows.add_index(index::state(static_cast<std::uint8_t>(state), id), {});
  for (const auto& [type, ids] : types_)
    for (const NodeId id : ids) rows.add_index(index::type(type, id), {});
}

// The indexes stay as they are while no other commit of nodes is made, so what was staged holds, even if the commit is built again.
void BulkIndexes::stage_attributes(engine::RowStaging& rows, const engine::View& view) {
  if (are_attributes_staged_ || uuids_.empty()) return;
  const auto indexes = graph::read_attribute_indexes(view);
  const auto has = [](const std::vector<graph::AttributeIndex>& all, std::uint32_t number) {
    return std::ranges::any_of(all, [&](const graph::AttributeIndex& index) { return index.number == number && index.is_kept_up(); });
  };
  std::ranges::sort(attribute_keys_);
  for (const std::string& key : attribute_keys_)
    if (has(indexes, index::parse_attribute(key))) rows.add_index(key, {});
  are_attributes_staged_ = true;
  for (const graph::AttributeIndex& index : indexes) {
    const bool comes_to_them = index.state == IndexState::building && index.next <= first_id_;
    if (!index.is_kept_up() || has(attributes_.indexes(), index.number) || comes_to_them) continue;
    set_back_attribute_index(store_, index.number, first_id_);
    newer_indexes_.push_back(index.number);
  }
}

// The nodes are what they are whether this succeeds or not: an index that is not built to its end is not used, and says so.
void BulkIndexes::build_newer_indexes() noexcept {
  for (const std::uint32_t number : newer_indexes_) try {
      build_attribute_index(store_, number, {});
    } catch (const std::exception&) {
    }
  newer_indexes_.clear();
}

}  // namespace cairn::store
