#include "graph/node_scan.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "graph/cursors.h"
#include "graph/filter_match.h"
#include "graph/node_planner.h"
#include "graph/stored_subject.h"

namespace cairn::graph {
namespace {

using format::NodeRecord;

constexpr std::size_t kFewEntries = 1000;

}  // namespace

class NodeScan::Impl {
 public:
  Impl(const engine::View& view, const NodeLookups& lookups, const Filter& filter, Timestamp now)
      : view_(view), lookups_(lookups), root_(filter::root_of(filter)), now_(now), planner_(view, lookups, now),
        source_(planner_.source(root_)), ranges_(planner_.ranges(root_)), subject_(view, lookups) {}

  void visit(NodeId first, const Visit& visit) {
    const auto consider = [&](NodeId id, std::string_view bytes) {
      const NodeRecord record = format::decode_node(bytes);
      return !passes(id, record) || visit(id, record);
    };
    sort_source();
    if (source_)
      visit_source(first, consider);
    else
      visit_all(first, consider);
  }

  bool visit_by_value(const FilterPath& path, bool descending, const std::optional<std::string>& after, const Visit& visit) {
    const AttributeIndex* index = planner_.find_index(path);
    if (index == nullptr) return false;
    const std::string prefix = format::index::attributes_of(index->number);
    std::string begin = prefix, end = filter::behind_prefix(prefix);
    if (const auto range = planner_.values(root_, path)) {
      begin = prefix + range->begin;
      end = prefix + range->end;
    }
    if (after) (descending ? end : begin) = prefix + *after + (descending ? std::string() : std::string(1, '\0'));
    const auto cursor = view_.indexes();
    const auto is_inside = [&] { return cursor->key() >= begin && cursor->key() < end; };
    bool more = descending ? cursor->seek_back(end) : cursor->seek(begin);
    if (more && descending && cursor->key() >= end) more = cursor->previous();
    for (; more && is_inside(); more = descending ? cursor->previous() : cursor->next()) {
      ++cost_.entries;
      const NodeId id = format::index::trailing_node(cursor->key());
      const auto bytes = view_.find_record(engine::Record::node, id);
      if (!bytes) continue;  // indexes are derived: an entry may have no record
      const NodeRecord record = format::decode_node(*bytes);
      if (passes(id, record) && !visit(id, record)) break;
    }
    return true;
  }

  bool may_lack_value(const FilterPath& path) const { return !planner_.values(root_, path); }
  bool leads_to_few() const { return source_ && count_entries(view_, *source_, kFewEntries) < kFewEntries; }

  bool passes(NodeId id, const NodeRecord& record) {
    ++cost_.records;
    look_at(id, record);
    return filter::passes(root_, subject_, now_);
  }

  std::string value_key(const FilterPath& path, NodeId id, const NodeRecord& record) {
    look_at(id, record);
    const bool is_value = path.field() == FilterField::attributes || path.field() == FilterField::extras;
    return filter::value_key(filter::find_held(subject_, path), is_value ? filter::kTextKeyBytes : SIZE_MAX).value_or(std::string());
  }

  std::string source_name() const { return source_ ? source_->name : "every node"; }
  ScanCost cost() const { return cost_; }

 private:
  // What was decoded of a node for the filter is still there for its key.
  void look_at(NodeId id, const NodeRecord& record) {
    if (looked_at_ == std::pair(id, &record)) return;
    subject_.look_at(id, record);
    looked_at_ = {id, &record};
  }

  // Ids that are not in order as they are stored are put in order; if they are too many, all nodes are in order.
  void sort_source() {
    if (!source_ || source_->is_in_order()) return;
    auto ids = collect_ids(view_, *source_, cost_.entries);
    if (ids)
      source_ = IdSource{.known = std::move(*ids), .name = std::move(source_->name)};
    else
      source_ = std::nullopt;
  }

  // Walks from `first` through the blocks of ids that count, until `consider` wants no more.
  template <class Walk, class Consider>
  void visit_ranges(NodeId first, Walk& ids, const Consider& consider) {
    for (const NodePlanner::IdRange& range : ranges_) {
      if (range.last < first) continue;
      for (bool more = ids.move_to(std::max(range.first, first)); more && ids.id() <= range.last; more = ids.next())
        if (!consider()) return;
    }
  }

  template <class Consider>
  void visit_source(NodeId first, const Consider& consider) {
    SourceWalk ids(view_, *source_);
    RecordWalk records(view_, engine::Record::node);
    visit_ranges(first, ids, [&] {
      const auto bytes = records.find(ids.id());
      return !bytes || consider(ids.id(), *bytes);  // indexes are derived: an entry may have no record
    });
    cost_.entries += ids.entries();
  }

  template <class Consider>
  void visit_all(NodeId first, const Consider& consider) {
    IdWalk ids(view_.records(engine::Record::node), {});
    visit_ranges(first, ids, [&] { return consider(ids.id(), ids.value()); });
  }

  const engine::View& view_;
  const NodeLookups& lookups_;
  const filter::Term& root_;
  const Timestamp now_;
  const NodePlanner planner_;
  std::optional<IdSource> source_;  // empty: every node
  std::vector<NodePlanner::IdRange> ranges_;
  StoredSubject subject_;
  std::pair<NodeId, const NodeRecord*> looked_at_{};
  ScanCost cost_;
};

NodeScan::NodeScan(const engine::View& view, const NodeLookups& lookups, const Filter& filter, Timestamp now)
    : impl_(std::make_unique<Impl>(view, lookups, filter, now)) {}
NodeScan::~NodeScan() = default;

void NodeScan::visit(NodeId first, const Visit& visit) const { impl_->visit(first, visit); }
bool NodeScan::visit_by_value(const FilterPath& path, bool descending, const std::optional<std::string>& after,
                              const Visit& visit) const {
  return impl_->visit_by_value(path, descending, after, visit);
}
bool NodeScan::may_lack_value(const FilterPath& path) const { return impl_->may_lack_value(path); }
bool NodeScan::leads_to_few() const { return impl_->leads_to_few(); }
bool NodeScan::passes(NodeId id, const NodeRecord& record) const { return impl_->passes(id, record); }
std::string NodeScan::value_key(const FilterPath& path, NodeId id, const NodeRecord& record) const {
  return impl_->value_key(path, id, record);
}
std::string NodeScan::source_name() const { return impl_->source_name(); }
ScanCost NodeScan::cost() const { return impl_->cost(); }

}  // namespace cairn::graph
