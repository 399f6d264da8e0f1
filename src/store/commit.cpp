#include "store/commit.h"

#include <cairn/error.h>

#include <fmt/format.h>

namespace cairn::store {
namespace {

constexpr int kAttemptsMax = 100;  // a cell has one owner: even one conflict is rare

enum class Settled { done, again };

// After an unknown outcome: the cell keeps the id of the commit that made its version.
Settled settle(engine::Engine& engine, const engine::Commit& commit, std::string_view doing) {
  const engine::CellHeader now = engine.view()->cell(commit.cell);
  if (now.last_commit == commit.id) return Settled::done;
  // Ours could only have made the next version, so it did not happen unless later ones hide it.
  if (now.version <= commit.guard.version + 1) return Settled::again;
  throw Error(ErrorCode::unknown_outcome, fmt::format("{}: others have committed since, and it cannot be told whether "
                                                      "this commit happened before them", doing));
}

}  // namespace

std::optional<std::string> commit_cell(engine::Engine& engine, const CommitRequest& request, const BuildEdit& build) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    engine::Commit commit;
    commit.cell = request.cell;
    commit.id = Uuid::generate();
    commit.rows = request.rows;
    {
      const auto view = engine.view();
      commit.guard = {view->cell(request.cell).version, request.epoch};
      commit.edit = build(*view);
    }
    const engine::PublishResult result = engine.publish(request.staging, commit);
    switch (result.outcome) {
      case engine::Outcome::ok: return std::nullopt;
      case engine::Outcome::claimed: return result.claim;
      case engine::Outcome::conflict: continue;
      case engine::Outcome::fenced:
        throw Error(ErrorCode::fenced, fmt::format("{}: a newer owner has taken over", request.doing));
      case engine::Outcome::unknown:
        if (settle(engine, commit, request.doing) == Settled::done) return std::nullopt;
        continue;
    }
  }
  throw Error(ErrorCode::conflict, fmt::format("{}: it was changed by others {} times in a row", request.doing, kAttemptsMax));
}

}  // namespace cairn::store
