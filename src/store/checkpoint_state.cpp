#include "store/checkpoint_state.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/clock.h"
#include "format/blob.h"
#include "format/checkpoint.h"
#include "format/keys.h"
#include "object/artifacts.h"
#include "object/blobs.h"
#include "object/objects.h"
#include "object/references.h"
#include "store/embedded.h"
#include "store/history.h"
#include "store/step.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

constexpr std::size_t kNameMax = 255;

void check_name(std::string_view what, std::string_view name) {
  if (name.empty() || name.size() > kNameMax || !base::is_utf8(name) || name.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::invalid_argument, fmt::format("{} of a checkpoint: a name must be 1 to {} bytes of UTF-8, got {} bytes",
                                                         what, kNameMax, name.size()));
}

template <class Names>
void check_new(std::string_view what, std::string_view name, const Names& names) {
  check_name(what, name);
  if (names.contains(name))
    throw Error(ErrorCode::invalid_argument, fmt::format("{} of a checkpoint: the name {} is used already", what, name));
}

Timestamp timestamp(std::int64_t nanoseconds) { return Timestamp(std::chrono::nanoseconds(nanoseconds)); }

Receipt made_durable(Receipt receipt) {
  std::promise<void> done;
  done.set_value();
  receipt.durable = done.get_future().share();
  return receipt;
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

}  // namespace

CheckpointState::CheckpointState(std::shared_ptr<RunState> run, std::int64_t step)
    : run_(std::move(run)), staging_(run_->store().engine().stage()), step_(step) {}

void CheckpointState::require_open() const {
  if (staging_ == nullptr)
    throw Error(ErrorCode::invalid_argument, fmt::format("checkpoint {} of {}: it is committed already", step_, run_->title()));
}

void CheckpointState::save(std::string_view name, const Encodable& value, const SaveOptions& options) {
  require_open();
  check_new("state", name, state_);
  try {
    state_.emplace(name, object::write_object(*staging_, value, run_->store().writing(options)).digest);
  } catch (const Error&) {
    detail::rethrow_at_field(name);
  }
}

void CheckpointState::save(std::string_view name, const ObjectId& object) {
  require_open();
  check_new("state", name, state_);
  object::hold(*staging_, {engine::BlobKind::object, object.digest});
  state_.emplace(name, object.digest);
}

void CheckpointState::attach(std::string_view name, const AddArtifact& add) {
  require_open();
  check_new("artifact", name, artifacts_);
  if (memory_ == nullptr) memory_ = std::make_unique<StoredFileMemory>(run_->store().engine());
  artifacts_.emplace(name, add(*staging_, *memory_).id.digest);
}

void CheckpointState::attach(std::string_view name, const ArtifactId& artifact) {
  require_open();
  check_new("artifact", name, artifacts_);
  object::hold(*staging_, {engine::BlobKind::artifact, artifact.digest});
  artifacts_.emplace(name, artifact.digest);
}

void CheckpointState::note(std::string_view key, Value value) {
  require_open();
  check_name("note", key);
  metadata_.put(Value(std::string(key)), std::move(value));
}

void CheckpointState::tag(std::string_view name) {
  require_open();
  check_name("tag", name);
  if (std::ranges::find(tags_, name) == tags_.end()) tags_.emplace_back(name);
}

// The newest checkpoint of this step, if it holds the same content and can be read. The digest `content` of what was
// saved only tells where to look: the rest is compared.
std::optional<Receipt> CheckpointState::find_equal(const engine::View& view, const format::CheckpointRecord& saved,
                                                   const Digest& content) const {
  const auto sequence = sequence_at(view, run_->cell(), step_);
  if (!sequence) return std::nullopt;
  const format::CheckpointRow row = checkpoint_row(view, run_->cell(), *sequence);
  if (row.content != content) return std::nullopt;
  try {
    const format::CheckpointRecord found = run_->store().checkpoint_record(view, row.id);
    if (found.state != saved.state || found.artifacts != saved.artifacts || found.metadata != saved.metadata)
      return std::nullopt;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
    return std::nullopt;  // a commit of the same content must be one that restarts
  }
  return made_durable({row.id, *sequence, timestamp(row.time), true, 0, staged_bytes(*staging_), {}});
}

Receipt CheckpointState::commit() {
  require_open();
  format::CheckpointRecord saved;
  saved.step = step_;
  saved.state.insert(state_.begin(), state_.end());
  saved.artifacts.insert(artifacts_.begin(), artifacts_.end());
  if (metadata_.size() != 0) saved.metadata = write_embedded(*staging_, Value(metadata_));
  const Digest content = format::checkpoint_content(saved);

  Receipt receipt;
  const std::string doing = fmt::format("commit checkpoint {} of {}", step_, run_->title());
  if (tags_.empty() && !has_new(*staging_)) {  // else the copy that is there may be damaged, and these bytes repair it
    if (auto equal = find_equal(*run_->store().engine().view(), saved, content)) {
      staging_ = nullptr;
      return *equal;
    }
  }
  const std::uint64_t bytes_new = staging_->bytes_added(), bytes_shared = staging_->bytes_existed();
  run_->commit(staging_.get(), 0, {}, doing, [&](Draft& draft) {
    if (auto equal = find_equal(draft.view, saved, content)) {
      receipt = *equal;
      return write_tags(draft, equal->sequence);
    }
    receipt = made_durable({});
    receipt.bytes_new = bytes_new;
    receipt.bytes_shared = bytes_shared;
    format::CheckpointRecord record = saved;
    record.run = run_->uuid();
    record.run_name = run_->name();
    record.sequence = receipt.sequence = draft.run.head + 1;
    if (draft.run.head != 0) record.parent = checkpoint_row(draft.view, run_->cell(), draft.run.head).id.digest;
    record.time = base::now_nanoseconds();
    receipt.time = timestamp(record.time);
    record.unfinished = unfinished_nodes(*run_, draft.view);
    record.node_next = draft.run.node_next;
    record.tags = tags_;
    record.bytes_new = bytes_new;
    record.bytes_shared = bytes_shared;
    receipt.id.digest =
        object::stage_blob(*staging_, engine::BlobKind::checkpoint, format::encode_checkpoint(record));

    draft.run.head = record.sequence;
    const format::CheckpointRow row{receipt.id, step_, record.time, content};
    draft.edit.rows.push_back({format::row::checkpoint(record.sequence), format::encode_checkpoint_row(row)});
    draft.edit.rows.push_back({format::row::by_step(step_, record.sequence), ""});
    draft.edit.claims.push_back({format::claim::checkpoint(receipt.id), format::be64_pair(run_->cell(), record.sequence)});
    write_tags(draft, record.sequence);
  });
  staging_ = nullptr;
  if (memory_ != nullptr) memory_->keep_if_possible();
  return receipt;
}

void CheckpointState::write_tags(Draft& draft, std::uint64_t sequence) const {
  for (const std::string& tag : tags_) draft.edit.rows.push_back({format::row::tag(tag), format::be64_text(sequence)});
}

}  // namespace cairn::store

namespace cairn {

CheckpointBuilder::CheckpointBuilder(std::unique_ptr<store::CheckpointState> state) : state_(std::move(state)) {}
CheckpointBuilder::CheckpointBuilder(CheckpointBuilder&&) noexcept = default;
CheckpointBuilder& CheckpointBuilder::operator=(CheckpointBuilder&&) noexcept = default;
CheckpointBuilder::~CheckpointBuilder() = default;

CheckpointBuilder& CheckpointBuilder::save_encoded(std::string_view name, const Encodable& value,
                                                   const SaveOptions& options) {
  state_->save(name, value, options);
  return *this;
}
CheckpointBuilder& CheckpointBuilder::save(std::string_view name, const ObjectId& object) {
  state_->save(name, object);
  return *this;
}
CheckpointBuilder& CheckpointBuilder::attach(std::string_view name, const std::filesystem::path& path,
                                             const AddOptions& options) {
  state_->attach(name, [&](auto& staging, auto& memory) { return object::add_path(staging, path, options, &memory); });
  return *this;
}
CheckpointBuilder& CheckpointBuilder::attach_source(std::string_view name, const ArtifactSource& source,
                                                    const AddOptions& options) {
  state_->attach(name, [&](auto& staging, auto& memory) { return object::add_source(staging, source, options, &memory); });
  return *this;
}
CheckpointBuilder& CheckpointBuilder::attach_files(std::string_view name, std::span<const NamedSource> sources,
                                                   const AddOptions& options) {
  state_->attach(name, [&](auto& staging, auto& memory) { return object::add_sources(staging, sources, options, &memory); });
  return *this;
}
CheckpointBuilder& CheckpointBuilder::attach(std::string_view name, const ArtifactId& artifact) {
  state_->attach(name, artifact);
  return *this;
}
CheckpointBuilder& CheckpointBuilder::note(std::string_view key, Value value) {
  state_->note(key, std::move(value));
  return *this;
}
CheckpointBuilder& CheckpointBuilder::tag(std::string_view name) {
  state_->tag(name);
  return *this;
}
bool CheckpointBuilder::is_background() const { return false; }
CheckpointBuilder& CheckpointBuilder::save_held(std::string_view name, std::uint64_t, Encode encode, const SaveOptions& options) {
  encode([&](const Encodable& value) { state_->save(name, value, options); });
  return *this;
}
// On disk when it returns, which is what every durability allows.
Receipt CheckpointBuilder::commit(const CommitOptions&) { return state_->commit(); }

}  // namespace cairn
