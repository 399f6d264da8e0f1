// A GEMD document in and out of a store, beside reading its JSON alone.
//
//   parse    the document's text as a value
//   import   into an empty store
//   again    into a store that has it: nothing is written
//   export   out of it
//
// In memory and on disk, where an import is one synced commit.
#pragma once

#include <filesystem>

#include "report.h"

namespace bench {

/// One round.
void measure_gemd(const std::filesystem::path& directory, const std::filesystem::path& document, Report& report);

}  // namespace bench
