// Walks over the stored manifests of one artifact, within limits, whatever they contain.
#pragma once

#include <cairn/digest.h>

#include <string_view>

#include "engine/engine.h"
#include "format/artifact.h"

namespace cairn::object {

/// Told of every entry, in order of names; what is in a directory between entering and leaving it.
class TreeVisitor {
 public:
  virtual ~TreeVisitor() = default;
  virtual void file(const format::Entry& entry, const format::ContentRef& content) = 0;
  virtual void symlink(const format::Entry& entry, const format::SymlinkTarget& link) = 0;
  virtual void enter_directory(const format::Entry& entry) = 0;
  virtual void leave_directory(const format::Entry& entry) = 0;
};

/// Reads a manifest. Throws not_found, and damaged if the blob is no artifact.
format::Artifact read_artifact(const engine::BlobSource& blobs, const ArtifactId& id);

/// Visits the root and all below it. Throws damaged as soon as there are more entries or bytes than the artifact says,
/// and at the end if there were fewer, so that a tree that repeats itself costs no more than it admits; limit beyond
/// kTreeDepthMost or kTreeEntriesMost. Memory: one directory a level.
void walk_tree(const engine::BlobSource& blobs, const format::Artifact& artifact, TreeVisitor& visitor);

/// As walk_tree for one entry of it and all below that, of which there may be fewer.
void walk_part(const engine::BlobSource& blobs, const format::Artifact& artifact, const format::Entry& part,
               TreeVisitor& visitor);

/// The entry at `path`, names with '/' between them, below the root; the root itself if it is empty. Throws
/// not_found, naming what is there, and invalid_argument if it is no path. Cost: one directory a part.
format::Entry find_entry(const engine::BlobSource& blobs, const format::Artifact& artifact, std::string_view path);

}  // namespace cairn::object
