// Builds the tree of one artifact in a directory, as it is told of its entries.
#pragma once

#include <cairn/artifact.h>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "object/restored_file.h"
#include "object/task_queue.h"
#include "object/tree_files.h"
#include "object/tree_walk.h"

namespace cairn::object {

/// A new root is made under a hidden name, and publish() gives it its own. What was not published is removed with the
/// object, unless it is to be gone on with.
class Restorer : public TreeVisitor {
 public:
  /// Builds in `target`, a directory that must outlive this, what will be called `name` there. `place` is that of the root;
  /// what was begun is found by `key`. `blobs` must be safe from several threads, if there are to be any.
  Restorer(const engine::BlobSource& blobs, const base::File& target, const format::Artifact& artifact, std::string name,
           Place place, const std::string& key, const RestoreOptions& options, unsigned threads);
  ~Restorer() override;

  void file(const format::Entry& entry, const format::ContentRef& content) override;
  void symlink(const format::Entry& entry, const format::SymlinkTarget& link) override;
  void enter_directory(const format::Entry& entry) override;
  void leave_directory(const format::Entry& entry) override;

  /// Waits for all that is under way, and gives the root its name. Throws exists if there is such a name in
  /// the target already.
  RestoreReceipt publish();

 private:
  using FilePointer = std::shared_ptr<const base::File>;

  // A directory that is being filled, or waits for its files before it gets its attributes.
  struct OpenDirectory {
    FileIdentity parent;
    std::string prefix;                  // of the paths in it
    format::Entry entry;
    std::vector<format::Entry> links;                           // made at the end
    std::vector<std::pair<std::string, std::size_t>> names;     // of hard links: name and group
    std::set<std::string> strangers;                            // left by an earlier restore, and not met yet
    std::shared_ptr<TaskQueue::Group> files = std::make_shared<TaskQueue::Group>();
    FilePointer file = nullptr;  // set when it is left
  };
  // Names of one file.
  struct HardLink {
    std::optional<format::Entry> entry;  // of the first that was met
    std::size_t met = 0;
    TaskQueue::Group written;
  };

  format::Entry met(const format::Entry& entry);
  TaskQueue::Group& group() { return open_.empty() ? root_files_ : *open_.back().files; }
  void submit_batch();
  engine::Bytes read_single(std::span<const format::Entry> entries) const;
  void write_batch(const base::File& directory, std::span<const format::Entry> entries, Place place,
                   const engine::Bytes& single);
  void add_hard_link(const format::Entry& entry, std::size_t group);
  FilePointer links_directory();
  void make_name(const base::File& directory, const std::string& name, std::size_t group);
  void make_link(const base::File& directory, const format::Entry& entry) const;
  base::File make_directory(const std::string& name) const;
  void finish_some(std::size_t most);
  void finish(OpenDirectory& directory);
  void require_all_names() const;

  const engine::BlobSource& blobs_;
  const base::File& target_;
  const format::Artifact& artifact_;
  const RestoreOptions& options_;
  const std::string name_;
  const Place place_;
  const std::string root_name_;   // hidden, unless something is replaced
  const std::string links_name_;  // of the directory of links_
  const std::string prefix_;      // of paths below the root
  FilePointer inside_;
  std::vector<OpenDirectory> open_;
  std::deque<OpenDirectory> leaving_;

  std::vector<format::Entry> batch_;
  std::uint64_t batch_bytes_ = 0;

  std::unordered_map<std::string, std::size_t> groups_;  // of hard links, by path
  std::vector<HardLink> links_;
  FilePointer links_directory_;  // files with several names, before they get them

  RestoreReceipt receipt_;
  std::atomic<std::uint64_t> kept_ = 0;
  bool published_ = false;
  TaskQueue::Group root_files_;
  std::optional<TaskQueue> tasks_;
};

}  // namespace cairn::object
