#include "graph/reader.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/clock.h"
#include "format/packed_links.h"
#include "graph/backlinks.h"
#include "graph/cursors.h"
#include "graph/held_links.h"
#include "graph/index_entries.h"
#include "graph/leases.h"

namespace cairn::graph {
namespace {

namespace index = format::index;
using engine::Record;
using format::NodeRecord;

[[noreturn]] void throw_unknown(NodeId id) {
  throw Error(ErrorCode::not_found, fmt::format("read node {}: no such node", id));
}

NodeRecord read_record(RecordWalk& walk, NodeId id) {
  const std::optional<std::string_view> bytes = walk.find(id);
  if (!bytes) throw_unknown(id);
  return format::decode_node(*bytes);
}

}  // namespace

std::optional<NodeId> GraphReader::find_id(const Uuid& uuid) const {
  const std::optional<std::string> owner = view_.find_claim(format::claim::node(uuid));
  return owner ? std::optional(format::parse_be64(*owner)) : std::nullopt;
}

NodeId GraphReader::get_id(const Uuid& uuid) const { return get_ids(std::span(&uuid, 1)).front(); }

std::vector<NodeId> GraphReader::get_ids(std::span<const Uuid> uuids) const {
  std::vector<std::string> keys;
  keys.reserve(uuids.size());
  for (const Uuid& uuid : uuids) keys.push_back(format::claim::node(uuid));
  std::vector<NodeId> ids;
  ids.reserve(uuids.size());
  view_.find_claims(keys, [&](std::size_t i, std::optional<std::string_view> owner) {
    if (!owner) throw Error(ErrorCode::not_found, fmt::format("find node {}: no such node", uuids[i].text()));
    ids.push_back(format::parse_be64(*owner));
  });
  return ids;
}

std::optional<StoredNode> GraphReader::find_node(const Uuid& uuid) const {
  const std::optional<NodeId> id = find_id(uuid);
  if (!id) return std::nullopt;
  const std::optional<std::string> bytes = view_.find_record(Record::node, *id);
  // A claim may outlive the commit it was made for, on engines that make it before.
  if (!bytes) return std::nullopt;
  return StoredNode{*id, format::decode_node(*bytes)};
}

NodeRecord GraphReader::get_record(NodeId id) const {
  const std::optional<std::string> bytes = view_.find_record(Record::node, id);
  if (!bytes) throw_unknown(id);
  return format::decode_node(*bytes);
}

std::vector<NodeRecord> GraphReader::get_records(std::span<const NodeId> ids) const {
  RecordWalk walk(view_, Record::node);
  std::vector<NodeRecord> records;
  records.reserve(ids.size());
  for (const NodeId id : ids) records.push_back(read_record(walk, id));
  return records;
}

std::vector<StoredLink> GraphReader::links_of(NodeId id) const {
  if (!view_.find_record(Record::node, id)) throw_unknown(id);
  std::vector<StoredLink> links;
  if (const std::optional<std::string> bytes = find_held_links(view_, id))
    format::visit_links(*bytes,
                        [&](const format::PackedLink& link) { links.push_back(stored_link(id, link)); });
  append_backlinks(id, links);
  std::sort(links.begin(), links.end());
  return links;
}

// Asked with every checkpoint, so all states share one cursor: opening one costs as much as four seeks.
std::vector<StoredNode> GraphReader::unfinished(CellId cell) const {
  const std::vector<NodeBlock> blocks = blocks_of(view_, cell);
  const auto cursor = view_.indexes();
  std::vector<StoredNode> found;
  bool more = cursor->seek(index::state(0, 0));
  for (const NodeState state : {NodeState::created, NodeState::waiting, NodeState::running, NodeState::paused}) {
    const auto number = static_cast<std::uint8_t>(state);
    for (const NodeBlock& block : blocks) {
      const std::string begin = index::state(number, block.first), end = index::state(number, block.first + block.count);
      if (more && cursor->key() < begin) more = cursor->seek(begin);  // often there is nothing up to here or beyond
      for (; more && cursor->key() < end; more = cursor->next()) {
        const NodeId id = index::trailing_node(cursor->key());
        const std::optional<std::string> bytes = view_.find_record(Record::node, id);
        if (!bytes) continue;  // indexes are derived: an entry may have no record
        NodeRecord record = format::decode_node(*bytes);
        if (record.state == state && record.cell == cell) found.push_back({id, std::move(record)});
      }
    }
  }
  return found;
}

Node GraphReader::public_node(const NodeRecord& record) {
  Node node;
  node.uuid = record.uuid;
  node.kind = record.kind;
  node.state = record.state;
  node.type = record.type;
  node.label = record.label;
  node.description = record.description;
  node.created = base::timestamp(record.created);
  node.modified = base::timestamp(record.modified);
  node.exit_status = record.exit_status;
  node.exit_message = record.exit_message;
  node.code_version = record.code_version;
  node.tags = record.tags;
  node.unique_ids = record.unique_ids;
  node.content = record.content;
  node.size_bytes = record.size;
  return node;
}

std::vector<Link> GraphReader::public_links(std::span<const StoredLink> links) const {
  RecordWalk walk(view_, Record::node);
  std::vector<NodeId> ids;
  for (const StoredLink& link : links) ids.insert(ids.end(), {link.source, link.target});
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::unordered_map<NodeId, Uuid> uuids;
  for (const NodeId id : ids) uuids.emplace(id, read_record(walk, id).uuid);

  std::vector<Link> found;
  found.reserve(links.size());
  for (const StoredLink& link : links)
    found.push_back({uuids.at(link.source), uuids.at(link.target), link.type,
                     std::string(labels_.text(link.label, view_))});
  return found;
}

void GraphReader::append_backlinks(NodeId far, std::vector<StoredLink>& links) const {
  BacklinkWalk(view_).visit(far, LinkCodes::all(), [&](const format::PackedLink& link) {
    links.push_back(stored_link(link.other, {far, link.type, link.outgoing, link.label}));
  });
}

}  // namespace cairn::graph
