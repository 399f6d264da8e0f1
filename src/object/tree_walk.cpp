#include "object/tree_walk.h"

#include <cairn/error.h>

#include <fmt/format.h>

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

  void run() {
    visit(artifact_.root);
    while (!open_.empty()) {
      OpenDirectory& directory = open_.back();
      if (directory.next < directory.content.entries.size()) {
        visit(directory.content.entries[directory.next++]);
      } else {
        visitor_.leave_directory(directory.entry);
        open_.pop_back();
      }
    }
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
  TreeWalk(blobs, artifact, visitor).run();
}

}  // namespace cairn::object
