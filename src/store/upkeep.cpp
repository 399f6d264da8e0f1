#include "store/upkeep.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <system_error>

#include "store/removal.h"
#include "store/retention.h"
#include "store/run_state.h"

namespace cairn::store {
namespace {

// The newest checkpoint stays: commits that wait go on from it.
RetentionPolicy with_newest(RetentionPolicy policy) {
  policy.last = std::max<std::size_t>(policy.last.value_or(0), 1);
  return policy;
}

std::string message_of_current() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that says nothing";
  }
}

}  // namespace

void check_upkeep(const Upkeep& upkeep) {
  if (upkeep.prune_every == 0) throw Error(ErrorCode::invalid_argument, "upkeep: prune after every 0 commits, expected 1 at least");
  if (upkeep.retention) check_policy(*upkeep.retention);
}

UpkeepWork::~UpkeepWork() {
  {
    const Lock lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void UpkeepWork::note_commit(RunState& run) {
  if (!upkeep_.retention) return;
  const Lock lock(mutex_);
  Counted& counted = runs_[run.cell()];
  if (++counted.commits < upkeep_.prune_every || closing_) return;
  try {
    due_.push_back(run.shared_from_this());
    counted.commits = 0;
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  } catch (...) {  // no memory, or no thread: the next commit tries again
    if (!due_.empty() && !thread_.joinable()) due_.clear();
  }
  changed_.notify_all();
}

void UpkeepWork::wait() {
  Lock lock(mutex_);
  changed_.wait(lock, [&] { return due_.empty() && !is_working_; });
}

void UpkeepWork::work() {
  Lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !due_.empty(); });
    if (due_.empty()) return;
    std::shared_ptr<RunState> run = std::move(due_.front());
    due_.pop_front();
    is_working_ = true;
    const bool is_last = closing_;
    lock.unlock();
    prune(*run);
    run.reset();
    if (!is_last) collect_if_due();
    lock.lock();
    is_working_ = false;
    changed_.notify_all();
  }
}

void UpkeepWork::prune(RunState& run) {
  try {
    removed_bytes_ += prune_beside_commits(run, with_newest(*upkeep_.retention));
    tell(run.cell(), {});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) tell(run.cell(), fmt::format("prune {}: {}", run.title(), error.what()));
  } catch (...) {
    tell(run.cell(), fmt::format("prune {}: {}", run.title(), message_of_current()));
  }
}

void UpkeepWork::collect_if_due() {
  if (!upkeep_.collect_bytes || removed_bytes_ == 0 || removed_bytes_ < *upkeep_.collect_bytes) return;
  removed_bytes_ = 0;
  try {
    collect_();
    tell(0, {});
  } catch (...) {
    tell(0, fmt::format("collect: {}", message_of_current()));
  }
}

void UpkeepWork::tell(engine::CellId cell, const std::string& problem) {
  {
    const Lock lock(mutex_);
    std::string& told = runs_[cell].told;
    if (told == problem) return;
    told = problem;
  }
  if (!problem.empty()) std::fputs(fmt::format("cairn: upkeep failed, and is tried again later: {}\n", problem).c_str(), stderr);
}

}  // namespace cairn::store
