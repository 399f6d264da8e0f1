// The verbs of the command. A verb is one file in verbs/, one declaration here and one line in the table of verbs.cpp.
#pragma once

#include <functional>
#include <span>

#include "context.h"

namespace cairn::cli {

/// Does the work of a verb when the command line has been read.
using Action = std::function<ExitStatus()>;

/// Adds the verb's own arguments to `app`. The context outlives the action.
using AddVerb = Action (*)(CLI::App& app, Context& context);

struct Verb {
  const char* name;
  const char* help;  ///< one line
  AddVerb add;
};

/// In the order of --help.
std::span<const Verb> verbs();

Action add_init(CLI::App& app, Context& context);
Action add_put(CLI::App& app, Context& context);
Action add_get(CLI::App& app, Context& context);
Action add_add(CLI::App& app, Context& context);
Action add_restore(CLI::App& app, Context& context);
Action add_cat(CLI::App& app, Context& context);
Action add_list(CLI::App& app, Context& context);
Action add_diff(CLI::App& app, Context& context);
Action add_checkpoint(CLI::App& app, Context& context);
Action add_restart(CLI::App& app, Context& context);
Action add_runs(CLI::App& app, Context& context);
Action add_log(CLI::App& app, Context& context);
Action add_fork(CLI::App& app, Context& context);
Action add_tag(CLI::App& app, Context& context);
Action add_untag(CLI::App& app, Context& context);
Action add_prune(CLI::App& app, Context& context);
Action add_delete_run(CLI::App& app, Context& context);
Action add_purge(CLI::App& app, Context& context);
Action add_purges(CLI::App& app, Context& context);
Action add_forget(CLI::App& app, Context& context);
Action add_show(CLI::App& app, Context& context);
Action add_node(CLI::App& app, Context& context);
Action add_link(CLI::App& app, Context& context);
Action add_nodes(CLI::App& app, Context& context);
Action add_group(CLI::App& app, Context& context);
Action add_groups(CLI::App& app, Context& context);
Action add_index(CLI::App& app, Context& context);
Action add_lineage(CLI::App& app, Context& context);
Action add_paths(CLI::App& app, Context& context);
Action add_common(CLI::App& app, Context& context);
Action add_impact(CLI::App& app, Context& context);
Action add_closure(CLI::App& app, Context& context);
Action add_violations(CLI::App& app, Context& context);
Action add_why(CLI::App& app, Context& context);
Action add_steps(CLI::App& app, Context& context);
Action add_invalidate(CLI::App& app, Context& context);
Action add_run_step(CLI::App& app, Context& context);
Action add_import(CLI::App& app, Context& context);
Action add_export(CLI::App& app, Context& context);
Action add_bundle(CLI::App& app, Context& context);
Action add_unbundle(CLI::App& app, Context& context);
Action add_copy(CLI::App& app, Context& context);
Action add_types(CLI::App& app, Context& context);
Action add_stats(CLI::App& app, Context& context);
Action add_compact(CLI::App& app, Context& context);
Action add_backup(CLI::App& app, Context& context);
Action add_verify(CLI::App& app, Context& context);
Action add_repair(CLI::App& app, Context& context);

}  // namespace cairn::cli
