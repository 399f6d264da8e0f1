#include "store/step_calls.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <utility>

namespace cairn::store {

StepCalls::Turn::Turn(Turn&& other) noexcept
    : calls_(std::exchange(other.calls_, nullptr)), step_(std::move(other.step_)) {}

StepCalls::Turn& StepCalls::Turn::operator=(Turn&& other) noexcept {
  if (this == &other) return *this;
  leave();
  calls_ = std::exchange(other.calls_, nullptr);
  step_ = std::move(other.step_);
  return *this;
}

void StepCalls::Turn::leave() noexcept {
  if (calls_ == nullptr) return;
  {
    std::lock_guard lock(calls_->mutex_);
    calls_->at_.erase(step_);
  }
  calls_->left_.notify_all();
  calls_ = nullptr;
}

StepCalls::Turn StepCalls::enter(std::string step, const std::stop_token& stop, std::string_view title) {
  std::unique_lock lock(mutex_);
  const auto other = at_.find(step);
  if (other != at_.end() && other->second == std::this_thread::get_id())
    throw Error(ErrorCode::conflict, fmt::format("{}: its own work calls it again", title));
  if (!left_.wait(lock, stop, [&] { return !at_.contains(step); }))
    throw Error(ErrorCode::cancelled, fmt::format("{}: told to stop while another call is at it", title));
  at_.emplace(step, std::this_thread::get_id());
  return Turn(*this, std::move(step));
}

bool StepCalls::is_at(const std::string& step) const {
  const std::lock_guard lock(mutex_);
  return at_.contains(step);
}

}  // namespace cairn::store
