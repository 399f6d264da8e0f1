#include "store/grown_engine.h"

#include "engine/collection.h"
#include "store/grown_runs.h"

namespace cairn::store {

std::vector<engine::CellId> GrownEngine::settle_growth() {
  const std::lock_guard lock(settling_);
  expect_growth();
  std::vector<engine::CellId> staged;
  for (const auto& [run, growth] : grown_runs(*bare_->view())) {
    store::settle_growth(*bare_, run, growth);
    staged.push_back(growth.staged);
  }
  ++changes_;
  return staged;
}

std::unique_ptr<engine::View> GrownEngine::view() const {
  const std::uint64_t before = changes_;
  auto view = bare_->view();
  if (before % 2 == 0 && changes_ == before) return view;
  const std::uint64_t state = view->commits() + 1;
  if (without_growth_ == state) return view;
  auto growths = grown_runs(*view);
  if (!growths.empty()) return std::make_unique<GrownView>(std::move(view), std::move(growths));
  without_growth_ = state;
  return view;
}

// A run that is grown and whose rows could not be brought yet, since the disk was full.
engine::PublishResult GrownEngine::publish(engine::Staging* staging, const engine::Commit& commit) {
  if (changes_ % 2 == 1) {
    const std::lock_guard lock(settling_);
    const auto growths = grown_runs(*bare_->view());
    if (const auto growth = growths.find(commit.cell); growth != growths.end()) store::settle_growth(*bare_, growth->first, growth->second);
  }
  return bare_->publish(staging, commit);
}

std::unique_ptr<engine::Collection> GrownEngine::begin_collection() { return bare_->begin_collection(); }

}  // namespace cairn::store
