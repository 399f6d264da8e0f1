#include "object/restorer.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "object/content.h"

namespace cairn::object {

namespace {

// A restored file must not lend its new owner's identity to whoever runs it.
constexpr mode_t kFileModeMask = 0777;

std::array<timespec, 2> times_of(const format::Entry& entry) {
  return {{{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
           {.tv_sec = static_cast<time_t>(entry.mtime_seconds), .tv_nsec = static_cast<long>(entry.mtime_nanoseconds)}}};
}

void set_attributes(const base::File& file, const format::Entry& entry, mode_t mode_mask) {
  if (::fchmod(file.descriptor(), entry.mode & mode_mask) != 0)
    base::throw_errno(errno, fmt::format("chmod {}", file.name()));
  if (::futimens(file.descriptor(), times_of(entry).data()) != 0)
    base::throw_errno(errno, fmt::format("set the time of {}", file.name()));
}

}  // namespace

Restorer::Restorer(const engine::BlobSource& blobs, const base::File& target)
    : blobs_(blobs), target_(target), temporary_(temporary_name()) {}

Restorer::~Restorer() {
  if (!published_) remove_tree(target_, temporary_);
}

void Restorer::file(const format::Entry& entry, const format::ContentRef& content) {
  // O_EXCL: nothing that was there, or was put there meanwhile, is ever written to.
  const base::File file = open_beneath(here(), name_of(entry), O_WRONLY | O_CREAT | O_EXCL, 0600);
  write_content(file, content);
  set_attributes(file, entry, kFileModeMask);
}

void Restorer::write_content(const base::File& file, const format::ContentRef& content) const {
  if (content.form == format::ContentRef::Form::hole) return file.truncate(content.size);
  ContentReader reader(blobs_, content);
  for (std::uint64_t offset = 0; offset < content.size;) {
    const std::span<const std::byte> piece = reader.piece_at(offset);
    file.write(piece);
    offset += piece.size();
  }
}

void Restorer::symlink(const format::Entry& entry, const format::SymlinkTarget&) {
  if (open_.empty()) return make_link(temporary_, entry);
  // Links come last, when nothing will be made below their directory any more. No step follows one in any case.
  open_.back().links.push_back(entry);
}

void Restorer::make_link(const std::string& name, const format::Entry& entry) const {
  const int at = here().descriptor();
  const std::string& target = std::get<format::SymlinkTarget>(entry.what).target;
  if (::symlinkat(target.c_str(), at, name.c_str()) != 0)
    base::throw_errno(errno, fmt::format("link {}/{}", here().name(), name));
  if (::utimensat(at, name.c_str(), times_of(entry).data(), AT_SYMLINK_NOFOLLOW) != 0)
    base::throw_errno(errno, fmt::format("set the time of {}/{}", here().name(), name));
}

void Restorer::enter_directory(const format::Entry& entry) {
  const std::string& name = name_of(entry);
  if (::mkdirat(here().descriptor(), name.c_str(), 0700) != 0)
    base::throw_errno(errno, fmt::format("make directory {}/{}", here().name(), name));
  base::File directory = open_beneath(here(), name, O_RDONLY | O_DIRECTORY);
  open_.push_back({FileIdentity(here().status()), {}});
  inside_ = std::move(directory);
}

void Restorer::leave_directory(const format::Entry& entry) {
  for (const format::Entry& link : open_.back().links) make_link(link.name, link);
  // Up first: the mode to come may forbid it.
  base::File parent = open_.size() > 1 ? open_parent(inside_, open_.back().parent) : base::File();
  set_attributes(inside_, entry, 07777);
  open_.pop_back();
  inside_ = std::move(parent);
}

void Restorer::publish(const std::string& name) {
  rename_to_new(target_, temporary_, name);
  published_ = true;
}

}  // namespace cairn::object
