// Histories as a plain model: every run has a list of its own of all its checkpoints.
#pragma once

#include <cairn/cairn.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cairn::test {

struct ModelCheckpoint {
  CheckpointId id;
  std::int64_t step = 0, state = 0;
  std::uint64_t sequence = 0;
  std::optional<CheckpointId> parent;
  int maker = 0;  ///< number of the run
};

/// By task and index, the value.
using ModelWrites = std::map<std::pair<std::string, std::uint32_t>, std::int64_t>;

struct HistoryModelRun {
  int number = 0;
  std::vector<ModelCheckpoint> history;  ///< oldest first
  std::uint64_t head = 0;
  std::map<std::string, std::optional<CheckpointId>> tags;  ///< that it was given itself; empty: that it has not
  std::map<CheckpointId, ModelWrites> writes;
  std::shared_ptr<const HistoryModelRun> parent;            ///< also when that was deleted

  const ModelCheckpoint* find(const CheckpointId& id) const {
    const auto found = std::ranges::find(history, id, &ModelCheckpoint::id);
    return found == history.end() ? nullptr : &*found;
  }
  const ModelCheckpoint* at(std::int64_t step) const {
    const auto found = std::find_if(history.rbegin(), history.rend(), [&](const auto& checkpoint) { return checkpoint.step == step; });
    return found == history.rend() ? nullptr : &*found;
  }
  std::optional<CheckpointId> tagged(const std::string& tag) const {
    for (const HistoryModelRun* run = this; run != nullptr; run = run->parent.get()) {
      const auto found = run->tags.find(tag);
      if (found == run->tags.end()) continue;
      if (!found->second) return std::nullopt;
      if (find(*found->second) != nullptr) return found->second;
    }
    return std::nullopt;
  }
  std::vector<std::string> tags_of(const CheckpointId& id) const {
    std::set<std::string> names;
    for (const HistoryModelRun* run = this; run != nullptr; run = run->parent.get())
      for (const auto& [tag, named] : run->tags)
        if (tagged(tag) == id) names.insert(tag);
    return {names.begin(), names.end()};
  }
  void remove(const std::set<CheckpointId>& gone) {
    std::erase_if(history, [&](const ModelCheckpoint& checkpoint) { return gone.contains(checkpoint.id); });
    std::erase_if(tags, [&](const auto& tag) { return tag.second && gone.contains(*tag.second); });
  }
};

}  // namespace cairn::test
