// How a GEMD document is kept: a data node for it, with references to the nodes of its objects, whose content
// says what stands where in it. The content is a map of
//
//   document   the document, with null where its parts are
//   parts      lists, in an order in which each part comes after the one that it is in:
//                [number of that: 0 for the document, JSON pointer to it in that]                 left out
//                [..., ..., UUID of its node]                                                     an object
//                [..., ..., UUID of its node, [[JSON pointer, value, or without one] ...]]        an object,
//                with what it writes
//                                                                                                 in another
//                                                                                                 way than
//                                                                                                 its node
//                                                                                                 has it
//                [..., ..., null, value]                                                          anything
//                else
#pragma once

#include <cairn/store.h>

#include <functional>
#include <span>
#include <string>

#include "interchange/gemd/document.h"

namespace cairn::interchange::gemd {

inline constexpr const char* kDocumentType = "gemd:Document";
inline constexpr const char* kDocumentScope = "gemd-document";

bool is_document(const Node& node);

/// The content of the node that stands for a document. `nodes`: for each entity its node.
Value content_of(Document& document, std::span<const Uuid> nodes);

/// An object as its document has it: with its type, and with what is kept as text as it was.
using RecordOf = std::function<Map(const Uuid& node)>;

/// The document that the content stands for.
Value document_of(const Value& content, const RecordOf& record_of);
Value stored_document(const Store& store, const Node& node);

/// The record of an object whose attributes these are.
Map record_of(std::string_view type, const Map& attributes);
/// With what was kept as text as it was.
Value expanded(const Value& value);

/// The unique id of the node of a document. Equal for documents that are equal.
Identity identity_of_document(const Value& json);

}  // namespace cairn::interchange::gemd
