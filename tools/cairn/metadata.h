// Entries of the metadata of checkpoints, as options.
#pragma once

#include <cairn/value.h>

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace cairn::cli {

/// --metadata KEY=VALUE and --metadata-json KEY=JSON, both repeatable, or with other names in place of "--metadata".
void add_metadata_options(CLI::App& app, std::vector<std::string>& texts, std::vector<std::string>& documents, const std::string& help,
                          const std::string& option = "--metadata");

/// The entries: texts, as `checkpoint --metadata` gives them, and any values. Throws UsageError for what is no assignment, and
/// bad_document or invalid_argument for what is no JSON.
Map parse_metadata(const std::vector<std::string>& texts, const std::vector<std::string>& documents,
                   const std::string& option = "--metadata");

}  // namespace cairn::cli
