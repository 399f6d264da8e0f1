#include "documents.h"

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include "damage.h"
#include "output.h"
#include "values.h"

namespace cairn::cli {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

template <class Items>
array texts(const Items& items) {
  array list;
  for (const std::string& item : items) list.push_back(value(json_text(item)));
  return list;
}

template <class Items>
array documents(const Items& items) {
  array list;
  for (const auto& item : items) list.push_back(document(item));
  return list;
}

template <class Ids>
object ids_by_name(const Ids& ids) {
  object names;
  for (const auto& [name, id] : ids) names.emplace(json_text(name), id.hex());
  return names;
}

std::string_view entry_name(EntryKind kind) {
  return kind == EntryKind::file ? "file" : kind == EntryKind::directory ? "directory" : "symlink";
}

// Bytes that need not be UTF-8: readable under `name`, exact in hexadecimal beside it if that lost something.
void put_bytes(object& document, const std::string& name, std::string_view bytes) {
  std::string text = json_text(bytes);
  if (text != bytes) {
    std::string digits;
    for (const char c : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
    document.emplace(name + "_hex", digits);
  }
  document.emplace(name, std::move(text));
}

}  // namespace

object document(const Checkpoint& checkpoint) {
  array unfinished;
  for (const auto& [node, state] : checkpoint.unfinished)
    unfinished.push_back({{"node", node.text()}, {"state", state_name(state)}});
  array skipped;
  for (const SkippedCheckpoint& one : checkpoint.skipped) skipped.push_back(document(one));
  return {{"id", checkpoint.id.hex()},
          {"run", json_text(checkpoint.run)},
          {"sequence", checkpoint.sequence},
          {"step", checkpoint.step},
          {"parent", checkpoint.parent ? value(checkpoint.parent->hex()) : value(nullptr)},
          {"time", format_time(checkpoint.time)},
          {"state", ids_by_name(checkpoint.state)},
          {"artifacts", ids_by_name(checkpoint.artifacts)},
          {"metadata", value_document(checkpoint.metadata)},
          {"tags", texts(checkpoint.tags)},
          {"unfinished", std::move(unfinished)},
          {"skipped", std::move(skipped)},
          {"bytes_new", checkpoint.bytes_new},
          {"bytes_shared", checkpoint.bytes_shared},
          {"damaged", checkpoint.damaged},
          {"purged", checkpoint.purged}};
}

object document(const SkippedCheckpoint& skipped) {
  return {{"id", skipped.id.hex()}, {"step", skipped.step}, {"reason", json_text(skipped.reason)}};
}

object document(const PendingWrite& write) {
  return {{"task", json_text(write.task)},
          {"index", write.index},
          {"channel", json_text(write.channel)},
          {"value", write.value.hex()},
          {"time", format_time(write.time)}};
}

object document(const UnfinishedNode& unfinished) {
  array inputs;
  for (const StepData& input : unfinished.inputs)
    inputs.push_back(object{{"label", json_text(input.label)}, {"node", input.node.text()}, {"content", input.content.hex()}});
  return {{"node", document(unfinished.node)}, {"inputs", std::move(inputs)}};
}

object document(const Receipt& receipt) {
  return {{"id", receipt.id.hex()},
          {"sequence", receipt.sequence},
          {"existed", receipt.existed},
          {"bytes_new", receipt.bytes_new},
          {"bytes_shared", receipt.bytes_shared}};
}

object document(const RunInfo& run) {
  return {{"name", json_text(run.name)},
          {"uuid", run.uuid.text()},
          {"created", format_time(run.created)},
          {"checkpoint_count", run.checkpoint_count},
          {"latest", run.latest ? value(document(*run.latest)) : value(nullptr)}};
}

object document(const PruneReport& report) {
  array kept, removed;
  for (const RetainedCheckpoint& checkpoint : report.kept)
    kept.push_back({{"id", checkpoint.id.hex()}, {"step", checkpoint.step}, {"rule", json_text(checkpoint.rule)}});
  for (const RemovedCheckpoint& checkpoint : report.removed)
    removed.push_back({{"id", checkpoint.id.hex()}, {"step", checkpoint.step}});
  return {{"kept", std::move(kept)}, {"removed", std::move(removed)}};
}

object document(const CollectReport& report) {
  array kept;
  for (const KeptBytes& one : report.kept)
    kept.push_back({{"kind", json_text(one.kind)}, {"name", json_text(one.name)}, {"bytes", one.bytes}});
  return {{"kept_count", report.kept_count},         {"kept_bytes", report.kept_bytes},       {"freed_count", report.freed_count},
          {"freed_bytes", report.freed_bytes},       {"returned_bytes", report.returned_bytes}, {"waiting_bytes", report.waiting_bytes},
          {"moved_bytes", report.moved_bytes},       {"complete", report.complete},           {"kept", std::move(kept)}};
}

object document(const CompactReport& report) {
  return {{"collected", document(report.collected)},
          {"disk_bytes_before", report.disk_bytes_before},
          {"disk_bytes_after", report.disk_bytes_after},
          {"complete", report.complete}};
}

object document(const BackupReport& report) {
  return {{"uuid", report.uuid.text()},
          {"moment", format_time(report.moment)},
          {"commits", report.commits},
          {"commits_new", report.commits_new},
          {"first", report.is_first},
          {"pack_count", report.pack_count},
          {"shared_bytes", report.shared_bytes},
          {"resumed_bytes", report.resumed_bytes},
          {"reflinked_bytes", report.reflinked_bytes},
          {"copied_bytes", report.copied_bytes},
          {"verified_count", report.verified_count},
          {"verified_bytes", report.verified_bytes},
          {"row_count", report.row_count},
          {"row_bytes", report.row_bytes},
          {"removed_bytes", report.removed_bytes}};
}

object document(const DeletedRun& deleted) {
  array kept;
  for (const auto& [id, runs] : deleted.kept) kept.push_back({{"id", id.hex()}, {"runs", texts(runs)}});
  return {{"removed_count", deleted.removed_count}, {"kept", std::move(kept)}};
}

object document(const Purged& purged) {
  return {{"kind", purged.kind},
          {"id", purged.digest.hex()},
          {"size_bytes", purged.size_bytes},
          {"time", format_time(purged.time)},
          {"reason", json_text(purged.reason)}};
}

object document(const PurgeReport& report) {
  array nodes, checkpoints;
  for (const Uuid& node : report.nodes) nodes.emplace_back(node.text());
  for (const CheckpointId& id : report.checkpoints) checkpoints.emplace_back(id.hex());
  return {{"purged", document(report.purged)}, {"nodes", std::move(nodes)}, {"checkpoints", std::move(checkpoints)}};
}

object document(const ForgetReport& report) {
  array nodes, checkpoints;
  for (const ForgottenNode& node : report.nodes)
    nodes.push_back(object{{"uuid", node.uuid.text()},
                           {"kind", kind_name(node.kind)},
                           {"type", json_text(node.type)},
                           {"label", json_text(node.label)},
                           {"rule", json_text(node.rule)}});
  for (const CheckpointId& id : report.checkpoints) checkpoints.emplace_back(id.hex());
  return {{"nodes", std::move(nodes)},
          {"link_count", report.link_count},
          {"runs", texts(report.runs)},
          {"checkpoints", std::move(checkpoints)}};
}

object document(const Node& node) {
  object content;
  if (const auto* id = std::get_if<ObjectId>(&node.content)) content = {{"kind", "object"}, {"id", id->hex()}};
  if (const auto* id = std::get_if<ArtifactId>(&node.content)) content = {{"kind", "artifact"}, {"id", id->hex()}};
  array unique_ids;
  for (const Identity& name : node.unique_ids)
    unique_ids.push_back(object{{"scope", json_text(name.scope)}, {"id", json_text(name.id)}});
  return {{"uuid", node.uuid.text()},
          {"kind", kind_name(node.kind)},
          {"state", state_name(node.state)},
          {"type", json_text(node.type)},
          {"label", json_text(node.label)},
          {"description", json_text(node.description)},
          {"run", node.run.empty() ? value(nullptr) : value(json_text(node.run))},
          {"created", format_time(node.created)},
          {"modified", format_time(node.modified)},
          {"exit_status", node.exit_status},
          {"exit_message", json_text(node.exit_message)},
          {"code_version", json_text(node.code_version)},
          {"attributes", value_document(node.attributes)},
          {"extras", value_document(node.extras)},
          {"tags", texts(node.tags)},
          {"unique_ids", std::move(unique_ids)},
          {"content", content.empty() ? value(nullptr) : value(std::move(content))},
          {"size_bytes", node.size_bytes}};
}

object document(const NodeTotal& total) {
  return {{"kind", kind_name(total.kind)},
          {"type", json_text(total.type)},
          {"state", state_name(total.state)},
          {"count", total.count},
          {"size_bytes", total.size_bytes},
          {"duration_nanoseconds", total.duration.count()}};
}

object document(const QueryPlan& plan) {
  return {{"source", json_text(plan.source)},
          {"entries_read", plan.entries_read},
          {"nodes_read", plan.nodes_read},
          {"nodes_found", plan.nodes_found}};
}

object document(const AttributeIndex& index) {
  return {{"path", json_text(index.path.text())}, {"state", index_state_name(index.state)}, {"entry_count", index.entry_count}};
}

object document(const Link& link) {
  return {{"source", link.source.text()},
          {"target", link.target.text()},
          {"type", link_name(link.type)},
          {"label", json_text(link.label)}};
}

object document(const Violation& violation) {
  object described = document(violation.link);
  described.emplace("rule", json_text(violation.rule));
  return described;
}

object document(const Group& group) {
  return {{"uuid", group.uuid.text()},
          {"name", json_text(group.name)},
          {"description", json_text(group.description)},
          {"created", format_time(group.created)},
          {"extras", value_document(group.extras)},
          {"node_count", group.node_count}};
}

object document(const Reached& reached) {
  object described = document(reached.node);
  described.emplace("depth", reached.depth);
  return described;
}

object document(const NodePaths& paths) {
  array list;
  for (const NodePath& path : paths.paths)
    list.push_back(object{{"length", path.links.size()}, {"nodes", documents(path.nodes)}, {"links", documents(path.links)}});
  return {{"paths", std::move(list)}, {"more", paths.more}};
}

object document(const CommonNode& common) {
  object described = document(common.node);
  described.emplace("depth", common.depth);
  described.emplace("nearest", common.nearest);
  return described;
}

object document(const ImpactTotal& total) {
  return {{"run", total.run.empty() ? value(nullptr) : value(json_text(total.run))},
          {"kind", kind_name(total.kind)},
          {"type", json_text(total.type)},
          {"count", total.count},
          {"size_bytes", total.size_bytes}};
}

object document(const Impact& impact) {
  return {{"affected_totals", documents(impact.affected_totals)},
          {"caller_totals", documents(impact.caller_totals)},
          {"affected", documents(impact.affected)},
          {"callers", documents(impact.callers)}};
}

object document(const Closure& closure) {
  array inputs, objects, artifacts, code;
  for (const Node& node : closure.inputs) inputs.push_back(value(node.uuid.text()));
  for (const ObjectId& id : closure.objects) objects.push_back(value(id.hex()));
  for (const ArtifactId& id : closure.artifacts) artifacts.push_back(value(id.hex()));
  for (const CodeUse& use : closure.code)
    code.push_back(object{{"type", json_text(use.type)}, {"code_version", json_text(use.code_version)}, {"node_count", use.node_count}});
  return {{"nodes", documents(closure.nodes)},
          {"inputs", std::move(inputs)},
          {"workflows", documents(closure.workflows)},
          {"objects", std::move(objects)},
          {"artifacts", std::move(artifacts)},
          {"size_bytes", closure.size_bytes},
          {"input_bytes", closure.input_bytes},
          {"code", std::move(code)}};
}

object document(const ArtifactEntry& entry) {
  object described{{"kind", entry_name(entry.kind)},
                   {"mode", fmt::format("{:04o}", entry.mode)},
                   {"modified", format_time(entry.modified)},
                   {"size_bytes", entry.size_bytes}};
  put_bytes(described, "path", entry.path);
  if (entry.kind == EntryKind::symlink) put_bytes(described, "link_target", entry.link_target);
  if (!entry.first_name.empty()) put_bytes(described, "first_name", entry.first_name);
  if (entry.owner) {
    described.emplace("user", entry.owner->first);
    described.emplace("group", entry.owner->second);
  }
  if (!entry.attributes.empty()) {
    array attributes;
    for (const auto& [name, value] : entry.attributes) {
      object attribute;
      put_bytes(attribute, "name", name);
      put_bytes(attribute, "value", value);
      attributes.push_back(std::move(attribute));
    }
    described.emplace("attributes", std::move(attributes));
  }
  return described;
}

object document(const ArtifactChange& change) {
  constexpr std::string_view kKinds[] = {"added", "removed", "changed"};
  object described{{"change", kKinds[static_cast<std::size_t>(change.kind)]},
                   {"bytes_added", change.bytes_added},
                   {"bytes_removed", change.bytes_removed}};
  put_bytes(described, "path", change.path);
  if (change.before) described.emplace("before", document(*change.before));
  if (change.after) described.emplace("after", document(*change.after));
  return described;
}

object document(const ArtifactReceipt& receipt) {
  return {{"id", receipt.id.hex()},
          {"node", receipt.node.text()},
          {"size_bytes", receipt.size_bytes},
          {"entry_count", receipt.entry_count},
          {"bytes_new", receipt.bytes_new},
          {"bytes_shared", receipt.bytes_shared},
          {"unread_count", receipt.unread_count},
          {"skipped", texts(receipt.skipped)}};
}

object document(const StoredType& type) {
  return {{"type", json_text(type.name)},
          {"version", type.is_class ? value(type.class_version) : value(nullptr)},
          {"count", type.count},
          {"bytes", type.bytes}};
}

object document(const StoreStats& stats) {
  object blobs, nodes;
  for (const auto& [kind, count] : stats.blobs)
    blobs.emplace(kind, object{{"count", count.count}, {"bytes", count.bytes}, {"stored_bytes", count.stored_bytes}});
  for (const auto& [kind, count] : stats.nodes) nodes.emplace(kind, count);
  return {{"uuid", stats.uuid.text()},
          {"format", stats.format},
          {"blobs", std::move(blobs)},
          {"run_count", stats.run_count},
          {"checkpoint_count", stats.checkpoint_count},
          {"nodes", std::move(nodes)},
          {"link_count", stats.link_count},
          {"logical_bytes", stats.logical_bytes},
          {"content_bytes", stats.content_bytes},
          {"disk_bytes", stats.disk_bytes},
          {"reserve_bytes", stats.reserve_bytes},
          {"collisions", stats.collisions}};
}

object document(const UsageTotal& total) {
  return {{"name", json_text(total.name)},
          {"count", total.count},
          {"logical_bytes", total.logical_bytes},
          {"stored_bytes", total.stored_bytes}};
}

object document(const StoreUsage& usage) {
  return {{"runs", documents(usage.runs)},
          {"types", documents(usage.types)},
          {"artifacts", documents(usage.artifacts)},
          {"garbage_bytes", usage.garbage_bytes}};
}

object document(const CheckpointGrowth& growth) {
  return {{"sequence", growth.sequence},
          {"step", growth.step},
          {"time", format_time(growth.time)},
          {"logical_bytes", growth.logical_bytes},
          {"new_bytes", growth.new_bytes}};
}

object document(const VerifyReport& report) {
  return {{"blob_count", report.blob_count},
          {"blobs_read", report.blobs_read},
          {"bytes_read", report.bytes_read},
          {"node_count", report.node_count},
          {"link_count", report.link_count},
          {"checkpoint_count", report.checkpoint_count},
          {"damage", damage_documents(new_damage(report.damage))},
          {"known_losses", damage_documents(known_losses(report.damage))}};
}

}  // namespace cairn::cli
