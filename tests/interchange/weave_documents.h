// Documents of Weave in and out of stores, and what is looked for in them.
#pragma once

#include <cairn/cairn.h>
#include <cairn/plain_json.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/python_json.h"
#include "store/stores.h"
#include "support/errors.h"

namespace cairn::test {

inline std::string weave_fixture(const std::string& name) {
  std::ifstream file(std::string(CAIRN_SOURCE_DIR) + "/tests/fixtures/weave/" + name, std::ios::binary);
  BOOST_REQUIRE(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Value parsed_json(std::string_view text) {
  return from_plain_json(text, {.allow_nonfinite = true});
}

/// JSON as Python writes it, keys in order.
inline std::string weave_json(const Value& value) {
  return interchange::python_json(value);
}

inline const Value& member(const Value& value, std::string_view key) {
  static const Value kNone;
  const Map* map = value.get_if<Map>();
  const Value* found = map == nullptr ? nullptr : map->find(key);
  return found == nullptr ? kNone : *found;
}

inline std::string text_member(const Value& value, std::string_view key) {
  const auto* text = member(value, key).get_if<std::string>();
  return text == nullptr ? std::string() : *text;
}

inline ImportReport import_weave(Store& store, const std::string& text, ImportOptions options = {}) {
  options.allow_nonfinite = true;
  std::istringstream in(text);
  return import_document(store, "weave", in, options);
}

inline std::string export_weave(const Store& store, const std::vector<Uuid>& nodes, const ExportOptions& options = {}) {
  std::ostringstream out;
  export_document(store, "weave", nodes, out, options);
  return out.str();
}

inline bool is_reported(const ImportReport& report, Outcome outcome, std::string_view place, std::string_view what = {}) {
  return std::ranges::any_of(report.items, [&](const ReportItem& item) {
    return item.outcome == outcome && item.place == place && item.what.find(what) != std::string::npos;
  });
}

inline Node weave_node(const Store& store, const std::string& id, const std::string& scope = "weave") {
  const auto node = store.find_node(Identity{scope, id});
  BOOST_REQUIRE_MESSAGE(node.has_value(), scope << ":" << id);
  return *node;
}

inline bool is_linked(const Store& store, const Node& source, const Node& target, LinkType type, std::string_view label) {
  return std::ranges::any_of(store.links(source.uuid), [&](const Link& link) {
    return link.source == source.uuid && link.target == target.uuid && link.type == type && link.label == label;
  });
}

/// What was imported comes out equal, comes in again as what is there, and nothing in the store is damaged.
inline void check_weave_comes_back(Store& store, const std::string& text, const ImportReport& report,
                                   const ImportOptions& options = {}) {
  const std::string back = export_weave(store, report.roots);
  BOOST_TEST((parsed_json(back) == parsed_json(text)), back);
  BOOST_TEST(import_weave(store, text, options).was_there);
  check_clean(store);
}

}  // namespace cairn::test
