#include "graph/node_scan.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "graph/cursors.h"
#include "graph/filter_tree.h"
#include "graph/index_entries.h"
#include "graph/leases.h"
#include "graph/stored_subject.h"

namespace cairn::graph {
namespace {

namespace index = format::index;
using filter::Compare;
using filter::Term;

// Where the ids of all nodes that can pass are, in order.
struct Source {
  enum class Place : std::uint8_t { nodes, indexes, group_rows, known };
  Place place = Place::nodes;
  std::string prefix;
  std::vector<NodeId> known = {};  // in order
};

struct IdRange {
  NodeId first = 0;
  NodeId last = UINT64_MAX;
};

// A key that ends in a node id, without it.
std::string without_id(std::string key) {
  key.resize(key.size() - sizeof(NodeId));
  return key;
}

// A text that could not be such a name must not reach into the keys of another one.
bool is_in_keys(std::string_view name) { return name.find('\0') == std::string_view::npos; }

const std::string* text_of(const Compare& test) {
  const Value* value = std::get_if<Value>(&test.operand);
  return value == nullptr ? nullptr : value->get_if<std::string>();
}

class Planner {
 public:
  Planner(const engine::View& view, const NodeLookups& lookups, const Filter& filter) : view_(view), lookups_(lookups) {
    for (const Term* term : filter::conjuncts(filter::root_of(filter)))
      if (const auto* test = std::get_if<Compare>(&term->form); test != nullptr && test->comparison == Comparison::equal)
        equal_.push_back(test);
  }

  // The indexes in the order in which they usually lead to the fewest nodes.
  Source source() const {
    if (const Compare* test = find(FilterField::id)) return owners({format::claim::node(std::get<Uuid>(test->operand))});
    if (const Compare* test = find(FilterField::uid))
      if (const std::string* text = text_of(*test)) return unique_id(*text);
    if (const Compare* test = find(FilterField::content))
      return {Source::Place::indexes, index::contents_of(std::get<Digest>(test->operand))};
    if (const std::string* group = text(FilterField::group)) return {Source::Place::group_rows, format::row::members_of(*group)};
    if (const std::string* tag = text(FilterField::tag)) return {Source::Place::indexes, without_id(index::tag(*tag, 0))};
    if (const auto state = unfinished_state())
      return {Source::Place::indexes, without_id(index::state(static_cast<std::uint8_t>(*state), 0))};
    if (const std::string* type = text(FilterField::type)) return {Source::Place::indexes, without_id(index::type(*type, 0))};
    return {};
  }

  // A run has nodes only in the blocks of ids it leased.
  std::vector<IdRange> ranges() const {
    const std::string* name = text(FilterField::run);
    if (name == nullptr) return {{}};
    const std::optional<CellId> cell = name->empty() ? std::optional(format::kLooseCell) : lookups_.find_run(*name);
    if (!cell) return {};
    std::vector<IdRange> ranges;
    for (const NodeBlock& block : blocks_of(view_, *cell))
      if (block.count != 0) ranges.push_back({block.first, block.first + (block.count - 1)});
    std::ranges::sort(ranges, {}, &IdRange::first);
    return ranges;
  }

 private:
  const Compare* find(FilterField field) const {
    const auto found = std::ranges::find_if(equal_, [&](const Compare* test) { return test->path.field() == field; });
    return found == equal_.end() ? nullptr : *found;
  }
  const std::string* text(FilterField field) const {
    const Compare* test = find(field);
    const std::string* text = test == nullptr ? nullptr : text_of(*test);
    return text != nullptr && is_in_keys(*text) ? text : nullptr;
  }

  // Data nodes are finished and not in the index of states.
  std::optional<NodeState> unfinished_state() const {
    const Compare *state = find(FilterField::state), *kind = find(FilterField::kind);
    if (state == nullptr) return std::nullopt;
    const NodeState wanted = std::get<NodeState>(state->operand);
    const bool processes_only = kind != nullptr && is_state_indexed(std::get<NodeKind>(kind->operand));
    return processes_only || wanted != NodeState::finished ? std::optional(wanted) : std::nullopt;
  }

  Source owners(const std::vector<std::string>& claims) const {
    Source source{Source::Place::known, {}};
    for (const std::string& claim : claims)
      if (const auto owner = view_.find_claim(claim)) source.known.push_back(format::parse_be64(*owner));
    std::ranges::sort(source.known);
    source.known.erase(std::ranges::unique(source.known).begin(), source.known.end());
    return source;
  }
  // The scope may end at any colon. Claims do not regard its case and filters do: what fits is among them.
  Source unique_id(const std::string& text) const {
    std::vector<std::string> claims;
    for (std::size_t colon = text.find(':'); colon != std::string::npos && is_in_keys(text); colon = text.find(':', colon + 1))
      claims.push_back(format::claim::unique_id({text.substr(0, colon), text.substr(colon + 1)}));
    return owners(claims);
  }

  const engine::View& view_;
  const NodeLookups& lookups_;
  std::vector<const Compare*> equal_;
};

}  // namespace

class NodeScan::Impl {
 public:
  Impl(const engine::View& view, const NodeLookups& lookups, const Filter& filter, Timestamp now)
      : view_(view), lookups_(lookups), filter_(filter), now_(now) {
    const Planner planner(view, lookups, filter);
    source_ = planner.source();
    ranges_ = planner.ranges();
  }

  using Visit = std::function<bool(NodeId, const format::NodeRecord&)>;

  void visit(NodeId first, const Visit& visit) const {
    StoredSubject subject(view_, lookups_);
    const auto consider = [&](NodeId id, std::string_view bytes) {
      const format::NodeRecord record = format::decode_node(bytes);
      subject.look_at(id, record);
      return !filter::passes(filter::root_of(filter_), subject, now_) || visit(id, record);
    };
    for (const IdRange& range : ranges_)
      if (range.last >= first && !visit_range({std::max(range.first, first), range.last}, consider)) return;
  }

  bool passes(NodeId id, const format::NodeRecord& record) const {
    StoredSubject subject(view_, lookups_);
    subject.look_at(id, record);
    return filter::passes(filter::root_of(filter_), subject, now_);
  }

 private:
  // False if the visitor wants no more.
  template <class Consider>
  bool visit_range(const IdRange& range, const Consider& consider) const {
    if (source_.place == Source::Place::known) return visit_known(range, consider);
    const bool has_records = source_.place == Source::Place::nodes;
    IdWalk ids(open(), source_.prefix);
    RecordWalk records(view_, engine::Record::node);
    for (bool more = ids.move_to(range.first); more && ids.id() <= range.last; more = ids.next()) {
      const auto bytes = has_records ? std::optional(ids.value()) : records.find(ids.id());
      // Indexes are derived: an entry may have no record.
      if (bytes && !consider(ids.id(), *bytes)) return false;
    }
    return true;
  }

  template <class Consider>
  bool visit_known(const IdRange& range, const Consider& consider) const {
    for (const NodeId id : source_.known) {
      if (id < range.first || id > range.last) continue;
      const auto bytes = view_.find_record(engine::Record::node, id);
      if (bytes && !consider(id, *bytes)) return false;
    }
    return true;
  }

  std::unique_ptr<engine::Cursor> open() const {
    switch (source_.place) {
      case Source::Place::indexes: return view_.indexes();
      case Source::Place::group_rows: return view_.rows(format::kGroupCell);
      default: return view_.records(engine::Record::node);
    }
  }

  const engine::View& view_;
  const NodeLookups& lookups_;
  const Filter& filter_;
  const Timestamp now_;
  Source source_;
  std::vector<IdRange> ranges_;
};

NodeScan::NodeScan(const engine::View& view, const NodeLookups& lookups, const Filter& filter, Timestamp now)
    : impl_(std::make_unique<Impl>(view, lookups, filter, now)) {}
NodeScan::~NodeScan() = default;
void NodeScan::visit(NodeId first, const std::function<bool(NodeId, const format::NodeRecord&)>& visit) const {
  impl_->visit(first, visit);
}
bool NodeScan::passes(NodeId id, const format::NodeRecord& record) const { return impl_->passes(id, record); }

}  // namespace cairn::graph
