// A SCALE-MS document, taken apart and checked: its types and elements, each with its place.
//
//   workflow  {"version": "scalems_workflow_1", "types": {...}, "referents": [...]}; the code says "items" for "referents"
//   record    {"label", "identity", "type", "shape", "data"}, or another element alone
//   records   an array of such
//   store     scalems_context_metadata.json: {"instance", "files": {key: path}, "objects": {key: {...}}}
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "interchange/scalems/element.h"
#include "interchange/scalems/types.h"

namespace cairn::interchange::scalems {

enum class Form : std::uint8_t { workflow, record, records, store };

std::string_view form_name(Form form);
/// Throws internal for a name that form_name did not give.
Form parse_form(std::string_view name);

/// What a document says beside its types and elements.
struct Frame {
  Form form = Form::workflow;
  Map rest = {};  ///< members of the document
  /// That it has, also if they are empty: "types", "referents", "items", "files", "objects".
  std::vector<std::string> sections = {};

  bool has(std::string_view section) const;
};

/// The document of a frame with these types and elements, in their order.
Value assembled(const Frame& frame, const Map& types, const std::vector<Map>& records);

struct Document {
  Frame frame;
  std::deque<TypeDescription> types;  ///< where elements point to
  std::unordered_map<std::string_view, const TypeDescription*> types_by_name;
  std::vector<Element> elements;

  const TypeDescription* find_type(std::string_view name) const;
  Value json() const;
};

/// Takes a document apart, and looks where its references lead within it. What is not of the format throws
/// bad_document with its place, or with ImportOptions::partial is left out and reported.
Document take_apart(const Value& json, const ImportOptions& options, ImportReport& report);

}  // namespace cairn::interchange::scalems
