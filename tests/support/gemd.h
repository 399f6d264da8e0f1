// What the tests of GEMD documents have in common.
#pragma once

#include <cairn/cairn.h>
#include <cairn/plain_json.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::test {

class GemdDocuments {
 public:
  static ImportReport take(Store& store, const std::string& text, const ImportOptions& options = {}) {
    std::istringstream in(text);
    return import_document(store, "gemd", in, options);
  }

  static std::string give(const Store& store, const std::vector<Uuid>& nodes,
                          const ExportOptions& options = {}) {
    std::ostringstream out;
    export_document(store, "gemd", nodes, out, options);
    return out.str();
  }

  static std::string fixture(std::string_view name) {
    std::ifstream file(std::filesystem::path(CAIRN_SOURCE_DIR) / "tests/fixtures/gemd" / name,
                       std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file.good(), name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static Value parse(const std::string& text) {
    return from_plain_json(text, {.allow_nonfinite = true, .depth_max = kPlainJsonDepthLimit});
  }

  /// What comes out must be equal to the text, and is known when it comes in again.
  static void check_comes_back(Store& store, const std::string& text, const ImportReport& report) {
    const std::string back = give(store, report.roots);
    BOOST_TEST((parse(back) == parse(text)), back);
    const std::size_t nodes = store.query({}).nodes.size();
    BOOST_TEST(take(store, text, {.allow_nonfinite = true}).was_there);
    BOOST_TEST(store.query({}).nodes.size() == nodes);
  }

  static Node node_of(const Store& store, const std::string& scope, const std::string& id) {
    const auto node = store.find_node(Identity{"gemd:" + scope, id});
    BOOST_REQUIRE_MESSAGE(node.has_value(), scope + ":" + id);
    return *node;
  }

  static bool has_link(const Store& store, const Node& source, const Node& target, LinkType type,
                       std::string_view label) {
    return std::ranges::any_of(store.links(source.uuid), [&](const Link& link) {
      return link == Link{source.uuid, target.uuid, type, std::string(label)};
    });
  }

  static bool has_item(const ImportReport& report, Outcome outcome, std::string_view place,
                       std::string_view what = {}) {
    return std::ranges::any_of(report.items, [&](const ReportItem& item) {
      return item.outcome == outcome && item.place == place && item.what.find(what) != std::string::npos;
    });
  }
};

}  // namespace cairn::test
