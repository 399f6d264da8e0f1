// Store: what it offers about the provenance graph, without the questions that walk it.
#include <cairn/error.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include "graph/reader.h"
#include "store/attribute_indexes.h"
#include "store/bulk_load.h"
#include "store/find.h"
#include "store/groups.h"
#include "store/node_queries.h"
#include "store/store_state.h"
#include "store/transaction.h"
#include "store/violations.h"

namespace cairn {

using store::StoreState;

std::optional<Node> Store::find_node(const Uuid& uuid) const {
  const auto view = state_->engine().view();
  const auto found = graph::GraphReader(*view, state_->labels()).find_node(uuid);
  return found ? std::optional(state_->public_node(*view, found->record)) : std::nullopt;
}

Node Store::get_node(const Uuid& uuid) const {
  auto node = find_node(uuid);
  if (!node) throw Error(ErrorCode::not_found, fmt::format("there is no node {}", uuid.text()));
  return std::move(*node);
}

void Store::index_attribute(const FilterPath& path, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  store::index_attribute(*state_, path, progress);
}
std::vector<AttributeIndex> Store::attribute_indexes(bool count_entries) const {
  return store::list_attribute_indexes(*state_->engine().view(), count_entries);
}
void Store::drop_attribute_index(const FilterPath& path) { store::drop_attribute_index(*state_, path); }

std::vector<Link> Store::links(const Uuid& node) const {
  const auto view = state_->engine().view();
  const graph::GraphReader reader(*view, state_->labels());
  return reader.public_links(reader.links_of(reader.get_id(node)));
}

NodePage Store::query(const NodeQuery& query) const { return store::query_nodes(*state_, query); }
QueryPlan Store::explain(const Filter& filter, std::optional<Timestamp> now) const { return store::explain_nodes(*state_, filter, now); }
std::uint64_t Store::count(const Filter& filter, std::optional<Timestamp> now) const {
  return store::count_nodes(*state_, filter, now);
}
std::vector<NodeTotal> Store::totals(const Filter& filter, std::optional<Timestamp> now) const {
  return store::total_nodes(*state_, filter, now);
}

std::optional<Node> Store::find_node(const Identity& name) const {
  const auto view = state_->engine().view();
  const auto owner = view->find_claim(format::claim::unique_id(name));
  if (!owner) return std::nullopt;
  const graph::GraphReader reader(*view, state_->labels());
  return state_->public_node(*view, reader.get_record(format::parse_be64(*owner)));
}

Transaction Store::transaction() { return Transaction(std::make_unique<store::TransactionState>(state_->loose())); }

BulkLoad Store::bulk_load() { return BulkLoad(std::make_unique<store::BulkLoadState>(state_->loose())); }
std::vector<Violation> Store::violations() const { return store::list_violations(*state_); }

// ---- Groups ----

Group Store::put_group(std::string_view name, std::string_view description, const Value& extras) {
  return store::put_group(*state_, name, description, extras);
}
std::optional<Group> Store::find_group(std::string_view name) const { return store::find_group(*state_->engine().view(), name); }
std::vector<Group> Store::groups() const { return store::list_groups(*state_->engine().view()); }
std::vector<std::string> Store::groups_of(const Uuid& node) const {
  const auto view = state_->engine().view();
  return store::groups_of(*view, graph::GraphReader(*view, state_->labels()).get_id(node));
}
void Store::add_to_group(std::string_view name, std::span<const Uuid> nodes) { store::add_to_group(*state_, name, nodes); }
void Store::remove_from_group(std::string_view name, std::span<const Uuid> nodes) {
  store::remove_from_group(*state_, name, nodes);
}
void Store::remove_group(std::string_view name) { store::remove_group(*state_, name); }

std::vector<Named> Store::find_by_prefix(std::string_view prefix) const {
  return store::find_by_prefix(*state_->engine().view(), prefix);
}

}  // namespace cairn
