// From what a user typed to what it names: a full id, the beginning of one, RUN@STEP, RUN:latest or RUN:TAG.
#pragma once

#include <cairn/store.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace cairn::cli {

/// What `text` names, if that is one thing of one of the `kinds` ("object", "artifact", "checkpoint", "node").
/// Throws not_found, ambiguous listing the candidates, invalid_argument if it can be no id or names another kind.
Named resolve(const Store& store, std::string_view text, std::initializer_list<std::string_view> kinds);

/// What both name, if there is one kind of which each names one thing. Beside the `kinds` of resolve there is "run", with the
/// UUID of its node: by the run's name, or that UUID. A data node stands for its content. Throws not_found, ambiguous,
/// invalid_argument as resolve does.
std::pair<Named, Named> resolve_alike(const Store& store, std::string_view one, std::string_view other,
                                      std::initializer_list<std::string_view> kinds);

/// A checkpoint, and the run in whose history it was named: RUN of the forms RUN@STEP, RUN:latest and RUN:TAG; else `run`, if that
/// is not empty; else the run that made it. Throws as resolve(), and not_found if there is no such run.
std::pair<Run, CheckpointId> resolve_checkpoint(const Store& store, std::string_view text, std::string_view run);

/// Throws not_found.
Run get_run(const Store& store, std::string_view name);
Checkpoint get_checkpoint(const Store& store, const Digest& digest);

/// The full id: a UUID for nodes and runs, 32 digits for all else.
std::string full_id(const Named& named);

}  // namespace cairn::cli
