// Every key of every family, built and parsed here and nowhere else. Layouts: schema/FORMAT.md, "Keys".
// Numbers inside keys are big-endian, so that the order of the bytes is the order of the numbers.
#pragma once

#include <cairn/digest.h>
#include <cairn/uuid.h>
#include <cairn/value.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::format {

using CellId = std::uint64_t;  ///< names a cell; never reused
using NodeId = std::uint64_t;  ///< names a node inside one store; never reused

inline constexpr CellId kRootCell = 1;   ///< cell and node id leases, the label dictionary
inline constexpr CellId kLooseCell = 2;  ///< nodes that belong to no run
inline constexpr CellId kFileCell = 3;   ///< which files were read, and what they held
inline constexpr CellId kGroupCell = 4;  ///< groups of nodes
inline constexpr CellId kIndexCell = 5;  ///< which attributes are indexed
inline constexpr CellId kReuseCell = 6;  ///< which recorded steps other runs must not take over
inline constexpr CellId kFirstRunCell = 16;

/// What a stored blob is. Part of its digest. Numbers are stored.
enum class BlobKind : std::uint8_t {
  object = 1,
  chunk = 2,
  chunk_list = 3,
  directory = 4,
  artifact = 5,
  schema = 6,
  checkpoint = 7,
  list_segment = 8,
  message_schema = 9,  // of somebody's own Cap'n Proto messages
};
inline constexpr BlobKind kBlobKinds[] = {BlobKind::object,    BlobKind::chunk,    BlobKind::chunk_list,
                                          BlobKind::directory, BlobKind::artifact, BlobKind::schema,
                                          BlobKind::checkpoint, BlobKind::list_segment, BlobKind::message_schema};
std::string_view blob_kind_name(BlobKind kind);

// Rows of a cell: one byte of row type, then the key within the type.
namespace row {
inline constexpr char kRun = 'r';         // the RunRecord; no further key
inline constexpr char kCheckpoint = 'c';  // be64 sequence -> CheckpointRow
inline constexpr char kByStep = 's';      // be64 (step with its sign bit flipped), be64 sequence -> empty
inline constexpr char kStep = 'w';        // 16 bytes: key of the recorded step -> StepRecord
inline constexpr char kTag = 't';         // tag name -> be64 sequence
inline constexpr char kWrite = 'p';       // be64 sequence of a checkpoint, task, NUL, be32 index -> PendingWriteRecord
inline constexpr char kPin = 'k';         // be64 cell of a fork -> be64 sequence of the last checkpoint that it has
inline constexpr char kAttempt = 'a';     // 16 bytes: key of the step -> StepAttemptRecord
inline constexpr char kPosition = 'o';    // be64 position of a step among those of the run -> 16 bytes: its key
inline constexpr char kInvalidation = 'x';  // reuse cell only: be64 number -> StepInvalidationRecord
inline constexpr char kNextCell = 'C';    // root cell only: be64 next unused cell id
inline constexpr char kNextNode = 'N';    // root cell only: be64 next unused node id
inline constexpr char kLease = 'L';       // root cell only: be64 first node id -> be64 cell, be64 count
inline constexpr char kBlock = 'B';       // root cell only: be64 cell, be64 first node id -> be64 count; a lease by cell
inline constexpr char kLabel = 'l';       // root cell only: be32 label id -> text
inline constexpr char kGroup = 'g';       // group cell only: name -> GroupRecord
inline constexpr char kMember = 'm';      // group cell only: name of the group, NUL, be64 node -> empty
inline constexpr char kForget = 'F';      // group cell only: be64 number -> nodes that are being forgotten, as a list of ids
inline constexpr char kForgotten = 'D';   // group cell only: be64 cell with rows that lead to forgotten nodes -> empty
inline constexpr char kStaged = 'U';      // group cell only: be64 cell of a run that is being taken in, and not seen yet -> empty
inline constexpr char kViolation = 'v';   // be64 holder, 1 byte link code, be32 label, be64 other -> rule the link breaks
inline constexpr char kFile = 'f';        // file cell only: be64 device, be64 inode -> FileRow

inline constexpr char kAttributeIndex = 'i';  // index cell only: be32 number -> AttributeIndexRecord
inline constexpr char kNextIndex = 'I';       // index cell only: be64 next unused number of an index

std::string run();
std::string checkpoint(std::uint64_t sequence);
std::uint64_t parse_checkpoint(std::string_view key);
std::string by_step(std::int64_t step, std::uint64_t sequence);
struct StepSequence {
  std::int64_t step;
  std::uint64_t sequence;
};
StepSequence parse_by_step(std::string_view key);
std::string step(const Digest& key);
Digest parse_step(std::string_view key);
std::string tag(std::string_view name);
std::string write(std::uint64_t checkpoint, std::string_view task, std::uint32_t index);
/// What the keys of all writes of a checkpoint begin with.
std::string writes_of(std::uint64_t checkpoint);
struct Write {
  std::uint64_t checkpoint;
  std::string_view task;  // lives as long as the key
  std::uint32_t index;
};
Write parse_write(std::string_view key);
std::string pin(CellId fork);
CellId parse_pin(std::string_view key);
std::string attempt(const Digest& key);
Digest parse_attempt(std::string_view key);
std::string position(std::uint64_t position);
std::string invalidation(std::uint64_t number);
std::uint64_t parse_invalidation(std::string_view key);
std::string next_cell();
std::string next_node();
std::string lease(NodeId first);
NodeId parse_lease(std::string_view key);
std::string block(CellId cell, NodeId first);
/// What the keys of all blocks of a cell begin with.
std::string blocks_of(CellId cell);
NodeId parse_block(std::string_view key);
std::string file(std::uint64_t device, std::uint64_t inode);
struct Violation {  // a link by its holder, as in packed links
  NodeId holder;
  std::uint8_t code;
  std::uint32_t label;
  NodeId other;
};
std::string violation(const Violation& link);
Violation parse_violation(std::string_view key);
std::string group(std::string_view name);
std::string member(std::string_view group, NodeId node);
/// What the keys of all members of a group begin with.
std::string members_of(std::string_view group);
NodeId parse_member(std::string_view key);
/// Number 0 leads to the count of the others, be64, and comes to be when all of them are there.
std::string forget(std::uint64_t number);
std::uint64_t parse_forget(std::string_view key);
std::string forgotten(CellId cell);
CellId parse_forgotten(std::string_view key);
std::string staged(CellId cell);
CellId parse_staged(std::string_view key);
std::string label(std::uint32_t id);
std::uint32_t parse_label(std::string_view key);
std::string attribute_index(std::uint32_t number);
std::uint32_t parse_attribute_index(std::string_view key);
std::string next_index();
}  // namespace row

// Claims: one byte of namespace, then the name that can be owned once.
namespace claim {
inline constexpr char kRunName = 'r';     // run name -> be64 cell
inline constexpr char kNode = 'n';        // 16 bytes of UUID -> be64 node id
inline constexpr char kCheckpoint = 'c';  // 16 bytes of digest -> be64 cell, be64 sequence
inline constexpr char kUniqueId = 'u';    // scope in lower case, NUL, id -> be64 node id
inline constexpr char kPurged = 'p';      // 16 bytes digest of what was purged -> PurgeRecord
inline constexpr char kLost = 'l';        // 16 bytes digest of a blob that repair could not save -> LostRecord

std::string run_name(std::string_view name);
std::string node(const Uuid& uuid);
std::string checkpoint(const CheckpointId& id);
std::string unique_id(const Identity& name);
std::string purged(const Digest& digest);
std::string lost(const Digest& digest);
}  // namespace claim

// Indexes: one byte of index, then the ordered key. All are derived and can be rebuilt.
namespace index {
inline constexpr char kBacklink = 'b';  // be64 far node, 1 byte link code, be32 label, be64 node that holds the
                                        // link -> empty; the label first, so that one seek finds who has it
                                        // Folded: be64 far node, NUL, 1 byte link code, be32 label, be64 holder,
                                        // all of the first of them -> the links packed as if the far node held them
inline constexpr char kContent = 'c';   // 16 bytes content digest, be64 node id -> empty
inline constexpr char kType = 't';      // type, NUL, be64 node id -> empty
inline constexpr char kState = 's';     // 1 byte state, be64 node id -> empty
inline constexpr char kTag = 'g';       // tag, NUL, be64 node id -> empty
inline constexpr char kGroup = 'm';     // be64 node id, name of a group that has it -> empty
inline constexpr char kAttribute = 'v'; // be32 number of the index, ordered key of the value, be64 node id -> empty
inline constexpr char kStep = 'w';      // be64 cell, name of the step, NUL, be64 process -> step place
inline constexpr char kStepTime = 'x';  // name of the step, NUL, be64 (time with its sign bit flipped), be64 process
                                        // -> step place
inline constexpr char kStepKey = 'k';   // 16 bytes: key of the step, be64 process -> step place
inline constexpr char kLinkPage = 'l';      // be64 first node of a page -> the packed links of its nodes, see link_page.h
inline constexpr char kBacklinkPage = 'B';  // be64 first node of a page -> the backlinks of its nodes, packed as if those held them

struct Backlink {
  NodeId far;          // the node the link was not written with
  std::uint8_t code;   // type and direction, see link_code() in records.h
  std::uint32_t label;
  NodeId holder;       // the node the link was written with
};
std::string backlink(const Backlink& link);
std::string backlinks_of(NodeId far);
Backlink parse_backlink(std::string_view key);
/// A row of folded links that begins with `first`.
std::string folded_backlinks(const Backlink& first);
bool is_folded(std::string_view backlink_key);
Backlink parse_folded(std::string_view key);
std::string content(const Digest& digest, NodeId node);
std::string contents_of(const Digest& digest);
std::string type(std::string_view type, NodeId node);
std::string state(std::uint8_t state, NodeId node);
std::string tag(std::string_view tag, NodeId node);
std::string group(NodeId node, std::string_view name);
/// What the keys of all groups of a node begin with.
std::string groups_of(NodeId node);
NodeId parse_group_node(std::string_view key);
/// A recorded step of a run by its name, then in the order in which the run recorded them.
std::string step(CellId cell, std::string_view name, NodeId process);
/// What the keys of all steps of a cell begin with, and those of one name.
std::string steps_of(CellId cell);
std::string steps_of(CellId cell, std::string_view name);
/// Without the cell, which the reader knows.
struct Step {
  std::string_view name;  ///< lives as long as the key
  NodeId process;
};
Step parse_step(std::string_view key);
/// A recorded step of any run by its name, then by time.
std::string step_time(std::string_view name, std::int64_t time, NodeId process);
std::string step_times_of(std::string_view name);
struct StepTime {
  std::string_view name;  ///< lives as long as the key
  std::int64_t time;
  NodeId process;
};
StepTime parse_step_time(std::string_view key);
/// Recorded steps of any run by their key.
std::string step_key(const Digest& key, NodeId process);
std::string step_keys_of(const Digest& key);
/// What entries of all three lead to: be64 cell, 16 bytes step key.
struct StepPlace {
  CellId cell = 0;
  Digest key;

  friend bool operator==(const StepPlace&, const StepPlace&) = default;
};
std::string step_place(const StepPlace& place);
StepPlace parse_step_place(std::string_view value);
/// What the keys of an index of attributes begin with.
std::string attributes_of(std::uint32_t index);
std::string attribute(std::uint32_t index, std::string_view value_key, NodeId node);
std::uint32_t parse_attribute(std::string_view key);
std::string link_page(NodeId first);
std::string backlink_page(NodeId first);
/// The first node of a page of either kind.
NodeId parse_page(std::string_view key);
/// The node id that ends a key of the content, type, state, tag, attribute and step indexes.
NodeId trailing_node(std::string_view key);
}  // namespace index

std::string be64_text(std::uint64_t value);
std::uint64_t parse_be64(std::string_view bytes);
std::string be64_pair(std::uint64_t first, std::uint64_t second);

}  // namespace cairn::format
