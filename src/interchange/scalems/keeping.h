// How a SCALE-MS document is kept: a data node for it, for each type and for each element (of what is done, a calculation), and
// one for a result that is not an element itself.
//
// An element's node has as attributes "scalems", a map of its uid, type, label and shape as written, and "fields", a map of its
// other members; its content is its data, of numbers as an array. What two documents say of one uid is one node; the document
// that came second has in its own content what it says otherwise. That content lists the nodes in their order.
#pragma once

#include <cairn/bulk_load.h>
#include <cairn/store.h>

#include <string>

#include "interchange/scalems/document.h"

namespace cairn::interchange::scalems {

inline constexpr const char* kDocumentType = "scalems:Document";
inline constexpr const char* kTypeType = "scalems:Type";
inline constexpr const char* kResultType = "scalems:Result";
inline constexpr const char* kElementType = "scalems:Element";  ///< of an element whose own type is too long for a node

/// Scopes of unique ids.
inline constexpr const char* kScope = "scalems";               ///< uids
inline constexpr const char* kResultScope = "scalems-result";  ///< of the process that made it
inline constexpr const char* kTypeScope = "scalems-type";
inline constexpr const char* kDocumentScope = "scalems-document";

bool is_document(const Node& node);
bool is_type(const Node& node);
bool is_element(const Node& node);

/// The node of an element, without its unique id and, if it is a process, its state. Its data are put into the load.
NewNode element_node(const Element& element, BulkLoad& load);
/// The data of a process's own result; null if that is an element, or not known.
const Value* own_result(const Element& element);

/// The element that the node was made of. Throws damaged if there is a part missing.
Map record_of(const Store& store, const Node& node);
/// Its type, as Element::type.
std::string type_of(const Node& node, const Map& record);

/// What a type's node describes.
TypeDescription type_in(const Store& store, const Node& node);

/// How a document that says `record` of a node refers to it, if the node itself says `stored`.
Value entry_of(const Uuid& node, const Map& record, const Map& stored);

/// The content of a document's node.
Value content_of(const Frame& frame, List types, List entries);
/// The document that the node stands for.
Value stored_document(const Store& store, const Node& node);
/// The nodes of its types and of its elements, in its order.
struct StoredParts {
  Frame frame;
  std::vector<Uuid> types;
  std::vector<Value> entries;
};
StoredParts stored_parts(const Store& store, const Node& node);
Uuid node_of_entry(const Value& entry);

}  // namespace cairn::interchange::scalems
