#include "store/checkpoint_state.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "object/artifacts.h"
#include "store/regions.h"
#include "store/store_state.h"
#include "store/waiting_checkpoint.h"

namespace cairn::store {

CheckpointState::CheckpointState(std::shared_ptr<RunState> run, std::int64_t step, const CheckpointOptions& options)
    : run_(std::move(run)), options_(options), step_(step), parts_(std::make_unique<CheckpointParts>(run_->store(), step)) {}

CheckpointParts& CheckpointState::parts() const {
  if (parts_ == nullptr)
    throw Error(ErrorCode::invalid_argument, fmt::format("checkpoint {} of {}: it is committed already", step_, run_->title()));
  return *parts_;
}

void CheckpointState::save(std::string_view name, const Encodable& value, const SaveOptions& options) {
  const HeldUp held_up(held_up_);
  parts().save(name, value, options);
}

void CheckpointState::save_held(std::string_view name, std::uint64_t bytes, CheckpointParts::Encode encode,
                                const SaveOptions& options) {
  parts().hold_value(name, bytes, std::move(encode), options);
}

void CheckpointState::save(std::string_view name, const ObjectId& object) { parts().save(name, object); }

std::vector<Region> CheckpointState::regions() const {
  std::vector<Region> regions = run_->regions().all();
  if (regions.empty())
    throw Error(ErrorCode::invalid_argument, fmt::format("save the regions of {}: none is protected", run_->title()));
  return regions;
}

void CheckpointState::save_regions() {
  const HeldUp held_up(held_up_);
  std::vector<Region> all = regions();
  if (is_background()) return hold_regions(std::move(all));
  for (const Region& region : all) parts().save(region.name, encodable(RegionValue{region}), {});
}

void CheckpointState::hold_regions(std::vector<Region> regions) {
  CheckpointParts& parts = this->parts();
  const auto copied = std::make_shared<const RegionCopy>(run_->regions().copy(std::move(regions)));
  for (const Region& region : copied->regions())
    parts.hold_value(region.name, region.memory.size(),
                     [copy = copied, &region](const auto& use) mutable {
                       use(encodable(RegionValue{region}));
                       copy = nullptr;  // so that the next copy finds its memory
                     }, {});
}

void CheckpointState::attach(std::string_view name, const CheckpointParts::AddArtifact& add) {
  const HeldUp held_up(held_up_);
  if (is_background()) parts().hold_artifact(name, add);
  else parts().attach(name, add);
}

void CheckpointState::attach(std::string_view name, const ArtifactId& artifact) { parts().attach(name, artifact); }
void CheckpointState::note(std::string_view key, Value value) { parts().note(key, std::move(value)); }
void CheckpointState::tag(std::string_view name) { parts().tag(name); }

// ---- Commits ----

Receipt CheckpointState::commit(const CommitOptions& options) {
  parts();
  Receipt receipt;
  {
    const HeldUp held_up(held_up_);
    receipt = options.durability == Durability::sync ? commit_now() : commit_behind(options.durability == Durability::async);
  }
  note_pace();
  return receipt;
}

Receipt CheckpointState::commit_now() {
  const RunState::Turn turn = run_->take_turn();
  const Receipt receipt = parts_->commit(*run_);
  parts_ = nullptr;
  return receipt;
}

// All is told here and now, and written by the queue.
Receipt CheckpointState::commit_behind(bool is_due) {
  parts_->store_held();
  parts_->drop_stored();
  const RunState::Turn turn = run_->take_turn_behind();
  run_->throw_failure();
  PendingHead& pending = run_->pending(turn);
  CommitQueue::Room room = *run_->store().queue().make_room(parts_->memory_bytes(), WhenBusy::wait);
  const auto view = run_->store().engine().view();
  const format::CheckpointRecord saved = parts_->saved_record();
  const auto equal = parts_->find_equal(*run_, *view, &pending, saved);
  std::optional<NewCheckpoint> made;
  if (!equal) made = parts_->make(*run_, *view, pending.head(), run_->store().run_record(*view, run_->cell()), saved);
  Receipt receipt = made ? parts_->receipt_of(*made) : parts_->receipt_of(*equal);
  if (equal && !parts_->adds_to_equal()) {
    parts_ = nullptr;
    return receipt;
  }

  auto commit = std::make_unique<KnownCheckpoint>(*run_, std::move(parts_), made, receipt.sequence);
  receipt.durable = commit->durable();
  std::unique_ptr<WaitingCommit> waiting = std::move(commit);
  try {
    run_->add(turn, waiting, std::move(room), is_due, true);
  } catch (...) {
    parts_ = static_cast<KnownCheckpoint&>(*waiting).take_parts();
    throw;
  }
  if (!made) return receipt;
  run_->set_skipped({});
  pending.add({made->id, made->content, std::move(made->record), receipt.durable});
  return receipt;
}

// All is stored and told when its turn comes.
PendingCommit CheckpointState::commit_late(const AsyncCommitOptions& options, std::vector<Region> regions) {
  parts();
  std::shared_future<Receipt> receipt;
  {
    const HeldUp held_up(held_up_);
    const RunState::Turn turn = run_->take_turn_behind();
    run_->throw_failure();
    auto room = run_->store().queue().make_room(parts_->memory_bytes() + bytes_of(regions), options.when_busy);
    if (!room) return {};
    if (!regions.empty()) hold_regions(std::move(regions));
    auto commit = std::make_unique<LateCheckpoint>(*run_, std::move(parts_));
    receipt = commit->receipt();
    std::unique_ptr<WaitingCommit> waiting = std::move(commit);
    try {
      run_->add(turn, waiting, std::move(*room), options.durability != Durability::on_close, false);
    } catch (...) {
      parts_ = static_cast<LateCheckpoint&>(*waiting).take_parts();
      throw;
    }
  }
  note_pace();
  return PendingCommit(std::move(receipt));
}

void CheckpointState::note_pace() {
  run_->pace().add(step_, CheckpointPace::Clock::now(), held_up_);
  run_->store().keep(*run_);
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
CheckpointBuilder& CheckpointBuilder::save_held(std::string_view name, std::uint64_t bytes, Encode encode, const SaveOptions& options) {
  state_->save_held(name, bytes, std::move(encode), options);
  return *this;
}
bool CheckpointBuilder::is_background() const { return state_->is_background(); }

CheckpointBuilder& CheckpointBuilder::save(std::string_view name, const ObjectId& object) {
  state_->save(name, object);
  return *this;
}
CheckpointBuilder& CheckpointBuilder::save_regions() {
  state_->save_regions();
  return *this;
}
CheckpointBuilder& CheckpointBuilder::attach(std::string_view name, const std::filesystem::path& path,
                                             const AddOptions& options) {
  state_->attach(name, [path, options](auto& staging, auto& memory) { return object::add_path(staging, path, options, &memory); });
  return *this;
}
CheckpointBuilder& CheckpointBuilder::attach_source(std::string_view name, const ArtifactSource& source,
                                                    const AddOptions& options) {
  state_->attach(name, [source, options](auto& staging, auto& memory) { return object::add_source(staging, source, options, &memory); });
  return *this;
}
CheckpointBuilder& CheckpointBuilder::attach_files(std::string_view name, std::span<const NamedSource> sources,
                                                   const AddOptions& options) {
  state_->attach(name, [all = std::vector(sources.begin(), sources.end()), options](auto& staging, auto& memory) {
    return object::add_sources(staging, all, options, &memory);
  });
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

Receipt CheckpointBuilder::commit(const CommitOptions& options) { return state_->commit(options); }
PendingCommit CheckpointBuilder::commit_async(const AsyncCommitOptions& options) { return state_->commit_async(options); }

}  // namespace cairn
