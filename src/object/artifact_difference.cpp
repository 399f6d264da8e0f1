// How two artifacts differ, told from their manifests.
#include <cairn/error.h>

#include <fmt/format.h>

#include <functional>
#include <unordered_set>

#include "object/artifacts.h"
#include "object/tree_walk.h"

namespace cairn::object {

namespace {

using Form = format::ContentRef::Form;

// The chunks and chunk lists of one file.
class BlobSet {
 public:
  BlobSet(const engine::View& view, const format::ContentRef& content) {
    walk(view, content, [&](const Digest& digest, std::uint64_t) { return digests_.insert(digest).second; });
  }

  /// Bytes of `content` below blobs that are not in this set.
  std::uint64_t bytes_missing(const engine::View& view, const format::ContentRef& content) const {
    std::uint64_t bytes = 0;
    std::unordered_set<Digest> lists;  // gone into: a hostile tree may name one again and again
    walk(view, content, [&](const Digest& digest, std::uint64_t chunk_size) {
      if (digests_.contains(digest)) return false;
      bytes += chunk_size;
      return chunk_size != 0 || lists.insert(digest).second;
    });
    return bytes;
  }

 private:
  /// Calls `enter` for each blob with the size of a chunk, 0 for a list; a list is gone into if it returns true.
  template <class Enter>
  static void walk(const engine::View& view, const format::ContentRef& content, const Enter& enter) {
    if (content.form == Form::chunk) enter(content.digest, content.size);
    if (content.form != Form::list || !enter(content.digest, 0)) return;
    std::vector<Digest> open{content.digest};
    while (!open.empty()) {
      const format::ChunkList list = format::decode_chunk_list(view.get_blob(engine::BlobKind::chunk_list, open.back()));
      open.pop_back();
      for (const format::ChunkList::Entry& entry : list.entries) {
        if (entry.is_hole()) continue;
        if (list.level == 0) enter(entry.digest, entry.size);
        else if (enter(entry.digest, 0)) open.push_back(entry.digest);
      }
    }
  }

  std::unordered_set<Digest> digests_;
};

class Comparer {
 public:
  using Visit = std::function<void(ArtifactChange&&)>;
  Comparer(const engine::View& view, const Visit& visit) : view_(view), visit_(visit) {}

  void run(const format::Artifact& before, const format::Artifact& after) {
    format::Entry renamed = after.root;  // names of roots are no difference
    renamed.name = before.root.name;
    compare(&before.root, &renamed, "", 0);
  }

 private:
  using Entries = std::vector<format::Entry>;

  // One of the two may be null.
  void compare(const format::Entry* before, const format::Entry* after, const std::string& path, std::size_t depth) {
    if (depth > kTreeDepthMost)
      throw Error(ErrorCode::limit, fmt::format("compare {}: directories nested more than {} deep", path, kTreeDepthMost));
    if (before != nullptr && after != nullptr && *before == *after) return;
    if (before != nullptr && after != nullptr && before->what.index() != after->what.index()) {
      compare(before, nullptr, path, depth);
      return compare(nullptr, after, path, depth);
    }
    add(before, after, path);
    const Entries old_entries = entries_of(before), new_entries = entries_of(after);
    auto one = old_entries.begin();
    auto other = new_entries.begin();
    const std::string prefix = path.empty() ? path : path + "/";
    while (one != old_entries.end() || other != new_entries.end()) {
      const bool has_one = other == new_entries.end() || (one != old_entries.end() && one->name <= other->name);
      const bool has_other = one == old_entries.end() || (other != new_entries.end() && other->name <= one->name);
      compare(has_one ? &*one : nullptr, has_other ? &*other : nullptr, prefix + (has_one ? one : other)->name, depth + 1);
      if (has_one) ++one;
      if (has_other) ++other;
    }
  }

  // Directories that differ only in what is below them are not listed.
  void add(const format::Entry* before, const format::Entry* after, const std::string& path) {
    if (before != nullptr && after != nullptr && std::holds_alternative<format::DirectoryRef>(before->what)) {
      format::Entry filled = *after;
      filled.what = before->what;
      if (filled == *before) return;
    }
    if (++count_ > kTreeEntriesMost)
      throw Error(ErrorCode::limit, fmt::format("compare {}: more than {} differences", path, kTreeEntriesMost));
    ArtifactChange change;
    change.kind = before == nullptr ? ChangeKind::added : after == nullptr ? ChangeKind::removed : ChangeKind::changed;
    change.path = path;
    if (before != nullptr) change.before = public_entry(*before, path);
    if (after != nullptr) change.after = public_entry(*after, path);
    const format::ContentRef old_content = content_of(before), new_content = content_of(after);
    if (old_content != new_content) {
      change.bytes_added = BlobSet(view_, old_content).bytes_missing(view_, new_content);
      change.bytes_removed = BlobSet(view_, new_content).bytes_missing(view_, old_content);
    }
    visit_(std::move(change));
  }

  Entries entries_of(const format::Entry* entry) const {
    const auto* directory = entry == nullptr ? nullptr : std::get_if<format::DirectoryRef>(&entry->what);
    if (directory == nullptr) return {};
    return format::decode_directory(view_.get_blob(engine::BlobKind::directory, directory->digest)).entries;
  }

  static format::ContentRef content_of(const format::Entry* entry) {
    const auto* content = entry == nullptr ? nullptr : std::get_if<format::ContentRef>(&entry->what);
    return content == nullptr ? format::ContentRef() : *content;
  }

  const engine::View& view_;
  const Visit& visit_;
  std::uint64_t count_ = 0;
};

}  // namespace

std::vector<ArtifactChange> compare_artifacts(const engine::View& view, const ArtifactId& before, const ArtifactId& after) {
  std::vector<ArtifactChange> changes;
  compare_artifacts(view, before, after, [&](ArtifactChange&& change) { changes.push_back(std::move(change)); });
  return changes;
}

void compare_artifacts(const engine::View& view, const ArtifactId& before, const ArtifactId& after,
                       const std::function<void(ArtifactChange&&)>& visit) {
  Comparer(view, visit).run(read_artifact(view, before), read_artifact(view, after));
}

}  // namespace cairn::object
