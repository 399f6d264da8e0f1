#include "object/file_readers.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <system_error>

namespace cairn::object {

namespace {

constexpr std::size_t kReadyMost = 8;            // batches that wait to be taken, in all
constexpr std::size_t kReadyOfNext = 4;          // from one job, beside them
constexpr std::uint64_t kAloneBytes = 1u << 20;  // to begin a thread takes as long as to read this
constexpr std::size_t kAloneFiles = 64;

/// Thrown through a reader whose batches nobody takes any more.
struct Stopped {};

}  // namespace

FileReaders::~FileReaders() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void FileReaders::submit(ReadJob job, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  submitted_ += bytes;
  submitted_files_ += job.files.size();
  works_.push_back(std::make_shared<Work>(Work{std::move(job), false, {}}));
  work_.notify_one();
  if (threads_.size() >= threads_most_ || works_.size() <= threads_.size()) return;
  if (submitted_ < kAloneBytes && submitted_files_ < kAloneFiles) return;
  try {
    threads_.emplace_back([this] { run(); });
  } catch (const std::system_error& error) {
    if (threads_.empty()) throw Error(ErrorCode::io, fmt::format("add files: begin a thread: {}", error.what()));
  }
}

CutBatch FileReaders::take() {
  std::unique_lock lock(mutex_);
  const std::shared_ptr<Work> first = works_.front();
  if (!first->begun && threads_.empty()) {
    first->begun = true;
    lock.unlock();
    cut_files(first->job, [&](CutBatch batch) { return hand_on(*first, std::move(batch)); });
    lock.lock();
  }
  ready_.wait(lock, [&] { return !first->ready.empty(); });
  CutBatch batch = std::move(first->ready.front());
  first->ready.pop_front();
  --waiting_;
  if (batch.is_last) works_.pop_front();
  work_.notify_all();
  return batch;
}

void FileReaders::give_back(CutBatch batch) {
  const std::lock_guard lock(mutex_);
  spare_.push_back(std::move(batch.memory));
}

void FileReaders::run() {
  try {
    while (const std::shared_ptr<Work> work = next_work())
      cut_files(work->job, [&](CutBatch batch) { return hand_on(*work, std::move(batch)); });
  } catch (const Stopped&) {
  }
}

// Empty when all is over.
std::shared_ptr<FileReaders::Work> FileReaders::next_work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stop_) return nullptr;
    for (const std::shared_ptr<Work>& work : works_) {
      if (work->begun) continue;
      work->begun = true;
      return work;
    }
    work_.wait(lock);
  }
}

CutBatch FileReaders::hand_on(Work& work, CutBatch batch) {
  std::unique_lock lock(mutex_);
  const bool is_last = batch.is_last;
  if (!batch.pieces.empty() || is_last) {
    // Of the job that is taken from next there is always room for some, so that the others cannot hold it up.
    work_.wait(lock, [&] {
      const bool is_next = works_.front().get() == &work && work.ready.size() < kReadyOfNext;
      return stop_ || threads_.empty() || waiting_ < kReadyMost || is_next;
    });
    if (stop_) throw Stopped();
    work.ready.push_back(std::move(batch));
    ++waiting_;
    ready_.notify_one();
  }
  CutBatch next;
  if (is_last) return next;
  if (!spare_.empty()) {
    next.memory = std::move(spare_.back());
    spare_.pop_back();
  }
  lock.unlock();
  next.memory.resize(kBatchBytes);
  return next;
}

}  // namespace cairn::object
