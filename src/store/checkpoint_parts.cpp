#include "store/checkpoint_parts.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/clock.h"
#include "format/keys.h"
#include "object/blobs.h"
#include "object/objects.h"
#include "object/references.h"
#include "store/embedded.h"
#include "store/history.h"
#include "store/names.h"
#include "store/step.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

constexpr std::uint64_t kRecordBytes = 4096;  // about what a checkpoint takes beside its values
constexpr std::size_t kSkippedMax = 1000;     // in one record

template <class Names>
void check_new(std::string_view what, std::string_view name, const Names& names) {
  check_name(what, name);
  if (names.contains(name))
    throw Error(ErrorCode::invalid_argument, fmt::format("{} of a checkpoint: the name {} is used already", what, name));
}

// Process nodes of the run that were not finished, in order of UUID.
std::vector<std::pair<Uuid, NodeState>> unfinished_nodes(const RunState& run, const engine::View& view) {
  const graph::GraphReader reader(view, run.store().labels());
  std::vector<std::pair<Uuid, NodeState>> nodes;
  for (const graph::StoredNode& node : reader.unfinished(run.cell()))
    nodes.emplace_back(node.record.uuid, node.record.state);
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

// A message may have the name of a file in it, which is bytes; a record has text.
std::vector<SkippedCheckpoint> recorded(std::vector<SkippedCheckpoint> skipped) {
  if (skipped.size() > kSkippedMax) skipped.resize(kSkippedMax);
  for (SkippedCheckpoint& one : skipped)
    if (!base::is_utf8(one.reason)) std::ranges::replace_if(one.reason, [](char byte) { return (byte & 0x80) != 0; }, '?');
  return skipped;
}

bool is_same(const format::CheckpointRecord& one, const format::CheckpointRecord& other) {
  return one.state == other.state && one.artifacts == other.artifacts && one.metadata == other.metadata;
}

}  // namespace

Receipt made_durable(Receipt receipt) {
  static const std::shared_future<void> kDone = [] {
    std::promise<void> done;
    done.set_value();
    return done.get_future().share();
  }();
  receipt.durable = kDone;
  return receipt;
}

CheckpointParts::CheckpointParts(StoreState& store, std::int64_t step)
    : store_(store), step_(step), staging_(store.engine().stage()) {}

std::string CheckpointParts::doing(const RunState& run) const { return fmt::format("commit checkpoint {} of {}", step_, run.title()); }

// ---- Parts ----

void CheckpointParts::save(std::string_view name, const Encodable& value, const SaveOptions& options) {
  check_new("state", name, state_);
  store_value(std::string(name), value, options);
}

void CheckpointParts::store_value(const std::string& name, const Encodable& value, const SaveOptions& options) {
  try {
    state_.insert_or_assign(name, object::write_object(*staging_, value, store_.writing(options)).digest);
  } catch (const Error&) {
    detail::rethrow_at_field(name);
  }
}

void CheckpointParts::save(std::string_view name, const ObjectId& object) {
  check_new("state", name, state_);
  require_unpurged(*store_.engine().view(), engine::BlobKind::object, object.digest);
  object::hold(*staging_, {engine::BlobKind::object, object.digest});
  state_.emplace(name, object.digest);
}

void CheckpointParts::attach(std::string_view name, const AddArtifact& add) {
  check_new("artifact", name, artifacts_);
  store_artifact(std::string(name), add);
}

void CheckpointParts::store_artifact(const std::string& name, const AddArtifact& add) {
  if (memory_ == nullptr) memory_ = std::make_unique<StoredFileMemory>(store_.engine());
  artifacts_.insert_or_assign(name, add(*staging_, *memory_).id.digest);
}

void CheckpointParts::attach(std::string_view name, const ArtifactId& artifact) {
  check_new("artifact", name, artifacts_);
  require_unpurged(*store_.engine().view(), engine::BlobKind::artifact, artifact.digest);
  object::hold(*staging_, {engine::BlobKind::artifact, artifact.digest});
  artifacts_.emplace(name, artifact.digest);
}

void CheckpointParts::note(std::string_view key, Value value) {
  check_name("note", key);
  metadata_.put(Value(std::string(key)), std::move(value));
}

void CheckpointParts::tag(std::string_view name) {
  check_name("tag", name);
  if (std::ranges::find(tags_, name) == tags_.end()) tags_.emplace_back(name);
}

void CheckpointParts::hold_value(std::string_view name, std::uint64_t bytes, Encode encode, const SaveOptions& options) {
  check_new("state", name, state_);
  held_.push_back([this, name = std::string(name), encode = std::move(encode), options] {
    encode([&](const Encodable& value) { store_value(name, value, options); });
  });
  state_.emplace(name, Digest{});
  held_bytes_ += bytes;
}

void CheckpointParts::hold_artifact(std::string_view name, AddArtifact add) {
  check_new("artifact", name, artifacts_);
  held_.push_back([this, name = std::string(name), add = std::move(add)] { store_artifact(name, add); });
  artifacts_.emplace(name, Digest{});
}

void CheckpointParts::store_held() {
  for (; stored_count_ < held_.size(); ++stored_count_) held_[stored_count_]();
}

void CheckpointParts::drop_stored() {
  held_.clear();
  stored_count_ = 0;
  held_bytes_ = 0;
}

std::uint64_t CheckpointParts::memory_bytes() const {
  const std::uint64_t staged = staging_->goes_to_pack() ? 0 : staging_->bytes_added();
  return held_bytes_ + staged + kRecordBytes;
}

// ---- Becoming a checkpoint ----

format::CheckpointRecord CheckpointParts::saved_record() {
  format::CheckpointRecord saved;
  saved.step = step_;
  saved.state.insert(state_.begin(), state_.end());
  saved.artifacts.insert(artifacts_.begin(), artifacts_.end());
  if (metadata_.size() != 0) saved.metadata = write_embedded(*staging_, Value(metadata_));
  bytes_new_ = staging_->bytes_added();
  bytes_shared_ = staging_->bytes_existed();
  return saved;
}

// The digest of what was saved only tells where to look: the rest is compared.
std::optional<EqualCheckpoint> CheckpointParts::find_equal(const RunState& run, const engine::View& view,
                                                           const PendingHead* pending,
                                                           const format::CheckpointRecord& saved) const {
  const Digest content = format::checkpoint_content(saved);
  if (const PendingCheckpoint* waiting = pending == nullptr ? nullptr : pending->find(step_)) {
    if (waiting->content != content || !is_same(waiting->record, saved)) return std::nullopt;
    return EqualCheckpoint{waiting->id, waiting->record.sequence, waiting->record.time, waiting->durable};
  }
  const auto sequence = sequence_at(view, run.cell(), step_);
  if (!sequence) return std::nullopt;
  const format::CheckpointRow row = checkpoint_row(view, run.cell(), *sequence);
  if (row.content != content) return std::nullopt;
  try {
    if (is_purged(view, row.id.digest) || !is_same(store_.checkpoint_record(view, row.id), saved)) return std::nullopt;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
    return std::nullopt;  // a commit of the same content must be one that restarts
  }
  return EqualCheckpoint{row.id, *sequence, row.time, {}};
}

// With new bytes the copy that is there may be damaged, and these repair it; or they were purged, and are wanted again.
bool CheckpointParts::adds_to_equal() const { return !tags_.empty() || must_publish(store_, *staging_); }

Receipt CheckpointParts::receipt_of(const EqualCheckpoint& equal) const {
  const Receipt receipt{equal.id, equal.sequence, base::timestamp(equal.time), true, 0, staged_bytes(*staging_), equal.durable};
  return equal.durable.valid() ? receipt : made_durable(receipt);
}

Receipt CheckpointParts::receipt_of(const NewCheckpoint& checkpoint) const {
  const Timestamp time = base::timestamp(checkpoint.record.time);
  return made_durable({checkpoint.id, checkpoint.record.sequence, time, false, bytes_new_, bytes_shared_, {}});
}

NewCheckpoint CheckpointParts::make(const RunState& run, const engine::View& view, const RunHead& head,
                                    const format::RunRecord& record_of_run, const format::CheckpointRecord& saved) {
  NewCheckpoint made{{}, format::checkpoint_content(saved), saved};
  format::CheckpointRecord& record = made.record;
  record.run = run.uuid();
  record.run_name = run.name();
  record.sequence = head.sequence + 1;
  record.parent = head.id.digest;
  record.time = base::now_nanoseconds();
  record.unfinished = unfinished_nodes(run, view);
  record.node_next = record_of_run.node_next;
  if (record_of_run.forked_from != 0) record.forked_from = run.fork_origins(view);
  record.tags = tags_;
  record.bytes_new = bytes_new_;
  record.bytes_shared = bytes_shared_;
  record.skipped = recorded(run.skipped());
  made.id.digest = object::stage_blob(*staging_, engine::BlobKind::checkpoint, format::encode_checkpoint(record));
  return made;
}

void CheckpointParts::write(const RunState& run, Draft& draft, const NewCheckpoint& checkpoint) const {
  const format::CheckpointRecord& record = checkpoint.record;
  draft.run.head = record.sequence;
  const format::CheckpointRow row{checkpoint.id, record.step, record.time, checkpoint.content};
  draft.edit.rows.push_back({format::row::checkpoint(record.sequence), format::encode_checkpoint_row(row)});
  draft.edit.rows.push_back({format::row::by_step(record.step, record.sequence), ""});
  draft.edit.claims.push_back({format::claim::checkpoint(checkpoint.id), format::be64_pair(run.cell(), record.sequence)});
  write_tags(draft, record.sequence);
}

void CheckpointParts::write_tags(Draft& draft, std::uint64_t sequence) const {
  for (const std::string& tag : tags_) draft.edit.rows.push_back({format::row::tag(tag), format::be64_text(sequence)});
}

Receipt CheckpointParts::commit(RunState& run) {
  store_held();
  const format::CheckpointRecord saved = saved_record();
  if (!adds_to_equal())
    if (const auto equal = find_equal(run, *store_.engine().view(), nullptr, saved)) return receipt_of(*equal);
  Receipt receipt;
  run.publish(staging_.get(), 0, {}, doing(run), [&](Draft& draft) {
    if (const auto equal = find_equal(run, draft.view, nullptr, saved)) {
      receipt = receipt_of(*equal);
      return write_tags(draft, equal->sequence);
    }
    const RunHead head = store_.head_of(draft.view, run.cell(), draft.run);
    const NewCheckpoint made = make(run, draft.view, head, draft.run, saved);
    receipt = receipt_of(made);
    write(run, draft, made);
  });
  if (!receipt.existed) {
    run.set_skipped({});
    store_.upkeep().note_commit(run);
  }
  remember_files();
  return receipt;
}

void CheckpointParts::remember_files() noexcept {
  if (memory_ != nullptr) memory_->keep_if_possible();
}

}  // namespace cairn::store
