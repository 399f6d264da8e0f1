// How a document of Airflow's serialization is kept: a data node for its value, shared by all documents that mean it, and one
// for the document, which refers to that and holds what the value does not say.
#pragma once

#include <cairn/store.h>

#include <optional>

namespace cairn::interchange::airflow {

inline constexpr const char* kDocumentType = "airflow:Document";
inline constexpr const char* kValueType = "airflow:Value";
inline constexpr const char* kDocumentScope = "airflow-document";
inline constexpr const char* kValueScope = "airflow-value";  ///< the id is that of the object
inline constexpr const char* kValueLabel = "value";

/// What a document node holds: "forms" (see decoder.h), and "changes" and "removed" (see changes.h). Nothing if it is none.
std::optional<Map> document_content(const Store& store, const Node& node);

/// The value of a document node, or of a node whose content is one. Throws unstorable for a node without a value.
Value node_value(const Store& store, const Node& node);

/// The document that a node stands for (see wire.h). Throws unstorable as Encoder::encode. Puts what a reader may take
/// otherwise into `altered`, if that is not null.
Value node_wire(const Store& store, const Node& node, std::vector<std::pair<std::string, std::string>>* altered = nullptr);

}  // namespace cairn::interchange::airflow
