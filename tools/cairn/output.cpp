#include "output.h"

#include <cairn/error.h>

#include <boost/json/serialize.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cairn::cli {
namespace {

constexpr std::size_t kPendingMax = 64 << 10;

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      throw OutputClosed();
    } else if (errno != EINTR) {
      throw Error(ErrorCode::io, fmt::format("write standard output: {}", std::strerror(errno)));
    }
  }
}

// Length of the UTF-8 sequence at the beginning, or 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  // Longer forms than needed, surrogates, and numbers beyond the last code point.
  if (length == 3 && ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) >= 0xA0))) return 0;
  if (length == 4 && ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) >= 0x90))) return 0;
  return length;
}

}  // namespace

void Output::raw(std::string_view bytes) {
  if (bytes.size() >= kPendingMax) {
    flush();
    write_all(bytes);
    return;
  }
  pending_ += bytes;
  if (pending_.size() >= kPendingMax) flush();
}

void Output::line(std::string_view text) {
  raw(text);
  raw("\n");
}

void Output::json(const boost::json::value& document) { line(boost::json::serialize(document)); }

void Output::flush() {
  const std::string bytes = std::move(pending_);
  pending_.clear();
  write_all(bytes);
}

std::string json_text(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    valid += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

}  // namespace cairn::cli
