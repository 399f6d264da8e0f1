#include "format/checkpoint.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "format/blob.h"
#include "format/wire.h"

namespace cairn::format {
namespace {

constexpr std::string_view kWhat = "checkpoint";
constexpr std::size_t kNamesMax = 1u << 20;
constexpr std::size_t kNameBytesMax = 255;

// Throws limit for more than is read back.
template <class List>
unsigned list_size(const List& list) {
  if (list.size() > kNamesMax)
    throw Error(ErrorCode::limit, fmt::format("checkpoint with {} names of a kind, expected at most {}", list.size(), kNamesMax));
  return static_cast<unsigned>(list.size());
}

void set_unfinished(capnp::List<wire::NodeState>::Builder list, const CheckpointRecord& checkpoint) {
  for (unsigned i = 0; i < list.size(); ++i) {
    set_uuid(list[i].initUuid(), checkpoint.unfinished[i].first);
    list[i].setState(static_cast<std::uint8_t>(checkpoint.unfinished[i].second));
  }
}

void set_names(capnp::List<wire::NamedDigest>::Builder list, const std::map<std::string, Digest>& names) {
  unsigned at = 0;
  for (const auto& [name, digest] : names) {
    list[at].setName(as_wire_text(name));
    set_digest(list[at++].initDigest(), digest);
  }
}

std::string_view get_name(capnp::Text::Reader text) {
  const std::string_view name = text_view(text);
  const bool has_nul = name.find('\0') != std::string_view::npos;
  if (name.empty() || name.size() > kNameBytesMax || has_nul || !base::is_utf8(name))
    throw_damaged(kWhat, "a name that is empty, too long, not UTF-8 or has a NUL");
  return name;
}

void set_skipped(capnp::List<wire::SkippedCheckpoint>::Builder list, const CheckpointRecord& checkpoint) {
  for (unsigned i = 0; i < list.size(); ++i) {
    const SkippedCheckpoint& skipped = checkpoint.skipped[i];
    set_digest(list[i].initId(), skipped.id.digest);
    list[i].setStep(skipped.step);
    if (!skipped.reason.empty()) list[i].setReason(as_wire_text(skipped.reason));
  }
}

void set_origins(capnp::List<wire::ForkOrigin>::Builder list, const CheckpointRecord& checkpoint) {
  for (unsigned i = 0; i < list.size(); ++i) {
    set_uuid(list[i].initRun(), checkpoint.forked_from[i].run);
    list[i].setSequence(checkpoint.forked_from[i].sequence);
  }
}

std::string get_reason(capnp::Text::Reader text) {
  const std::string_view reason = text_view(text);
  if (!base::is_utf8(reason)) throw_damaged(kWhat, "a reason that is not UTF-8");
  return std::string(reason);
}

NodeState get_state(std::uint8_t number) {
  if (number < static_cast<unsigned>(NodeState::created) || number > static_cast<unsigned>(NodeState::killed))
    throw_damaged(kWhat, "a state that does not exist");
  return static_cast<NodeState>(number);
}

std::map<std::string, Digest> get_names(capnp::List<wire::NamedDigest>::Reader list) {
  if (list.size() > kNamesMax) throw_damaged(kWhat, "too many names");
  std::map<std::string, Digest> names;
  for (const auto entry : list)
    if (!names.emplace(get_name(entry.getName()), get_digest(entry.getDigest())).second)
      throw_damaged(kWhat, "a name occurs twice");
  return names;
}

CheckpointRecord get_checkpoint(wire::Checkpoint::Reader reader) {
  CheckpointRecord checkpoint;
  checkpoint.run = get_uuid(reader.getRun());
  checkpoint.run_name = get_name(reader.getRunName());
  checkpoint.sequence = reader.getSequence();
  checkpoint.step = reader.getStep();
  checkpoint.parent = get_digest(reader.getParent());
  checkpoint.time = reader.getTime();
  checkpoint.state = get_names(reader.getState());
  checkpoint.artifacts = get_names(reader.getArtifacts());
  checkpoint.metadata = data_view(reader.getMetadata());
  for (const auto node : reader.getUnfinished())
    checkpoint.unfinished.emplace_back(get_uuid(node.getUuid()), get_state(node.getState()));
  checkpoint.node_next = reader.getNodeNext();
  for (const auto tag : reader.getTags()) checkpoint.tags.emplace_back(get_name(tag));
  checkpoint.bytes_new = reader.getBytesNew();
  checkpoint.bytes_shared = reader.getBytesShared();
  for (const auto skipped : reader.getSkipped())
    checkpoint.skipped.push_back({{get_digest(skipped.getId())}, skipped.getStep(), get_reason(skipped.getReason())});
  for (const auto origin : reader.getForkedFrom()) checkpoint.forked_from.push_back({get_uuid(origin.getRun()), origin.getSequence()});
  return checkpoint;
}

}  // namespace

std::vector<std::byte> encode_checkpoint(const CheckpointRecord& checkpoint) {
  capnp::MallocMessageBuilder message;
  auto builder = message.initRoot<wire::Checkpoint>();
  set_uuid(builder.initRun(), checkpoint.run);
  if (!checkpoint.run_name.empty()) builder.setRunName(as_wire_text(checkpoint.run_name));
  builder.setSequence(checkpoint.sequence);
  builder.setStep(checkpoint.step);
  set_digest(builder.initParent(), checkpoint.parent);
  builder.setTime(checkpoint.time);
  // What is empty stays unset: one spelling for equal values.
  if (const auto count = list_size(checkpoint.state)) set_names(builder.initState(count), checkpoint.state);
  if (const auto count = list_size(checkpoint.artifacts)) set_names(builder.initArtifacts(count), checkpoint.artifacts);
  if (!checkpoint.metadata.empty()) builder.setMetadata(as_data(checkpoint.metadata));
  if (const auto count = list_size(checkpoint.unfinished)) set_unfinished(builder.initUnfinished(count), checkpoint);
  builder.setNodeNext(checkpoint.node_next);
  if (const auto count = list_size(checkpoint.tags)) {
    auto tags = builder.initTags(count);
    for (unsigned i = 0; i < count; ++i) tags.set(i, as_wire_text(checkpoint.tags[i]));
  }
  builder.setBytesNew(checkpoint.bytes_new);
  builder.setBytesShared(checkpoint.bytes_shared);
  if (const auto count = list_size(checkpoint.skipped)) set_skipped(builder.initSkipped(count), checkpoint);
  if (const auto count = list_size(checkpoint.forked_from)) set_origins(builder.initForkedFrom(count), checkpoint);
  return canonical_bytes(builder, kWhat);
}

CheckpointRecord decode_checkpoint(std::span<const std::byte> bytes) {
  return read_wire<wire::Checkpoint>(bytes, kWhat, get_checkpoint);
}

Digest checkpoint_content(const CheckpointRecord& checkpoint) {
  CheckpointRecord content;
  content.step = checkpoint.step;
  content.state = checkpoint.state;
  content.artifacts = checkpoint.artifacts;
  content.metadata = checkpoint.metadata;
  return blob_digest(BlobKind::checkpoint, 0, encode_checkpoint(content));
}

}  // namespace cairn::format
