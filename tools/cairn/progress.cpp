#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace cairn::cli {
namespace {

constexpr std::size_t kBarWidth = 40;
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::string title) : title_(std::move(title)), enabled_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::update(std::uint64_t done, std::uint64_t total) {
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  const double part = total == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kBarWidth));
  fmt::print(stderr, "\r{} [{}{}] {:3.0f}%\x1b[K", title_, std::string(filled, '#'),
             std::string(kBarWidth - filled, '.'), part * 100);
  drawn_ = true;
}

}  // namespace cairn::cli
