#include "engine/pack_stream.h"

#include <cairn/error.h>

#include <cstdlib>
#include <new>
#include <system_error>
#include <utility>

namespace cairn::engine {
namespace {

constexpr std::size_t kWindowBytes = 2u << 20;
constexpr std::size_t kCachedWindowBytes = 1u << 20;  // out of the page cache: to be used while it is in the processor's
constexpr std::size_t kWindowsAhead = 2;
constexpr std::uint64_t kGapMax = 256u << 10;   // records of others in between are passed over
constexpr std::uint64_t kRecordMax = 512u << 10;  // longer ones are read alone
constexpr unsigned kRowMin = 3;

}  // namespace

void PackStream::Free::operator()(std::byte* memory) const { std::free(memory); }

bool PackStream::Row::goes_on_at(const format::BlobLocation& location) const {
  return count != 0 && location.pack == pack && location.offset >= end && location.offset - end <= kGapMax;
}

void PackStream::Row::add(const format::BlobLocation& location) {
  count = goes_on_at(location) ? count + 1 : 1;
  pack = location.pack;
  end = format::record_end(location);
}

std::span<const std::byte> PackStream::read(const format::BlobLocation& location, const Digest& digest) {
  if (is_streamed(location)) {
    const auto record = record_at(location.offset, format::record_end(location));
    const auto header = format::decode_record_header(record);
    if (header && is_record_of(*header, location, digest)) return record.subspan(format::kRecordHeaderSize);
    stop();  // what was read ahead is old, or the pack ends here, or it is damaged: the file itself tells
  }
  record_ = packs_.read(location, digest);
  return record_;
}

std::optional<format::BlobLocation> PackStream::next(const Digest& digest) const {
  const std::uint64_t at = (streamed_.end + format::kRecordAlignment - 1) / format::kRecordAlignment * format::kRecordAlignment;
  if (file_ == nullptr || !window_.holds(at, at + format::kRecordHeaderSize)) return std::nullopt;
  const auto header = format::decode_record_header(window_.bytes(at, at + format::kRecordHeaderSize));
  if (!header || header->digest != digest) return std::nullopt;
  return format::BlobLocation{header->kind, header->probe, header->codec, true, header->size, header->stored_size, 0,
                              streamed_.pack, at};
}

// Lists of chunks lie behind the chunks they name and are read before them, so a row outlives reads elsewhere.
bool PackStream::is_streamed(const format::BlobLocation& location) {
  if (location.stored_size > kRecordMax) return false;
  if (file_ != nullptr && streamed_.goes_on_at(location)) {
    streamed_.add(location);
    other_ = {};  // single ones from elsewhere are no row
    return true;
  }
  if (file_ != nullptr && location.pack == streamed_.pack && window_.holds(location.offset, format::record_end(location)))
    return true;  // once more, or out of turn
  other_.add(location);
  if (other_.count < kRowMin) return false;
  stop();
  file_ = packs_.direct_file(location.pack);
  streamed_ = std::exchange(other_, {});
  ahead_end_ = location.offset / format::kPackBlock * format::kPackBlock;
  is_cached_ = true;
  return file_ != nullptr;
}

// The record with its header; shorter if the pack ends before `to`.
std::span<const std::byte> PackStream::record_at(std::uint64_t from, std::uint64_t to) {
  if (!window_.holds(from, to) && window_.holds(from, from)) {  // it begins in this window and ends in the next
    const auto front = window_.bytes(from, window_.end);
    record_.assign(front.begin(), front.end());
    const std::uint64_t middle = window_.end;
    if (!move_window(to) || !window_.holds(middle, to)) return {};
    const auto back = window_.bytes(middle, to);
    record_.insert(record_.end(), back.begin(), back.end());
    return record_;
  }
  while (!window_.holds(from, to))
    if (!move_window(to)) return {};
  return window_.bytes(from, to);
}

// Goes to the next window; false at the end of the file, or if it lies behind `to` already.
bool PackStream::move_window(std::uint64_t to) {
  if (window_.memory != nullptr) spare_ = std::move(window_.memory);
  window_ = {};
  if (is_cached_ && take_cached_window()) return window_.begin < to && window_.begin < window_.end;
  if (ahead_.empty() && std::exchange(is_cached_, false)) read_ahead();
  if (ahead_.empty()) return false;
  window_ = ahead_.front().get();
  ahead_.pop_front();
  if (window_.end - window_.begin == kWindowBytes) read_ahead();
  return window_.begin < to && window_.begin < window_.end;
}

// False if the next window is not all in the page cache.
bool PackStream::take_cached_window() {
  Memory to = memory();
  const std::size_t got = packs_.read_cached(streamed_.pack, ahead_end_, {to.get(), kCachedWindowBytes});
  if (got != kCachedWindowBytes) {
    spare_ = std::move(to);
    return false;
  }
  window_ = {std::move(to), ahead_end_, ahead_end_ + got};
  ahead_end_ += got;
  return true;
}

PackStream::Memory PackStream::memory() {
  if (spare_ != nullptr) return std::move(spare_);
  Memory made(static_cast<std::byte*>(std::aligned_alloc(format::kPackBlock, kWindowBytes)));
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

// With two under way, one is there in time even if its thread has to wait for a core.
void PackStream::read_ahead() {
  const auto fill = [file = file_](Memory to, std::uint64_t from) {
    std::size_t got = 0;
    try {
      got = file->read_at(from, {to.get(), kWindowBytes});
    } catch (const Error&) {
      // Nothing was read ahead; the plain read that takes its place succeeds or says why not.
    }
    return Window{std::move(to), from, from + got};
  };
  for (; ahead_.size() < kWindowsAhead; ahead_end_ += kWindowBytes) {
    try {
      ahead_.push_back(std::async(std::launch::async, fill, memory(), ahead_end_));
    } catch (const std::system_error&) {
      return;  // no thread to be had: without a next window, each record is read alone
    }
  }
}

void PackStream::stop() {
  for (const std::future<Window>& window : ahead_) window.wait();
  ahead_.clear();
  if (window_.memory != nullptr) spare_ = std::move(window_.memory);
  window_ = {};
  file_ = nullptr;
  streamed_ = {};
}

}  // namespace cairn::engine
