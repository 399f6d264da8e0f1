// How a document of Weave is kept: its rows are nodes, and a node of type weave:Document refers to them, and has in its content
// the order of the rows, how they were written, and what differs in them from what the nodes say.
#pragma once

#include <cairn/store.h>

#include <string>
#include <vector>

#include "interchange/weave/document.h"

namespace cairn::interchange::weave {

inline constexpr const char* kDocumentType = "weave:Document";
inline constexpr const char* kDocumentScope = "weave-document";
/// Of a node that stands for what is only named.
inline constexpr const char* kReferenceType = "weave:Reference";

bool is_document(const Node& node);

/// The members of the row that a new node of it will say.
Map said_by_new(const Row& row);
/// The row that the node stands for, as far as it says it.
Row stored_row(const Store& store, const Node& node, RowKind kind);

/// A node, the kind of row that it stands for, and what it says of a row.
struct Said {
  Uuid node;
  RowKind kind;
  Map fields;
};

/// The row as a document keeps it, with the entries of the rows within it.
Value entry_of(const Row& row, const Said& said, List rows);
/// The names of members that are not as `said`.
std::vector<std::string> differing(const Row& row, const Map& said);

/// The content of the node of a document. `entries` are in the order of its rows.
Value kept_document(const Document& document, const List& entries);
/// The document that the node stands for.
Document stored_document(const Store& store, const Node& node);

}  // namespace cairn::interchange::weave
