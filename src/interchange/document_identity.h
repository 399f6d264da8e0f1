// How a document that came in is known again.
#pragma once

#include <cairn/node.h>

#include <span>
#include <string>
#include <string_view>

namespace cairn::interchange {

/// The unique id of the node that stands for a document which says this, in the scope of its format. Equal for equal texts; a
/// clash is possible, so who finds a node by it compares the documents.
Identity document_identity(std::string_view scope, std::span<const std::string> meaning);

}  // namespace cairn::interchange
