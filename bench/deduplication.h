// What versions of the same data take in a repository, next to what they take elsewhere.
//
//   file   four versions of incompressible bytes: 100 bytes more at the front; a byte more there and 20 small edits;
//          an insertion in the middle of 1/256 of its size
//   tree   ten versions of a source tree, from headers of Boost: a version edits lines in 3% of the files, adds 0.3% and
//          removes 0.3%
//   array  twenty snapshots of numbers of which all bits are random, so that compression does not blur the comparison:
//          0.5% of them, in 50 runs, change from one to the next
//
// Bytes are those in the files of a repository. cairn / best: of those that compress alike; file and array do not
// compress, so there that is everyone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "peers.h"
#include "report.h"

namespace bench {

struct DedupSizes {
  std::uint64_t file_bytes = 0;
  std::uint64_t tree_files = 0;
  std::uint64_t array_bytes = 0;
};

void measure_deduplication(const std::vector<std::unique_ptr<Peer>>& peers, const std::filesystem::path& directory,
                           const DedupSizes& sizes, std::uint64_t seed, Report& report);

}  // namespace bench
