// The files of nodes as artifacts.
#pragma once

#include <cairn/bulk_load.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "interchange/aiida/repository.h"

namespace cairn::interchange::aiida {

/// Makes trees of the files of an archive, each tree once.
class FileTrees {
 public:
  FileTrees(const FileSpool& files, const std::filesystem::path& directory) : files_(files), directory_(directory) {}

  /// The tree that a checked repository_metadata says, all of whose files are there; none if it has no entries.
  std::optional<ArtifactId> add(const Value& metadata, BulkLoad& load);

 private:
  ArtifactId make(const Value& metadata, BulkLoad& load) const;

  const FileSpool& files_;
  const std::filesystem::path directory_;
  std::map<Sha256Digest, ArtifactId> known_;
  Sha256 hash_;
};

}  // namespace cairn::interchange::aiida
