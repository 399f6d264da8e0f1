// Forgetting: nodes that are removed from the graph, and what goes with them.
//
// All that readers see of up to kForgottenAtOnce nodes goes in one commit: their records, links, claims, entries in indexes, groups, and
// the names of runs whose nodes are among them. It is a commit of the cell of groups, since that has rows of nodes of all cells; the
// commit gate is held alone, so that no other commit changes nodes between what it is built on and itself.
//
// What is left then leads from nowhere to nothing: rows of recorded steps and checkpoints in the cells of runs that are not there any
// more, and marks of links that broke a rule. The commit names these cells (rows 'D' of the cell of groups); each is tidied up by
// commits of its own, and its row goes when that is done.
//
// More nodes are written down first (rows 'F'), then removed chunk by chunk, the row of a chunk in the commit that removes it. Each of
// these commits leaves a graph whose links all lead somewhere; but readers see it become smaller. If the process ends, opening the store
// for writing goes on: with all of it if all rows had been written, which row 0 says, and else with nothing.
#pragma once

#include <cairn/forget.h>

#include <functional>
#include <span>
#include <vector>

#include "store/store_state.h"

namespace cairn::store {

inline constexpr std::size_t kForgottenAtOnce = 32'768;

/// The nodes to begin with, as of that view.
using FindStarts = std::function<std::vector<NodeId>(const engine::View&)>;

/// Forgets the nodes that `find` gives, and those that the rules lead to.
ForgetReport forget_nodes(StoreState& store, const FindStarts& find, const ForgetOptions& options);

/// As Store::forget.
ForgetReport forget(StoreState& store, std::span<const Uuid> nodes, const ForgetOptions& options);

/// As Store::forget_content, for an id of that kind.
ForgetReport forget_content(StoreState& store, engine::BlobKind kind, const Digest& digest, const ForgetOptions& options);

/// Does what a process left undone that ended while it was forgetting. Cost if there is nothing: a seek.
void finish_forgetting(StoreState& store);

}  // namespace cairn::store
