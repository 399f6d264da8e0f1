#include "object/restored_file.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "object/file_source.h"
#include "object/tree_files.h"

namespace cairn::object {

namespace {

using Form = format::ContentRef::Form;

// A restored file must not lend its new owner's identity to whoever runs it.
constexpr mode_t kPlainModeMask = 0777;
constexpr std::size_t kBufferBytes = 256u << 10;

const format::ContentRef& content_of(const format::Entry& entry) { return std::get<format::ContentRef>(entry.what); }

bool is_zero(std::span<const std::byte> bytes) {
  return bytes.empty() || (bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

bool holds(const base::File& file, std::uint64_t offset, std::span<const std::byte> bytes) {
  std::array<std::byte, 64u << 10> buffer;
  while (!bytes.empty()) {
    const auto there = std::span(buffer).first(std::min(buffer.size(), bytes.size()));
    if (file.read_at(offset, there) != there.size() ||
        std::memcmp(there.data(), bytes.data(), there.size()) != 0)
      return false;
    offset += there.size();
    bytes = bytes.subspan(there.size());
  }
  return true;
}

bool holds_zeros(const base::File& file, std::uint64_t begin, std::uint64_t end) {
  std::vector<std::byte> buffer(kBufferBytes);
  while (begin < end) {
    const DataRange data = next_data(file, begin, end);
    if (data.begin >= end) return true;
    const auto there = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), data.end - data.begin));
    if (file.read_at(data.begin, there) != there.size() || !is_zero(there)) return false;
    begin = data.begin + there.size();
  }
  return true;
}

// Stops at the first chunk that differs.
bool holds_content(const engine::BlobSource& blobs, const base::File& file, const format::ContentRef& content) {
  ContentReader reader(blobs, content);
  for (std::uint64_t at = 0; at < content.size;) {
    const Extent extent = reader.extent_at(at);
    const bool same = extent.entry.is_hole() ? holds_zeros(file, at, extent.end()) : holds(file, at, reader.piece_at(at));
    if (!same) return false;
    at = extent.end();
  }
  return true;
}

}  // namespace

std::array<timespec, 2> times_of(const format::Entry& entry) {
  return {{{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
           {.tv_sec = static_cast<time_t>(entry.mtime_seconds), .tv_nsec = static_cast<long>(entry.mtime_nanoseconds)}}};
}

mode_t file_mode_mask(const RestoreOptions& options) { return options.set_id ? 07777 : kPlainModeMask; }

void set_attributes(const base::File& file, const format::Entry& entry, const RestoreOptions& options, mode_t mode_mask) {
  const int descriptor = file.descriptor();
  if (options.owner && entry.owner && ::fchown(descriptor, entry.owner->user, entry.owner->group) != 0)
    base::throw_errno(errno, fmt::format("set the owner of {}", file.name()));
  for (const format::Attribute& attribute : entry.attributes) {
    const bool is_user = attribute.name.starts_with("user.");
    if (options.attributes == KeptAttributes::none || (options.attributes == KeptAttributes::user && !is_user)) continue;
    if (::fsetxattr(descriptor, attribute.name.c_str(), attribute.value.data(), attribute.value.size(), 0) != 0)
      base::throw_errno(errno, fmt::format("set attribute {} of {}", attribute.name, file.name()));
  }
  if (::fchmod(descriptor, entry.mode & mode_mask) != 0) base::throw_errno(errno, fmt::format("chmod {}", file.name()));
  if (::futimens(descriptor, times_of(entry).data()) != 0)
    base::throw_errno(errno, fmt::format("set the time of {}", file.name()));
}

RestoredFile::RestoredFile(const base::File& directory, const format::Entry& entry, Place place)
    : directory_(directory), entry_(entry), place_(place),
      name_(place == Place::occupied ? temporary_name() : entry.name) {
  // O_EXCL: nothing that was there, or was put there meanwhile, is ever written to.
  const int flags = place == Place::begun ? O_RDWR | O_CREAT | O_NONBLOCK : O_WRONLY | O_CREAT | O_EXCL;
  if (place == Place::begun &&
      ::faccessat(directory.descriptor(), name_.c_str(), R_OK | W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) != 0)
    ::unlinkat(directory.descriptor(), name_.c_str(), 0);  // it had its mode already
  file_ = open_beneath(directory_, name_, flags, 0600);
  const struct stat status = file_.status();
  // What others made or may write to is not gone on with.
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1 || status.st_uid != ::geteuid() || (status.st_mode & 022) != 0) {
    ::unlinkat(directory.descriptor(), name_.c_str(), 0);
    file_ = open_beneath(directory_, name_, O_RDWR | O_CREAT | O_EXCL, 0600);
  }
  const format::ContentRef& content = content_of(entry_);
  if (content.form == Form::hole || content.form == Form::list || place == Place::begun) file_.truncate(content.size);
}

RestoredFile::~RestoredFile() {
  if (!finished_ && place_ == Place::occupied && file_.is_open()) ::unlinkat(directory_.descriptor(), name_.c_str(), 0);
}

void RestoredFile::write(std::uint64_t offset, std::span<const std::byte> bytes) const {
  if (place_ == Place::begun && holds(file_, offset, bytes)) return;
  file_.write_at(offset, bytes);
}

void RestoredFile::clear(std::uint64_t begin, std::uint64_t end) const {
  if (place_ != Place::begun || holds_zeros(file_, begin, end)) return;
  // Zeros, if the file system makes no holes, would be all the same to the reader, but take their room.
  if (::fallocate(file_.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
                  static_cast<off_t>(end - begin)) != 0)
    base::throw_errno(errno, fmt::format("make a hole in {}", file_.name()));
}

void RestoredFile::finish(const RestoreOptions& options) {
  set_attributes(file_, entry_, options, file_mode_mask(options));
  if (place_ != Place::occupied) {
    if (options.sync) file_.sync();
    finished_ = true;
    return;
  }
  file_.sync();  // else a crash could leave an empty file where there was one with bytes
  replace(directory_, name_, entry_.name);
  finished_ = true;
}

bool keep_if_equal(const engine::BlobSource& blobs, const base::File& directory, const format::Entry& entry,
                   const RestoreOptions& options) {
  struct stat status {};
  if (::fstatat(directory.descriptor(), entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
  const format::ContentRef& content = content_of(entry);
  // One with several names may be somebody else's, too: its mode and time must stay as they are.
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1 ||
      static_cast<std::uint64_t>(status.st_size) != content.size)
    return false;
  const bool has_wanted_owner = options.owner && entry.owner && entry.owner->user == status.st_uid;
  if (status.st_uid != ::geteuid() && !has_wanted_owner) return false;
  if (::faccessat(directory.descriptor(), entry.name.c_str(), R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) != 0) return false;
  const base::File file = open_beneath(directory, entry.name, O_RDONLY | O_NONBLOCK);
  if (FileIdentity(file.status()) != FileIdentity(status) || !holds_content(blobs, file, content)) return false;
  try {
    set_attributes(file, entry, options, file_mode_mask(options));
  } catch (const Error&) {
    return false;  // one that is made anew may take them, or says why not
  }
  if (options.sync) file.sync();
  return true;
}

}  // namespace cairn::object
