#include "object/restorer.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/bytes.h"
#include "base/hash.h"
#include "object/artifacts.h"
#include "object/block_writer.h"

namespace cairn::object {

namespace {

using Form = format::ContentRef::Form;

constexpr std::size_t kBatchFilesMost = 64;
constexpr std::uint64_t kBatchBytesMost = 1u << 20;
constexpr std::uint64_t kChunkBytesMost = 64u << 20;  // of a file that is one chunk; ours have 256 KiB at most
constexpr std::size_t kLeavingMost = 32;     // directories that wait for their files

std::string begun_name(const std::string& key) {
  const Digest digest = base::hash128(base::as_bytes(key), 0);
  return ".cairn-" + digest.hex().substr(0, 16);
}

// True if two names of one file say the same of it.
bool is_same_file(const format::Entry& one, const format::Entry& other) {
  format::Entry renamed = other;
  renamed.name = one.name;
  return one == renamed;
}

void write_content(const engine::BlobSource& blobs, const RestoredFile& file, const format::ContentRef& content) {
  BlockWriter writer(file, content.size);
  for_each_extent(blobs, content, [&](const Extent& extent, std::span<const std::byte> bytes) {
    if (extent.entry.is_hole()) file.clear(extent.begin, extent.end());
    else writer.add(extent.begin, bytes);
  });
  writer.finish();
}

}  // namespace

Restorer::Restorer(const engine::BlobSource& blobs, const base::File& target, const format::Artifact& artifact,
                   std::string name, Place place, const std::string& key, const RestoreOptions& options, unsigned threads)
    : blobs_(blobs), target_(target), artifact_(artifact), options_(options), name_(std::move(name)), place_(place),
      root_name_(place == Place::empty ? temporary_name() : place == Place::begun ? begun_name(key) : name_),
      links_name_((place == Place::occupied ? temporary_name() : root_name_) + "-links"),
      prefix_(options.path.empty() ? std::string() : options.path + "/"),
      inside_(FilePointer(), &target_), tasks_(std::in_place, threads) {
  links_ = std::vector<HardLink>(artifact.hard_links.size());
  for (std::size_t group = 0; group < links_.size(); ++group) {
    for (const std::string& path : artifact.hard_links[group])
      if (!groups_.try_emplace(path, group).second)
        throw Error(ErrorCode::damaged, fmt::format("restore {}: two hard links have the path {}", name_, path));
  }
  if (place_ == Place::begun) links_directory();  // holds the lock
}

Restorer::~Restorer() {
  tasks_.reset();
  if (!published_ && place_ == Place::empty) remove_tree(target_, root_name_);
  if (links_directory_) remove_tree(target_, links_name_);
}

void Restorer::file(const format::Entry& entry, const format::ContentRef& content) {
  const std::string path = open_.empty() ? std::string() : open_.back().prefix + entry.name;
  format::Entry here = met(entry);
  receipt_.size_bytes += content.size;
  if (const auto group = groups_.find(path); group != groups_.end() && !open_.empty())
    return add_hard_link(here, group->second);
  batch_bytes_ += content.size;
  batch_.push_back(std::move(here));
  if (batch_.size() >= kBatchFilesMost || batch_bytes_ >= kBatchBytesMost) submit_batch();
}

void Restorer::symlink(const format::Entry& entry, const format::SymlinkTarget&) {
  format::Entry here = met(entry);
  if (open_.empty()) return make_link(target_, here);
  // Links come last, when nothing will be made below their directory any more. No step follows one in any case.
  open_.back().links.push_back(std::move(here));
}

void Restorer::enter_directory(const format::Entry& entry) {
  submit_batch();
  format::Entry here = met(entry);
  base::File directory = make_directory(here.name);
  OpenDirectory open{FileIdentity(inside_->status()), open_.empty() ? prefix_ : open_.back().prefix + entry.name + "/",
                     entry, {}, {}, {}};
  if (place_ == Place::begun)
    for (std::string& name : list_names(directory, kTreeEntriesMost)) open.strangers.insert(std::move(name));
  open_.push_back(std::move(open));
  inside_ = std::make_shared<const base::File>(std::move(directory));
}

void Restorer::leave_directory(const format::Entry&) {
  submit_batch();
  OpenDirectory& here = open_.back();
  here.file = inside_;
  // Up first: the mode to come may forbid it.
  if (open_.size() > 1) inside_ = std::make_shared<const base::File>(open_parent(*inside_, here.parent));
  else inside_ = FilePointer(FilePointer(), &target_);
  leaving_.push_back(std::move(here));
  open_.pop_back();
  finish_some(kLeavingMost);
}

RestoreReceipt Restorer::publish() {
  submit_batch();
  tasks_->wait(root_files_);
  finish_some(0);
  require_all_names();
  if (place_ != Place::occupied) rename_to_new(target_, root_name_, name_);
  published_ = true;
  if (options_.sync) target_.sync();
  receipt_.path = std::filesystem::path(target_.name()) / name_;
  receipt_.kept_count = kept_;
  return receipt_;
}

// Counts the entry, and gives the root the name that it is made under.
format::Entry Restorer::met(const format::Entry& entry) {
  ++receipt_.entry_count;
  if (options_.progress) options_.progress({receipt_.entry_count, artifact_.count, receipt_.size_bytes, artifact_.size});
  format::Entry here = entry;
  if (open_.empty()) here.name = root_name_;
  else open_.back().strangers.erase(here.name);
  return here;
}

void Restorer::submit_batch() {
  if (batch_.empty()) return;
  batch_bytes_ = 0;
  // Read by this thread, so that what lies in a row in the store is read in a row.
  engine::Bytes single = read_single(batch_);
  tasks_->submit(group(), [this, directory = inside_, entries = std::exchange(batch_, {}), single = std::move(single)] {
    write_batch(*directory, entries, place_, single);
  });
}

// The bytes of all files of one chunk, one behind the other.
engine::Bytes Restorer::read_single(std::span<const format::Entry> entries) const {
  std::vector<const format::Entry*> single;
  std::vector<Digest> chunks;
  std::vector<std::size_t> begins;
  std::size_t size = 0;
  for (const format::Entry& entry : entries) {
    const auto& content = std::get<format::ContentRef>(entry.what);
    if (content.form != Form::chunk) continue;
    if (content.size > kChunkBytesMost)
      throw Error(ErrorCode::damaged, fmt::format("restore {}: a chunk of {} bytes", entry.name, content.size));
    single.push_back(&entry);
    chunks.push_back(content.digest);
    begins.push_back(size);
    size += content.size;
  }
  engine::Bytes all(size);
  blobs_.get_many(engine::BlobKind::chunk, chunks, [&](std::size_t index, std::span<const std::byte> bytes) {
    const std::uint64_t expected = std::get<format::ContentRef>(single[index]->what).size;
    if (bytes.size() != expected)
      throw Error(ErrorCode::damaged, fmt::format("restore {}: its chunk has {} bytes, expected {}", single[index]->name,
                                                  bytes.size(), expected));
    std::ranges::copy(bytes, all.begin() + static_cast<std::ptrdiff_t>(begins[index]));
  });
  return all;
}

// `single` are the bytes of those that are one chunk.
void Restorer::write_batch(const base::File& directory, std::span<const format::Entry> entries, Place place,
                           const engine::Bytes& single) {
  std::span<const std::byte> left = single;
  for (const format::Entry& entry : entries) {
    const auto& content = std::get<format::ContentRef>(entry.what);
    std::span<const std::byte> bytes;
    if (content.form == Form::chunk) {
      bytes = left.first(content.size);
      left = left.subspan(content.size);
    }
    if (place == Place::occupied && options_.existing == Existing::keep_equal &&
        keep_if_equal(blobs_, directory, entry, options_)) {
      ++kept_;
      continue;
    }
    RestoredFile file(directory, entry, place);
    if (content.form == Form::chunk) file.write(0, bytes);
    else write_content(blobs_, file, content);
    file.finish(options_);
  }
}

// The bytes are written once, in a directory beside the tree, and get their names when the directory of each is left.
void Restorer::add_hard_link(const format::Entry& entry, std::size_t group) {
  HardLink& link = links_[group];
  open_.back().names.emplace_back(entry.name, group);
  if (++link.met > 1) {
    if (is_same_file(*link.entry, entry)) return;
    throw Error(ErrorCode::damaged,
                fmt::format("restore {}/{}: it is to be the same file as {}, and is not", inside_->name(),
                            entry.name, artifact_.hard_links[group].front()));
  }
  link.entry = entry;
  format::Entry written = entry;
  written.name = std::to_string(group);
  const FilePointer directory = links_directory();
  if (place_ == Place::begun) ::unlinkat(directory->descriptor(), written.name.c_str(), 0);
  tasks_->submit(link.written, [this, directory, written] {
    write_batch(*directory, std::span(&written, 1), Place::empty, read_single(std::span(&written, 1)));
  });
}

Restorer::FilePointer Restorer::links_directory() {
  if (links_directory_) return links_directory_;
  if (::mkdirat(target_.descriptor(), links_name_.c_str(), 0700) != 0 && !(errno == EEXIST && place_ == Place::begun))
    base::throw_errno(errno, fmt::format("make directory {}/{}", target_.name(), links_name_));
  base::File directory = open_beneath(target_, links_name_, O_RDONLY | O_DIRECTORY);
  if (place_ == Place::begun) {
    const struct stat status = directory.status();
    struct stat named {};
    if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0)
      throw Error(ErrorCode::exists, fmt::format("restore {}: {} is not what an earlier restore of ours left",
                                                 name_, directory.name()));
    if (::flock(directory.descriptor(), LOCK_EX | LOCK_NB) != 0)
      throw Error(ErrorCode::conflict,
                  fmt::format("restore {}: another process is at it, and holds {}", name_, directory.name()));
    // Whoever held it may have removed it meanwhile.
    const bool is_there = ::fstatat(target_.descriptor(), links_name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0;
    if (!is_there || FileIdentity(named) != FileIdentity(status)) return links_directory();
  }
  return links_directory_ = std::make_shared<const base::File>(std::move(directory));
}

void Restorer::make_name(const base::File& directory, const std::string& name, std::size_t group) {
  const std::string from = std::to_string(group);
  const std::string to = place_ == Place::empty ? name : temporary_name();
  if (::linkat(links_directory_->descriptor(), from.c_str(), directory.descriptor(), to.c_str(), 0) == 0) {
    if (to != name) replace(directory, to, name);
    return;
  }
  if (errno != EMLINK && errno != EPERM && errno != EOPNOTSUPP && errno != EXDEV)
    base::throw_errno(errno, fmt::format("link {}/{}", directory.name(), name));
  format::Entry copy = *links_[group].entry;  // where there are no hard links, or no more of them
  copy.name = name;
  write_batch(directory, std::span(&copy, 1), place_, read_single(std::span(&copy, 1)));
}

void Restorer::make_link(const base::File& directory, const format::Entry& entry) const {
  const int at = directory.descriptor();
  const std::string name = place_ == Place::empty ? entry.name : temporary_name();
  const std::string& target = std::get<format::SymlinkTarget>(entry.what).target;
  if (::symlinkat(target.c_str(), at, name.c_str()) != 0)
    base::throw_errno(errno, fmt::format("link {}/{}", directory.name(), entry.name));
  if (options_.owner && entry.owner &&
      ::fchownat(at, name.c_str(), entry.owner->user, entry.owner->group, AT_SYMLINK_NOFOLLOW) != 0)
    base::throw_errno(errno, fmt::format("set the owner of {}/{}", directory.name(), entry.name));
  if (::utimensat(at, name.c_str(), times_of(entry).data(), AT_SYMLINK_NOFOLLOW) != 0)
    base::throw_errno(errno, fmt::format("set the time of {}/{}", directory.name(), entry.name));
  if (name == entry.name) return;
  try {
    replace(directory, name, entry.name);
  } catch (const Error&) {
    ::unlinkat(at, name.c_str(), 0);
    throw;
  }
}

// A new directory in the one being filled; one that is there is gone on with, if that is wanted.
base::File Restorer::make_directory(const std::string& name) const {
  const int at = inside_->descriptor();
  const auto is_directory = [&] {
    struct stat status {};
    return ::fstatat(at, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
  };
  const bool may_be_there = place_ != Place::empty;
  if (may_be_there && !is_directory()) ::unlinkat(at, name.c_str(), 0);
  if (::mkdirat(at, name.c_str(), 0700) != 0 && !(errno == EEXIST && may_be_there))
    base::throw_errno(errno, fmt::format("make directory {}/{}", inside_->name(), name));
  base::File directory =
      may_be_there ? open_to_change(*inside_, name) : open_beneath(*inside_, name, O_RDONLY | O_DIRECTORY);
  if (!directory.is_open()) base::throw_errno(errno, fmt::format("open {}/{}", inside_->name(), name));
  const struct stat status = directory.status();
  // Below the root, which nobody else may enter before it is complete, others may own what was finished.
  if (place_ == Place::begun && open_.empty() && status.st_uid != ::geteuid())
    throw Error(ErrorCode::exists, fmt::format("restore {}: {} is not what an earlier restore of ours left",
                                               name_, directory.name()));
  if ((status.st_mode & 0700) != 0700 && ::fchmod(directory.descriptor(), (status.st_mode & 07777) | 0700) != 0)
    base::throw_errno(errno, fmt::format("chmod {}", directory.name()));
  return directory;
}

void Restorer::finish_some(std::size_t most) {
  while (!leaving_.empty() && (leaving_.size() > most || tasks_->is_done(*leaving_.front().files))) {
    tasks_->wait(*leaving_.front().files);
    finish(leaving_.front());
    leaving_.pop_front();
  }
}

void Restorer::finish(OpenDirectory& directory) {
  for (const std::string& name : directory.strangers) remove_tree(*directory.file, name);
  for (const auto& [name, group] : directory.names) {
    tasks_->wait(links_[group].written);
    make_name(*directory.file, name, group);
  }
  for (const format::Entry& link : directory.links) make_link(*directory.file, link);
  set_attributes(*directory.file, directory.entry, options_, 07777);
  if (options_.sync) directory.file->sync();
}

void Restorer::require_all_names() const {
  if (!options_.path.empty()) return;
  for (std::size_t group = 0; group < links_.size(); ++group)
    if (links_[group].met != artifact_.hard_links[group].size())
      throw Error(ErrorCode::damaged, fmt::format("restore {}: of the hard links of {}, {} are there, expected {}", name_,
                                                  artifact_.hard_links[group].front(), links_[group].met,
                                                  artifact_.hard_links[group].size()));
}

}  // namespace cairn::object
