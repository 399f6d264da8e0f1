#include "object/task_queue.h"

#include <system_error>

namespace cairn::object {

namespace {

constexpr std::size_t kWaitingPerThread = 4;

}  // namespace

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
    work_.wait(lock, [&] { return stop_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    std::exception_ptr error;
    try {
      task.work();
    } catch (...) {
      error = std::current_exception();
    }
    task.work = nullptr;  // what it held is let go of before it counts as done
    lock.lock();
    if (error != nullptr && error_ == nullptr) error_ = error;
    --task.group->pending_;
    done_.notify_all();
  }
}

void TaskQueue::rethrow() const {
  if (error_ != nullptr) std::rethrow_exception(error_);
}

}  // namespace cairn::object
