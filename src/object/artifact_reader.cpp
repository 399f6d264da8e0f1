// Artifacts out of a store: restored, listed, read.
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <unordered_map>

#include "object/artifacts.h"
#include "object/content.h"
#include "object/ignore_rules.h"
#include "object/restorer.h"
#include "object/task_queue.h"
#include "object/tree_walk.h"

namespace cairn::object {

namespace {

constexpr std::uint64_t kPathBytesMost = std::uint64_t{1} << 30;
constexpr std::uint64_t kAloneBytes = 1u << 20;  // and below that number of entries, threads do not pay
constexpr std::uint64_t kAloneEntries = 32;

// Times beyond the range of a Timestamp (1677 to 2262) are shown as its ends; restoring keeps them.
Timestamp timestamp_of(const format::Entry& entry) {
  constexpr std::int64_t kBillion = 1'000'000'000;
  constexpr std::int64_t kSecondsMost = std::numeric_limits<std::int64_t>::max() / kBillion - 1;
  if (entry.mtime_seconds > kSecondsMost) return Timestamp::max();
  if (entry.mtime_seconds < -kSecondsMost) return Timestamp::min();
  return Timestamp(std::chrono::nanoseconds(entry.mtime_seconds * kBillion + entry.mtime_nanoseconds));
}

class Lister : public TreeVisitor {
 public:
  Lister(const format::Artifact& artifact, const ListOptions& options)
      : root_(artifact.root.name),
        above_(options.path.substr(0, options.path.rfind('/') + 1)),
        is_part_(!options.path.empty()) {
    if (!options.match.empty()) wanted_.add(options.match);
    for (const std::vector<std::string>& paths : artifact.hard_links)
      for (const std::string& path : paths) first_names_.emplace(path, paths.front());
  }

  std::vector<ArtifactEntry> take() { return std::move(entries_); }

  void file(const format::Entry& entry, const format::ContentRef&) override { add(entry, false); }
  void symlink(const format::Entry& entry, const format::SymlinkTarget&) override { add(entry, false); }
  void enter_directory(const format::Entry& entry) override {
    const std::string path = add(entry, true);
    prefixes_.push_back(path.empty() ? path : path + "/");
  }
  void leave_directory(const format::Entry&) override { prefixes_.pop_back(); }

 private:
  // Returns the path below the root, which is empty for the root itself.
  std::string add(const format::Entry& entry, bool is_directory) {
    const bool is_root = prefixes_.empty() && !is_part_;
    std::string path = is_root ? std::string() : (prefixes_.empty() ? above_ : prefixes_.back()) + entry.name;
    if (!wanted_.empty() && (is_root || !wanted_.matches(path, is_directory))) return path;
    path_bytes_ += path.size();
    if (path_bytes_ > kPathBytesMost)
      throw Error(ErrorCode::limit, "list artifact: its paths add up to more than 1 GiB");
    ArtifactEntry& listed = entries_.emplace_back(public_entry(entry, is_root ? root_ : path));
    if (const auto first = first_names_.find(path); first != first_names_.end()) listed.first_name = first->second;
    return path;
  }

  const std::string root_;
  const std::string above_;  // the directory of the part that is listed, with a '/'
  const bool is_part_;
  IgnoreRules wanted_;
  std::unordered_map<std::string, std::string> first_names_;
  std::vector<ArtifactEntry> entries_;
  std::vector<std::string> prefixes_;  // of the open directories; the root's is empty
  std::uint64_t path_bytes_ = 0;
};

bool is_there(const base::File& directory, const std::string& name) {
  struct stat status {};
  return ::fstatat(directory.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

Place place_of(const base::File& target, const std::string& name, const RestoreOptions& options) {
  const bool taken = is_there(target, name);
  if (taken && options.existing == Existing::refuse)  // before the work; publish decides
    throw Error(ErrorCode::exists, fmt::format("restore {}/{}: it is already there", target.name(), name));
  if (taken) return Place::occupied;
  return options.resumable && options.existing == Existing::refuse ? Place::begun : Place::empty;
}

unsigned thread_count(unsigned asked, const format::Artifact& artifact) {
  if (asked != 0) return asked;
  if (artifact.size < kAloneBytes && artifact.count < kAloneEntries) return 0;
  return threads_of_use();
}

void require_name(const std::string& name) {
  if (!format::is_entry_name(name))
    throw Error(ErrorCode::invalid_argument, fmt::format("restore as \"{}\": expected a name", name));
}

}  // namespace

ArtifactEntry public_entry(const format::Entry& entry, std::string path) {
  ArtifactEntry shown;
  shown.path = std::move(path);
  shown.mode = entry.mode;
  shown.modified = timestamp_of(entry);
  if (const auto* content = std::get_if<format::ContentRef>(&entry.what)) shown.size_bytes = content->size;
  else shown.kind = std::holds_alternative<format::DirectoryRef>(entry.what) ? EntryKind::directory : EntryKind::symlink;
  if (const auto* link = std::get_if<format::SymlinkTarget>(&entry.what)) shown.link_target = link->target;
  if (entry.owner) shown.owner = {entry.owner->user, entry.owner->group};
  for (const format::Attribute& attribute : entry.attributes) shown.attributes.emplace_back(attribute.name, attribute.value);
  return shown;
}

RestoreReceipt restore_artifact(const engine::View& view, const ArtifactId& id, const std::filesystem::path& directory,
                                const RestoreOptions& options) {
  const format::Artifact artifact = read_artifact(view, id);
  const format::Entry wanted = find_entry(view, artifact, options.path);
  const std::string name = options.name.empty() ? wanted.name : options.name;
  require_name(name);
  const base::File target = base::File::open(directory, O_RDONLY | O_DIRECTORY);
  const std::string key = fmt::format("{} {} {}", id.hex(), name, options.path);
  Restorer restorer(view, target, artifact, name, place_of(target, name, options), key, options,
                    thread_count(options.threads, artifact));
  if (options.path.empty()) walk_tree(view, artifact, restorer);
  else walk_part(view, artifact, wanted, restorer);
  return restorer.publish();
}

void restore_as(const engine::BlobSource& blobs, const format::Artifact& artifact, const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  require_name(name);
  const base::File target = base::File::open(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."),
                                             O_RDONLY | O_DIRECTORY);
  const RestoreOptions options;
  Restorer restorer(blobs, target, artifact, name, place_of(target, name, options), "", options, 0);
  walk_tree(blobs, artifact, restorer);
  restorer.publish();
}

std::vector<ArtifactEntry> list_entries(const engine::View& view, const ArtifactId& id, const ListOptions& options) {
  const format::Artifact artifact = read_artifact(view, id);
  Lister lister(artifact, options);
  if (options.path.empty()) walk_tree(view, artifact, lister);
  else walk_part(view, artifact, find_entry(view, artifact, options.path), lister);
  return lister.take();
}

format::ContentRef find_file(const engine::BlobSource& blobs, const ArtifactId& id, std::string_view path) {
  const format::Artifact artifact = read_artifact(blobs, id);
  const format::Entry entry = find_entry(blobs, artifact, path);
  const auto* content = std::get_if<format::ContentRef>(&entry.what);
  if (content == nullptr)
    throw Error(ErrorCode::type_mismatch,
                fmt::format("read \"{}\" of artifact \"{}\": it is not a file", path, artifact.root.name));
  return *content;
}

void copy_content(const engine::BlobSource& blobs, const format::ContentRef& content, std::uint64_t begin, std::uint64_t end,
                  const std::function<void(std::span<const std::byte>)>& write) {
  for (ContentReader reader(blobs, content); begin < end;) {
    const std::span<const std::byte> piece = reader.piece_at(begin);
    const std::size_t count = std::min<std::uint64_t>(piece.size(), end - begin);
    write(piece.first(count));
    begin += count;
  }
}

std::string read_single_file(const engine::View& view, const ArtifactId& id, std::string_view path,
                             std::uint64_t bytes_most) {
  const format::ContentRef content = find_file(view, id, path);
  if (content.size > bytes_most)
    throw Error(ErrorCode::limit,
                fmt::format("read file \"{}\" of artifact {}: {} bytes, expected at most {}", path, id.hex(),
                            content.size, bytes_most));
  // Grown as chunks come, not reserved: the size is only what the manifest says.
  std::string bytes;
  copy_content(view, content, 0, content.size, [&](std::span<const std::byte> piece) {
    bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  return bytes;
}

}  // namespace cairn::object
