// The one retry path above the engines: conflict, fenced and unknown outcomes are settled here and nowhere else.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace cairn::store {

/// Makes the edit of one commit from the state it will be applied to. Called again when that state has changed.
using BuildEdit = std::function<engine::Edit(const engine::View&)>;

/// What a commit that may be retried needs to know.
struct CommitRequest {
  engine::CellId cell = 0;
  std::uint64_t epoch = 0;            ///< of the owner that commits
  engine::Staging* staging = nullptr; ///< blobs that become durable with it; may be null
  std::string_view doing;             ///< for messages, such as "commit a checkpoint of run argon"
  engine::RowStaging* rows = nullptr; ///< what it changes beside its edit; may be null
};

/// Commits what `build` makes. Returns the key of the claim that somebody else owns, if that is why nothing was
/// changed. Throws fenced, conflict (the cell kept changing), unknown_outcome, and what the engine throws.
std::optional<std::string> commit_cell(engine::Engine& engine, const CommitRequest& request, const BuildEdit& build);

}  // namespace cairn::store
