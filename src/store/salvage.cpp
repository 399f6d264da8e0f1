#include "store/salvage.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "engine/rebuilt_records.h"
#include "format/pack.h"
#include "format/superblock.h"
#include "store/findings.h"
#include "store/salvaged_runs.h"
#include "store/whole_blobs.h"

namespace cairn::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSuperblockMax = 65536;

// The last half of the UUID, as the first segment tells it that begins a pack.
std::optional<std::uint64_t> find_store_id(const fs::path& packs) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(packs, error)) {
    if (!format::parse_pack_file_name(entry.path().filename().string())) continue;
    std::array<std::byte, format::kSegmentHeaderSize> bytes{};
    try {
      base::File::open(entry.path(), O_RDONLY).read_at(0, bytes);
    } catch (const base::MediumError&) {
      continue;
    }
    if (const auto header = format::decode_segment_header(bytes)) return header->store;
  }
  return std::nullopt;
}

struct FoundSuperblock {
  format::Superblock superblock;
  bool is_new = false;
};

FoundSuperblock find_superblock(const fs::path& store, SalvageReport& report) {
  const fs::path path = store / "cairn";
  const bool is_there = fs::exists(path);
  if (is_there) {
    try {
      return {format::decode_superblock(base::read_file(path, kSuperblockMax), path.string())};
    } catch (const Error& error) {
      if (error.code() == ErrorCode::newer_format) throw;
      report.problems.emplace_back(error.what());
    }
  }
  const auto id = find_store_id(store / "packs");
  if (!id)
    throw Error(is_there ? ErrorCode::damaged : ErrorCode::no_store,
                fmt::format("salvage {}: expected a superblock, or a pack that tells of the store", store.string()));
  FoundSuperblock made{{format::kFormatVersion, Uuid::generate(), base::now_nanoseconds()}, true};
  const std::string half = format::be64_text(*id);
  std::copy_n(half.data(), half.size(), reinterpret_cast<char*>(made.superblock.uuid.bytes.data()) + 8);
  report.problems.push_back(fmt::format("{}: the superblock is {}; the store is {} from now on", path.string(),
                                        is_there ? "damaged" : "missing", made.superblock.uuid.text()));
  return made;
}

void note_witness(const engine::LockFile& lock, SalvageReport& report) {
  try {
    lock.witness();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
    report.problems.emplace_back(error.what());
  }
}

void add_blobs(engine::RebuiltRecords& records, const SalvageOptions& options, SalvageReport& report) {
  const engine::FoundInPacks found = records.add_packs(options.progress);
  report.pack_count = found.pack_count;
  report.pack_bytes = found.bytes;
  report.broken_count = found.broken_count;
  report.problems.insert(report.problems.end(), found.problems.begin(), found.problems.end());
}

void add_runs(engine::RebuiltRecords& records, const fs::path& store, SalvageReport& report) {
  const auto view = records.view();
  WholeBlobs blobs(*view, store);
  SalvagedRuns runs(records, report);
  view->list_blobs([&](const Digest& digest, const engine::BlobInfo& info) {
    ++report.blob_count;
    if (info.kind != engine::BlobKind::checkpoint) return true;
    std::optional<format::CheckpointRecord> record;
    try {
      record = format::decode_checkpoint(view->get_blob(info.kind, digest));
    } catch (const Error& error) {
      if (!is_damage(error)) throw;
      report.problems.push_back(fmt::format("checkpoint {}: {}", digest.hex(), error.what()));
      return true;
    }
    runs.add(CheckpointId{digest}, *record, blobs.has_all({info.kind, digest}));
    return true;
  });
  runs.finish();
}

std::string counted(std::uint64_t count, std::string_view what) { return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s"); }

// What was in the records alone. How much of that there was nobody knows.
void tell_lost(SalvageReport& report) {
  std::uint64_t missing = 0;
  for (const SalvagedRun& run : report.runs) missing += run.missing_count;
  if (missing != 0)
    report.lost.push_back(fmt::format("{} before the newest of their runs: not committed to a pack, removed before, or damaged",
                                      counted(missing, "checkpoint")));
  report.lost.insert(report.lost.end(), {
      "checkpoints of which nothing was large enough for a pack, and runs that had no others",
      "tags that were given, moved or taken away after the commit of their checkpoint",
      "all nodes but those of runs, with their attributes, tags and unique ids; all links; groups; indexes of attributes",
      "recorded steps and their attempts, pending writes, and which steps are not to be reused",
      "objects and artifacts that no checkpoint has: those in packs are read by their ids until the store is compacted",
      "that something was removed: checkpoints that were pruned, runs that were deleted and contents that were purged may be there again, "
      "as far as their bytes were not given back",
  });
}

}  // namespace

SalvageReport salvage(const fs::path& store, const engine::LockFile& lock, const SalvageOptions& options) {
  SalvageReport report;
  const FoundSuperblock found = find_superblock(store, report);
  note_witness(lock, report);
  engine::RebuiltRecords records(store, found.superblock, lock);
  add_blobs(records, options, report);
  add_runs(records, store, report);
  tell_lost(report);
  if (options.is_dry) return report;
  // From now on programs of an older format must be told that they cannot read the store.
  if (found.is_new || found.superblock.format != format::kFormatVersion) {
    format::Superblock superblock = found.superblock;
    superblock.format = format::kFormatVersion;
    base::replace_file(store / "cairn", format::encode_superblock(superblock));
  }
  report.former_records = records.put_in_place(lock);
  return report;
}

}  // namespace cairn::store
