#include "store/node_queries.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/bytes.h"
#include "base/clock.h"
#include "graph/link_follower.h"
#include "store/embedded.h"

namespace cairn::store {
namespace {

using format::NodeRecord;

// Numbers so that their bytes are in their order.
std::string ordered(std::uint64_t number) { return format::be64_text(number); }
std::string ordered(std::int64_t number) { return ordered(static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63)); }

std::string order_key(const NodeRecord& record, NodeOrder order) {
  switch (order) {
    case NodeOrder::age: return {};
    case NodeOrder::created: return ordered(record.created);
    case NodeOrder::modified: return ordered(record.modified);
    case NodeOrder::type: return record.type;
    case NodeOrder::label: return record.label;
    case NodeOrder::size: return ordered(record.size);
  }
  throw Error(ErrorCode::invalid_argument, fmt::format("list nodes: order {} does not exist", static_cast<int>(order)));
}

// Where a page ends: the key of its last node, and its number.
struct Position {
  std::string key;
  engine::NodeId node = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// One letter for the order, then hexadecimal digits.
constexpr std::string_view kOrderLetters = "acmtls";

std::string write_position(const NodeQuery& query, const Position& position) {
  const std::string bytes = format::be64_text(position.node) + position.key;
  return kOrderLetters[static_cast<std::size_t>(query.order)] +
         base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Position read_position(const NodeQuery& query) {
  const std::string_view text = query.after;
  std::string bytes(text.size() / 2, '\0');
  const bool is_ours = text.size() % 2 == 1 && text.front() == kOrderLetters[static_cast<std::size_t>(query.order)] &&
                       base::parse_hex(text.substr(1), {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  if (!is_ours || bytes.size() < sizeof(engine::NodeId))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("list nodes after {}: that is not where a page of such a list ended", text.substr(0, 64)));
  return {bytes.substr(sizeof(engine::NodeId)), format::parse_be64(std::string_view(bytes).substr(0, sizeof(engine::NodeId)))};
}

// The first so many of what is added, in their order.
class FirstOf {
 public:
  FirstOf(std::size_t limit, bool descending) : limit_(limit), descending_(descending) {}

  void add(Position position, const NodeRecord& record) {
    if (kept_.size() == limit_ && !before(position, std::prev(kept_.end())->first)) return;
    kept_.emplace(std::move(position), record);
    if (kept_.size() > limit_) kept_.erase(std::prev(kept_.end()));
  }
  const auto& kept() const { return kept_; }

 private:
  bool before(const Position& a, const Position& b) const { return kept_.key_comp()(a, b); }
  struct Less {
    bool descending;
    bool operator()(const Position& a, const Position& b) const { return descending ? b < a : a < b; }
  };

  std::size_t limit_;
  bool descending_;
  std::map<Position, NodeRecord, Less> kept_{Less{descending_}};
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

NodePage query_by_age(const StoreState& state, const engine::View& view, const graph::NodeScan& scan, const NodeQuery& query) {
  NodePage page;
  const engine::NodeId first = query.after.empty() ? 0 : node_before(state, view, query) + 1;
  engine::NodeId last = 0;
  Ends ends(view, query);
  scan.visit(first, [&](engine::NodeId id, const NodeRecord& record) {
    if (!ends.are_at(id)) return true;
    if (page.nodes.size() == query.limit) {
      page.next = write_position(query, {"", last});
      return false;
    }
    page.nodes.push_back(state.public_node(view, record));
    last = id;
    return true;
  });
  return page;
}

NodePage query_by_key(const StoreState& state, const engine::View& view, const graph::NodeScan& scan, const NodeQuery& query) {
  const std::optional<Position> after = query.after.empty() ? std::nullopt : std::optional(read_position(query));
  FirstOf first(query.limit == SIZE_MAX ? SIZE_MAX : query.limit + 1, query.descending);
  Ends ends(view, query);
  scan.visit(0, [&](engine::NodeId id, const NodeRecord& record) {
    if (!ends.are_at(id)) return true;
    Position position{order_key(record, query.order), id};
    if (!after || (query.descending ? position < *after : *after < position)) first.add(std::move(position), record);
    return true;
  });
  NodePage page;
  const Position* last = nullptr;
  for (const auto& [position, record] : first.kept()) {
    if (page.nodes.size() == query.limit) {
      page.next = write_position(query, *last);
      break;
    }
    page.nodes.push_back(state.public_node(view, record));
    last = &position;
  }
  return page;
}

}  // namespace

graph::NodeLookups node_lookups(const StoreState& state, const engine::View& view) {
  return {.run_name = [&](engine::CellId cell) { return cell == format::kLooseCell ? std::string() : state.run_record(view, cell).name; },
          .find_run = [&](std::string_view name) -> std::optional<engine::CellId> {
            const auto owner = view.find_claim(format::claim::run_name(name));
            return owner ? std::optional(format::parse_be64(*owner)) : std::nullopt;
          },
          .decode = [&](std::string_view bytes) { return read_embedded(view, bytes); }};
}

Timestamp moment(const std::optional<Timestamp>& given) {
  return given.value_or(Timestamp(std::chrono::nanoseconds(base::now_nanoseconds())));
}

NodePage query_nodes(const StoreState& state, const NodeQuery& query) {
  if (static_cast<std::size_t>(query.order) >= kOrderLetters.size()) order_key({}, query.order);
  if (query.limit == 0) return {};
  const auto view = state.engine().view();
  const graph::NodeLookups lookups = node_lookups(state, *view);
  const graph::NodeScan scan(*view, lookups, query.filter, moment(query.now));
  return query.order == NodeOrder::age && !query.descending ? query_by_age(state, *view, scan, query)
                                                            : query_by_key(state, *view, scan, query);
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
