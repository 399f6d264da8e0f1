#include "graph/index_entries.h"

#include <algorithm>

namespace cairn::graph {

namespace index = format::index;

std::vector<std::string> node_index_keys(NodeId id, const format::NodeRecord& record) {
  std::vector<std::string> keys;
  if (const auto* object = std::get_if<ObjectId>(&record.content))
    keys.push_back(index::content(object->digest, id));
  if (const auto* artifact = std::get_if<ArtifactId>(&record.content))
    keys.push_back(index::content(artifact->digest, id));
  keys.push_back(index::type(record.type, id));
  if (is_state_indexed(record.kind))
    keys.push_back(index::state(static_cast<std::uint8_t>(record.state), id));
  for (const std::string& tag : record.tags) keys.push_back(index::tag(tag, id));
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::string backlink_key(NodeId holder, const format::PackedLink& link) {
  return index::backlink({.far = link.other,
                          .code = format::link_code(link.type, link.outgoing),
                          .label = link.label,
                          .holder = holder});
}

}  // namespace cairn::graph
