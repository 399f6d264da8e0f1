// WorkList: what is still to be looked at, the last first, in bounded memory.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/scratch_file.h"

namespace cairn::store {

/// A stack of plain structs. What does not fit into memory is in a scratch file; with an empty directory, all fits.
template <class T, std::size_t kMost = 512 * 1024>
class WorkList {
 public:
  explicit WorkList(std::filesystem::path directory) : directory_(std::move(directory)) {}

  bool is_empty() const { return size() == 0; }
  std::uint64_t size() const { return written_ + recent_.size(); }
  /// Throws no_space, io.
  void push(const T& one) {
    recent_.push_back(one);
    if (recent_.size() >= kMost && !directory_.empty()) write_older_half();
  }
  /// Throws io. Not to be called if it is empty.
  T pop() {
    if (recent_.empty()) read_back();
    const T one = recent_.back();
    recent_.pop_back();
    return one;
  }

 private:
  static constexpr std::size_t kHalf = kMost / 2;

  void write_older_half() {
    if (!file_) file_ = base::make_scratch_file(directory_);
    file_->write_at(written_ * sizeof(T), std::as_bytes(std::span(recent_).first(kHalf)));
    written_ += kHalf;
    recent_.erase(recent_.begin(), recent_.begin() + kHalf);
  }
  void read_back() {
    recent_.resize(kHalf);
    written_ -= kHalf;
    const auto bytes = std::as_writable_bytes(std::span(recent_));
    if (file_->read_at(written_ * sizeof(T), bytes) != bytes.size())
      throw Error(ErrorCode::io, "read " + file_->name() + ": it ends early");
  }

  const std::filesystem::path directory_;
  std::optional<base::File> file_;
  std::uint64_t written_ = 0;
  std::vector<T> recent_;
};

}  // namespace cairn::store
