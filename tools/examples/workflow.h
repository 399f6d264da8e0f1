// A small workflow engine on the public interface of cairn: tasks with dependencies, run by a few threads, each
// recorded once, with a checkpoint after each batch.
#pragma once

#include <cairn/cairn.h>

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <vector>

namespace example {

/// What a checkpoint of the engine holds: enough to report, since the steps themselves are recorded.
struct Progress {
  std::uint64_t finished = 0;
  std::uint64_t total = 0;
  std::vector<std::string> batch;  // the tasks since the checkpoint before, by name
};
BOOST_DESCRIBE_STRUCT(Progress, (), (finished, total, batch))

/// The result of a task that may still have to run.
template <class T>
class Future {
 public:
  const T& value() const { return (*slot_)->value(); }
  cairn::Uuid data() const { return (*slot_)->data(); }
  std::size_t task() const { return task_; }

 private:
  friend class Workflow;
  std::shared_ptr<std::optional<cairn::StepResult<T>>> slot_ = std::make_shared<std::optional<cairn::StepResult<T>>>();
  std::size_t task_ = 0;
};

/// A labelled input of a task: the result of another one, or a value.
struct Source {
  template <class T>
  Source(std::string label, const Future<T>& future)
      : task(future.task()), make([label = std::move(label), future] { return cairn::Input(label, future.data()); }) {}
  template <class T>
  Source(std::string label, std::shared_ptr<const T> value)
      : make([label = std::move(label), value = std::move(value)] { return cairn::Input(label, *value); }) {}

  std::optional<std::size_t> task;  // the task that must be done before
  std::function<cairn::Input()> make;
};

class Workflow {
 public:
  /// `report` is told of each task (and whether its result was on record) and of each checkpoint; it must be
  /// thread-safe. Nothing is reported before it is durable.
  struct Report {
    std::function<void(const std::string& name, bool recorded_before)> task;
    std::function<void(const cairn::Receipt&)> checkpoint;
  };

  Workflow(cairn::Run run, std::size_t batch, Report report)
      : run_(std::move(run)), batch_(batch), report_(std::move(report)) {}

  template <class T>
  Future<T> add(std::string name, std::vector<Source> sources, std::function<T()> work) {
    Future<T> future;
    future.task_ = tasks_.size();
    Task task;
    task.name = name;
    for (const Source& source : sources) {
      if (!source.task) continue;
      ++task.missing;
      tasks_[*source.task].followers.push_back(future.task_);
    }
    task.run = [this, name = std::move(name), sources = std::move(sources), work = std::move(work), slot = future.slot_] {
      cairn::Inputs inputs;
      for (const Source& source : sources) inputs.push_back(source.make());
      *slot = run_.step(name, inputs, work);
      return (*slot)->recorded_before();
    };
    tasks_.push_back(std::move(task));
    return future;
  }

  /// Runs every task; throws what the first failing one threw, when the others have come to rest.
  void run(unsigned thread_count) {
    for (std::size_t i = 0; i < tasks_.size(); ++i)
      if (tasks_[i].missing == 0) ready_.push(i);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < thread_count; ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    if (!batch_names_.empty()) checkpoint();
  }

 private:
  struct Task {
    std::string name;
    std::function<bool()> run;
    std::size_t missing = 0;             // inputs that are not there yet
    std::vector<std::size_t> followers;  // tasks that wait for this one
  };

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !ready_.empty() || finished_ == tasks_.size() || failure_ != nullptr; });
      if (ready_.empty() || failure_ != nullptr) return;
      Task& task = tasks_[ready_.front()];
      ready_.pop();
      lock.unlock();
      std::exception_ptr failure;
      bool recorded_before = false;
      try {
        recorded_before = task.run();
        report_.task(task.name, recorded_before);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure != nullptr) failure_ = failure;
      else finish(task, recorded_before);
      changed_.notify_all();
    }
  }

  void finish(const Task& task, bool recorded_before) {
    ++finished_;
    for (const std::size_t follower : task.followers)
      if (--tasks_[follower].missing == 0) ready_.push(follower);
    if (recorded_before) return;
    batch_names_.push_back(task.name);
    if (batch_names_.size() >= batch_) checkpoint();
  }

  void checkpoint() {
    const Progress progress{finished_, tasks_.size(), std::move(batch_names_)};
    batch_names_.clear();
    report_.checkpoint(run_.checkpoint(static_cast<std::int64_t>(finished_)).save("progress", progress).commit());
  }

  cairn::Run run_;
  const std::size_t batch_;
  const Report report_;
  std::vector<Task> tasks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::size_t> ready_;
  std::size_t finished_ = 0;
  std::vector<std::string> batch_names_;
  std::exception_ptr failure_;
};

}  // namespace example
