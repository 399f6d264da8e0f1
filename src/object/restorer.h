// Builds the tree of one artifact in a directory, as it is told of its entries.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "object/tree_files.h"
#include "object/tree_walk.h"

namespace cairn::object {

/// The root is made under a hidden name; publish() gives it its own. What was not published is removed with the object.
class Restorer : public TreeVisitor {
 public:
  /// Builds in `target`, a directory that must outlive this.
  Restorer(const engine::BlobSource& blobs, const base::File& target);
  ~Restorer() override;

  void file(const format::Entry& entry, const format::ContentRef& content) override;
  void symlink(const format::Entry& entry, const format::SymlinkTarget& link) override;
  void enter_directory(const format::Entry& entry) override;
  void leave_directory(const format::Entry& entry) override;

  /// Throws exists if there is a `name` in the target already.
  void publish(const std::string& name);

 private:
  struct OpenDirectory {
    FileIdentity parent;
    std::vector<format::Entry> links;  // made when the directory is left
  };

  const base::File& here() const { return inside_.is_open() ? inside_ : target_; }
  const std::string& name_of(const format::Entry& entry) const { return open_.empty() ? temporary_ : entry.name; }
  void write_content(const base::File& file, const format::ContentRef& content) const;
  void make_link(const std::string& name, const format::Entry& entry) const;

  const engine::BlobSource& blobs_;
  const base::File& target_;
  const std::string temporary_;
  base::File inside_;  // the directory being filled; closed while that is the target itself
  std::vector<OpenDirectory> open_;
  bool published_ = false;
};

}  // namespace cairn::object
