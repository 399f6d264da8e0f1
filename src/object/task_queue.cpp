#include "object/task_queue.h"

#include <algorithm>
#include <system_error>

namespace cairn::object {

namespace {

constexpr std::size_t kWaitingPerThread = 4;
constexpr unsigned kThreadsMost = 8;

}  // namespace

unsigned threads_of_use() { return std::clamp(std::thread::hardware_concurrency(), 1u, kThreadsMost); }

TaskQueue::TaskQueue(unsigned threads) : threads_most_(threads) {}

TaskQueue::~TaskQueue() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    tasks_.clear();
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void TaskQueue::submit(Group& group, std::function<void()> task) {
  if (threads_.size() < threads_most_) begin_thread();
  if (threads_.empty()) return task();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return error_ != nullptr || tasks_.size() < kWaitingPerThread * threads_.size(); });
  rethrow();
  ++group.pending_;
  tasks_.push_back({&group, std::move(task)});
  work_.notify_one();
}

void TaskQueue::wait(Group& group) {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return error_ != nullptr || group.pending_ == 0; });
  rethrow();
}

bool TaskQueue::is_done(Group& group) {
  const std::lock_guard lock(mutex_);
  return group.pending_ == 0;
}

void TaskQueue::begin_thread() {
  try {
    threads_.emplace_back([this] { run(); });
  } catch (const std::system_error&) {
    // Those that are there do it, or the caller by itself.
  }
}

void TaskQueue::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    std::optional<Task> task;
    work_.wait(lock, [&] { return stop_ || (task = next_task()).has_value(); });
    if (!task) return;
    lock.unlock();
    std::exception_ptr error;
    try {
      task->work();
    } catch (...) {
      error = std::current_exception();
    }
    task->work = nullptr;  // what it held is let go of before it counts as done
    lock.lock();
    if (error != nullptr && error_ == nullptr) error_ = error;
    task->group->running_ = false;
    --task->group->pending_;
    done_.notify_all();
    work_.notify_one();  // the next of its group
  }
}

// The first whose group is not being worked for.
std::optional<TaskQueue::Task> TaskQueue::next_task() {
  const auto found = std::ranges::find_if(tasks_, [](const Task& task) { return !task.group->running_; });
  if (found == tasks_.end()) return std::nullopt;
  Task task = std::move(*found);
  tasks_.erase(found);
  task.group->running_ = true;
  return task;
}

void TaskQueue::rethrow() const {
  if (error_ != nullptr) std::rethrow_exception(error_);
}

}  // namespace cairn::object
