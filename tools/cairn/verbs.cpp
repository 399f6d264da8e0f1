#include "verbs.h"

#include <array>

namespace cairn::cli {
namespace {

constexpr std::array kVerbs{
    Verb{"init", "Create a store", add_init},
    Verb{"put", "Store a file or standard input as one object; prints its id", add_put},
    Verb{"get", "Write one object to standard output", add_get},
    Verb{"add", "Store files and trees as artifacts; prints their ids", add_add},
    Verb{"restore", "Write an artifact, or an entry of it, back below a directory", add_restore},
    Verb{"cat", "Write one file of an artifact, or a part of it, to standard output", add_cat},
    Verb{"list", "List the entries of an artifact", add_list},
    Verb{"diff", "Show how one artifact, object, checkpoint or run differs from another", add_diff},
    Verb{"checkpoint", "Commit one checkpoint of a run; prints its id", add_checkpoint},
    Verb{"restart", "Write the newest valid checkpoint of a run, or a named one, back into files", add_restart},
    Verb{"runs", "List the runs", add_runs},
    Verb{"log", "List the checkpoints of a run, newest first", add_log},
    Verb{"fork", "Begin a run that goes on from a checkpoint of another one; prints its id", add_fork},
    Verb{"tag", "Give a checkpoint a name that finds and pins it", add_tag},
    Verb{"untag", "Take a tag away", add_untag},
    Verb{"prune", "Remove the checkpoints of a run that no rule keeps", add_prune},
    Verb{"delete-run", "Remove a run; what forks have of it, and its nodes, stay", add_delete_run},
    Verb{"purge", "Free the bytes of an object, artifact or checkpoint; what is known of it stays", add_purge},
    Verb{"purges", "List what was purged", add_purges},
    Verb{"forget", "Remove nodes from the graph, with what makes no sense without them", add_forget},
    Verb{"show", "Show an object, artifact, checkpoint or node", add_show},
    Verb{"node", "Make a node of the provenance graph, or change one; prints its id", add_node},
    Verb{"link", "Link two nodes", add_link},
    Verb{"nodes", "List nodes of the provenance graph, oldest first", add_nodes},
    Verb{"group", "Make a group of nodes, change or show one", add_group},
    Verb{"groups", "List the groups of nodes", add_groups},
    Verb{"index", "Make, list or drop indexes of attributes, so that nodes are found by them", add_index},
    Verb{"lineage", "Show where something came from, or what came of it", add_lineage},
    Verb{"paths", "Show by which nodes and links one node leads to another", add_paths},
    Verb{"common", "List what several nodes all came from, or what came of all of them", add_common},
    Verb{"impact", "Count what must be looked at or done again if nodes are wrong", add_impact},
    Verb{"closure", "Show what it takes to make nodes again", add_closure},
    Verb{"violations", "List the links that break a rule and that imports took in", add_violations},
    Verb{"why", "Show why a recorded step was done", add_why},
    Verb{"steps", "List the steps of a run, how often they were tried, and who is at them", add_steps},
    Verb{"invalidate", "Keep other runs from taking over recorded steps, or list which", add_invalidate},
    Verb{"run-step", "Run a command once, and bring its files back later", add_run_step},
    Verb{"import", "Take in a document of another system", add_import},
    Verb{"export", "Write nodes as a document of another system", add_export},
    Verb{"bundle", "Write runs, checkpoints and nodes with all they need as one file, or list one", add_bundle},
    Verb{"unbundle", "Take in what bundle wrote, all of it or nothing", add_unbundle},
    Verb{"copy", "Take runs, checkpoints and nodes with all they need from another store", add_copy},
    Verb{"types", "Count the objects of each class", add_types},
    Verb{"stats", "Count what the store holds and what it takes", add_stats},
    Verb{"compact", "Free what nothing refers to, and rewrite the rest in less room", add_compact},
    Verb{"backup", "Copy the store, as of now, into a directory; the next time what is new", add_backup},
    Verb{"verify", "Read everything and compare it with its digest", add_verify},
    Verb{"repair", "Rebuild what can be rebuilt of a damaged store, or tell what that would be", add_repair},
};

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

}  // namespace cairn::cli
