// Threads that read and cut files, while another takes what they made, in the order of the jobs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "object/cut_file.h"

namespace cairn::object {

/// For one thread that submits and takes. Few bytes are read by that thread itself, without any other.
class FileReaders {
 public:
  /// At most `threads` threads, which are begun when they are of use.
  explicit FileReaders(unsigned threads) : threads_most_(threads) {}
  /// Waits for the threads, which end with the piece they are at.
  ~FileReaders();
  FileReaders(const FileReaders&) = delete;
  FileReaders& operator=(const FileReaders&) = delete;

  /// `bytes` is about what the job reads.
  void submit(ReadJob job, std::uint64_t bytes);
  /// The next batch of the first job that has not ended; waits for it. There must be one. Memory: at most 16 batches.
  CutBatch take();
  /// Gives memory back that take() gave.
  void give_back(CutBatch batch);

 private:
  struct Work {
    ReadJob job;
    bool begun = false;
    std::deque<CutBatch> ready;
  };

  void run();
  CutBatch hand_on(Work& work, CutBatch batch);
  std::shared_ptr<Work> next_work();

  const unsigned threads_most_;
  std::mutex mutex_;
  std::condition_variable work_;  // for the threads: there is a job, or room, or an end
  std::condition_variable ready_;
  std::deque<std::shared_ptr<Work>> works_;  // the first one is being taken
  std::vector<std::vector<std::byte>> spare_;
  std::size_t waiting_ = 0;    // batches that are ready
  std::uint64_t submitted_ = 0;  // bytes ever
  std::size_t submitted_files_ = 0;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cairn::object
