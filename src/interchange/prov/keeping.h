// How a PROV-JSON document is kept: a data node for it and one for each bundle, whose contents are the statements that nodes and
// links do not say, and references from them, labelled with their sections, to the nodes that they describe.
#pragma once

#include <cairn/store.h>

namespace cairn::interchange::prov {

inline constexpr const char* kDocumentType = "prov:Document";
inline constexpr const char* kBundleType = "prov:Bundle";
inline constexpr const char* kDocumentScope = "prov-document";

bool is_document(const Node& node);

/// The document that the node stands for.
Value stored_document(const Store& store, const Node& node);

}  // namespace cairn::interchange::prov
