#include "store/step.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "format/keys.h"
#include "format/object.h"
#include "format/packed_links.h"
#include "graph/held_links.h"
#include "object/dry_staging.h"
#include "object/objects.h"
#include "store/embedded.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

constexpr std::uint64_t kStepKeySeed = 0x5354455000;  // apart from every kind of blob; the last byte is the probe

constexpr std::size_t kStepTextMax = 4096;

void append_text(std::string& bytes, std::string_view text) {
  base::append_varint(bytes, text.size());
  bytes += text;
}

StepInput input_from_node(const graph::GraphReader& reader, const Input& input) {
  const auto node = reader.find_node(*input.node());
  if (!node)
    throw Error(ErrorCode::not_found, fmt::format("input {}: there is no node {}", input.label(), input.node()->text()));
  if (node->record.kind != NodeKind::data)
    throw Error(ErrorCode::rule_violation, fmt::format("input {}: node {} is a {}, expected data", input.label(),
                                                       input.node()->text(), kind_name(node->record.kind)));
  StepInput resolved;
  resolved.label = input.label();
  resolved.node = node->id;
  resolved.content = content_digest(node->record.content);
  if (std::holds_alternative<std::monostate>(node->record.content))  // then the node itself is all there is
    resolved.content.bytes = node->record.uuid.bytes;
  return resolved;
}

// Whether parts of an object are kept outside of it: those are compared by digest, and cost more to read than it tells.
bool has_large_parts(std::string_view object) {
  using format::BlobKind;
  return std::ranges::any_of(format::object_references(base::as_bytes(object)).blobs, [](const format::BlobReference& blob) {
    return blob.kind == BlobKind::chunk || blob.kind == BlobKind::chunk_list || blob.kind == BlobKind::list_segment;
  });
}

// Whether a calculation made the data node. The link is written with the node, so those to it need not be walked.
bool was_created(const engine::View& view, NodeId data) {
  bool created = false;
  if (const auto links = graph::find_held_links(view, data))
    format::visit_links(*links, [&](const format::PackedLink& link) {
      created = created || (link.type == LinkType::create && !link.outgoing);
    });
  return created;
}

void resolve_components(const RunState& run, const StepOptions& options, StepOutcome& step) {
  const auto write = [&](std::string_view what, const Value& value) {
    const std::string title = fmt::format("{} of step {} of {}", what, step.name, run.title());
    std::string bytes = write_map(*step.staging, title, value);
    if (bytes.size() > format::kStepComponentBytesMax)
      throw Error(ErrorCode::limit, fmt::format("the {}: {} bytes, expected at most {}; what is large should be an input",
                                                title, bytes.size(), format::kStepComponentBytesMax));
    if (!bytes.empty() && has_large_parts(bytes))
      throw Error(ErrorCode::limit,
                  fmt::format("the {}: it has a large array, message or list, which should be an input", title));
    return bytes;
  };
  step.parameters = write("parameters", options.parameters);
  step.environment = write("environment", options.environment);
}

void resolve_inputs(const RunState& run, const engine::View& view, const Inputs& inputs, const format::ObjectOptions& objects,
                    StepOutcome& step) {
  const graph::GraphReader reader(view, run.store().labels());
  for (const Input& input : inputs) {
    graph::check_label(input.label());
    if (input.node()) {
      step.inputs.push_back(input_from_node(reader, input));
      continue;
    }
    StepInput resolved;
    resolved.label = input.label();
    const std::uint64_t before = staged_bytes(*step.staging);
    const ObjectId object = object::write_object(*step.staging, *input.value(), objects);
    resolved.content = object.digest;
    resolved.value = object;
    resolved.type = input.type();
    graph::check_type(resolved.type);
    resolved.size = staged_bytes(*step.staging) - before;
    resolved.node = find_given_data(run, view, resolved.content, resolved.label).value_or(0);
    step.inputs.push_back(std::move(resolved));
  }
  sort_inputs(step);
}

void resolve(const RunState& run, const engine::View& view, std::string_view name, const Inputs& inputs, const StepOptions& options,
             const format::ObjectOptions& objects, StepOutcome& step) {
  step.name = name;
  step.code_version = options.code_version;
  step.position = options.position;
  step.reuse = options.reuse;
  step.at_most_once = options.at_most_once;
  step.retry_interrupted = options.retry_interrupted;
  resolve_components(run, options, step);
  resolve_inputs(run, view, inputs, objects, step);
}

}  // namespace

void check_step_names(const RunState& run, std::string_view name, std::string_view code_version) {
  const auto is_text = [](std::string_view text) {  // NUL ends names in keys
    return text.size() <= kStepTextMax && base::is_utf8(text) && text.find('\0') == std::string_view::npos;
  };
  if (name.empty() || !is_text(name) || !is_text(code_version))
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "step of {}: expected a name of 1 to {} bytes of UTF-8 without NUL and a code version of at most as many, "
            "got {} and {} bytes",
            run.title(), kStepTextMax, name.size(), code_version.size()));
}

std::string step_title(const RunState& run, const StepOutcome& step) {
  return fmt::format("step {} of {}", step.name, run.title());
}

void require_unfinished(const RunState& run, const engine::View& view, std::string_view doing) {
  run.require_there(doing);
  const graph::GraphReader reader(view, run.store().labels());
  const format::NodeRecord workflow = reader.get_record(run.store().run_record(view, run.cell()).workflow);
  if (is_terminal(workflow.state))
    throw Error(ErrorCode::rule_violation, fmt::format("{} of {}: the run is {}, so nothing new can be recorded in it", doing,
                                                       run.title(), state_name(workflow.state)));
}

Digest content_digest(const Content& content) {
  if (const auto* object = std::get_if<ObjectId>(&content)) return object->digest;
  if (const auto* artifact = std::get_if<ArtifactId>(&content)) return artifact->digest;
  return {};
}

void sort_inputs(StepOutcome& step) {
  std::ranges::sort(step.inputs, {}, &StepInput::label);
  const auto twice = std::ranges::adjacent_find(step.inputs, {}, &StepInput::label);
  if (twice != step.inputs.end())
    throw Error(ErrorCode::invalid_argument, fmt::format("step {}: two inputs are called {}", step.name, twice->label));
}

std::string step_components(const StepOutcome& step) {
  std::string bytes;
  append_text(bytes, step.name);
  append_text(bytes, step.code_version);
  for (const StepInput& input : step.inputs) {
    append_text(bytes, input.label);
    bytes.append(reinterpret_cast<const char*>(input.content.bytes.data()), input.content.bytes.size());
  }
  if (!step.parameters.empty() || !step.environment.empty()) {
    append_text(bytes, "");  // no label is empty, so that this is no input
    append_text(bytes, step.parameters);
    append_text(bytes, step.environment);
  }
  return bytes;
}

Digest step_key(const StepOutcome& step, std::uint8_t probe) {
  return base::hash128(base::as_bytes(step_components(step)), kStepKeySeed | probe);
}

bool same_step(const StepOutcome& step, const format::StepRecord& record) {
  const auto same_input = [](const StepInput& a, const format::StepRecord::Input& b) {
    return a.label == b.label && a.content == b.content;
  };
  return step.name == record.name && step.code_version == record.code_version && step.parameters == record.parameters &&
         step.environment == record.environment && std::ranges::equal(step.inputs, record.inputs, same_input);
}

void resolve_step(const RunState& run, const engine::View& view, std::string_view name, const Inputs& inputs,
                  const StepOptions& options, StepOutcome& step) {
  step.staging = run.store().engine().stage();
  resolve(run, view, name, inputs, options, run.store().objects(), step);
}

void identify_step(const RunState& run, const engine::View& view, std::string_view name, const Inputs& inputs,
                   const StepOptions& options, StepOutcome& step) {
  step.staging = std::make_unique<object::DryStaging>(view);
  format::ObjectOptions objects = run.store().objects();
  objects.check_writes = false;  // there are none
  resolve(run, view, name, inputs, options, objects, step);
}

std::optional<NodeId> find_given_data(const RunState& run, const engine::View& view, const Digest& content,
                                      std::string_view label) {
  const std::string prefix = format::index::contents_of(content);
  const auto cursor = view.indexes();
  const graph::GraphReader reader(view, run.store().labels());
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next()) {
    const NodeId id = format::index::trailing_node(cursor->key());
    const format::NodeRecord record = reader.get_record(id);
    if (record.cell != run.cell() || record.kind != NodeKind::data || record.label != label) continue;
    if (!was_created(view, id)) return id;
  }
  return std::nullopt;
}

format::NodeRecord data_node(const RunState& run, std::string_view type, std::string_view label,
                             const Content& content, std::uint64_t size) {
  format::NodeRecord node;
  node.uuid = Uuid::generate();
  node.kind = NodeKind::data;
  node.state = NodeState::finished;
  node.type = type;
  node.label = label;
  node.cell = run.cell();
  node.created = node.modified = base::now_nanoseconds();
  node.content = content;
  node.size = size;
  return node;
}

StepOutcome step_of(const format::StepRecord& record) {
  StepOutcome step;
  step.name = record.name;
  step.code_version = record.code_version;
  for (const auto& [label, content, node] : record.inputs) step.inputs.push_back({label, content, node, {}, {}, 0});
  step.parameters = record.parameters;
  step.environment = record.environment;
  return step;
}

format::StepRecord step_record(const StepOutcome& step) {
  format::StepRecord record;
  record.name = step.name;
  record.code_version = step.code_version;
  for (const StepInput& input : step.inputs) record.inputs.push_back({input.label, input.content, input.node});
  record.parameters = step.parameters;
  record.environment = step.environment;
  return record;
}

}  // namespace cairn::store
