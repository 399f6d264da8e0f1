#include "format/records.h"

#include <algorithm>
#include <functional>

#include "format/wire.h"

namespace cairn::format {

namespace {

constexpr std::string_view kNode = "node record";
constexpr std::string_view kRun = "run record";
constexpr std::string_view kCheckpoint = "checkpoint row";
constexpr std::string_view kPendingWrite = "pending write record";
constexpr std::string_view kStep = "step record";
constexpr std::string_view kGroup = "group record";
constexpr std::string_view kAttributeIndex = "attribute index record";

template <class Root>
std::string canonical_row(Root&& root, std::string_view what) {
  return std::string(base::as_text(canonical_bytes(root, what)));
}

// Empty text and data stay unset, so that equal records have equal bytes.
template <class Set>
void set_text(const std::string& text, Set&& set) {
  if (!text.empty()) set(as_wire_text(text));
}

std::string get_text(capnp::Text::Reader text) {
  return std::string(text_view(text));
}

// An enumeration read from a row: its numbers run from 1 to `last`.
template <class Enum>
Enum get_enum(std::uint8_t number, Enum last, std::string_view what, std::string_view field) {
  if (number < 1 || number > static_cast<std::uint8_t>(last)) throw_damaged(what, field);
  return static_cast<Enum>(number);
}

void set_content(wire::NodeRecord::Content::Builder wire, const Content& content) {
  if (const auto* object = std::get_if<ObjectId>(&content)) set_digest(wire.initObject(), object->digest);
  if (const auto* artifact = std::get_if<ArtifactId>(&content))
    set_digest(wire.initArtifact(), artifact->digest);
}

Content get_content(wire::NodeRecord::Content::Reader wire) {
  switch (wire.which()) {
    case wire::NodeRecord::Content::NONE:
      return {};
    case wire::NodeRecord::Content::OBJECT:
      return ObjectId{get_digest(wire.getObject())};
    case wire::NodeRecord::Content::ARTIFACT:
      return ArtifactId{get_digest(wire.getArtifact())};
  }
  throw_damaged(kNode, "content of an unknown form");
}

void set_tags(wire::NodeRecord::Builder wire, const std::vector<std::string>& tags) {
  if (tags.empty()) return;
  auto list = wire.initTags(static_cast<unsigned>(tags.size()));
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, as_wire_text(tags[i]));
}

void set_unique_ids(wire::NodeRecord::Builder wire, const std::vector<Identity>& ids) {
  if (ids.empty()) return;
  auto list = wire.initUniqueIds(static_cast<unsigned>(ids.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    set_text(ids[i].scope, [&](auto text) { list[i].setScope(text); });
    set_text(ids[i].id, [&](auto text) { list[i].setId(text); });
  }
}

// What is to be in order and there once.
template <class T>
void check_ascending(const std::vector<T>& items, std::string_view problem) {
  if (std::ranges::adjacent_find(items, std::greater_equal()) != items.end()) throw_damaged(kNode, problem);
}

NodeRecord read_node(wire::NodeRecord::Reader wire) {
  NodeRecord node;
  node.uuid = get_uuid(wire.getUuid());
  node.kind = get_enum(wire.getKind(), NodeKind::workflow, kNode, "a kind that does not exist");
  node.state = get_enum(wire.getState(), NodeState::killed, kNode, "a state that does not exist");
  node.type = get_text(wire.getType());
  node.label = get_text(wire.getLabel());
  node.description = get_text(wire.getDescription());
  node.cell = wire.getCell();
  node.created = wire.getCreated();
  node.modified = wire.getModified();
  node.exit_status = wire.getExitStatus();
  node.exit_message = get_text(wire.getExitMessage());
  node.code_version = get_text(wire.getCodeVersion());
  node.attributes = std::string(data_view(wire.getAttributes()));
  node.content = get_content(wire.getContent());
  node.size = wire.getSize();
  node.extras = std::string(data_view(wire.getExtras()));
  for (const auto tag : wire.getTags()) node.tags.push_back(get_text(tag));
  check_ascending(node.tags, "tags that are not in order");
  for (const auto id : wire.getUniqueIds()) node.unique_ids.push_back({get_text(id.getScope()), get_text(id.getId())});
  check_ascending(node.unique_ids, "unique ids that are not in order");
  return node;
}

GroupRecord read_group(wire::GroupRecord::Reader wire) {
  GroupRecord group;
  group.uuid = get_uuid(wire.getUuid());
  group.name = get_text(wire.getName());
  group.description = get_text(wire.getDescription());
  group.created = wire.getCreated();
  group.extras = std::string(data_view(wire.getExtras()));
  return group;
}

AttributeIndexRecord read_attribute_index(wire::AttributeIndexRecord::Reader wire) {
  const IndexState state = get_enum(wire.getState(), IndexState::dropping, kAttributeIndex, "a state that does not exist");
  return {get_text(wire.getPath()), state, wire.getNext()};
}

RunRecord read_run(wire::RunRecord::Reader wire) {
  RunRecord run;
  run.uuid = get_uuid(wire.getUuid());
  run.name = get_text(wire.getName());
  run.workflow = wire.getWorkflow();
  run.created = wire.getCreated();
  run.head = wire.getHead();
  run.node_next = wire.getNodeNext();
  run.node_end = wire.getNodeEnd();
  run.node_block = wire.getNodeBlock();
  run.steps_indexed = wire.getStepsIndexed();
  run.forked_from = wire.getForkedFrom();
  run.forked_at = wire.getForkedAt();
  run.deleted = wire.getDeleted();
  run.step_keys_indexed = wire.getStepKeysIndexed();
  run.forked_count = wire.getForkedCount();
  run.forked_writes = wire.getForkedWrites();
  run.writes = wire.getWrites();
  run.removed = wire.getRemoved();
  return run;
}

CheckpointRow read_checkpoint(wire::CheckpointRow::Reader wire) {
  return {CheckpointId{get_digest(wire.getId())}, wire.getStep(), wire.getTime(),
          get_digest(wire.getContent())};
}

PendingWriteRecord read_pending_write(wire::PendingWriteRecord::Reader wire) {
  return {get_text(wire.getChannel()), ObjectId{get_digest(wire.getObject())}, wire.getTime(), wire.getNumber()};
}

void set_inputs(wire::StepRecord::Builder wire, const std::vector<StepRecord::Input>& inputs) {
  if (inputs.empty()) return;
  auto list = wire.initInputs(static_cast<unsigned>(inputs.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    set_text(inputs[i].label, [&](auto text) { list[i].setLabel(text); });
    set_digest(list[i].initContent(), inputs[i].content);
    list[i].setNode(inputs[i].node);
  }
}

std::string get_component(capnp::Data::Reader component) {
  if (component.size() > kStepComponentBytesMax)
    throw_damaged(kStep, "parameters or an environment that are too large");
  return std::string(data_view(component));
}

StepRecord read_step(wire::StepRecord::Reader wire) {
  StepRecord step;
  step.name = get_text(wire.getName());
  step.code_version = get_text(wire.getCodeVersion());
  for (const auto input : wire.getInputs())
    step.inputs.push_back({get_text(input.getLabel()), get_digest(input.getContent()), input.getNode()});
  step.process = wire.getProcess();
  step.result = wire.getResult();
  step.time = wire.getTime();
  step.duration = wire.getDuration();
  step.result_content = get_digest(wire.getResultContent());
  step.parameters = get_component(wire.getParameters());
  step.environment = get_component(wire.getEnvironment());
  step.position = wire.getPosition();
  step.reused_from = get_uuid(wire.getReusedFrom());
  return step;
}

}  // namespace

std::string encode_node(const NodeRecord& node) {
  capnp::MallocMessageBuilder message(64);
  auto wire = message.initRoot<wire::NodeRecord>();
  set_uuid(wire.initUuid(), node.uuid);
  wire.setKind(static_cast<std::uint8_t>(node.kind));
  wire.setState(static_cast<std::uint8_t>(node.state));
  set_text(node.type, [&](auto text) { wire.setType(text); });
  set_text(node.label, [&](auto text) { wire.setLabel(text); });
  set_text(node.description, [&](auto text) { wire.setDescription(text); });
  wire.setCell(node.cell);
  wire.setCreated(node.created);
  wire.setModified(node.modified);
  wire.setExitStatus(node.exit_status);
  set_text(node.exit_message, [&](auto text) { wire.setExitMessage(text); });
  set_text(node.code_version, [&](auto text) { wire.setCodeVersion(text); });
  if (!node.attributes.empty()) wire.setAttributes(as_data(node.attributes));
  set_content(wire.getContent(), node.content);
  wire.setSize(node.size);
  if (!node.extras.empty()) wire.setExtras(as_data(node.extras));
  set_tags(wire, node.tags);
  set_unique_ids(wire, node.unique_ids);
  return canonical_row(wire, kNode);
}

NodeRecord decode_node(std::string_view bytes) {
  return read_wire<wire::NodeRecord>(base::as_bytes(bytes), kNode, read_node);
}

std::string encode_run(const RunRecord& run) {
  capnp::MallocMessageBuilder message(64);
  auto wire = message.initRoot<wire::RunRecord>();
  set_uuid(wire.initUuid(), run.uuid);
  set_text(run.name, [&](auto text) { wire.setName(text); });
  wire.setWorkflow(run.workflow);
  wire.setCreated(run.created);
  wire.setHead(run.head);
  wire.setNodeNext(run.node_next);
  wire.setNodeEnd(run.node_end);
  wire.setNodeBlock(run.node_block);
  wire.setStepsIndexed(run.steps_indexed);
  wire.setForkedFrom(run.forked_from);
  wire.setForkedAt(run.forked_at);
  wire.setDeleted(run.deleted);
  wire.setStepKeysIndexed(run.step_keys_indexed);
  wire.setForkedCount(run.forked_count);
  wire.setForkedWrites(run.forked_writes);
  wire.setWrites(run.writes);
  wire.setRemoved(run.removed);
  return canonical_row(wire, kRun);
}

RunRecord decode_run(std::string_view bytes) {
  return read_wire<wire::RunRecord>(base::as_bytes(bytes), kRun, read_run);
}

std::string encode_checkpoint_row(const CheckpointRow& row) {
  capnp::MallocMessageBuilder message(32);
  auto wire = message.initRoot<wire::CheckpointRow>();
  set_digest(wire.initId(), row.id.digest);
  wire.setStep(row.step);
  wire.setTime(row.time);
  set_digest(wire.initContent(), row.content);
  return canonical_row(wire, kCheckpoint);
}

CheckpointRow decode_checkpoint_row(std::string_view bytes) {
  return read_wire<wire::CheckpointRow>(base::as_bytes(bytes), kCheckpoint, read_checkpoint);
}

std::string encode_pending_write(const PendingWriteRecord& write) {
  capnp::MallocMessageBuilder message(32);
  auto wire = message.initRoot<wire::PendingWriteRecord>();
  set_text(write.channel, [&](auto text) { wire.setChannel(text); });
  set_digest(wire.initObject(), write.object.digest);
  wire.setTime(write.time);
  wire.setNumber(write.number);
  return canonical_row(wire, kPendingWrite);
}

PendingWriteRecord decode_pending_write(std::string_view bytes) {
  return read_wire<wire::PendingWriteRecord>(base::as_bytes(bytes), kPendingWrite, read_pending_write);
}

std::string encode_step(const StepRecord& step) {
  capnp::MallocMessageBuilder message(64);
  auto wire = message.initRoot<wire::StepRecord>();
  set_text(step.name, [&](auto text) { wire.setName(text); });
  set_text(step.code_version, [&](auto text) { wire.setCodeVersion(text); });
  set_inputs(wire, step.inputs);
  wire.setProcess(step.process);
  wire.setResult(step.result);
  wire.setTime(step.time);
  wire.setDuration(step.duration);
  set_digest(wire.initResultContent(), step.result_content);
  if (!step.parameters.empty()) wire.setParameters(as_data(step.parameters));
  if (!step.environment.empty()) wire.setEnvironment(as_data(step.environment));
  wire.setPosition(step.position);
  if (step.reused_from != Uuid{}) set_uuid(wire.initReusedFrom(), step.reused_from);
  return canonical_row(wire, kStep);
}

StepRecord decode_step(std::string_view bytes) {
  return read_wire<wire::StepRecord>(base::as_bytes(bytes), kStep, read_step);
}

std::string encode_group(const GroupRecord& group) {
  capnp::MallocMessageBuilder message(32);
  auto wire = message.initRoot<wire::GroupRecord>();
  set_uuid(wire.initUuid(), group.uuid);
  set_text(group.name, [&](auto text) { wire.setName(text); });
  set_text(group.description, [&](auto text) { wire.setDescription(text); });
  wire.setCreated(group.created);
  if (!group.extras.empty()) wire.setExtras(as_data(group.extras));
  return canonical_row(wire, kGroup);
}

GroupRecord decode_group(std::string_view bytes) {
  return read_wire<wire::GroupRecord>(base::as_bytes(bytes), kGroup, read_group);
}

std::string encode_attribute_index(const AttributeIndexRecord& index) {
  capnp::MallocMessageBuilder message(32);
  auto wire = message.initRoot<wire::AttributeIndexRecord>();
  set_text(index.path, [&](auto text) { wire.setPath(text); });
  wire.setState(static_cast<std::uint8_t>(index.state));
  wire.setNext(index.next);
  return canonical_row(wire, kAttributeIndex);
}

AttributeIndexRecord decode_attribute_index(std::string_view bytes) {
  return read_wire<wire::AttributeIndexRecord>(base::as_bytes(bytes), kAttributeIndex, read_attribute_index);
}

}  // namespace cairn::format
