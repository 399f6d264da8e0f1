#include "store/repair.h"

#include <cairn/error.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/disk_engine.h"
#include "engine/disk_repair.h"
#include "engine/lock_file.h"
#include "store/repair_blobs.h"
#include "store/repair_indexes.h"
#include "store/repair_links.h"
#include "store/repair_log.h"
#include "store/repair_nodes.h"
#include "store/repair_numbers.h"
#include "store/repair_pass.h"
#include "store/repair_runs.h"
#include "store/salvage.h"
#include "store/store_state.h"
#include "store/verification.h"

namespace cairn::store {
namespace {

// The records of the store are lost as a whole: those that its packs have are made anew.
void salvage_records(const std::filesystem::path& path, const RepairOptions& options, std::vector<RepairItem>& items) {
  SalvageOptions salvaging{.is_dry = !options.apply};
  if (options.progress)
    salvaging.progress = [&](std::uint64_t done, std::uint64_t total) { options.progress({"salvage", done, total}); };
  const engine::LockFile lock(path);
  const SalvageReport salvaged = salvage(path, lock, salvaging);
  for (const SalvagedRun& run : salvaged.runs)
    items.push_back({"rebuilt", "run", run.name, run.checkpoint_count,
                     fmt::format("its records were lost; the packs have {} of its checkpoints, up to step {}, and {} numbers between lead to nothing",
                                 run.checkpoint_count, run.newest_step, run.missing_count)});
  for (const LostCheckpoint& checkpoint : salvaged.lost_checkpoints)
    items.push_back({"given up", "checkpoint", checkpoint.id.digest.hex(), 1,
                     fmt::format("step {} of run {}: {}", checkpoint.step, checkpoint.run, checkpoint.problem)});
  for (const std::string& lost : salvaged.lost) items.push_back({"given up", "records", "db", 1, lost});
  for (const std::string& problem : salvaged.problems) items.push_back({"accepted", "file", "packs", 1, problem});
  if (!salvaged.former_records.empty())
    items.push_back({"given up", "file", salvaged.former_records.string(), 1, "the records as they were"});
}

std::shared_ptr<StoreState> open(const std::filesystem::path& path, bool apply) {
  engine::DiskOptions disk;
  disk.create = false;
  disk.read_only = !apply;
  disk.ignore_witness = !apply;
  return std::make_shared<StoreState>(engine::open_disk_engine(path, disk), format::ObjectOptions{}, fmt::format("store {}", path.string()));
}

// Each part leans on those before it: rows of runs lead to nodes, links to labels and nodes. Blobs come when it is known what names them, and
// before indexes, which follow from all: attributes may need them.
void mend(RepairPass& pass, const RepairOptions& options) {
  constexpr void (*kParts[])(RepairPass&) = {repair_numbers, repair_nodes, repair_runs, repair_groups, repair_links};
  std::uint64_t done = 0;
  for (const auto repair_part : kParts) {
    if (options.progress) options.progress({"records", done++, std::size(kParts)});
    repair_part(pass);
  }
  repair_blobs(pass, options);
  repair_indexes(pass);
}

}  // namespace

RepairReport repair(const std::filesystem::path& path, const RepairOptions& options) {
  RepairReport report;
  report.applied = options.apply;
  engine::DiskRepair disk = engine::repair_disk(path, options.apply);
  report.lost_commits = disk.lost_commits;
  report.items = std::move(disk.items);
  if (disk.are_records_lost) salvage_records(path, options, report.items);
  if (disk.are_records_lost && options.apply) {
    disk = engine::repair_disk(path, true);
    std::ranges::move(disk.items, std::back_inserter(report.items));
  }
  if (!disk.obstacle.empty()) {
    report.remaining.push_back({"store", path.string(), disk.obstacle + "; what else is wrong is found when that is mended", {}});
    return report;
  }
  const std::shared_ptr<StoreState> state = open(path, options.apply);
  RepairLog log;
  RepairPass pass{*state, options.apply, log};
  mend(pass, options);
  for (RepairItem& item : log.take()) report.items.push_back(std::move(item));
  // After a repair every byte has been read; before one, what is wrong with them is to be told.
  report.remaining = verify(*state, {.read_data = !options.apply, .threads = options.threads}).damage;
  return report;
}

}  // namespace cairn::store

namespace cairn {

RepairReport Store::repair(const std::filesystem::path& path, const RepairOptions& options) { return store::repair(path, options); }

}  // namespace cairn
