// Artifacts out of a store: restored, listed, read.
#include <cairn/error.h>

#include <fmt/format.h>

#include <cerrno>
#include <limits>

#include "object/artifacts.h"
#include "object/content.h"
#include "object/restorer.h"
#include "object/tree_walk.h"

namespace cairn::object {

namespace {

constexpr std::uint64_t kPathBytesMost = std::uint64_t{1} << 30;

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
  std::vector<ArtifactEntry> take() { return std::move(entries_); }

  void file(const format::Entry& entry, const format::ContentRef& content) override {
    add(entry, EntryKind::file).size_bytes = content.size;
  }
  void symlink(const format::Entry& entry, const format::SymlinkTarget& link) override {
    add(entry, EntryKind::symlink).link_target = link.target;
  }
  void enter_directory(const format::Entry& entry) override {
    const std::string path = add(entry, EntryKind::directory).path;
    prefixes_.push_back(prefixes_.empty() ? std::string() : path + "/");
  }
  void leave_directory(const format::Entry&) override { prefixes_.pop_back(); }

 private:
  ArtifactEntry& add(const format::Entry& entry, EntryKind kind) {
    std::string path = (prefixes_.empty() ? std::string() : prefixes_.back()) + entry.name;
    path_bytes_ += path.size();
    if (path_bytes_ > kPathBytesMost)
      throw Error(ErrorCode::limit, "list artifact: its paths add up to more than 1 GiB");
    return entries_.emplace_back(ArtifactEntry{std::move(path), kind, entry.mode, timestamp_of(entry), 0, {}});
  }

  std::vector<ArtifactEntry> entries_;
  std::vector<std::string> prefixes_;  // of the open directories; the root's is empty
  std::uint64_t path_bytes_ = 0;
};

void refuse_existing(const base::File& directory, const std::string& name) {
  struct stat status {};
  if (::fstatat(directory.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
    throw Error(ErrorCode::exists, fmt::format("restore {}/{}: it is already there", directory.name(), name));
}

void restore(const engine::BlobSource& blobs, const format::Artifact& artifact, const std::filesystem::path& directory) {
  const base::File target = base::File::open(directory, O_RDONLY | O_DIRECTORY);
  refuse_existing(target, artifact.root.name);  // before the work; publish decides
  Restorer restorer(blobs, target);
  walk_tree(blobs, artifact, restorer);
  restorer.publish(artifact.root.name);
}

}  // namespace

void restore_artifact(const engine::View& view, const ArtifactId& id, const std::filesystem::path& directory) {
  restore(view, read_artifact(view, id), directory);
}

void restore_as(const engine::BlobSource& blobs, format::Artifact artifact, const std::filesystem::path& path) {
  artifact.root.name = path.filename().string();
  if (!format::is_entry_name(artifact.root.name))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("restore to \"{}\": expected a path whose last part is a name", path.string()));
  restore(blobs, artifact, path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

std::vector<ArtifactEntry> list_entries(const engine::View& view, const ArtifactId& id) {
  Lister lister;
  walk_tree(view, read_artifact(view, id), lister);
  return lister.take();
}

std::string read_single_file(const engine::View& view, const ArtifactId& id, std::uint64_t bytes_most) {
  const format::Artifact artifact = read_artifact(view, id);
  const auto* content = std::get_if<format::ContentRef>(&artifact.root.what);
  if (content == nullptr)
    throw Error(ErrorCode::type_mismatch, fmt::format("read artifact \"{}\": it is not a file", artifact.root.name));
  if (content->size > bytes_most)
    throw Error(ErrorCode::limit, fmt::format("read artifact \"{}\": {} bytes, expected at most {}",
                                              artifact.root.name, content->size, bytes_most));
  // Grown as chunks come, not reserved: the size is only what the manifest says.
  std::string bytes;
  for (ContentReader reader(view, *content); bytes.size() < content->size;) {
    const std::span<const std::byte> piece = reader.piece_at(bytes.size());
    bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  return bytes;
}

}  // namespace cairn::object
