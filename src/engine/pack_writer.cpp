#include "engine/pack_writer.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace cairn::engine {
namespace {

constexpr std::size_t kSegmentBytes = 4u << 20;       // one write; larger only for one larger record
constexpr std::size_t kUnwrittenSegmentsMax = 6;      // 24 MiB wait for the disk at most
constexpr std::size_t kSpareMax = 2;                  // written ones that are kept for what comes after a flush

std::size_t round_up(std::size_t size, std::size_t unit) { return (size + unit - 1) / unit * unit; }

bool is_full(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& failure) {
    return failure.code() == ErrorCode::no_space;
  } catch (...) {
    return false;
  }
}

}  // namespace

void PackWriter::Free::operator()(std::byte* memory) const { std::free(memory); }

struct PackWriter::Segment {
  /// `given` has `size` bytes, or is empty: then they are allocated.
  Segment(Memory given, std::size_t size, std::uint64_t pack_number, std::uint64_t at)
      : memory(given != nullptr ? std::move(given)
                                : Memory(static_cast<std::byte*>(std::aligned_alloc(format::kPackBlock, size)))),
        capacity(size),
        pack(pack_number),
        offset(at) {
    if (memory == nullptr) throw std::bad_alloc();
  }

  std::size_t room() const { return capacity - used; }
  std::span<const std::byte> bytes() const { return {memory.get(), length}; }

  Memory memory;
  std::size_t capacity;
  std::size_t used = format::kSegmentHeaderSize;
  std::size_t length = 0;  // set when closed
  std::uint64_t pack, offset;
  std::shared_ptr<base::File> file;
};

PackWriter::PackWriter(std::filesystem::path directory, mode_t mode, std::uint64_t store_id, Position last,
                       std::uint64_t next_pack, std::uint64_t pack_bytes_max)
    : directory_(std::move(directory)), mode_(mode), store_id_(store_id), pack_bytes_max_(pack_bytes_max), next_pack_(next_pack) {
  if (last.pack != 0 && last.end < pack_bytes_max) open_pack(last.pack, last.end);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    throw Error(ErrorCode::io,
                fmt::format("start a thread that writes to {}: {}", directory_.string(), error.what()));
  }
}

PackWriter::~PackWriter() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  thread_.join();
}

std::uint64_t PackWriter::generation() const {
  std::lock_guard lock(mutex_);
  return generation_;
}

PackWriter::Position PackWriter::durable() const {
  std::lock_guard lock(mutex_);
  if (file_ == nullptr) return {next_pack_, 0};
  const auto known = durable_.find(pack_);
  return {pack_, known == durable_.end() ? 0 : known->second};
}

void PackWriter::require(std::uint64_t generation) const {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) rethrow_failure();
}

void PackWriter::rethrow_failure() const {
  try {
    std::rethrow_exception(failure_);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}; what was saved and not committed is lost", error.what()));
  }
}

PackLocation PackWriter::append(std::uint64_t generation, const format::RecordHeader& header,
                                std::span<const std::byte> stored) {
  const std::size_t record = round_up(format::kRecordHeaderSize + stored.size(), format::kRecordAlignment);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return generation != generation_ || unwritten_.size() < kUnwrittenSegmentsMax; });
  if (generation != generation_) rethrow_failure();
  if (open_ != nullptr && open_->room() < record) close_segment();
  if (open_ == nullptr) open_ = new_segment(record);

  Segment& segment = *open_;
  const PackLocation location{segment.pack, segment.offset + segment.used, ++appended_};
  const auto head = format::encode_record_header(header);
  std::byte* at = segment.memory.get() + segment.used;
  std::memcpy(at, head.data(), head.size());
  if (!stored.empty()) std::memcpy(at + head.size(), stored.data(), stored.size());
  std::memset(at + head.size() + stored.size(), 0, record - head.size() - stored.size());
  segment.used += record;
  if (segment.room() < format::kRecordHeaderSize + format::kRecordAlignment) close_segment();
  return location;
}

PackWriter::SegmentPtr PackWriter::new_segment(std::size_t record_size) {
  if (file_ == nullptr || append_end_ >= pack_bytes_max_) open_pack(next_pack_, 0);
  const std::size_t needed = round_up(format::kSegmentHeaderSize + record_size, format::kPackBlock);
  Memory memory;
  if (needed <= kSegmentBytes && !spare_.empty()) {
    memory = std::move(spare_.back());
    spare_.pop_back();
  }
  auto segment = std::make_shared<Segment>(std::move(memory), std::max(needed, kSegmentBytes), pack_, append_end_);
  segment->file = file_;
  return segment;
}

// Called with the mutex held: the open segment gets its header and goes to the writing thread.
void PackWriter::close_segment() {
  Segment& segment = *open_;
  segment.length = round_up(segment.used, format::kPackBlock);
  std::memset(segment.memory.get() + segment.used, 0, segment.length - segment.used);
  const auto header = format::encode_segment_header(
      {segment.pack, segment.offset, segment.length, segment.used, store_id_});
  std::memcpy(segment.memory.get(), header.data(), header.size());
  append_end_ = segment.offset + segment.length;
  Dirty& dirty = dirty_[segment.pack];
  dirty.file = segment.file;
  dirty.end = append_end_;
  dirty.is_new = !durable_.contains(segment.pack);
  ++closed_;
  unwritten_.push_back(std::exchange(open_, nullptr));
  work_.notify_one();
}

void PackWriter::open_pack(std::uint64_t pack, std::uint64_t end) {
  const std::filesystem::path path = directory_ / format::pack_file_name(pack);
  base::File file;
  if (direct_) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, mode_);
    if (descriptor >= 0) file = base::File(descriptor, path.string());
    else if (errno == EINVAL) direct_ = false;  // a file system without direct I/O
    else base::throw_errno(errno, fmt::format("open {}", path.string()));
  }
  if (!file.is_open()) file = base::File::open(path, O_RDWR | O_CREAT, mode_);
  file_ = std::make_shared<base::File>(std::move(file));
  pack_ = pack;
  append_end_ = end;
  next_pack_ = std::max(next_pack_, pack + 1);
  if (end != 0) durable_[pack] = end;
}

void PackWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return stop_ || !unwritten_.empty(); });
    if (stop_) return;
    const SegmentPtr segment = unwritten_.front();
    const std::uint64_t generation = generation_;
    lock.unlock();
    std::exception_ptr error;
    try {
      write_segment(*segment);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (generation == generation_) {
      if (error != nullptr) {
        fail(error, !is_full(error));  // a bad block would fail again and again
      } else {
        unwritten_.pop_front();
        // Fresh pages cost more than what is copied into them. Others look at a segment with the mutex held only.
        if (segment->capacity == kSegmentBytes) spare_.push_back(std::move(segment->memory));
        ++written_;
      }
    }
    done_.notify_all();
  }
}

void PackWriter::write_segment(const Segment& segment) {
  const std::span<const std::byte> bytes = segment.bytes();
  const ssize_t put = ::pwrite(segment.file->descriptor(), bytes.data(), bytes.size(),
                               static_cast<off_t>(segment.offset));
  if (put == static_cast<ssize_t>(bytes.size())) return;
  if (put < 0 && errno == EINVAL) {  // direct I/O can also be refused at the first write
    const int flags = ::fcntl(segment.file->descriptor(), F_GETFL);
    if (flags >= 0) ::fcntl(segment.file->descriptor(), F_SETFL, flags & ~O_DIRECT);
    direct_ = false;
  }
  // A short write may end off a block boundary; starting over from the front keeps the alignment.
  segment.file->write_at(segment.offset, bytes);
}

// Called with the mutex held. Nothing refers to what was appended since the last flush, so it is cut off.
void PackWriter::fail(std::exception_ptr error, bool abandon_pack) {
  failure_ = error;
  ++generation_;
  written_ = closed_;
  unwritten_.clear();
  open_ = nullptr;
  for (const auto& [pack, dirty] : std::exchange(dirty_, {})) cut_back(pack, dirty);
  const auto durable = durable_.find(pack_);
  if (abandon_pack || durable == durable_.end()) {
    file_ = nullptr;  // never append to it again: after a failed fdatasync the kernel may have dropped pages
  } else {
    append_end_ = durable->second;
  }
  done_.notify_all();
}

void PackWriter::cut_back(std::uint64_t pack, const Dirty& dirty) const {
  const auto durable = durable_.find(pack);
  // What cannot be cut now is cut when the store is opened next.
  if (durable == durable_.end()) {
    ::unlink((directory_ / format::pack_file_name(pack)).c_str());
  } else if (::ftruncate(dirty.file->descriptor(), static_cast<off_t>(durable->second)) != 0) {
    return;
  }
}

std::vector<PackWriter::Position> PackWriter::flush() {
  std::lock_guard flushing(flush_mutex_);
  std::unique_lock lock(mutex_);
  const std::uint64_t generation = generation_;
  if (open_ != nullptr) close_segment();
  const std::map<std::uint64_t, Dirty> dirty = dirty_;
  const std::uint64_t target = closed_;
  done_.wait(lock, [&] { return generation != generation_ || written_ >= target; });
  if (generation != generation_) rethrow_failure();
  lock.unlock();
  std::exception_ptr error;
  try {
    for (const auto& [pack, state] : dirty) state.file->sync_data();
    if (std::ranges::any_of(dirty, [](const auto& entry) { return entry.second.is_new; }))
      base::sync_directory(directory_);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (generation != generation_) rethrow_failure();
  if (error != nullptr) {
    fail(error, true);
    rethrow_failure();
  }
  if (spare_.size() > kSpareMax) spare_.resize(kSpareMax);
  std::vector<Position> grown;
  for (const auto& [pack, state] : dirty) {
    durable_[pack] = state.end;
    if (dirty_[pack].end == state.end) dirty_.erase(pack);
    grown.push_back({pack, state.end});
  }
  return grown;
}

void PackWriter::read(const PackLocation& location, std::span<std::byte> stored) const {
  std::shared_ptr<base::File> file;
  {
    std::lock_guard lock(mutex_);
    const auto holds = [&](const SegmentPtr& segment) {
      return segment != nullptr && segment->pack == location.pack && segment->offset <= location.offset &&
             location.offset < segment->offset + segment->used;
    };
    const auto found = std::ranges::find_if(unwritten_, holds);
    const SegmentPtr segment = found != unwritten_.end() ? *found : holds(open_) ? open_ : nullptr;
    if (segment != nullptr) {
      const std::byte* at = segment->memory.get() + (location.offset - segment->offset) + format::kRecordHeaderSize;
      std::memcpy(stored.data(), at, stored.size());
      return;
    }
  }
  // Written already: through the page cache, since a record is not aligned for direct I/O.
  const base::File pack = base::File::open(directory_ / format::pack_file_name(location.pack), O_RDONLY);
  if (pack.read_at(location.offset + format::kRecordHeaderSize, stored) != stored.size())
    throw Error(ErrorCode::damaged, fmt::format("read {} at {}: the file ends early", pack.name(), location.offset));
}

}  // namespace cairn::engine
