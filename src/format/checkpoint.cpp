#include "format/checkpoint.h"

#include <cairn/error.h>

#include "format/blob.h"
#include "format/wire.h"

namespace cairn::format {
namespace {

constexpr std::string_view kWhat = "checkpoint";
constexpr std::size_t kNamesMax = 1u << 20;

void set_names(capnp::List<wire::NamedDigest>::Builder list, const std::map<std::string, Digest>& names) {
  unsigned at = 0;
  for (const auto& [name, digest] : names) {
    list[at].setName(as_wire_text(name));
    set_digest(list[at++].initDigest(), digest);
  }
}

std::map<std::string, Digest> get_names(capnp::List<wire::NamedDigest>::Reader list) {
  if (list.size() > kNamesMax) throw_damaged(kWhat, "too many names");
  std::map<std::string, Digest> names;
  for (const auto entry : list)
    if (!names.emplace(text_view(entry.getName()), get_digest(entry.getDigest())).second)
      throw_damaged(kWhat, "a name occurs twice");
  return names;
}

CheckpointRecord get_checkpoint(wire::Checkpoint::Reader reader) {
  CheckpointRecord checkpoint;
  checkpoint.run = get_uuid(reader.getRun());
  checkpoint.run_name = text_view(reader.getRunName());
  checkpoint.sequence = reader.getSequence();
  checkpoint.step = reader.getStep();
  checkpoint.parent = get_digest(reader.getParent());
  checkpoint.time = reader.getTime();
  checkpoint.state = get_names(reader.getState());
  checkpoint.artifacts = get_names(reader.getArtifacts());
  checkpoint.metadata = data_view(reader.getMetadata());
  for (const auto node : reader.getUnfinished())
    checkpoint.unfinished.emplace_back(get_uuid(node.getUuid()), static_cast<NodeState>(node.getState()));
  checkpoint.node_next = reader.getNodeNext();
  for (const auto tag : reader.getTags()) checkpoint.tags.emplace_back(text_view(tag));
  checkpoint.bytes_new = reader.getBytesNew();
  checkpoint.bytes_shared = reader.getBytesShared();
  return checkpoint;
}

}  // namespace

std::vector<std::byte> encode_checkpoint(const CheckpointRecord& checkpoint) {
  capnp::MallocMessageBuilder message;
  auto builder = message.initRoot<wire::Checkpoint>();
  set_uuid(builder.initRun(), checkpoint.run);
  builder.setRunName(as_wire_text(checkpoint.run_name));
  builder.setSequence(checkpoint.sequence);
  builder.setStep(checkpoint.step);
  set_digest(builder.initParent(), checkpoint.parent);
  builder.setTime(checkpoint.time);
  set_names(builder.initState(static_cast<unsigned>(checkpoint.state.size())), checkpoint.state);
  set_names(builder.initArtifacts(static_cast<unsigned>(checkpoint.artifacts.size())), checkpoint.artifacts);
  builder.setMetadata(as_data(checkpoint.metadata));
  auto unfinished = builder.initUnfinished(static_cast<unsigned>(checkpoint.unfinished.size()));
  for (unsigned i = 0; i < unfinished.size(); ++i) {
    set_uuid(unfinished[i].initUuid(), checkpoint.unfinished[i].first);
    unfinished[i].setState(static_cast<std::uint8_t>(checkpoint.unfinished[i].second));
  }
  builder.setNodeNext(checkpoint.node_next);
  auto tags = builder.initTags(static_cast<unsigned>(checkpoint.tags.size()));
  for (unsigned i = 0; i < tags.size(); ++i) tags.set(i, as_wire_text(checkpoint.tags[i]));
  builder.setBytesNew(checkpoint.bytes_new);
  builder.setBytesShared(checkpoint.bytes_shared);
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
