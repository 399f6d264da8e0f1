// What bundles hold and what became of them, as JSON and as text; and what the verbs that choose share.
#pragma once

#include <cairn/bundle.h>
#include <cairn/store.h>

#include <boost/json/object.hpp>

#include <CLI/App.hpp>

#include <string>
#include <vector>

#include "exit_status.h"
#include "output.h"

namespace cairn::cli {

boost::json::object document(const BundleReport& report);
boost::json::object document(const MergeReport& report);
void print(const BundleReport& report, Output& out);
void print(const MergeReport& report, bool dry_run, Output& out);

/// What to take: runs, checkpoints and nodes by what a user calls them.
struct SelectionOptions {
  std::vector<std::string> ids;
  bool everything = false, no_ancestors = false;
};
void add_selection_options(CLI::App& app, SelectionOptions& options);
/// Throws UsageError if nothing is chosen, and as resolve().
BundleSelection selection_of(const Store& store, const SelectionOptions& options);

/// How to take it in.
struct MergeVerbOptions {
  std::vector<std::string> renames;
  std::string prefix;
  bool dry_run = false;
};
void add_merge_options(CLI::App& app, MergeVerbOptions& options);
/// Throws UsageError.
MergeOptions merge_options(const MergeVerbOptions& options);
/// Prints the report, in the form that is asked for.
ExitStatus finish_merge(const MergeReport& report, bool dry_run, bool json, Output& out);

}  // namespace cairn::cli
