#include "interchange/airflow/keeping.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "interchange/airflow/changes.h"
#include "interchange/airflow/encoder.h"

namespace cairn::interchange::airflow {

std::optional<Map> document_content(const Store& store, const Node& node) {
  if (node.type != kDocumentType) return std::nullopt;
  const auto* content = std::get_if<ObjectId>(&node.content);
  if (content == nullptr) return Map();
  const Value value = store.get_value(*content);
  const Map* map = value.get_if<Map>();
  return map == nullptr ? std::nullopt : std::optional(*map);
}

Value node_value(const Store& store, const Node& node) {
  if (node.type == kDocumentType)
    for (const Link& link : store.links(node.uuid))
      if (link.source == node.uuid && link.label == kValueLabel) return node_value(store, store.get_node(link.target));
  const auto* content = std::get_if<ObjectId>(&node.content);
  if (content == nullptr)
    throw Error(ErrorCode::unstorable, fmt::format("node {}: it has no value to write", node.uuid.text()));
  return store.get_value(*content, {.load_arrays = true});
}

Value node_wire(const Store& store, const Node& node, std::vector<std::pair<std::string, std::string>>* altered) {
  const Map content = document_content(store, node).value_or(Map());
  const Value* forms = content.find("forms");
  const Map known = forms == nullptr ? Map() : *forms->get_if<Map>();
  Encoder encoder(known);
  const Value wire = encoder.encode(node_value(store, node));
  if (altered != nullptr && node.type != kDocumentType) *altered = encoder.altered();
  return changed(wire, content);
}

}  // namespace cairn::interchange::airflow
