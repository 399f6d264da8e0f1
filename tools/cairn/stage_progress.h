// StageProgress: long work in stages, each of which has a bar of its own.
#pragma once

#include <cairn/compaction.h>

#include <optional>
#include <string>

#include "progress.h"

namespace cairn::cli {

class StageProgress {
 public:
  void update(const CareProgress& progress) {
    if (progress.stage != stage_) {
      bar_.reset();
      stage_ = progress.stage;
      bar_.emplace(stage_);
    }
    bar_->update(progress.done, progress.total);
  }

 private:
  std::string stage_;
  std::optional<Progress> bar_;
};

}  // namespace cairn::cli
