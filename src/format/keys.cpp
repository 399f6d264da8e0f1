#include "format/keys.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <cstring>

#include "base/bytes.h"
#include "format/unique_id.h"

namespace cairn::format {

namespace {

using base::append_big_endian;
using base::load_big_endian;

// Takes a key apart from the left. A key of the wrong length or type was not written by us.
class KeyReader {
 public:
  KeyReader(std::string_view key, char type, std::size_t size) : rest_(key) {
    if (key.size() != size || key.front() != type)
      throw Error(ErrorCode::damaged,
                  fmt::format("key {}: expected {} bytes that begin with '{}'",
                              base::hex({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()}), size, type));
    rest_.remove_prefix(1);
  }

  template <class Unsigned>
  Unsigned take() {
    const auto value = load_big_endian<Unsigned>(rest_.data());
    rest_.remove_prefix(sizeof(Unsigned));
    return value;
  }

 private:
  std::string_view rest_;
};

std::string key_of(char type, std::string_view rest) {
  std::string key(1, type);
  key.append(rest);
  return key;
}

template <class Unsigned>
std::string number_key(char type, Unsigned number) {
  std::string key(1, type);
  append_big_endian(key, number);
  return key;
}

template <class Id>
std::string_view id_bytes(const Id& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

Digest parse_digest(std::string_view key, char type) {
  KeyReader(key, type, 17);
  Digest digest;
  std::memcpy(digest.bytes.data(), key.data() + 1, digest.bytes.size());
  return digest;
}

// Flipping the sign bit makes the unsigned order of the bytes the signed order of the numbers.
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

}  // namespace

std::string_view blob_kind_name(BlobKind kind) {
  switch (kind) {
    case BlobKind::object: return "object";
    case BlobKind::chunk: return "chunk";
    case BlobKind::chunk_list: return "chunk_list";
    case BlobKind::directory: return "directory";
    case BlobKind::artifact: return "artifact";
    case BlobKind::schema: return "schema";
    case BlobKind::checkpoint: return "checkpoint";
    case BlobKind::list_segment: return "list_segment";
    case BlobKind::message_schema: return "message_schema";
  }
  return "unknown";
}

namespace row {

std::string run() { return std::string(1, kRun); }

std::string checkpoint(std::uint64_t sequence) { return number_key(kCheckpoint, sequence); }

std::uint64_t parse_checkpoint(std::string_view key) { return KeyReader(key, kCheckpoint, 9).take<std::uint64_t>(); }

std::string by_step(std::int64_t step, std::uint64_t sequence) {
  std::string key = number_key(kByStep, static_cast<std::uint64_t>(step) ^ kSignBit);
  append_big_endian(key, sequence);
  return key;
}

StepSequence parse_by_step(std::string_view key) {
  KeyReader reader(key, kByStep, 17);
  const auto step = static_cast<std::int64_t>(reader.take<std::uint64_t>() ^ kSignBit);
  return {step, reader.take<std::uint64_t>()};
}

std::string step(const Digest& key) { return key_of(kStep, id_bytes(key)); }

Digest parse_step(std::string_view key) { return parse_digest(key, kStep); }

std::string tag(std::string_view name) { return key_of(kTag, name); }

std::string file(std::uint64_t device, std::uint64_t inode) {
  std::string key = number_key(kFile, device);
  append_big_endian(key, inode);
  return key;
}

std::string violation(const Violation& link) {
  std::string key = number_key(kViolation, link.holder);
  key.push_back(static_cast<char>(link.code));
  append_big_endian(key, link.label);
  append_big_endian(key, link.other);
  return key;
}

Violation parse_violation(std::string_view key) {
  KeyReader reader(key, kViolation, 22);
  Violation link{};
  link.holder = reader.take<NodeId>();
  link.code = reader.take<std::uint8_t>();
  link.label = reader.take<std::uint32_t>();
  link.other = reader.take<NodeId>();
  return link;
}

std::string group(std::string_view name) { return key_of(kGroup, name); }

std::string forget(std::uint64_t number) { return number_key(kForget, number); }

std::uint64_t parse_forget(std::string_view key) { return KeyReader(key, kForget, 9).take<std::uint64_t>(); }

std::string forgotten(CellId cell) { return number_key(kForgotten, cell); }

CellId parse_forgotten(std::string_view key) { return KeyReader(key, kForgotten, 9).take<CellId>(); }

std::string staged(CellId cell) { return number_key(kStaged, cell); }

CellId parse_staged(std::string_view key) { return KeyReader(key, kStaged, 9).take<CellId>(); }

std::string members_of(std::string_view group) {
  std::string key = key_of(kMember, group);
  key.push_back('\0');
  return key;
}

std::string member(std::string_view group, NodeId node) {
  std::string key = members_of(group);
  append_big_endian(key, node);
  return key;
}

NodeId parse_member(std::string_view key) { return index::trailing_node(key); }

std::string writes_of(std::uint64_t checkpoint) { return number_key(kWrite, checkpoint); }

std::string write(std::uint64_t checkpoint, std::string_view task, std::uint32_t index) {
  std::string key = writes_of(checkpoint).append(task);
  key.push_back('\0');
  append_big_endian(key, index);
  return key;
}

Write parse_write(std::string_view key) {
  constexpr std::size_t kBefore = 1 + sizeof(std::uint64_t), kBehind = 1 + sizeof(std::uint32_t);
  if (key.size() < kBefore + kBehind || key.front() != kWrite || key[key.size() - kBehind] != '\0')
    throw Error(ErrorCode::damaged, "row key: expected one of a pending write");
  return {load_big_endian<std::uint64_t>(key.data() + 1), key.substr(kBefore, key.size() - kBefore - kBehind),
          load_big_endian<std::uint32_t>(key.data() + key.size() - sizeof(std::uint32_t))};
}

std::string pin(CellId fork) { return number_key(kPin, fork); }

CellId parse_pin(std::string_view key) { return KeyReader(key, kPin, 9).take<CellId>(); }

std::string attempt(const Digest& key) { return key_of(kAttempt, id_bytes(key)); }
Digest parse_attempt(std::string_view key) { return parse_digest(key, kAttempt); }

std::string position(std::uint64_t position) { return number_key(kPosition, position); }

std::string invalidation(std::uint64_t number) { return number_key(kInvalidation, number); }

std::uint64_t parse_invalidation(std::string_view key) { return KeyReader(key, kInvalidation, 9).take<std::uint64_t>(); }

std::string next_cell() { return std::string(1, kNextCell); }

std::string next_node() { return std::string(1, kNextNode); }

std::string lease(NodeId first) { return number_key(kLease, first); }

NodeId parse_lease(std::string_view key) { return KeyReader(key, kLease, 9).take<NodeId>(); }

std::string block(CellId cell, NodeId first) {
  std::string key = blocks_of(cell);
  append_big_endian(key, first);
  return key;
}

std::string blocks_of(CellId cell) { return number_key(kBlock, cell); }

NodeId parse_block(std::string_view key) {
  KeyReader reader(key, kBlock, 17);
  reader.take<CellId>();
  return reader.take<NodeId>();
}

std::string label(std::uint32_t id) { return number_key(kLabel, id); }

std::uint32_t parse_label(std::string_view key) { return KeyReader(key, kLabel, 5).take<std::uint32_t>(); }

std::string attribute_index(std::uint32_t number) { return number_key(kAttributeIndex, number); }

std::uint32_t parse_attribute_index(std::string_view key) { return KeyReader(key, kAttributeIndex, 5).take<std::uint32_t>(); }

std::string next_index() { return std::string(1, kNextIndex); }

}  // namespace row

namespace claim {

std::string run_name(std::string_view name) { return key_of(kRunName, name); }

std::string node(const Uuid& uuid) { return key_of(kNode, id_bytes(uuid)); }

std::string checkpoint(const CheckpointId& id) { return key_of(kCheckpoint, id_bytes(id.digest)); }

std::string purged(const Digest& digest) { return key_of(kPurged, id_bytes(digest)); }
std::string lost(const Digest& digest) { return key_of(kLost, id_bytes(digest)); }

std::string unique_id(const Identity& name) {
  const auto [scope, id] = unique_key(name);
  std::string key = key_of(kUniqueId, scope);
  key.push_back('\0');
  return key += id;
}

}  // namespace claim

namespace index {

std::string backlink(const Backlink& link) {
  std::string key = backlinks_of(link.far);
  key.push_back(static_cast<char>(link.code));
  append_big_endian(key, link.label);
  append_big_endian(key, link.holder);
  return key;
}

std::string backlinks_of(NodeId far) { return number_key(kBacklink, far); }

Backlink parse_backlink(std::string_view key) {
  KeyReader reader(key, kBacklink, 22);
  Backlink link;
  link.far = reader.take<NodeId>();
  link.code = reader.take<std::uint8_t>();
  link.label = reader.take<std::uint32_t>();
  link.holder = reader.take<NodeId>();
  return link;
}

std::string folded_backlinks(const Backlink& first) {
  std::string key = backlink(first);
  key.insert(1 + sizeof(NodeId), 1, '\0');
  return key;
}

bool is_folded(std::string_view key) {
  return key.size() > 1 + sizeof(NodeId) && key[1 + sizeof(NodeId)] == '\0';
}

Backlink parse_folded(std::string_view key) {
  KeyReader reader(key, kBacklink, 23);
  Backlink link;
  link.far = reader.take<NodeId>();
  reader.take<std::uint8_t>();
  link.code = reader.take<std::uint8_t>();
  link.label = reader.take<std::uint32_t>();
  link.holder = reader.take<NodeId>();
  return link;
}

std::string content(const Digest& digest, NodeId node) {
  std::string key = contents_of(digest);
  append_big_endian(key, node);
  return key;
}

std::string contents_of(const Digest& digest) { return key_of(kContent, id_bytes(digest)); }

std::string type(std::string_view type, NodeId node) {
  std::string key = key_of(kType, type);
  key.push_back('\0');
  append_big_endian(key, node);
  return key;
}

std::string state(std::uint8_t state, NodeId node) {
  std::string key = number_key(kState, state);
  append_big_endian(key, node);
  return key;
}

std::string tag(std::string_view tag, NodeId node) {
  std::string key = key_of(kTag, tag);
  key.push_back('\0');
  append_big_endian(key, node);
  return key;
}

std::string groups_of(NodeId node) { return number_key(kGroup, node); }

NodeId parse_group_node(std::string_view key) {
  if (key.size() < 1 + sizeof(NodeId)) throw Error(ErrorCode::damaged, "index key: too short for a node id");
  return load_big_endian<NodeId>(key.data() + 1);
}

std::string group(NodeId node, std::string_view name) { return groups_of(node).append(name); }

std::string attributes_of(std::uint32_t index) { return number_key(kAttribute, index); }

std::string attribute(std::uint32_t index, std::string_view value_key, NodeId node) {
  std::string key = attributes_of(index).append(value_key);
  append_big_endian(key, node);
  return key;
}

std::uint32_t parse_attribute(std::string_view key) {
  if (key.size() < 1 + sizeof(std::uint32_t)) throw Error(ErrorCode::damaged, "index key: too short for the number of an index");
  return load_big_endian<std::uint32_t>(key.data() + 1);
}

std::string steps_of(CellId cell) { return number_key(kStep, cell); }

std::string steps_of(CellId cell, std::string_view name) {
  std::string key = steps_of(cell).append(name);
  key.push_back('\0');
  return key;
}

std::string step(CellId cell, std::string_view name, NodeId process) {
  std::string key = steps_of(cell, name);
  append_big_endian(key, process);
  return key;
}

Step parse_step(std::string_view key) {
  constexpr std::size_t kBefore = 1 + sizeof(CellId), kBehind = 1 + sizeof(NodeId);
  if (key.size() < kBefore + kBehind || key.front() != kStep || key[key.size() - kBehind] != '\0')
    throw Error(ErrorCode::damaged, "index key: expected one of a step");
  return {key.substr(kBefore, key.size() - kBefore - kBehind), trailing_node(key)};
}

std::string step_times_of(std::string_view name) {
  std::string key = key_of(kStepTime, name);
  key.push_back('\0');
  return key;
}

std::string step_time(std::string_view name, std::int64_t time, NodeId process) {
  std::string key = step_times_of(name);
  append_big_endian(key, static_cast<std::uint64_t>(time) ^ kSignBit);
  append_big_endian(key, process);
  return key;
}

StepTime parse_step_time(std::string_view key) {
  constexpr std::size_t kBehind = 1 + sizeof(std::int64_t) + sizeof(NodeId);
  if (key.size() < 1 + kBehind || key.front() != kStepTime || key[key.size() - kBehind] != '\0')
    throw Error(ErrorCode::damaged, "index key: expected one of a step and its time");
  const auto time = load_big_endian<std::uint64_t>(key.data() + key.size() - kBehind + 1);
  return {key.substr(1, key.size() - 1 - kBehind), static_cast<std::int64_t>(time ^ kSignBit), trailing_node(key)};
}

std::string step_keys_of(const Digest& key) { return key_of(kStepKey, id_bytes(key)); }

std::string step_key(const Digest& key, NodeId process) {
  std::string entry = step_keys_of(key);
  append_big_endian(entry, process);
  return entry;
}

std::string link_page(NodeId first) { return number_key(kLinkPage, first); }

std::string backlink_page(NodeId first) { return number_key(kBacklinkPage, first); }

NodeId parse_page(std::string_view key) {
  const char kind = key.empty() ? kLinkPage : key.front();
  return KeyReader(key, kind == kBacklinkPage ? kBacklinkPage : kLinkPage, 9).take<NodeId>();
}

std::string step_place(const StepPlace& place) { return be64_text(place.cell).append(id_bytes(place.key)); }

StepPlace parse_step_place(std::string_view value) {
  StepPlace place;
  if (value.size() != sizeof(CellId) + place.key.bytes.size())
    throw Error(ErrorCode::damaged, fmt::format("index of steps: a value of {} bytes, expected 24", value.size()));
  place.cell = load_big_endian<CellId>(value.data());
  std::memcpy(place.key.bytes.data(), value.data() + sizeof(CellId), place.key.bytes.size());
  return place;
}

NodeId trailing_node(std::string_view key) {
  if (key.size() < sizeof(NodeId) + 1) throw Error(ErrorCode::damaged, "index key: too short for a node id");
  return load_big_endian<NodeId>(key.data() + key.size() - sizeof(NodeId));
}

}  // namespace index

std::string be64_text(std::uint64_t value) {
  std::string text;
  append_big_endian(text, value);
  return text;
}

std::uint64_t parse_be64(std::string_view bytes) {
  if (bytes.size() != sizeof(std::uint64_t))
    throw Error(ErrorCode::damaged, fmt::format("number: {} bytes, expected 8", bytes.size()));
  return load_big_endian<std::uint64_t>(bytes.data());
}

std::string be64_pair(std::uint64_t first, std::uint64_t second) {
  std::string text = be64_text(first);
  append_big_endian(text, second);
  return text;
}

}  // namespace cairn::format
