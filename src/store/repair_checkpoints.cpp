#include "store/repair_checkpoints.h"

#include <fmt/format.h>

#include <cstring>
#include <string>

#include "format/checkpoint.h"
#include "format/keys.h"
#include "format/records.h"
#include "store/history.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::CellId;

class CheckpointRepair {
 public:
  explicit CheckpointRepair(RepairPass& pass) : pass_(pass) {}

  std::map<CellId, CheckpointSet> run() {
    read_blobs();
    mend_rows();
    follow_ids();
    look_at_blobs();
    add_ids();
    return std::move(found_);
  }

 private:
  // What the blob of a checkpoint tells of its row.
  struct Told {
    Uuid run;
    std::uint64_t sequence = 0;
    format::CheckpointRow row;
  };

  static std::optional<Told> read(const engine::View& view, const CheckpointId& id) {
    return unless_damaged([&] {
      const format::CheckpointRecord record = format::decode_checkpoint(view.get_blob(engine::BlobKind::checkpoint, id.digest));
      return Told{record.run, record.sequence, {id, record.step, record.time, format::checkpoint_content(record)}};
    });
  }

  void read_blobs() {
    const auto view = pass_.view();
    static_cast<void>(unless_damaged([&] {
      view->list_blobs([&](const Digest& digest, const engine::BlobInfo& info) {
        if (info.kind == engine::BlobKind::checkpoint) blobs_.push_back(CheckpointId{digest});
        return true;
      });
      return true;
    }));
    for (CellId cell = format::kFirstRunCell, end = end_of_cells(*view); cell < end; ++cell)
      if (const auto run = unless_damaged([&] { return find_run_record(*view, cell); }).value_or(std::nullopt))
        runs_.emplace(run->uuid, std::pair(cell, *run));
  }

  // A row is as its blob says, if that can be read; and by its step it is found.
  void mend_rows() {
    const auto view = pass_.view();
    for (CellId cell = format::kFirstRunCell, end = end_of_cells(*view); cell < end; ++cell) {
      RepairEdits edits(pass_, cell, "repair checkpoints");
      visit_rows(*view, cell, row::kCheckpoint, [&](std::string_view key, std::string_view value) {
        mend_row(*view, cell, row::parse_checkpoint(key), value, edits);
      });
      erase_wrong_steps(*view, cell, edits);
      edits.flush();
    }
  }

  void mend_row(const engine::View& view, CellId cell, std::uint64_t sequence, std::string_view value, RepairEdits& edits) {
    auto known = unless_damaged([&] { return format::decode_checkpoint_row(value); });
    if (!known) return;  // its id, or a blob, may tell
    const auto told = read(view, known->id);
    if (told && told->sequence == sequence && !(told->row == *known)) {
      pass_.log.add("rebuilt", "row of a checkpoint", known->id.hex(), "it says otherwise than the checkpoint");
      put(cell, sequence, told->row, edits);
      return;
    }
    found_[cell].insert(sequence);
    ids_[known->id] = {cell, sequence};
    require_step(view, cell, sequence, *known, edits);
  }

  void require_step(const engine::View& view, CellId cell, std::uint64_t sequence, const format::CheckpointRow& known, RepairEdits& edits) {
    if (view.find_row(cell, row::by_step(known.step, sequence))) return;
    pass_.log.count("rebuilt", "step of a checkpoint", "it is missing");
    edits.row(row::by_step(known.step, sequence), "");
  }

  void put(CellId cell, std::uint64_t sequence, const format::CheckpointRow& known, RepairEdits& edits) {
    edits.row(row::checkpoint(sequence), format::encode_checkpoint_row(known));
    edits.row(row::by_step(known.step, sequence), "");
    found_[cell].insert(sequence);
    ids_[known.id] = {cell, sequence};
  }

  // Those of rows that come back are written with them.
  void erase_wrong_steps(const engine::View& view, CellId cell, RepairEdits& edits) {
    visit_rows(view, cell, row::kByStep, [&](std::string_view key, std::string_view) {
      const auto step = unless_damaged([&] { return row::parse_by_step(key); });
      const auto bytes = step ? view.find_row(cell, row::checkpoint(step->sequence)) : std::nullopt;
      const auto known = bytes ? unless_damaged([&] { return format::decode_checkpoint_row(*bytes); }) : std::nullopt;
      if (known && known->step == step->step) return;
      pass_.log.count("rebuilt", "step of a checkpoint", "it leads to no checkpoint of that step");
      edits.row(std::string(key), std::nullopt);
    });
  }

  // An id goes with its row, in one commit: what leads to a row that is missing, or another one, tells of one that is lost.
  void follow_ids() {
    const auto view = pass_.view();
    RepairEdits names(pass_, format::kRootCell, "take out ids of checkpoints that are lost");
    visit_claims(*view, format::claim::kCheckpoint, [&](std::string_view key, std::string_view owner) {
      CheckpointId id;
      const bool is_sound = key.size() == 1 + id.digest.bytes.size() && owner.size() == 16;
      if (is_sound) std::memcpy(id.digest.bytes.data(), key.data() + 1, id.digest.bytes.size());
      const CheckpointPlace place = is_sound ? CheckpointPlace{format::parse_be64(owner.substr(0, 8)), format::parse_be64(owner.substr(8))}
                                             : CheckpointPlace{};
      if (const auto known = ids_.find(id); known != ids_.end() && known->second.cell == place.cell && known->second.sequence == place.sequence)
        return;
      if (is_sound && !ids_.contains(id) && restore(*view, id, place)) return;
      pass_.log.add(ids_.contains(id) ? "rebuilt" : "given up", "id of a checkpoint", id.hex(), "it leads to another checkpoint, or to none");
      names.claim(std::string(key), std::nullopt);
    });
    names.flush();
  }

  bool restore(const engine::View& view, const CheckpointId& id, const CheckpointPlace& place) {
    const auto told = read(view, id);
    const auto run = told ? runs_.find(told->run) : runs_.end();
    const bool fits = told && told->sequence == place.sequence && !found_[place.cell].contains(place.sequence) &&
                      (run == runs_.end() || run->second.first == place.cell) && place.cell >= format::kFirstRunCell;
    if (!fits) return false;
    pass_.log.add("rebuilt", "row of a checkpoint", id.hex(), fmt::format("the row of number {} is missing or cannot be read", place.sequence));
    RepairEdits edits(pass_, place.cell, "repair checkpoints");
    put(place.cell, place.sequence, told->row, edits);
    edits.flush();
    return true;
  }

  // Where no checkpoint was ever removed, one that is missing from the rows and there as a blob is a lost row, whose id is lost too.
  void look_at_blobs() {
    const auto view = pass_.view();
    for (const CheckpointId& id : blobs_) {
      if (ids_.contains(id)) continue;
      const auto told = read(*view, id);
      const auto run = told ? runs_.find(told->run) : runs_.end();
      if (run == runs_.end()) continue;
      const auto& [cell, record] = run->second;
      if (record.removed == 0 && !record.deleted && told->sequence > record.forked_at && told->sequence <= record.head)
        restore(*view, id, {cell, told->sequence});
    }
  }

  void add_ids() {
    const auto view = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "repair ids of checkpoints");
    for (const auto& [id, place] : ids_) {
      if (view->find_claim(format::claim::checkpoint(id))) continue;
      pass_.log.add("rebuilt", "id of a checkpoint", id.hex(), "it leads to nothing");
      edits.claim(format::claim::checkpoint(id), format::be64_pair(place.cell, place.sequence));
    }
    edits.flush();
    erase_unreadable(*view);
  }

  void erase_unreadable(const engine::View& view) {
    for (CellId cell = format::kFirstRunCell, end = end_of_cells(view); cell < end; ++cell) {
      RepairEdits edits(pass_, cell, "give up checkpoints");
      visit_rows(view, cell, row::kCheckpoint, [&](std::string_view key, std::string_view value) {
        if (found_[cell].contains(row::parse_checkpoint(key)) || unless_damaged([&] { return format::decode_checkpoint_row(value); })) return;
        pass_.keep_aside(fmt::format("checkpoint-{}-{}", cell, row::parse_checkpoint(key)), value);
        edits.row(std::string(key), std::nullopt);
      });
      edits.flush();
    }
  }

  RepairPass& pass_;
  std::vector<CheckpointId> blobs_;
  std::map<Uuid, std::pair<CellId, format::RunRecord>> runs_;
  std::map<CellId, CheckpointSet> found_;
  std::map<CheckpointId, CheckpointPlace> ids_;
};

}  // namespace

std::map<CellId, CheckpointSet> repair_checkpoints(RepairPass& pass) { return CheckpointRepair(pass).run(); }

}  // namespace cairn::store
