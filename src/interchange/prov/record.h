// Nodes and links as records of PROV-JSON, and back.
//
// A node that came from a document has the attributes of its record as its own, beside an attribute "prov" that says under which
// name, in which section and with which prefixes it was described. Any other node is described by attributes in the namespace
// urn:cairn:, whose names are those of nodes of a store: cairn:<UUID>.
#pragma once

#include <cairn/node.h>
#include <cairn/transaction.h>

#include <optional>
#include <string>
#include <string_view>

#include "interchange/prov/names.h"

namespace cairn::interchange::prov {

/// A record of an entity, activity or agent, with its name and the prefixes that hold in both.
struct Description {
  std::string section;  ///< empty: it is only named
  std::string name;
  Prefixes prefixes;
  Map record;
};

/// As it was imported; empty for any other node.
std::optional<Description> imported_description(const Node& node);
/// From what the store knows of it.
Description native_description(const Node& node);

/// The attributes of a new node that is described so; empty if the record has an attribute called "prov" itself.
std::optional<Map> attributes_of(const Description& description);
/// For a node that is only named.
Map attributes_of_name(const std::string& name, const Prefixes& prefixes);

/// The UUID in the URI of a name that native_description gave.
std::optional<Uuid> native_uuid(std::string_view uri);
/// Makes a new node what native_description said of it. False if that is not whole, and the node is then as it was.
bool read_native(const Description& description, NewNode& node);

/// The first text of an attribute that may have several, or be a literal.
std::optional<std::string> first_text(const Map& record, std::string_view attribute);

/// A relation of two nodes: which section says it, and its record but for the names of its parties.
struct LinkRecord {
  std::string_view section;
  std::string_view subject, object;  ///< attributes
  bool source_is_subject = false;
  Map record;
};

/// `is_native`: with the link's type and label, since an end of it is no imported node.
LinkRecord link_record(const Link& link, bool is_native);
/// Of a process that took over what another one gave.
LinkRecord reuse_record(const Link& link);

/// What both say of a link in `record`, whose names are expanded.
std::optional<std::pair<LinkType, std::string>> native_link(const Map& record);

}  // namespace cairn::interchange::prov
