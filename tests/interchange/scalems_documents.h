// SCALE-MS documents as tests write and compare them.
#pragma once

#include <cairn/cairn.h>
#include <cairn/plain_json.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/json_writer.h"
#include "store/stores.h"
#include "support/errors.h"

namespace cairn::test::scalems {

/// A uid of 64 digits that ends with the number.
inline std::string uid(unsigned number) {
  std::string digits = std::to_string(number);
  return std::string(64 - digits.size(), '0') + digits;
}

/// A workflow document. What is in apostrophes here is in quotes there, and $1 to $9 are the uids of these numbers.
inline std::string json_of(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$')
      out += uid(static_cast<unsigned>(text[++i] - '0'));
    else
      out += text[i] == '\'' ? '"' : text[i];
  }
  return out;
}

inline std::string workflow(std::string_view referents, std::string_view types = "") {
  return json_of("{'version': 'scalems_workflow_1', 'types': {" + std::string(types) + "}, 'referents': [" +
                 std::string(referents) + "]}");
}

/// A record as the code of SCALE-MS writes it, with one member changed, or taken out if the value is empty.
inline std::string record_with(std::string_view member, std::string_view value) {
  const Value record = from_plain_json(
      json_of("{'label': 'spam', 'identity': '00000000000000000000000000000000', 'type': ['test', 'Spam'], 'shape': [2],"
              " 'data': ['spam', 'eggs']}"));
  Map changed;
  for (const MapEntry& entry : *record.get_if<Map>())
    if (entry.key != Value(member)) changed.put(entry.key, entry.value);
  if (!value.empty()) changed.put(member, from_plain_json(json_of(value), {.allow_nonfinite = true}));
  return interchange::json_line(changed, interchange::Nonfinite::bare);
}

inline std::string a_record() { return record_with("label", "'spam'"); }

inline ImportReport import_text(Store& store, const std::string& text, ImportOptions options = {}) {
  options.allow_nonfinite = true;
  std::istringstream in(text);
  return import_document(store, "scalems", in, options);
}

inline std::string exported(const Store& store, const std::vector<Uuid>& nodes, const ExportOptions& options = {}) {
  std::ostringstream out;
  export_document(store, "scalems", nodes, out, options);
  return out.str();
}

inline Value parsed(const std::string& text) { return from_plain_json(text, {.allow_nonfinite = true}); }

/// What comes out is equal to what came in, also from a store that the export went to; and nothing is written again.
inline void check_comes_back(Store& store, const std::string& text, const ImportReport& report) {
  const std::string back = exported(store, report.roots);
  BOOST_TEST((parsed(back) == parsed(text)), back);
  const ImportReport again = import_text(store, text);
  BOOST_TEST((again.was_there && again.roots == report.roots));
  check_clean(store);
}

inline ImportReport check_round_trip(Store& store, const std::string& text, const ImportOptions& options = {}) {
  const ImportReport report = import_text(store, text, options);
  check_comes_back(store, text, report);
  return report;
}

inline Node node_of(const Store& store, const std::string& id, const char* scope = "scalems") {
  const auto node = store.find_node(Identity{scope, id});
  BOOST_REQUIRE_MESSAGE(node.has_value(), id);
  return *node;
}
inline Node node_of(const Store& store, unsigned number, const char* scope = "scalems") {
  return node_of(store, uid(number), scope);
}

inline Node node_labelled(const Store& store, std::string_view label) {
  const std::vector<Node> nodes = nodes_of(store);
  const auto found = std::ranges::find(nodes, label, &Node::label);
  BOOST_REQUIRE_MESSAGE(found != nodes.end(), label);
  return *found;
}

inline bool has_link(const Store& store, const Node& source, const Node& target, LinkType type, std::string_view label) {
  return std::ranges::any_of(store.links(source.uuid), [&](const Link& link) {
    return link.source == source.uuid && link.target == target.uuid && link.type == type && link.label == label;
  });
}

inline bool has_item(const ImportReport& report, Outcome outcome, std::string_view place, std::string_view what = {}) {
  return std::ranges::any_of(report.items, [&](const ReportItem& item) {
    return item.outcome == outcome && item.place == place && item.what.find(what) != std::string::npos;
  });
}

/// Import throws that, with this text in its message, and nothing is in the store.
inline void check_refused(const std::string& text, const std::string& what, ErrorCode code = ErrorCode::bad_document) {
  Store store = Store::in_memory();
  BOOST_CHECK_EXCEPTION(import_text(store, text), Error, has_code(code, what));
  BOOST_TEST(store.count(Filter()) == 0u);
}

inline std::string fixture(const std::string& name) {
  std::ifstream file(std::string(CAIRN_SOURCE_DIR) + "/tests/fixtures/scalems/" + name, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(file.is_open(), name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace cairn::test::scalems
