// The rows that are not blobs: nodes, links, runs, checkpoint rows and recorded steps. Bytes <-> plain structs.
#pragma once

#include <cairn/attribute_index.h>
#include <cairn/digest.h>
#include <cairn/node.h>
#include <cairn/uuid.h>
#include <cairn/value.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/keys.h"

namespace cairn::format {

struct NodeRecord {
  Uuid uuid;
  NodeKind kind = NodeKind::data;
  NodeState state = NodeState::created;
  std::string type;
  std::string label;
  std::string description;
  CellId cell = 0;
  std::int64_t created = 0;  ///< nanoseconds since the Unix epoch
  std::int64_t modified = 0;
  std::int32_t exit_status = 0;
  std::string exit_message;
  std::string code_version;
  std::string attributes;  ///< canonical bytes of a StoredObject, or empty
  Content content;
  std::uint64_t size = 0;
  std::string extras;                ///< as attributes
  std::vector<std::string> tags;     ///< in order, each once
  std::vector<Identity> unique_ids;  ///< in order, each once

  friend bool operator==(const NodeRecord&, const NodeRecord&) = default;
};

/// A link as it is packed with the node that holds it. `outgoing`: the holder is its source.
struct PackedLink {
  NodeId other = 0;
  LinkType type = LinkType::input;
  bool outgoing = false;
  std::uint32_t label = 0;

  friend auto operator<=>(const PackedLink&, const PackedLink&) = default;
};

/// One byte for type and direction, as used in packed links and in backlink keys.
inline std::uint8_t link_code(LinkType type, bool outgoing) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 1 | (outgoing ? 1u : 0u));
}
inline LinkType link_code_type(std::uint8_t code) { return static_cast<LinkType>(code >> 1); }
inline bool link_code_outgoing(std::uint8_t code) { return (code & 1) != 0; }

struct RunRecord {
  Uuid uuid;
  std::string name;
  NodeId workflow = 0;
  std::int64_t created = 0;
  std::uint64_t head = 0;
  NodeId node_next = 0;
  NodeId node_end = 0;
  std::uint64_t node_block = 0;
  bool steps_indexed = false;  ///< all recorded steps of the run are in the indexes of steps and their times
  CellId forked_from = 0;         ///< cell of the run whose checkpoints up to `forked_at` are also this one's; 0: none
  std::uint64_t forked_at = 0;    ///< sequence
  bool deleted = false;           ///< its name is free; what forks have of it stays
  bool step_keys_indexed = false; ///< all recorded steps of the run are in the index of step keys
  std::uint64_t forked_count = 0;   ///< checkpoints that it had in common with that run when it was forked
  std::uint64_t forked_writes = 0;  ///< of that run's pending writes, those with a smaller number are also this one's
  std::uint64_t writes = 0;         ///< pending writes that were ever recorded in the cell: the next one's number
  std::uint64_t removed = 0;        ///< checkpoints that were removed from the cell

  friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

struct CheckpointRow {
  CheckpointId id;
  std::int64_t step = 0;
  std::int64_t time = 0;
  Digest content;

  friend bool operator==(const CheckpointRow&, const CheckpointRow&) = default;
};

struct PendingWriteRecord {
  std::string channel;
  ObjectId object;
  std::int64_t time = 0;
  std::uint64_t number = 0;  ///< 0, 1, 2, ... in the order in which those of the cell were recorded

  friend bool operator==(const PendingWriteRecord&, const PendingWriteRecord&) = default;
};

/// Bytes of the parameters of a step, and of its environment.
inline constexpr std::size_t kStepComponentBytesMax = 65'536;

struct StepRecord {
  struct Input {
    std::string label;
    Digest content;
    NodeId node = 0;

    friend bool operator==(const Input&, const Input&) = default;
  };

  std::string name;
  std::string code_version;
  std::vector<Input> inputs;  ///< sorted by label
  NodeId process = 0;
  NodeId result = 0;
  std::int64_t time = 0;
  std::uint64_t duration = 0;  ///< nanoseconds
  Digest result_content;
  std::string parameters = {};   ///< canonical bytes of a StoredObject whose value is a map, or empty
  std::string environment = {};  ///< as parameters
  std::uint64_t position = 0;    ///< its place among the steps of the run, plus 1; 0: none was given
  Uuid reused_from{};            ///< process of another run whose result was taken; nil: the work was done

  friend bool operator==(const StepRecord&, const StepRecord&) = default;
};

struct GroupRecord {
  Uuid uuid;
  std::string name;
  std::string description;
  std::int64_t created = 0;
  std::string extras;  ///< canonical bytes of a StoredObject, or empty

  friend bool operator==(const GroupRecord&, const GroupRecord&) = default;
};

struct AttributeIndexRecord {
  std::string path;  ///< as FilterPath::text
  IndexState state = IndexState::building;
  NodeId next = 0;  ///< while it is built: nodes from here on may lack entries

  friend bool operator==(const AttributeIndexRecord&, const AttributeIndexRecord&) = default;
};

// Every decoder throws Error(damaged) naming what it was given to decode.
std::string encode_node(const NodeRecord& node);
NodeRecord decode_node(std::string_view bytes);
std::string encode_links(std::vector<PackedLink> links);  ///< sorts them
std::vector<PackedLink> decode_links(std::string_view bytes);
std::string encode_run(const RunRecord& run);
RunRecord decode_run(std::string_view bytes);
std::string encode_checkpoint_row(const CheckpointRow& row);
CheckpointRow decode_checkpoint_row(std::string_view bytes);
std::string encode_pending_write(const PendingWriteRecord& write);
PendingWriteRecord decode_pending_write(std::string_view bytes);
std::string encode_group(const GroupRecord& group);
GroupRecord decode_group(std::string_view bytes);
std::string encode_attribute_index(const AttributeIndexRecord& index);
AttributeIndexRecord decode_attribute_index(std::string_view bytes);
std::string encode_step(const StepRecord& step);
StepRecord decode_step(std::string_view bytes);

}  // namespace cairn::format
