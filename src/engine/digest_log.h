// DigestLog: many digests in little memory, in the order in which they were added.
#pragma once

#include <cairn/digest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/file.h"

namespace cairn::engine {

/// Not thread-safe. Memory: 1 MiB; what is more goes to a scratch file.
class DigestLog {
 public:
  /// With an empty directory all stays in memory.
  explicit DigestLog(std::filesystem::path directory) : directory_(std::move(directory)) {}

  bool is_empty() const { return written_ == 0 && recent_.empty(); }
  /// Throws no_space, io; the digest is then in memory all the same.
  void add(const Digest& digest);
  /// Calls `visit` with all of them, some at a time. Throws io.
  void visit(const std::function<void(std::span<const Digest>)>& visit) const;
  /// Takes out some of those that were added last; empty if there are none left. Throws io.
  std::vector<Digest> take();
  void clear();

 private:
  std::vector<Digest> read(std::uint64_t first) const;

  const std::filesystem::path directory_;
  std::optional<base::File> file_;
  std::uint64_t written_ = 0;  // digests in the file, a multiple of what is written at once
  std::vector<Digest> recent_;
};

}  // namespace cairn::engine
