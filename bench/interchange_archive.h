// Archives of AiiDA (main_0001) into a store and out of it, beside SQLite's copy of the same rows.
//
// Of four nodes three are data and one is the calculation that created them; it has eight inputs of what was there before, and
// a workflow, one for 1000 calculations, that called it: three links a node. Every fourth of the data has a file.
//
//   import   the archive from a file into a new store on disk, durable
//   export   the same archive out of that store into a file
//   copy     what import is compared to: the database out of the zip, and its nodes and links from one SQLite database into
//            another, in one transaction, with the indexes of AiiDA, synchronous=FULL
//
// Archives of a quarter, half and all of the nodes are measured in turns; "growth" is what four times the nodes take, so 4 is
// linear.
#pragma once

#include <cstdint>
#include <filesystem>

#include "report.h"

namespace bench {

/// One round. `nodes`: of the largest archive.
void measure_archives(const std::filesystem::path& directory, std::uint64_t nodes, Report& report);

}  // namespace bench
