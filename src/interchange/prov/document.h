// A PROV-JSON document, taken apart and checked: its statements, each with its place.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/prov/names.h"
#include "interchange/prov/terms.h"

namespace cairn::interchange::prov {

/// One record of a section.
struct Statement {
  std::string_view section;               ///< a term, which lives for ever
  const ElementTerm* element = nullptr;   ///< one of the two
  const RelationTerm* relation = nullptr;
  std::size_t container = 0;
  std::string name;   ///< its key, as written
  Map record;         ///< its attributes
  std::string place;
};

/// The document itself, or a bundle of it.
struct Container {
  std::string name = {};    ///< of a bundle
  Prefixes prefixes = {};   ///< its own, and those of the document
  Map prefix_section = {};  ///< as written
  bool has_prefix_section = false;
  std::vector<std::string> empty_sections = {};
  std::string place = {};
};

struct Document {
  std::vector<Container> containers;   ///< the document itself first
  std::vector<Statement> statements;   ///< by container, in the order of keys

  const Prefixes& prefixes_of(const Statement& statement) const { return containers[statement.container].prefixes; }
};

/// Takes a document apart. What is not of the format throws bad_document with its place, or with ImportOptions::partial is
/// left out and reported.
Document take_apart(const Value& json, const ImportOptions& options, ImportReport& report);

/// What the document says: equal for documents that mean the same, whatever their prefixes are called. A text for each
/// statement, in order.
std::vector<std::string> meaning_of(const Document& document);

}  // namespace cairn::interchange::prov
