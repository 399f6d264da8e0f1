#include "engine/blob_runs.h"

#include <algorithm>
#include <utility>

#include "engine/rocksdb_status.h"

namespace cairn::engine {

BlobRuns::BlobRuns(const Records& records, const rocksdb::ReadOptions& options) {
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator(options, records.family(Family::engine)));
  for (rows->Seek(engine_key::kRun); rows->Valid() && rows->key().starts_with(engine_key::kRun); rows->Next())
    if (const auto run = engine_key::parse_run(rows->key().ToStringView(), rows->value().ToStringView())) add(*run);
  check(rows->status(), "read the runs of blobs");
}

void BlobRuns::add(const engine_key::Run& run) {
  const bool goes_on = !runs_.empty() && runs_.back().run.pack == run.pack;
  runs_.push_back({run, goes_on ? std::max(runs_.back().reach, run.end) : run.end});
}

// Two commits of one batch may have had blobs in common, so runs may overlap.
void BlobRuns::leave(const format::BlobLocation& location) {
  const auto place = [](const Known& known) { return std::pair(known.run.pack, known.run.begin); };
  auto known = std::ranges::upper_bound(runs_, std::pair(location.pack, location.offset), {}, place);
  while (known != runs_.begin() && (--known)->run.pack == location.pack && known->reach > location.offset)
    if (known->run.end > location.offset) known->is_left = true;
}

void BlobRuns::leave_pack(std::uint64_t pack) {
  for (Known& known : runs_)
    if (known.run.pack == pack) known.is_left = true;
}

void BlobRuns::remove_left(const Records& records, rocksdb::WriteBatch& batch) const {
  for (const Known& known : runs_)
    if (known.is_left)
      check(batch.Delete(records.family(Family::engine), engine_key::run(known.run.pack, known.run.begin)), "build a commit");
}

}  // namespace cairn::engine
