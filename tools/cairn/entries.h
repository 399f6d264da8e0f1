// Entries of artifacts, as lines of a listing.
#pragma once

#include <cairn/artifact.h>

#include <CLI/App.hpp>

#include <map>
#include <string>
#include <vector>

#include "output.h"

namespace cairn::cli {

/// Mode, size, time and path of each.
void print_entries(const std::vector<ArtifactEntry>& entries, Output& out);

/// --attributes none|user|all.
void add_attributes_option(CLI::App& app, KeptAttributes& kept, const std::string& help);

}  // namespace cairn::cli
