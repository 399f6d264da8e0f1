#include "store/new_node.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "format/artifact.h"
#include "format/unique_id.h"
#include "graph/node_check.h"
#include "object/references.h"
#include "store/embedded.h"
#include "store/step.h"
#include "store/store_state.h"

namespace cairn::store {

format::NodeRecord node_of_run(const format::RunRecord& run, engine::CellId cell) {
  format::NodeRecord node;
  node.uuid = run.uuid;
  node.kind = NodeKind::workflow;
  node.state = NodeState::running;
  node.type = "run";
  node.label = run.name;
  node.cell = cell;
  node.created = node.modified = run.created;
  return node;
}

std::vector<std::string> sorted_tags(std::vector<std::string> tags) {
  std::ranges::sort(tags);
  tags.erase(std::ranges::unique(tags).begin(), tags.end());
  return tags;
}

void add_unique_ids(const std::vector<Identity>& from, std::vector<Identity>& to) {
  for (const Identity& name : from) {
    graph::check_unique_id(name);
    const auto same = [&](const Identity& other) { return format::unique_key(other) == format::unique_key(name); };
    if (std::ranges::none_of(to, same)) to.push_back(name);
  }
  std::ranges::sort(to);
}

format::NodeRecord NewNodes::record_of(const NewNode& node) {
  format::NodeRecord record;
  record.uuid = node.uuid ? *node.uuid : Uuid::generate();
  record.kind = node.kind;
  record.state = node.state.value_or(node.kind == NodeKind::data ? NodeState::finished : NodeState::created);
  record.type = node.type;
  record.label = node.label;
  record.description = node.description;
  record.cell = run_.cell();
  record.created = node.created ? node.created->time_since_epoch().count() : base::now_nanoseconds();
  record.modified = record.created;
  record.exit_status = node.exit_status;
  record.exit_message = node.exit_message;
  record.code_version = node.code_version;
  record.attributes = encode_map("attributes", node.attributes);
  record.extras = encode_map("extras", node.extras);
  record.tags = sorted_tags(node.tags);
  add_unique_ids(node.unique_ids, record.unique_ids);
  graph::check_texts(record);
  if (record.kind == NodeKind::data && record.state != NodeState::finished)
    throw Error(ErrorCode::invalid_argument, fmt::format("add data {}: a data node is finished from birth", record.uuid.text()));
  record.content = node.content;
  record.size = hold_content(node.content);
  return record;
}

std::string NewNodes::encode_map(std::string_view what, const Value& value) {
  if (value.is<std::monostate>()) return {};
  return write_map(staging_, fmt::format("{} of a node", what), value);
}

// Keeps the content alive until the commit, and returns its size.
std::uint64_t NewNodes::hold_content(const Content& content) {
  if (std::holds_alternative<std::monostate>(content)) return 0;
  if (const auto known = sizes_.find(content_digest(content)); known != sizes_.end()) return known->second;
  const bool is_object = std::holds_alternative<ObjectId>(content);
  require_unpurged(*run_.store().engine().view(), is_object ? format::BlobKind::object : format::BlobKind::artifact,
                   content_digest(content));
  if (const auto* artifact = std::get_if<ArtifactId>(&content)) {
    object::hold(staging_, {format::BlobKind::artifact, artifact->digest});
    return format::decode_artifact(staging_.read(format::BlobKind::artifact, artifact->digest)).size;
  }
  const Digest& object = std::get<ObjectId>(content).digest;
  object::hold(staging_, {format::BlobKind::object, object});
  return run_.store().engine().view()->find_blob(object)->size;
}

}  // namespace cairn::store
