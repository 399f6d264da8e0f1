// Options that questions about the graph share: where to start, which links, through which nodes.
#pragma once

#include <cairn/lineage.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace cairn::cli {

/// --links, with the names that it begins with.
void add_links_option(CLI::App& app, std::vector<std::string>& names);
/// Throws UsageError for a name that is no type of link.
LinkTypes parse_link_types(const std::vector<std::string>& names);

/// An option that takes a filter.
void add_filter_option(CLI::App& app, const std::string& option, std::string& text, const std::string& help);
/// Throws UsageError that shows where the text is no filter.
Filter parse_filter(const std::string& text);

/// The node itself, or every node that holds the object or artifact. Throws as resolve(), and not_found if no node holds it.
std::vector<Uuid> find_nodes(const Store& store, const std::string& id);
/// Those of all ids, each once.
std::vector<Uuid> find_nodes(const Store& store, const std::vector<std::string>& ids);

}  // namespace cairn::cli
