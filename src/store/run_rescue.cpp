#include "store/run_rescue.h"

#include <algorithm>

#include "format/checkpoint.h"
#include "format/keys.h"
#include "store/history.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::CellId;
using engine::NodeId;

constexpr std::uint64_t kNodeBlock = 64;  // as of a new run

std::optional<format::CheckpointRecord> newest_readable(const engine::View& view, CellId cell, const CheckpointSet& checkpoints) {
  for (auto sequence = checkpoints.rbegin(); sequence != checkpoints.rend(); ++sequence) {
    const auto record = unless_damaged([&] {
      const auto bytes = view.find_row(cell, row::checkpoint(*sequence)).value();
      return format::decode_checkpoint(view.get_blob(engine::BlobKind::checkpoint, format::decode_checkpoint_row(bytes).id.digest));
    });
    if (record) return record;
  }
  return std::nullopt;
}

std::optional<std::string> name_of(const engine::View& view, CellId cell) {
  std::optional<std::string> name;
  visit_claims(view, format::claim::kRunName, [&](std::string_view key, std::string_view owner) {
    if (owner.size() == 8 && format::parse_be64(owner) == cell) name = key.substr(1);
  });
  return name;
}

// The node of the run has the first number that was leased to its cell; 0 if that is not known.
NodeId first_node_of(const engine::View& view, CellId cell) {
  NodeId first = 0;
  visit_rows(view, format::kRootCell, row::kLease, [&](std::string_view key, std::string_view value) {
    if (first == 0 && value.size() == 16 && format::parse_be64(value.substr(0, 8)) == cell) first = row::parse_lease(key);
  });
  return first;
}

// The run that has a pin for it.
void find_parent(const engine::View& view, CellId cell, format::RunRecord& run) {
  for (CellId parent = format::kFirstRunCell; parent < cell; ++parent) {
    const auto pin = view.find_row(parent, row::pin(cell));
    const auto record = pin ? unless_damaged([&] { return find_run_record(view, parent); }).value_or(std::nullopt) : std::nullopt;
    if (!record || pin->size() != 8) continue;
    run.forked_from = parent;
    run.forked_at = format::parse_be64(*pin);
    run.forked_writes = record->writes;
    run.forked_count = unless_damaged([&] { return checkpoint_count_up_to(view, parent, run.forked_at); }).value_or(0);
  }
}

}  // namespace

std::optional<format::RunRecord> rescue_run(const engine::View& view, CellId cell, const CheckpointSet& checkpoints) {
  const auto newest = newest_readable(view, cell, checkpoints);
  const NodeId first = first_node_of(view, cell);
  const auto bytes = view.find_record(engine::Record::node, first);
  auto node = bytes ? unless_damaged([&] { return format::decode_node(*bytes); }) : std::nullopt;
  if (node && (node->cell != cell || node->type != "run")) node.reset();
  const auto name = name_of(view, cell);
  if (!newest && !node) return std::nullopt;
  format::RunRecord run;
  run.uuid = newest ? newest->run : node->uuid;
  run.name = name ? *name : newest ? newest->run_name : node->label;
  run.workflow = node || (first != 0 && !bytes) ? first : 0;
  run.created = node ? node->created : newest->time;
  run.node_block = kNodeBlock;
  run.steps_indexed = run.step_keys_indexed = true;  // this repair sees to it
  find_parent(view, cell, run);
  run.head = std::max(run.forked_at, checkpoints.empty() ? 0 : *checkpoints.rbegin());
  return run;
}

}  // namespace cairn::store
