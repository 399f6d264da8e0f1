#include "store/store_state.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "format/keys.h"
#include "object/objects.h"
#include "store/commit.h"
#include "store/embedded.h"
#include "store/losses.h"
#include "store/new_node.h"
#include "store/purge_view.h"

namespace cairn::store {
namespace {

constexpr std::size_t kRunNameMax = 255;

}  // namespace

void check_run_name(std::string_view name) {
  const bool control = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
  if (name.empty() || name.size() > kRunNameMax || control || !base::is_utf8(name))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("open a run: its name must be 1 to {} bytes of UTF-8 without control characters, got {} bytes",
                            kRunNameMax, name.size()));
}

format::ObjectOptions StoreState::writing(const SaveOptions& options) const {
  format::ObjectOptions writing = objects_;
  writing.fallback = options.fallback;
  return writing;
}

void StoreState::read_object(const engine::View& view, const ObjectId& id,
                             const std::function<void(const Decoder&)>& read, const ReadOptions& options) {
  object::ObjectReading how = reading();
  how.options.type_hint = options.type_hint;
  saying_where([&] { object::read_object(PurgeView(view), id, read, how); });
}

void StoreState::saying_where(const std::function<void()>& read) const {
  try {
    read();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::newer_class) throw;
    throw Error(error.code(), fmt::format("{}: {}", title_, error.what()));
  }
}

format::RunRecord StoreState::run_record(const engine::View& view, CellId cell) const {
  if (cell != format::kLooseCell) return store::run_record(view, cell);
  return find_run_record(view, cell).value_or(format::RunRecord());
}

std::string StoreState::run_name(const engine::View& view, CellId cell) const {
  const format::RunRecord run = run_record(view, cell);
  return run.deleted ? std::string() : run.name;
}

RunHead StoreState::head_of(const engine::View& view, CellId cell, const format::RunRecord& run) const {
  RunHead head{run.head, {}};
  if (const auto newest = newest_checkpoint(view, cell, run)) head.id = newest->row.id;  // the last one may have been removed
  return head;
}

std::shared_ptr<RunState> StoreState::share_run(CellId cell) {
  std::lock_guard lock(runs_mutex_);
  if (auto shared = runs_[cell].lock()) return give_out(std::move(shared));
  // Looked at under the mutex: an owner that came and went meanwhile would have a newer epoch.
  const auto view = engine_->view();
  // The writer of the store owns the nodes of no run; a run has an owner of its own.
  const std::uint64_t epoch = cell == format::kLooseCell ? 0 : view->cell(cell).epoch + 1;
  auto state = std::make_shared<RunState>(*this, cell, epoch, run_record(*view, cell));
  runs_[cell] = state;
  return give_out(std::move(state));
}

std::shared_ptr<RunState> StoreState::give_out(std::shared_ptr<RunState> run) {
  struct Handle {
    std::shared_ptr<StoreState> store;  // outlives the run
    std::shared_ptr<RunState> run;
  };
  const auto handle = std::make_shared<Handle>(shared_from_this(), std::move(run));
  return {handle, handle->run.get()};
}

void StoreState::keep(RunState& run) {
  std::lock_guard lock(runs_mutex_);
  kept_runs_.try_emplace(run.cell(), run.shared_from_this());
}

bool StoreState::is_in_use(CellId cell) {
  std::lock_guard lock(runs_mutex_);
  const auto known = runs_.find(cell);
  return known != runs_.end() && known->second.use_count() > (kept_runs_.contains(cell) ? 1 : 0);
}

void StoreState::drop(CellId cell) {
  std::shared_ptr<RunState> kept;  // ends without the mutex
  std::lock_guard lock(runs_mutex_);
  if (const auto known = kept_runs_.find(cell); known != kept_runs_.end()) {
    kept = std::move(known->second);
    kept_runs_.erase(known);
  }
}

std::shared_ptr<RunState> StoreState::find_run(std::string_view name) {
  const auto view = engine_->view();
  const auto owner = view->find_claim(format::claim::run_name(name));
  return owner ? share_run(format::parse_be64(*owner)) : nullptr;
}

std::shared_ptr<RunState> StoreState::open_run(std::string_view name) {
  check_run_name(name);
  if (auto run = find_run(name)) return run;
  if (engine_->read_only())
    throw Error(ErrorCode::read_only, fmt::format("create run {}: the store is open for reading only", name));
  create_run(root_.lease_cell(), name);
  return find_run(name);
}

// The run's cell, its record, its workflow node and its name come to be in one commit. If another thread took the
// name first, its run is the one, and our cell id stays unused. Its node has no attributes that an index could want.
bool StoreState::create_run(CellId cell, std::string_view name, const RunOrigin& origin) {
  const NodeBlock block = root_.lease_nodes(cell, 64);
  const std::string doing = fmt::format("create run {}", name);
  return !commit_cell(*engine_, {cell, 1, nullptr, doing}, [&](const engine::View& view) {
    format::RunRecord run;
    run.uuid = Uuid::generate();
    run.name = name;
    run.workflow = block.first;
    run.created = base::now_nanoseconds();
    run.node_next = block.first + 1;
    run.node_end = block.first + block.count;
    run.node_block = block.count;
    run.steps_indexed = true;
    run.step_keys_indexed = true;
    run.head = run.forked_at = origin.forked_at;
    run.forked_from = origin.forked_from;
    run.forked_count = origin.forked_count;
    run.forked_writes = origin.forked_writes;
    graph::GraphWriter graph(view, root_.labels(), cell);
    graph.add_node(run.workflow, node_of_run(run, cell));
    if (origin.caller != 0) graph.add_link(origin.caller, run.workflow, LinkType::call, origin.call_label);
    engine::Edit edit = graph.finish();
    edit.rows.push_back({format::row::run(), format::encode_run(run)});
    edit.claims.push_back({format::claim::run_name(name), format::be64_text(cell)});
    return edit;
  });
}

std::shared_ptr<RunState> StoreState::loose() { return share_run(format::kLooseCell); }

format::CheckpointRecord StoreState::checkpoint_record(const engine::View& view, const CheckpointId& id) const {
  try {
    return format::decode_checkpoint(view.get_blob(format::BlobKind::checkpoint, id.digest));
  } catch (const Error& error) {
    throw missing_error(view, format::BlobKind::checkpoint, id.digest, error);
  }
}

Checkpoint StoreState::read_checkpoint(const engine::View& view, const CheckpointId& id) const {
  require_unpurged(view, format::BlobKind::checkpoint, id.digest);
  format::CheckpointRecord record = checkpoint_record(view, id);
  Checkpoint checkpoint;
  checkpoint.id = id;
  checkpoint.run = record.run_name;
  checkpoint.sequence = record.sequence;
  checkpoint.step = record.step;
  if (record.parent != Digest{}) checkpoint.parent = CheckpointId{record.parent};
  checkpoint.time = base::timestamp(record.time);
  for (const auto& [name, digest] : record.state) checkpoint.state.emplace(name, ObjectId{digest});
  for (const auto& [name, digest] : record.artifacts) checkpoint.artifacts.emplace(name, ArtifactId{digest});
  if (!record.metadata.empty()) {
    const Value metadata = read_embedded(view, record.metadata);
    if (const Map* map = metadata.get_if<Map>()) checkpoint.metadata = *map;
  }
  checkpoint.unfinished = std::move(record.unfinished);
  checkpoint.skipped = std::move(record.skipped);
  checkpoint.bytes_new = record.bytes_new;
  checkpoint.bytes_shared = record.bytes_shared;
  return checkpoint;
}

Checkpoint StoreState::public_checkpoint(const engine::View& view, const CheckpointId& id) const {
  Checkpoint checkpoint = read_checkpoint(view, id);
  if (const auto place = find_checkpoint(view, id)) {
    TagIndex tags = tags_by_sequence(view, place->cell);
    checkpoint.tags = std::move(tags[place->sequence]);
  }
  return checkpoint;
}

Checkpoint StoreState::listed_checkpoint(const engine::View& view, const std::string& run, std::uint64_t sequence,
                                         const format::CheckpointRow& row, const TagIndex& tags) const {
  Checkpoint checkpoint;
  try {
    checkpoint = read_checkpoint(view, row.id);
  } catch (const Error& error) {
    checkpoint.purged = error.code() == ErrorCode::purged;
    checkpoint.damaged = error.code() == ErrorCode::damaged || error.code() == ErrorCode::not_found;
    if (!checkpoint.purged && !checkpoint.damaged) throw;
    checkpoint.id = row.id;
    checkpoint.run = run;
    checkpoint.sequence = sequence;
    checkpoint.step = row.step;
    checkpoint.time = base::timestamp(row.time);
  }
  if (const auto found = tags.find(sequence); found != tags.end()) checkpoint.tags = found->second;
  return checkpoint;
}

Node StoreState::public_node(const engine::View& view, const format::NodeRecord& record) const {
  Node node = graph::GraphReader::public_node(record);
  if (record.cell != format::kLooseCell) node.run = run_name(view, record.cell);
  if (!record.attributes.empty()) node.attributes = read_embedded(view, record.attributes);
  if (!record.extras.empty()) node.extras = read_embedded(view, record.extras);
  return node;
}

}  // namespace cairn::store
