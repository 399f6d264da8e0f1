#include "interchange/json/lines.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <istream>

namespace cairn::interchange::json {
namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

}  // namespace

bool Lines::next(std::string& line) {
  line.clear();
  if (at_ == piece_.size() && !fill()) return false;
  ++number_;
  do {
    const std::size_t end = std::min(piece_.find('\n', at_), piece_.size());
    line.append(piece_, at_, end - at_);
    at_ = end;
    if (at_ < piece_.size()) {
      ++at_;
      return true;
    }
  } while (fill());
  return true;
}

bool Lines::fill() {
  piece_.resize(kPieceBytes);
  in_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
  if (in_.bad() || (in_.fail() && !in_.eof())) throw Error(ErrorCode::io, "read the document: the stream refuses");
  piece_.resize(static_cast<std::size_t>(in_.gcount()));
  at_ = 0;
  bytes_ += piece_.size();
  if (bytes_ > bytes_max_) throw Error(ErrorCode::limit, fmt::format("the document is longer than {} bytes", bytes_max_));
  return !piece_.empty();
}

}  // namespace cairn::interchange::json
