// The parts of a bundle, between who tells them and who takes them: a store, a file, and another store.
//
// In parts, runs, nodes and labels have numbers: 1, 2, 3, ... in the order in which they are told. They stand where records have the
// numbers of a store: in NodeRecord::cell the run, 0 for none; in RunRecord the workflow node, 0 if that did not come, and the run that
// it was forked from; in links, steps and the keys of rows nodes and labels. What says of a RunRecord which node numbers it has left is 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "format/purge_record.h"
#include "format/records.h"
#include "format/references.h"
#include "format/step_attempts.h"

namespace cairn::store {

struct BundleBlob {
  format::BlobReference name;
  std::uint8_t probe = 0;
  std::span<const std::byte> bytes;  ///< lives as long as the call
};

struct BundleRun {
  format::RunRecord record;
  bool is_whole = true;
};

struct BundleRow {
  std::uint64_t run = 0;
  std::string_view key, value;
};

/// Takes the parts, in the order of these calls.
class BundleSink {
 public:
  virtual ~BundleSink() = default;
  /// False if the blob, and all below it, need not be told.
  virtual bool wants_blob(const format::BlobReference&) { return true; }
  /// After all that it names, but for what was purged.
  virtual void add_blob(const BundleBlob& blob) = 0;
  /// Of what is named and was not told, or is not below something that was.
  virtual void add_purge(const Digest& digest, const format::PurgeRecord& purge) = 0;
  virtual void add_label(std::string_view text) = 0;
  /// After the run that it was forked from.
  virtual void add_run(const BundleRun& run) = 0;
  /// Those of one run one behind the other, in the order of the runs, in the order in which the run made them; those of no run last.
  virtual void add_node(const format::NodeRecord& node) = 0;
  /// Those that a node holds, sorted; in the order of nodes.
  virtual void add_links(std::uint64_t holder, const std::vector<format::PackedLink>& links) = 0;
  /// In the order of runs, those of none first; those of a run in the order of kBundledRows, then by key.
  virtual void add_row(const BundleRow& row) = 0;
  /// Members in order. By name.
  virtual void add_group(const format::GroupRecord& group, const std::vector<std::uint64_t>& members) = 0;
  virtual void add_invalidation(const format::StepInvalidationRecord& invalidation) = 0;
  virtual void finish() = 0;
};

/// The rows of a run that come in a bundle, in their order: checkpoints, tags, pending writes, steps, attempts, positions, and marks of
/// links that break a rule. Others follow from these.
inline constexpr std::string_view kBundledRows = "ctpwaov";

}  // namespace cairn::store
