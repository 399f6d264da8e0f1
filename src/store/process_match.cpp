#include "store/process_match.h"

#include <algorithm>
#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "format/records.h"
#include "graph/cursors.h"
#include "graph/leases.h"

namespace cairn::store {

namespace {

using engine::NodeId;

struct Process {
  Digest likeness;  // of those that may stand for each other
  NodeId id;

  friend auto operator<=>(const Process&, const Process&) = default;
};

Digest likeness_of(const format::NodeRecord& record) {
  std::string bytes(1, static_cast<char>(record.kind));
  bytes += record.type;
  bytes.push_back('\0');
  bytes += record.label;
  return base::hash128(base::as_bytes(bytes), 0);
}

std::vector<Process> processes_of(const engine::View& view, engine::CellId cell, const graph::IdSet& steps) {
  std::vector<Process> processes;
  const auto run = view.find_row(cell, format::row::run());
  const NodeId workflow = run ? format::decode_run(*run).workflow : 0;
  graph::RecordWalk records(view, engine::Record::node);
  std::vector<graph::NodeBlock> blocks = graph::blocks_of(view, cell);
  for (const graph::NodeBlock& block : blocks)
    records.visit(block.first, block.first + block.count, [&](NodeId id, std::string_view bytes) {
      const format::NodeRecord record = format::decode_node(bytes);
      if (record.kind != NodeKind::data && id != workflow && !steps.contains(id))
        processes.push_back({likeness_of(record), id});
      return true;
    });
  std::ranges::sort(processes);
  return processes;
}

}  // namespace

void match_processes(const engine::View& view, engine::CellId before, engine::CellId after, const graph::IdSet& steps,
                     const std::function<void(NodeId, NodeId)>& visit) {
  const std::vector<Process> ones = processes_of(view, before, steps), others = processes_of(view, after, steps);
  std::vector<std::pair<NodeId, NodeId>> pairs;
  pairs.reserve(std::max(ones.size(), others.size()));
  auto one = ones.begin(), other = others.begin();
  while (one != ones.end() || other != others.end()) {
    const bool has_one = other == others.end() || (one != ones.end() && one->likeness <= other->likeness);
    const bool has_other = one == ones.end() || (other != others.end() && other->likeness <= one->likeness);
    pairs.emplace_back(has_one ? one->id : 0, has_other ? other->id : 0);
    if (has_one) ++one;
    if (has_other) ++other;
  }
  std::ranges::sort(pairs, {},
                    [](const auto& pair) { return std::pair(pair.first == 0 ? UINT64_MAX : pair.first, pair.second); });
  for (const auto& [left, right] : pairs) visit(left, right);
}

}  // namespace cairn::store
