// Tasks for a few threads, in order, with errors that come back to the thread that hands them out.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace cairn::object {

/// How many threads are of use where nobody said: one a core, at most 8.
unsigned threads_of_use();

/// For one thread that submits. Tasks of a group may be waited for together.
class TaskQueue {
 public:
  /// Tasks that belong together, and are done one after the other. Outlives them.
  class Group {
    friend class TaskQueue;
    std::size_t pending_ = 0;  // both guarded by the queue's mutex
    bool running_ = false;
  };

  /// With no threads, a task is done when it is submitted.
  explicit TaskQueue(unsigned threads);
  /// Drops what has not begun, and waits for the rest.
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  /// Waits while many are waiting. Throws what an earlier task threw; `task` is then not done.
  void submit(Group& group, std::function<void()> task);
  /// Waits for all of the group. Throws what any task threw.
  void wait(Group& group);
  bool is_done(Group& group);

 private:
  struct Task {
    Group* group;
    std::function<void()> work;
  };

  void run();
  std::optional<Task> next_task();
  void begin_thread();
  void rethrow() const;

  const unsigned threads_most_;
  std::mutex mutex_;
  std::condition_variable work_, done_;
  std::deque<Task> tasks_;
  std::exception_ptr error_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cairn::object
