#include "object/block_writer.h"

#include <system_error>

namespace cairn::object {

namespace {

constexpr std::size_t kBlockBytes = 1u << 20;
constexpr std::size_t kFullMost = 4;
constexpr std::uint64_t kOwnThread = 8u << 20;  // from this size on

}  // namespace

BlockWriter::BlockWriter(const RestoredFile& file, std::uint64_t size) : file_(file) {
  if (size < kOwnThread) return;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // Then this one writes.
  }
}

BlockWriter::~BlockWriter() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BlockWriter::add(std::uint64_t offset, std::span<const std::byte> bytes) {
  const bool goes_on = !block_.bytes.empty() && block_.offset + block_.bytes.size() == offset;
  if (!block_.bytes.empty() && (!goes_on || block_.bytes.size() + bytes.size() > kBlockBytes)) hand_on();
  if (block_.bytes.empty()) block_.offset = offset;
  block_.bytes.insert(block_.bytes.end(), bytes.begin(), bytes.end());
}

void BlockWriter::finish() {
  if (!block_.bytes.empty()) hand_on();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return (full_.empty() && !writing_) || error_ != nullptr; });
  if (error_ != nullptr) std::rethrow_exception(error_);
}

void BlockWriter::hand_on() {
  if (!thread_.joinable()) {
    file_.write(block_.offset, block_.bytes);
    block_.bytes.clear();
    return;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return full_.size() < kFullMost || error_ != nullptr; });
  if (error_ != nullptr) std::rethrow_exception(error_);
  full_.push_back(std::move(block_));
  block_ = {};
  if (!spare_.empty()) {
    block_.bytes = std::move(spare_.back());
    spare_.pop_back();
  }
  block_.bytes.clear();
  changed_.notify_all();
}

void BlockWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !full_.empty(); });
    if (stop_) return;
    Block block = std::move(full_.front());
    full_.pop_front();
    writing_ = true;
    lock.unlock();
    std::exception_ptr error;
    try {
      file_.write(block.offset, block.bytes);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    writing_ = false;
    spare_.push_back(std::move(block.bytes));
    if (error != nullptr) {
      error_ = error;
      changed_.notify_all();
      return;
    }
    changed_.notify_all();
  }
}

}  // namespace cairn::object
