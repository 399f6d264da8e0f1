#include "store/checkpoint_difference.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "object/artifacts.h"
#include "object/value_difference.h"
#include "store/step_difference.h"

namespace cairn::store {

namespace {

// Calls `visit` for each name with what it has in either map, or null.
template <class Ids, class Visit>
void visit_names(const Ids& before, const Ids& after, const Visit& visit) {
  auto one = before.begin();
  auto other = after.begin();
  while (one != before.end() || other != after.end()) {
    const bool has_one = other == after.end() || (one != before.end() && one->first <= other->first);
    const bool has_other = one == before.end() || (other != after.end() && other->first <= one->first);
    visit((has_one ? one : other)->first, has_one ? &one->second : nullptr, has_other ? &other->second : nullptr);
    if (has_one) ++one;
    if (has_other) ++other;
  }
}

template <class Change, class Id>
Change change_of(const std::string& name, const Id* before, const Id* after) {
  Change change;
  change.kind = before == nullptr ? ChangeKind::added : after == nullptr ? ChangeKind::removed : ChangeKind::changed;
  change.name = name;
  if (before != nullptr) change.before = *before;
  if (after != nullptr) change.after = *after;
  return change;
}

std::vector<std::string> without(const std::vector<std::string>& tags, const std::vector<std::string>& others) {
  std::vector<std::string> rest;
  std::ranges::set_difference(tags, others, std::back_inserter(rest));
  return rest;
}

class CheckpointComparer {
 public:
  CheckpointComparer(StoreState& state, const DifferenceOptions& options)
      : state_(state), view_(state.engine().view()), options_(options) {}

  CheckpointDifference run(const CheckpointId& before, const CheckpointId& after) {
    found_.before = read(before);
    found_.after = read(after);
    visit_names(found_.before.state, found_.after.state, [&](const auto& name, const ObjectId* one, const ObjectId* other) {
      compare_states(name, one, other);
    });
    visit_names(found_.before.artifacts, found_.after.artifacts,
                [&](const auto& name, const ArtifactId* one, const ArtifactId* other) { compare_artifacts(name, one, other); });
    found_.metadata = compare_embedded(state_, *view_, "", metadata_of(before), metadata_of(after), options_);
    found_.tags_added = without(found_.after.tags, found_.before.tags);
    found_.tags_removed = without(found_.before.tags, found_.after.tags);
    compare_unfinished();
    return std::move(found_);
  }

 private:
  Checkpoint read(const CheckpointId& id) const {
    if (!find_checkpoint(*view_, id)) throw Error(ErrorCode::not_found, fmt::format("there is no checkpoint {}", id.hex()));
    return state_.public_checkpoint(*view_, id);
  }
  std::string metadata_of(const CheckpointId& id) const { return state_.checkpoint_record(*view_, id).metadata; }

  void compare_states(const std::string& name, const ObjectId* before, const ObjectId* after) {
    if (before != nullptr && after != nullptr && *before == *after) return;
    auto change = change_of<StateChange>(name, before, after);
    if (change.kind == ChangeKind::changed) {
      for (const ObjectId* id : {before, after}) require_unpurged(*view_, engine::BlobKind::object, id->digest);
      change.difference = object::compare_objects(*view_, *before, *after, options_, state_.reading());
      take_from(options_, change.difference.changes.size());
    }
    found_.states.push_back(std::move(change));
  }

  void compare_artifacts(const std::string& name, const ArtifactId* before, const ArtifactId* after) {
    if (before != nullptr && after != nullptr && *before == *after) return;
    auto change = change_of<NamedArtifactChange>(name, before, after);
    if (change.kind == ChangeKind::changed) {
      for (const ArtifactId* id : {before, after}) require_unpurged(*view_, engine::BlobKind::artifact, id->digest);
      object::compare_artifacts(*view_, *before, *after, [&](ArtifactChange&& one) {
        ++change.change_count;
        if (options_.changes_max != 0) change.changes.push_back(std::move(one));
        take_from(options_, 1);
      });
    }
    found_.artifacts.push_back(std::move(change));
  }

  // Both are in order of UUID.
  void compare_unfinished() {
    visit_names(found_.before.unfinished, found_.after.unfinished,
                [&](const Uuid& node, const NodeState* one, const NodeState* other) {
                  if (one != nullptr && other != nullptr && *one == *other) return;
                  ++found_.unfinished_count;
                  if (options_.changes_max == 0) return;
                  take_from(options_, 1);
                  found_.unfinished.push_back({node, one == nullptr ? std::nullopt : std::optional(*one),
                                               other == nullptr ? std::nullopt : std::optional(*other)});
                });
  }

  StoreState& state_;
  const std::unique_ptr<engine::View> view_;
  DifferenceOptions options_;  // how much more is kept
  CheckpointDifference found_;
};

}  // namespace

CheckpointDifference compare_checkpoints(StoreState& state, const CheckpointId& before, const CheckpointId& after,
                                         const DifferenceOptions& options) {
  return CheckpointComparer(state, options).run(before, after);
}

}  // namespace cairn::store
