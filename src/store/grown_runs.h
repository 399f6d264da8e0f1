// Grown runs: runs that were there, and that more was taken in of.
//
// What is taken in is made visible by one commit, and a commit changes one cell. So the new rows of a run that was there are written to
// a cell that nobody sees, as those of new runs are (staged_runs.h). The commit that makes all of it visible also writes a row 'G' to the
// cell of groups: from then on the rows in that other cell are the run's. Whoever reads sees them in their place (GrownView), until commits
// of the run's cell have brought them there. A crash in between leaves the row, and opening the store for writing goes on.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "store/forwarding_view.h"

namespace cairn::store {

struct RunGrowth {
  engine::CellId staged = 0;  ///< the cell that has the rows
  std::string record = {};    ///< the RunRecord as it is now
};

/// By the cell of the run. A row of `staged` takes the place of the run's; one of an attempt (letter 'a') without a value takes it away.
std::map<engine::CellId, RunGrowth> grown_runs(const engine::View& view);

/// Brings the rows of a grown run into its cell, and marks the other cell as staged, to be emptied. Throws as commit_cell.
void settle_growth(engine::Engine& engine, engine::CellId run, const RunGrowth& growth);

/// A view of which grown runs have their rows.
class GrownView final : public ForwardingView {
 public:
  GrownView(std::unique_ptr<engine::View> view, std::map<engine::CellId, RunGrowth> growths)
      : ForwardingView(*view), owned_(std::move(view)), growths_(std::move(growths)) {}

  std::optional<std::string> find_row(engine::CellId cell, std::string_view key) const override;
  std::unique_ptr<engine::Cursor> rows(engine::CellId cell) const override;

 private:
  const std::unique_ptr<engine::View> owned_;
  const std::map<engine::CellId, RunGrowth> growths_;
};

}  // namespace cairn::store
