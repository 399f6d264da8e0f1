#include "engine/engine_rows_repair.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>

#include "base/bytes.h"
#include "engine/disk_core.h"
#include "engine/pack_mending.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

std::uint64_t align(std::uint64_t offset) { return (offset + format::kPackBlock - 1) / format::kPackBlock * format::kPackBlock; }

// How far the blobs of each pack go.
std::map<std::uint64_t, std::uint64_t> needed_ends(const Records& records) {
  std::map<std::uint64_t, std::uint64_t> ends;
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator({}, records.family(Family::digest)));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    try {
      const format::BlobLocation location = format::decode_location(rows->value().ToStringView());
      if (location.packed) ends[location.pack] = std::max(ends[location.pack], align(format::record_end(location)));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged) throw;  // it is no blob's then
    }
  }
  check(rows->status(), "list the blobs");
  return ends;
}

std::uint64_t last_blob(const Records& records) {
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator({}, records.family(Family::blob)));
  rows->SeekToLast();
  check(rows->status(), "look for the last blob");
  return rows->Valid() && rows->key().size() == 8 ? format::parse_be64(rows->key().ToStringView()) : 0;
}

bool has_cells(const Records& records) {
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator({}, records.family(Family::cell)));
  rows->SeekToFirst();
  return rows->Valid();
}

void check_state(const Records& records, std::uint64_t witnessed, EngineRows& found) {
  std::string state;
  const auto status = records.db().Get({}, records.family(Family::engine), engine_key::kState, &state);
  if (!status.IsNotFound()) check(status, "read the state of the store");
  const bool has_state = status.ok() && state.size() == 16;
  found.commits = has_state ? base::load_big_endian<std::uint64_t>(state.data()) : witnessed;
  found.next_blob = has_state ? base::load_big_endian<std::uint64_t>(state.data() + 8) : 1;
  const std::uint64_t last = last_blob(records);
  found.is_state_wrong = (!has_state && (witnessed != 0 || last != 0 || has_cells(records))) || found.next_blob <= last;
  if (!found.is_state_wrong) return;
  found.next_blob = std::max(found.next_blob, last + 1);
  found.items.push_back({"rebuilt", "row", "state", 1, has_state ? "it gives out numbers that blobs have" : "it is missing"});
}

void check_ends(const Records& records, const EngineRowsStore& store, EngineRows& found) {
  found.ends = pack_ends(records);
  const std::uint64_t store_id = base::load_big_endian<std::uint64_t>(store.uuid.bytes.data() + 8);
  for (const auto& [pack, needed] : needed_ends(records)) {
    const auto known = found.ends.find(pack);
    if (known != found.ends.end() && known->second >= needed) continue;
    found.wrong_ends.push_back(pack);
    found.items.push_back({"rebuilt", "row", fmt::format("pack {}", pack), 1,
                           known == found.ends.end() ? "the end of the pack is missing" : "blobs lie behind the end of the pack"});
    found.ends[pack] = std::max(needed, end_of_segments({store.packs, pack, 0, store_id}));
  }
}

void check_runs_of_blobs(const Records& records, EngineRows& found) {
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator({}, records.family(Family::engine)));
  for (rows->Seek(engine_key::kRun); rows->Valid() && rows->key().starts_with(engine_key::kRun); rows->Next()) {
    const auto run = engine_key::parse_run(rows->key().ToStringView(), rows->value().ToStringView());
    const auto end = run ? found.ends.find(run->pack) : found.ends.end();
    if (end == found.ends.end() || run->end > end->second) found.wrong_runs.push_back(rows->key().ToString());
  }
  check(rows->status(), "read the runs of blobs");
  if (!found.wrong_runs.empty())
    found.items.push_back({"rebuilt", "runs of blobs", "", found.wrong_runs.size(), "they lead out of their packs"});
}

}  // namespace

EngineRows check_engine_rows(const Records& records, const EngineRowsStore& store) {
  EngineRows found;
  check_state(records, store.witnessed, found);
  check_ends(records, store, found);
  check_runs_of_blobs(records, found);
  return found;
}

void write_engine_rows(const Records& records, const EngineRows& rows) {
  rocksdb::ColumnFamilyHandle* const family = records.family(Family::engine);
  rocksdb::WriteBatch batch;
  if (rows.is_state_wrong) check(batch.Put(family, engine_key::kState, format::be64_pair(rows.commits, rows.next_blob)), "build a commit");
  for (const std::uint64_t pack : rows.wrong_ends)
    check(batch.Put(family, engine_key::pack(pack), format::be64_text(rows.ends.at(pack))), "build a commit");
  for (const std::string& run : rows.wrong_runs) check(batch.Delete(family, run), "build a commit");
  if (batch.Count() == 0) return;
  rocksdb::WriteOptions options;
  options.sync = true;
  check(records.db().Write(options, &batch), "write rows of the engine");
}

}  // namespace cairn::engine
