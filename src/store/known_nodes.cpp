#include "store/known_nodes.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "graph/writer.h"
#include "store/attribute_indexes.h"
#include "store/embedded.h"
#include "store/forwarding_view.h"

namespace cairn::store {
namespace {

using engine::NodeId;
using engine::Record;
using format::NodeRecord;

// New nodes are not in the view yet; the rules ask for their kinds.
class ViewWithNewNodes final : public ForwardingView {
 public:
  explicit ViewWithNewNodes(const engine::View& view) : ForwardingView(view) {}
  void add(const graph::BulkNode& node) {
    NodeRecord record;
    record.uuid = node.uuid;
    record.kind = node.kind;
    record.state = node.kind == NodeKind::data ? NodeState::finished : NodeState::created;
    new_.emplace(node.id, format::encode_node(record));
  }
  std::optional<std::string> find_record(Record record, NodeId id) const override {
    if (const auto found = new_.find(id); record == Record::node && found != new_.end()) return found->second;
    return view().find_record(record, id);
  }

 private:
  std::map<NodeId, std::string> new_;
};

NodeRecord record_of(const engine::View& view, NodeId id) {
  const auto bytes = view.find_record(Record::node, id);
  if (!bytes) throw Error(ErrorCode::conflict, fmt::format("take in a bundle: node number {} was forgotten meanwhile", id));
  return format::decode_node(*bytes);
}

}  // namespace

// Calls `refuse` with each link that breaks a rule. A writer for each cell: each looks after the nodes of its own.
template <class Refuse>
std::vector<engine::Edit> KnownNodes::write(const engine::View& view, const graph::BulkGraph& graph, const Refuse& refuse) const {
  ViewWithNewNodes with_new(view);
  for (const Link& link : links_)
    if (const graph::BulkNode& other = graph.node(link.other); other.is_new) with_new.add(other);
  const StagedBlobs blobs(context_.staging(), view);
  const graph::Labels& labels = context_.store().labels();
  std::map<engine::CellId, graph::GraphWriter> writers;
  const auto writer_of = [&](engine::CellId cell) -> graph::GraphWriter& {
    const auto known = writers.find(cell);
    if (known != writers.end()) return known->second;
    return writers.try_emplace(cell, with_new, labels, cell, attribute_entries(view, blobs)).first->second;
  };
  for (const auto& [id, next] : changes_) writer_of(next.cell).update_node(id, next);
  for (const Link& link : links_) {
    if (!labels.find(link.label, view)) continue;  // in a dry run those that nobody used have no numbers
    const graph::BulkNode &holder = graph.node(link.holder), &other = graph.node(link.other);
    try {
      writer_of(record_of(view, holder.id).cell)
          .add_link(link.outgoing ? holder.id : other.id, link.outgoing ? other.id : holder.id, link.type, link.label);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::rule_violation) throw;
      refuse(link, error);
    }
  }
  std::vector<engine::Edit> edits;
  for (auto& [cell, writer] : writers) edits.push_back(writer.finish());
  return edits;
}

void KnownNodes::check(const graph::BulkGraph& graph, MergedRuns& runs) {
  if (links_.empty()) return;
  const auto view = context_.store().engine().view();
  const auto refuse = [&](const Link& link, std::string_view rule) {
    const Uuid &holder = graph.node(link.holder).uuid, &other = graph.node(link.other).uuid;
    context_.add_conflict("link", holder.text(),
                          fmt::format("this node is here without its {} link \"{}\" {} node {}, and gets none: {}", link_name(link.type), link.label,
                                      link.outgoing ? "to" : "from", other.text(), rule));
  };
  for (const Link& link : links_)
    if (const engine::CellId cell = record_of(*view, graph.node(link.holder).id).cell; cell != format::kLooseCell) {
      MergedRun* const run = runs.find(cell);
      if (run == nullptr) refuse(link, "its run does not come");
      else if (!runs.grow(*run)) refuse(link, run->obstacle);
    }
  write(*view, graph, [&](const Link& link, const Error& error) { refuse(link, error.what()); });
}

void KnownNodes::add_edits(const engine::View& view, const graph::BulkGraph& graph, engine::Edit& edit) const {
  if (changes_.empty() && links_.empty()) return;
  for (engine::Edit& some : write(view, graph, [](const Link&, const Error& error) { throw Error(error); })) {
    std::ranges::move(some.records, std::back_inserter(edit.records));
    std::ranges::move(some.claims, std::back_inserter(edit.claims));
    std::ranges::move(some.indexes, std::back_inserter(edit.indexes));
  }
}

}  // namespace cairn::store
