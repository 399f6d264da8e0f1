#include "engine/digest_log.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "base/scratch_file.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kAtOnce = 65536;

}  // namespace

void DigestLog::add(const Digest& digest) {
  recent_.push_back(digest);
  if (directory_.empty() || recent_.size() % kAtOnce != 0) return;
  if (!file_) file_ = base::make_scratch_file(directory_);
  file_->write_at(written_ * sizeof(Digest), std::as_bytes(std::span(recent_)));
  written_ += recent_.size();
  recent_.clear();
}

std::vector<Digest> DigestLog::read(std::uint64_t first) const {
  std::vector<Digest> digests(std::min<std::uint64_t>(kAtOnce, written_ - first));
  const auto bytes = std::as_writable_bytes(std::span(digests));
  if (file_->read_at(first * sizeof(Digest), bytes) != bytes.size())
    throw Error(ErrorCode::io, fmt::format("read {}: it ends early", file_->name()));
  return digests;
}

void DigestLog::visit(const std::function<void(std::span<const Digest>)>& visit) const {
  for (std::uint64_t first = 0; first < written_; first += kAtOnce) visit(read(first));
  if (!recent_.empty()) visit(recent_);
}

std::vector<Digest> DigestLog::take() {
  if (!recent_.empty()) return std::exchange(recent_, {});
  if (written_ == 0) return {};
  const std::uint64_t first = (written_ - 1) / kAtOnce * kAtOnce;
  std::vector<Digest> digests = read(first);
  written_ = first;
  return digests;
}

void DigestLog::clear() {
  written_ = 0;
  recent_.clear();
  file_.reset();
}

}  // namespace cairn::engine
