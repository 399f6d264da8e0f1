// Bundles: one file with runs, checkpoints and nodes, and all that they need, for another store.
#pragma once

#include <cairn/compaction.h>
#include <cairn/compression.h>
#include <cairn/digest.h>
#include <cairn/uuid.h>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// What goes into a bundle. Throws not_found for what is not in the store, and invalid_argument if nothing is chosen.
///
/// A run comes with its history, tags, pending writes, nodes, recorded steps and attempts. Of the runs it was forked from, those
/// checkpoints come that are in its history; they are no runs on the other side, unless they are chosen as well. A checkpoint comes
/// with its tags and pending writes, as the only one of its run, and without the nodes and steps of that. A node comes with what it
/// came from; if its run is not chosen, it belongs to no run on the other side. Of links those come whose ends both do.
struct BundleSelection {
  bool everything = false;              ///< all runs, also deleted ones; all nodes, groups, and invalidations of steps
  std::vector<std::string> runs = {};   ///< by name
  std::vector<CheckpointId> checkpoints = {};
  std::vector<Uuid> nodes = {};         ///< none that stands for a run
  bool ancestors = true;                ///< of nodes, also of those of the runs, over input and create links
};

struct BundleOptions {
  /// Of each blob on its own, where that saves an eighth or more.
  Compression compression = Compression::lz4;
  std::function<void(const CareProgress&)> progress = {};  ///< stage "blobs": bytes of them so far; may be empty
};

struct BundledRun {
  std::string name;
  Uuid uuid;
  bool is_whole = true;   ///< else it has some checkpoints alone
  bool is_there = true;   ///< as a run; else it was deleted, or was not chosen, and forks have its checkpoints
  std::uint64_t checkpoint_count = 0;  ///< that it made itself
  std::uint64_t step_count = 0;        ///< recorded
  std::uint64_t node_count = 0;

  friend bool operator==(const BundledRun&, const BundledRun&) = default;
};

/// What is in a bundle.
struct BundleReport {
  std::vector<BundledRun> runs;       ///< those that others were forked from before these, then by name
  std::uint64_t node_count = 0;
  std::uint64_t link_count = 0;
  std::uint64_t group_count = 0;
  std::uint64_t invalidation_count = 0;
  std::uint64_t purge_count = 0;      ///< things that are named and whose bytes were purged
  std::uint64_t blob_count = 0;
  std::uint64_t blob_bytes = 0;       ///< before compression
  std::uint64_t bundle_bytes = 0;     ///< of the file

  friend bool operator==(const BundleReport&, const BundleReport&) = default;
};

struct MergeOptions {
  bool dry_run = false;                           ///< nothing is changed; the report says what would be
  std::map<std::string, std::string> rename = {};  ///< runs that are new get another name, by their name in the bundle
  std::string prefix = {};                        ///< of the names of all other runs that are new
  std::function<void(const CareProgress&)> progress = {};  ///< as BundleOptions
};

/// Why nothing was taken in.
struct MergeConflict {
  std::string kind;  ///< "run", "checkpoint", "step", "node", "link", "group", "blob"
  std::string name;  ///< of the run or group; the id of anything else
  std::string problem;
};

/// What was new, and what was there already, with the same ids and content.
struct MergeReport {
  bool merged = false;  ///< false after a dry run, and if there are conflicts: then nothing has changed
  std::uint64_t runs_new = 0, runs_known = 0;
  std::uint64_t checkpoints_new = 0, checkpoints_known = 0;
  std::uint64_t steps_new = 0, steps_known = 0;
  std::uint64_t nodes_new = 0, nodes_known = 0;
  std::uint64_t links_new = 0, links_known = 0;
  std::uint64_t groups_new = 0, groups_known = 0;
  std::uint64_t blobs_new = 0, blobs_shared = 0;  ///< of those that came
  std::uint64_t bytes_new = 0, bytes_shared = 0;  ///< of these, before compression
  std::uint64_t conflict_count = 0;
  std::vector<MergeConflict> conflicts;  ///< the first 1000
};

// Store::bundle throws damaged if something that is needed is missing or damaged in the store, and io if the stream refuses. What is
// written depends on the content alone: equal content gives equal bytes, whichever store it is in. Memory: about 40 bytes for each
// blob and 24 for each node, beside the largest blob.
//
// Store::unbundle throws bad_document for what is no bundle, newer_format for one of a later version, damaged for one that was cut off
// or changed, and rule_violation for links that break a rule of the graph; and as other commits. Nothing is taken in then, or if there
// are conflicts; at most blobs stay that the next collection frees. It is seen by readers all at once. A crash leaves nothing of it, or
// all. While it is made visible, no other commit writes nodes. Memory: that of a BulkLoad, 500 bytes for each checkpoint and each
// recorded step, 20 for each blob, and the largest blob.
//
// Store::copy_from does the same without a file between. Of blobs that this store has, nothing is read from the other one, nor of what
// is below them.

/// What is in a bundle, which must begin where the stream stands and be the last in it. If the stream can seek, only the end is read
/// and believed; else all of it. Throws bad_document, newer_format, damaged, io.
BundleReport list_bundle(std::istream& in);

}  // namespace cairn
