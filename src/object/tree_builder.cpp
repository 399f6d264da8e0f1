#include "object/tree_builder.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "object/blobs.h"
#include "object/content.h"
#include "object/task_queue.h"

namespace cairn::object {

namespace {

constexpr std::size_t kEventsMost = 1024;
constexpr std::size_t kJobsMost = 64;  // each has a directory open
constexpr std::size_t kJobFilesMost = 64;
constexpr std::uint64_t kJobBytes = kBatchBytes;
constexpr std::size_t kOpenMost = 64;  // files that were opened before they are read
constexpr std::size_t kLinkBytesMost = 32u << 20;
constexpr std::size_t kUnkeptMost = 16384;  // files, about 200 bytes each

}  // namespace

format::Entry entry_of(std::string name, const struct stat& status, bool owner) {
  format::Entry entry{.name = std::move(name),
                      .mode = status.st_mode & 07777,
                      .mtime_seconds = status.st_mtim.tv_sec,
                      .mtime_nanoseconds = static_cast<std::uint32_t>(status.st_mtim.tv_nsec),
                      .what = {}};
  if (owner) entry.owner = format::Owner{status.st_uid, status.st_gid};
  return entry;
}

TreeBuilder::TreeBuilder(engine::Staging& staging, const AddOptions& options, FileMemory* memory)
    : staging_(staging), options_(options), memory_(memory), readers_(options.threads != 0 ? options.threads : threads_of_use()), stager_(staging) {}

void TreeBuilder::enter(format::Entry entry) { push({Event::Kind::enter, std::move(entry)}); }
void TreeBuilder::leave() { push({Event::Kind::leave, {}}); }
void TreeBuilder::add(format::Entry entry) { push({Event::Kind::entry, std::move(entry)}); }

void TreeBuilder::add_file(std::string name, std::string path, const struct stat& status,
                           std::shared_ptr<const base::File> directory, std::shared_ptr<const base::File> opened) {
  bool is_first = true;
  const std::size_t link = link_of(status, std::move(path), is_first).value_or(SIZE_MAX);
  format::Entry entry;
  entry.name = name;
  if (!is_first) {
    entry = entry_of(std::move(name), status, options_.owner);  // to be compared
    format::ContentRef size;
    size.size = static_cast<std::uint64_t>(status.st_size);
    entry.what = size;
    return push({Event::Kind::other_name, std::move(entry), link});
  }
  if (add_remembered(name, status, link)) return;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (job_.directory != directory || job_.files.size() >= kJobFilesMost || job_bytes_ + size > kJobBytes) submit();
  job_.directory = std::move(directory);
  job_.files.push_back({std::move(opened), std::move(name), FileIdentity(status), {}});
  // What is small is cut sooner than its chunk lists are found.
  if (memory_ != nullptr && size > kJobBytes) job_.files.back().earlier = memory_->find_earlier(FileStamp(status));
  job_bytes_ += size;
  const bool is_open = job_.files.back().opened != nullptr;
  push({Event::Kind::file, std::move(entry), link});
  if (is_open && ++opened_ % kOpenMost == 0) apply_until(0, 0);
}

void TreeBuilder::add_stream(format::Entry entry, const ReadBytes& read) {
  apply_until(0, 0);
  ContentWriter writer(staging_);
  std::vector<std::byte> buffer(kBatchBytes);
  while (const std::size_t got = read(buffer)) {
    if (got > buffer.size())
      throw Error(ErrorCode::invalid_argument, fmt::format("add {}: its source gave {} bytes of at most {}", entry.name, got,
                                                           buffer.size()));
    writer.append(std::span(buffer).first(got));
  }
  entry.what = writer.finish();
  place(std::move(entry));
}

AddedArtifact TreeBuilder::finish() {
  apply_until(0, 0);
  const format::Artifact artifact{std::move(root_).value(), size_, count_, hard_links()};
  const Digest digest = stage_blob(staging_, engine::BlobKind::artifact, format::encode_artifact(artifact));
  return {ArtifactId{digest}, size_, count_, unread_, unread_bytes_, {}};
}

// Where links_ has the file, if it may have more names than this one.
std::optional<std::size_t> TreeBuilder::link_of(const struct stat& status, std::string path, bool& is_first) {
  if (!options_.hard_links || status.st_nlink < 2) return std::nullopt;
  const auto [found, is_new] = inodes_.try_emplace({status.st_dev, status.st_ino}, links_.size());
  is_first = is_new;
  if (is_new) links_.emplace_back();
  link_bytes_ += path.size() + sizeof(Linked);
  if (link_bytes_ > kLinkBytesMost)
    throw Error(ErrorCode::limit, fmt::format("add {}: the names of hard links take more than {} MiB; expected fewer, or "
                                              "not to keep them", path, kLinkBytesMost >> 20));
  links_[found->second].paths.push_back(std::move(path));
  return found->second;
}

// A file whose bytes are in the store from an earlier reading.
bool TreeBuilder::add_remembered(const std::string& name, const struct stat& status, std::size_t link) {
  if (memory_ == nullptr || options_.read_all || options_.attributes != KeptAttributes::none) return false;
  const auto content = memory_->find(FileStamp(status));
  if (!content) return false;
  using Form = format::ContentRef::Form;
  if ((content->form == Form::empty) != (content->size == 0)) return false;
  if (content->form == Form::chunk) {
    const auto chunk = staging_.hold(engine::BlobKind::chunk, content->digest);
    if (!chunk || chunk->size != content->size) return false;
  }
  if (content->form == Form::list && !staging_.hold(engine::BlobKind::chunk_list, content->digest)) return false;
  ++unread_;
  unread_bytes_ += content->size;
  format::Entry entry = entry_of(name, status, options_.owner);
  entry.what = *content;
  if (link != SIZE_MAX) links_[link].entry = entry;
  add(std::move(entry));
  return true;
}

void TreeBuilder::push(Event event) {
  events_.push_back(std::move(event));
  if (events_.size() >= kEventsMost || jobs_ >= kJobsMost) apply_until(kEventsMost / 2, kJobsMost / 2);
}

void TreeBuilder::submit() {
  if (job_.files.empty()) return;
  job_.attributes = options_.attributes;
  job_.watch = memory_ != nullptr;
  if (memory_ != nullptr) job_.blobs = &memory_->blobs();
  readers_.submit(std::exchange(job_, {}), std::exchange(job_bytes_, 0));
  ++jobs_;
}

void TreeBuilder::apply_until(std::size_t events, std::size_t jobs) {
  submit();
  while (!events_.empty() && (events_.size() > events || jobs_ > jobs)) {
    Event event = std::move(events_.front());
    events_.pop_front();
    apply(std::move(event));
  }
}

void TreeBuilder::apply(Event event) {
  switch (event.kind) {
    case Event::Kind::entry: return place(std::move(event.entry));
    case Event::Kind::enter: open_.push_back({std::move(event.entry), {}}); return;
    case Event::Kind::file: {
      ChunkStager::File file = next_file();
      format::Entry entry = entry_of(std::move(event.entry.name), file.end.status, options_.owner);
      entry.what = file.content;
      entry.attributes = std::move(file.end.attributes);
      if (event.link != SIZE_MAX) links_[event.link].entry = entry;
      remember(file);
      return place(std::move(entry));
    }
    case Event::Kind::other_name: {
      format::Entry entry = links_[event.link].entry;
      // Its number may have been given to another file since.
      if (entry.mtime_seconds != event.entry.mtime_seconds || entry.mtime_nanoseconds != event.entry.mtime_nanoseconds ||
          std::get<format::ContentRef>(entry.what).size != std::get<format::ContentRef>(event.entry.what).size)
        throw Error(ErrorCode::conflict, fmt::format("add {}: it changed while it was read", event.entry.name));
      entry.name = std::move(event.entry.name);
      return place(std::move(entry));
    }
    case Event::Kind::leave: {
      OpenDirectory directory = std::move(open_.back());
      open_.pop_back();
      directory.entry.what = format::DirectoryRef{
          stage_blob(staging_, engine::BlobKind::directory, format::encode_directory(directory.content))};
      return place(std::move(directory.entry));
    }
  }
}

ChunkStager::File TreeBuilder::next_file() {
  while (read_.empty()) {
    if (error_ != nullptr) std::rethrow_exception(error_);
    CutBatch batch = readers_.take();
    for (ChunkStager::File& file : stager_.stage(batch)) read_.push_back(std::move(file));
    error_ = batch.error;
    if (batch.is_last) --jobs_;
    readers_.give_back(std::move(batch));
  }
  ChunkStager::File file = std::move(read_.front());
  read_.pop_front();
  return file;
}

void TreeBuilder::place(format::Entry entry) {
  if (++count_ > kTreeEntriesMost)
    throw Error(ErrorCode::limit, fmt::format("add {}: more than {} entries", entry.name, kTreeEntriesMost));
  if (const auto* content = std::get_if<format::ContentRef>(&entry.what)) size_ += content->size;
  if (options_.progress) options_.progress({count_, size_, entry.name});
  if (open_.empty()) root_ = std::move(entry);
  else open_.back().content.entries.push_back(std::move(entry));
}

void TreeBuilder::remember(const ChunkStager::File& file) {
  if (memory_ == nullptr || !file.end.is_watched) return;
  memory_->remember(FileStamp(file.end.status), file.content);
  if (memory_->unkept() < kUnkeptMost) return;
  staging_.spill();
  memory_->keep();
}

std::vector<std::vector<std::string>> TreeBuilder::hard_links() {
  std::vector<std::vector<std::string>> groups;
  for (Linked& linked : links_) {
    if (linked.paths.size() < 2) continue;
    std::ranges::sort(linked.paths);
    groups.push_back(std::move(linked.paths));
  }
  std::ranges::sort(groups);
  return groups;
}

}  // namespace cairn::object
