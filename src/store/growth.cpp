#include "store/growth.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "store/blob_totals.h"
#include "store/findings.h"
#include "store/history.h"
#include "store/purges.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

struct Measured {
  CheckpointId id;
  CheckpointGrowth growth;
};

std::vector<Measured> history_of(const engine::View& view, CellId cell) {
  std::vector<Measured> history;
  walk_history(view, cell, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
    history.push_back({row.id, {sequence, row.step, Timestamp(std::chrono::nanoseconds(row.time)), 0, 0}});
    return true;
  });
  std::ranges::reverse(history);
  return history;
}

// The state, artifacts and metadata of a checkpoint, without its record. What is damaged or purged counts for nothing.
std::uint64_t add_saved(BlobTotals& totals, const engine::View& view, const CheckpointId& id) {
  std::uint64_t total = 0;
  try {
    for (const object::BlobReference& saved :
         object::references_of(engine::BlobKind::checkpoint, view.get_blob(engine::BlobKind::checkpoint, id.digest)))
      total = saturated_sum(total, totals.add(saved));
  } catch (const Error& error) {
    if (!is_damage(error) && !is_gone(error)) throw;
  }
  return total;
}

}  // namespace

std::vector<CheckpointGrowth> measure_growth(const StoreState& state, std::string_view run) {
  const auto view = state.engine().view();
  const auto cell = view->find_claim(format::claim::run_name(run));
  if (!cell) throw Error(ErrorCode::not_found, fmt::format("measure the growth of run {}: there is no such run", run));
  std::vector<CheckpointGrowth> growths;
  BlobTotals totals(*view);
  for (auto& [id, growth] : history_of(*view, format::parse_be64(*cell))) {
    const std::uint64_t before = totals.bytes();
    growth.logical_bytes = is_purged(*view, id.digest) ? 0 : add_saved(totals, *view, id);
    growth.new_bytes = totals.bytes() - before;
    growths.push_back(growth);
  }
  return growths;
}

}  // namespace cairn::store

namespace cairn {

std::vector<CheckpointGrowth> Store::growth(std::string_view run) const { return store::measure_growth(*state_, run); }

}  // namespace cairn
