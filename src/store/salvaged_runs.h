// SalvagedRuns: runs and their histories, made anew from the checkpoints that were found in packs.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/rebuilt_records.h"
#include "format/checkpoint.h"
#include "format/records.h"
#include "graph/labels.h"
#include "store/salvage.h"

namespace cairn::store {

/// First add() each checkpoint, in any order, then finish().
class SalvagedRuns {
 public:
  /// Both must outlive it.
  SalvagedRuns(engine::RebuiltRecords& records, SalvageReport& report) : records_(records), report_(report) {}

  /// `is_whole`: all that it needs is there.
  void add(const CheckpointId& id, const format::CheckpointRecord& record, bool is_whole);
  /// Writes the rows of all runs.
  void finish();

 private:
  // What the checkpoints of a run tell of it.
  struct Seen {
    std::string name;
    std::uint64_t whole_count = 0;
    std::uint64_t head = 0;                     // the largest number, of all that were found
    std::uint64_t first = UINT64_MAX;           // the least of whole ones
    Digest parent_of_first;
    std::int64_t first_time = INT64_MAX, newest_time = INT64_MIN;
    std::vector<format::ForkOrigin> forked_from;
    engine::CellId cell = 0;                    // once it is written
  };
  using Runs = std::map<Uuid, Seen>;

  // Where the history of a run goes on in another one.
  struct Origin {
    engine::CellId cell = 0;  // 0: nowhere
    std::uint64_t at = 0, count = 0;
  };

  struct Candidate {
    CheckpointId id;
    std::uint64_t sequence = 0;
  };
  class Writer;

  void infer_origin(const Uuid& uuid, Seen& run);
  std::vector<Uuid> in_order() const;
  Origin origin_of(const Seen& run);
  void choose_names();
  void write(const Uuid& uuid, Seen& run);
  void write_checkpoints(const Uuid& run, Writer& writer);
  void write_run(const format::RunRecord& run, engine::CellId cell, const format::CheckpointRecord& newest);
  void add_to_report(const format::RunRecord& run, const std::string& name, const Writer& writer);
  void write_numbers();
  void add_lost(const CheckpointId& id, const format::CheckpointRecord& record, std::string problem);

  engine::RebuiltRecords& records_;
  SalvageReport& report_;
  const graph::Labels labels_;
  Runs runs_;
  std::map<std::string, Uuid, std::less<>> names_;  // whose they are
  engine::CellId next_cell_ = format::kFirstRunCell;
  engine::NodeId next_node_ = 1;
  engine::NodeId node_numbers_ = 1;  // that were given out before, as far as checkpoints tell: these are below
};

}  // namespace cairn::store
