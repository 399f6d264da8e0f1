#include "store/node_queries.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "graph/link_follower.h"
#include "store/embedded.h"

namespace cairn::store {
namespace {

using format::NodeRecord;

// Where a page ends: the key of its last node, empty if it has no value there, and its number.
struct Position {
  std::string key;
  engine::NodeId node = 0;
};

// Nodes without a value come last, by age, either way.
class Before {
 public:
  explicit Before(bool descending) : descending_(descending) {}
  bool operator()(const Position& a, const Position& b) const {
    if (a.key.empty() != b.key.empty()) return b.key.empty();
    const bool reversed = descending_ && !a.key.empty();
    return reversed ? std::tie(b.key, b.node) < std::tie(a.key, a.node) : std::tie(a.key, a.node) < std::tie(b.key, b.node);
  }

 private:
  bool descending_;
};

// By age, all nodes are equal in what they are listed by, and then the older comes first.
const std::string kSameKey = "=";

std::string key_of(const graph::NodeScan& scan, const NodeQuery& query, engine::NodeId id, const NodeRecord& record) {
  return query.order_by ? scan.value_key(*query.order_by, id, record) : kSameKey;
}

void check_order(const NodeQuery& query) {
  if (!query.order_by) return;
  const FilterField field = query.order_by->field();
  if (field == FilterField::tag || field == FilterField::group || field == FilterField::uid)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("list nodes by {}: a node may have several, which are no order", query.order_by->text()));
}

// A cursor begins with what its list is ordered by: a letter for the order of age, else a letter and a hash of the path.
std::string order_mark(const NodeQuery& query) {
  if (!query.order_by) return query.descending ? "A" : "a";
  const std::string path = query.order_by->text();
  return fmt::format("{}{:08x}", query.descending ? 'P' : 'p', static_cast<std::uint32_t>(base::hash64(base::as_bytes(path))));
}

std::string write_position(const NodeQuery& query, const Position& position) {
  const std::string bytes = format::be64_text(position.node) + (query.order_by ? position.key : std::string());
  return order_mark(query) + base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Position read_position(const NodeQuery& query) {
  const std::string mark = order_mark(query);
  std::string_view text = query.after;
  const bool is_ours = text.starts_with(mark);
  if (is_ours) text.remove_prefix(mark.size());
  std::string bytes(text.size() / 2, '\0');
  if (!is_ours || bytes.size() < sizeof(engine::NodeId) || text.size() % 2 != 0 ||
      !base::parse_hex(text, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}))
    throw Error(ErrorCode::invalid_argument, fmt::format("list nodes after {}: that is not where a page of such a list ended",
                                                         std::string_view(query.after).substr(0, 64)));
  return {query.order_by ? bytes.substr(sizeof(engine::NodeId)) : kSameKey,
          format::parse_be64(std::string_view(bytes).substr(0, sizeof(engine::NodeId)))};
}

// The first so many of what is added, in their order.
class FirstOf {
 public:
  FirstOf(std::size_t limit, bool descending) : limit_(limit), before_(descending), kept_(before_) {}

  void add(Position position, const NodeRecord& record) {
    if (kept_.size() == limit_ && !before_(position, std::prev(kept_.end())->first)) return;
    kept_.emplace(std::move(position), record);
    if (kept_.size() > limit_) kept_.erase(std::prev(kept_.end()));
  }
  const std::map<Position, NodeRecord, Before>& kept() const { return kept_; }

 private:
  std::size_t limit_;
  Before before_;
  std::map<Position, NodeRecord, Before> kept_;
};

// Nodes of a page as they come in their order, and where it ends.
class PageBuilder {
 public:
  PageBuilder(const StoreState& state, const engine::View& view, const NodeQuery& query) : state_(state), view_(view), query_(query) {}

  // False if the node belongs to the next page.
  bool add(const std::string& key, engine::NodeId id, const NodeRecord& record) {
    if (page_.nodes.size() == query_.limit) {
      page_.next = write_position(query_, last_);
      return false;
    }
    page_.nodes.push_back(state_.public_node(view_, record));
    last_ = {key, id};
    return true;
  }
  bool is_over() const { return !page_.next.empty(); }
  NodePage take() { return std::move(page_); }

 private:
  const StoreState& state_;
  const engine::View& view_;
  const NodeQuery& query_;
  NodePage page_;
  Position last_;
};

// Whether nodes end what is linked, as NodeQuery::none_up and none_down say.
class Ends {
 public:
  Ends(const engine::View& view, const NodeQuery& query) {
    if (!query.none_up.empty()) up_.emplace(view, Direction::up, query.none_up);
    if (!query.none_down.empty()) down_.emplace(view, Direction::down, query.none_down);
  }
  bool are_at(engine::NodeId id) { return !(up_ && graph::leads_on(*up_, id)) && !(down_ && graph::leads_on(*down_, id)); }

 private:
  std::optional<graph::LinkFollower> up_, down_;
};

engine::NodeId node_before(const StoreState& state, const engine::View& view, const NodeQuery& query) {
  if (const auto uuid = Uuid::parse(query.after)) return graph::GraphReader(view, state.labels()).get_id(*uuid);
  return read_position(query).node;
}

void list_by_age(const StoreState& state, const engine::View& view, const graph::NodeScan& scan, const NodeQuery& query,
                 Ends& ends, PageBuilder& page) {
  const engine::NodeId first = query.after.empty() ? 0 : node_before(state, view, query) + 1;
  scan.visit(first, [&](engine::NodeId id, const NodeRecord& record) { return !ends.are_at(id) || page.add({}, id, record); });
}

// Reads all that passes, and keeps the page.
void list_sorted(const graph::NodeScan& scan, const NodeQuery& query, const std::optional<Position>& after, Ends& ends,
                 PageBuilder& page) {
  const Before before(query.descending);
  FirstOf first(query.limit == SIZE_MAX ? SIZE_MAX : query.limit + 1, query.descending);
  scan.visit(0, [&](engine::NodeId id, const NodeRecord& record) {
    if (!ends.are_at(id)) return true;
    Position position{key_of(scan, query, id, record), id};
    if (!after || before(*after, position)) first.add(std::move(position), record);
    return true;
  });
  for (const auto& [position, record] : first.kept())
    if (!page.add(position.key, position.node, record)) return;
}

// Reads what the page has, from an index of what it is listed by; then those that have no value. False without such an index.
bool list_by_index(const graph::NodeScan& scan, const NodeQuery& query, const std::optional<Position>& after, Ends& ends,
                   PageBuilder& page) {
  const FilterPath& path = *query.order_by;
  if (!after || !after->key.empty()) {
    const auto behind = after ? std::optional(after->key + format::be64_text(after->node)) : std::nullopt;
    const bool has_index = scan.visit_by_value(path, query.descending, behind, [&](engine::NodeId id, const NodeRecord& record) {
      return !ends.are_at(id) || page.add(scan.value_key(path, id, record), id, record);
    });
    if (!has_index) return false;
  }
  if (page.is_over() || !scan.may_lack_value(path)) return true;
  const engine::NodeId first = after && after->key.empty() ? after->node + 1 : 0;
  scan.visit(first, [&](engine::NodeId id, const NodeRecord& record) {
    return !scan.value_key(path, id, record).empty() || !ends.are_at(id) || page.add({}, id, record);
  });
  return true;
}

}  // namespace

graph::NodeLookups node_lookups(const StoreState& state, const engine::View& view) {
  return {.run_name = [&](engine::CellId cell) { return state.run_name(view, cell); },
          .find_run = [&](std::string_view name) -> std::optional<engine::CellId> {
            const auto owner = view.find_claim(format::claim::run_name(name));
            return owner ? std::optional(format::parse_be64(*owner)) : std::nullopt;
          },
          .decode = [&](std::string_view bytes) { return read_embedded(view, bytes); }};
}

Timestamp moment(const std::optional<Timestamp>& given) {
  return given.value_or(base::timestamp(base::now_nanoseconds()));
}

NodePage query_nodes(const StoreState& state, const NodeQuery& query) {
  check_order(query);
  if (query.limit == 0) return {};
  const auto view = state.engine().view();
  const graph::NodeLookups lookups = node_lookups(state, *view);
  const graph::NodeScan scan(*view, lookups, query.filter, moment(query.now));
  PageBuilder page(state, *view, query);
  Ends ends(*view, query);
  if (!query.order_by && !query.descending) {
    list_by_age(state, *view, scan, query, ends, page);
    return page.take();
  }
  const std::optional<Position> after = query.after.empty() ? std::nullopt : std::optional(read_position(query));
  const bool is_listed = query.order_by && !scan.leads_to_few() && list_by_index(scan, query, after, ends, page);
  if (!is_listed) list_sorted(scan, query, after, ends, page);
  return page.take();
}

QueryPlan explain_nodes(const StoreState& state, const Filter& filter, std::optional<Timestamp> now) {
  const auto view = state.engine().view();
  const graph::NodeLookups lookups = node_lookups(state, *view);
  const graph::NodeScan scan(*view, lookups, filter, moment(now));
  QueryPlan plan;
  scan.visit(0, [&](engine::NodeId, const NodeRecord&) { return ++plan.nodes_found != 0; });
  plan.source = scan.source_name();
  plan.entries_read = scan.cost().entries;
  plan.nodes_read = scan.cost().records;
  return plan;
}

std::uint64_t count_nodes(const StoreState& state, const Filter& filter, std::optional<Timestamp> now) {
  const auto view = state.engine().view();
  const graph::NodeLookups lookups = node_lookups(state, *view);
  std::uint64_t count = 0;
  graph::NodeScan(*view, lookups, filter, moment(now)).visit(0, [&](engine::NodeId, const NodeRecord&) { return ++count != 0; });
  return count;
}

std::vector<NodeTotal> total_nodes(const StoreState& state, const Filter& filter, std::optional<Timestamp> now) {
  const auto view = state.engine().view();
  const graph::NodeLookups lookups = node_lookups(state, *view);
  std::map<std::tuple<NodeKind, std::string, NodeState>, NodeTotal> totals;
  graph::NodeScan(*view, lookups, filter, moment(now)).visit(0, [&](engine::NodeId, const NodeRecord& record) {
    NodeTotal& total = totals[{record.kind, record.type, record.state}];
    total.kind = record.kind;
    total.type = record.type;
    total.state = record.state;
    ++total.count;
    total.size_bytes += record.size;
    if (record.kind != NodeKind::data && is_terminal(record.state))
      total.duration += std::chrono::nanoseconds(std::max<std::int64_t>(record.modified - record.created, 0));
    return true;
  });
  std::vector<NodeTotal> list;
  for (auto& [key, total] : totals) list.push_back(std::move(total));
  return list;
}

}  // namespace cairn::store
