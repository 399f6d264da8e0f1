#include "object/tree_walk.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "object/artifacts.h"

namespace cairn::object {

namespace {

class TreeWalk {
 public:
  TreeWalk(const engine::BlobSource& blobs, const format::Artifact& artifact, TreeVisitor& visitor)
      : blobs_(blobs), artifact_(artifact), visitor_(visitor) {
    if (artifact.count > kTreeEntriesMost)
      throw Error(ErrorCode::limit, fmt::format("read artifact \"{}\": {} entries, expected at most {}",
                                                artifact.root.name, artifact.count, kTreeEntriesMost));
  }

  void run(const format::Entry& part) {
    visit(part);
    while (!open_.empty()) {
      OpenDirectory& directory = open_.back();
      if (directory.next < directory.content.entries.size()) {
        visit(directory.content.entries[directory.next++]);
      } else {
        visitor_.leave_directory(directory.entry);
        open_.pop_back();
      }
    }
  }

  void require_totals() const {
    if (count_ != artifact_.count || size_ != artifact_.size) throw_totals();
  }

 private:
  struct OpenDirectory {
    format::Entry entry;
    format::Directory content;
    std::size_t next = 0;
  };

  // `entry` may move with open_ while it is entered, hence the copy.
  void visit(format::Entry entry) {
    if (++count_ > artifact_.count) throw_totals();
    if (const auto* content = std::get_if<format::ContentRef>(&entry.what)) {
      if (content->size > artifact_.size - size_) throw_totals();
      size_ += content->size;
      visitor_.file(entry, *content);
    } else if (const auto* link = std::get_if<format::SymlinkTarget>(&entry.what)) {
      visitor_.symlink(entry, *link);
    } else {
      enter(std::move(entry));
    }
  }

  void enter(format::Entry entry) {
    if (open_.size() >= kTreeDepthMost)
      throw Error(ErrorCode::limit, fmt::format("read artifact \"{}\": directories nested more than {} deep",
                                                artifact_.root.name, kTreeDepthMost));
    const Digest& digest = std::get<format::DirectoryRef>(entry.what).digest;
    format::Directory content = format::decode_directory(blobs_.get_blob(engine::BlobKind::directory, digest));
    visitor_.enter_directory(entry);
    open_.push_back({std::move(entry), std::move(content)});
  }

  [[noreturn]] void throw_totals() const {
    throw Error(ErrorCode::damaged, fmt::format("read artifact \"{}\": its tree is not of the {} entries and {} bytes "
                                                "that it says", artifact_.root.name, artifact_.count, artifact_.size));
  }

  const engine::BlobSource& blobs_;
  const format::Artifact& artifact_;
  TreeVisitor& visitor_;
  std::vector<OpenDirectory> open_;  // from the root down
  std::uint64_t count_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace

format::Artifact read_artifact(const engine::BlobSource& blobs, const ArtifactId& id) {
  return format::decode_artifact(blobs.get_blob(engine::BlobKind::artifact, id.digest));
}

void walk_tree(const engine::BlobSource& blobs, const format::Artifact& artifact, TreeVisitor& visitor) {
  TreeWalk walk(blobs, artifact, visitor);
  walk.run(artifact.root);
  walk.require_totals();
}

void walk_part(const engine::BlobSource& blobs, const format::Artifact& artifact, const format::Entry& part,
               TreeVisitor& visitor) {
  TreeWalk(blobs, artifact, visitor).run(part);
}

format::Entry find_entry(const engine::BlobSource& blobs, const format::Artifact& artifact, std::string_view path) {
  if (!path.empty() && !format::is_entry_path(path))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("find \"{}\" in artifact \"{}\": expected names with '/' between them", path,
                            artifact.root.name));
  format::Entry found = artifact.root;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const auto* directory = std::get_if<format::DirectoryRef>(&found.what);
    std::vector<format::Entry> entries;
    if (directory != nullptr)
      entries = format::decode_directory(blobs.get_blob(engine::BlobKind::directory, directory->digest)).entries;
    const auto entry = std::ranges::lower_bound(
        entries, name, {}, [](const format::Entry& one) -> std::string_view { return one.name; });
    if (entry == entries.end() || entry->name != name)
      throw Error(ErrorCode::not_found, fmt::format("artifact \"{}\": there is no \"{}\" in it ({} has no \"{}\")",
                                                    artifact.root.name, path, found.name, name));
    found = std::move(*entry);
  }
  return found;
}

}  // namespace cairn::object
