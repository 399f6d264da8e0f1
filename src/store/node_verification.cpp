#include "store/node_verification.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "format/step_attempts.h"
#include "graph/backlinks.h"
#include "graph/held_links.h"
#include "graph/index_entries.h"

namespace cairn::store {
namespace {

using engine::BlobKind;
using engine::NodeId;
using engine::Record;

std::string hex_of(std::string_view bytes) {
  return base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

// An index that is built has entries of the nodes it has come to, and maybe of later ones.
void require_attributes(VerificationPass& pass, NodeId id, const format::NodeRecord& record) {
  for (const std::string& key : pass.attributes.keys(id, record)) {
    const auto index =
        std::ranges::find(pass.attributes.indexes(), format::index::parse_attribute(key), &graph::AttributeIndex::number);
    if (index->is_ready() || id < index->next) pass.require_index(key, "node", record.uuid.text());
  }
}

void require_names(VerificationPass& pass, NodeId id, const format::NodeRecord& record) {
  const auto leads_here = [&](const std::optional<std::string>& owner) { return owner && format::parse_be64(*owner) == id; };
  if (!leads_here(pass.view.find_claim(format::claim::node(record.uuid))))
    pass.findings.add("node", record.uuid.text(), "its UUID does not lead to it");
  for (const Identity& name : record.unique_ids)
    if (!leads_here(pass.view.find_claim(format::claim::unique_id(name))))
      pass.findings.add("node", record.uuid.text(), fmt::format("its id {} in scope {} does not lead to it", name.id, name.scope));
}

void require_content(VerificationPass& pass, const format::NodeRecord& record) {
  const std::string id = record.uuid.text();
  if (const auto* object = std::get_if<ObjectId>(&record.content))
    pass.require_blob({BlobKind::object, object->digest}, "node", id, "its content");
  if (const auto* artifact = std::get_if<ArtifactId>(&record.content))
    pass.require_blob({BlobKind::artifact, artifact->digest}, "node", id, "its content");
  pass.require_parts(record.attributes, "node", id, "a part of its attributes");
  pass.require_parts(record.extras, "node", id, "a part of its extras");
}

void check_group_row(VerificationPass& pass, std::string_view key, std::string_view value) {
  if (key.empty()) return;
  if (key[0] == format::row::kGroup)
    return pass.require_parts(format::decode_group(value).extras, "group", std::string(key.substr(1)), "a part of its extras");
  if (key[0] != format::row::kMember) return;
  const NodeId id = format::row::parse_member(key);
  const std::string name(key.substr(1, key.size() - sizeof id - 2));
  if (!pass.view.find_row(format::kGroupCell, format::row::group(name)))
    pass.findings.add("group", name, "it has members and no record");
  if (!pass.view.find_record(Record::node, id))
    pass.findings.add("group", name, fmt::format("its member, node number {}, is missing", id));
  pass.require_index(format::index::group(id, name), "group", name);
}

void check_invalidations(VerificationPass& pass) {
  const auto rows = pass.view.rows(format::kReuseCell);
  for (bool more = rows->seek(""); more; more = rows->next())
    pass.findings.guarded("row", hex_of(rows->key()), [&] {
      if (rows->key().starts_with(format::row::kInvalidation)) format::decode_step_invalidation(rows->value());
    });
}

// A number that was given out twice would be two things.
void check_next(VerificationPass& pass, const std::string& row, std::uint64_t first, std::optional<std::uint64_t> last,
                std::string_view what) {
  const auto value = pass.view.find_row(format::kRootCell, row);
  const std::uint64_t next = value ? format::parse_be64(*value) : first;
  if (last && *last >= next)
    pass.findings.add("row", row, fmt::format("the next {} would be number {}, and there is one with number {}", what, next, *last));
}

std::optional<NodeId> last_node(const engine::View& view) {
  const auto nodes = view.records(Record::node);
  return nodes->seek_back(format::be64_text(UINT64_MAX)) ? std::optional(format::parse_be64(nodes->key())) : std::nullopt;
}

std::optional<CellId> last_run(const engine::View& view) {
  std::optional<CellId> last;
  const auto claims = view.claims();
  for (bool more = claims->seek(std::string(1, format::claim::kRunName)); more && claims->key()[0] == format::claim::kRunName;
       more = claims->next())
    last = std::max(last.value_or(0), format::parse_be64(claims->value()));
  return last;
}

void check_labels(VerificationPass& pass) {
  std::uint32_t expected = 1;
  const std::string prefix(1, format::row::kLabel);
  const auto rows = pass.view.rows(format::kRootCell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next(), ++expected)
    if (const std::uint32_t found = format::row::parse_label(rows->key()); found != expected)
      return pass.findings.add("row", prefix, fmt::format("label number {} is missing", expected));
}

}  // namespace

void check_nodes(VerificationPass& pass) {
  const auto nodes = pass.view.records(Record::node);
  for (bool more = nodes->seek(""); more; more = nodes->next()) {
    const NodeId id = format::parse_be64(nodes->key());
    pass.findings.guarded("node", std::to_string(id), [&] { check_node(pass, id, nodes->value()); });
  }
  graph::visit_held_links(
      pass.view,
      [&](NodeId id, std::string_view packed) {
        pass.findings.guarded("links", std::to_string(id), [&] { check_links(pass, id, packed); });
      },
      [&](NodeId first, const Error& error) { pass.findings.add("links", std::to_string(first), error.what()); });
}

void check_node(VerificationPass& pass, NodeId id, std::string_view bytes) {
  ++pass.counts.node_count;
  const format::NodeRecord record = format::decode_node(bytes);
  require_names(pass, id, record);
  require_content(pass, record);
  for (const std::string& key : graph::node_index_keys(id, record)) pass.require_index(key, "node", record.uuid.text());
  require_attributes(pass, id, record);
}

void check_links(VerificationPass& pass, NodeId id, std::string_view packed) {
  if (!pass.view.find_record(Record::node, id)) pass.findings.add("links", std::to_string(id), "the node that holds them is missing");
  for (const format::PackedLink& link : format::decode_links(packed)) {
    ++pass.counts.link_count;
    if (!pass.view.find_record(Record::node, link.other))
      pass.findings.add("links", std::to_string(id), fmt::format("they lead to node number {}, which is missing", link.other));
    pass.state.labels().text(link.label, pass.view);
    if (!graph::has_backlink(*pass.index_walk, link.other, {id, link.type, link.outgoing, link.label}))
      pass.findings.add("links", std::to_string(id), fmt::format("one to node number {} is missing from index 'b'", link.other));
  }
}

void check_groups(VerificationPass& pass) {
  const auto rows = pass.view.rows(format::kGroupCell);
  for (bool more = rows->seek(""); more; more = rows->next())
    pass.findings.guarded("group", std::string(rows->key().substr(std::min<std::size_t>(1, rows->key().size()))),
                          [&] { check_group_row(pass, rows->key(), rows->value()); });
}

void check_numbers(VerificationPass& pass) {
  check_invalidations(pass);
  pass.findings.guarded("row", "root", [&] {
    check_next(pass, format::row::next_node(), 1, last_node(pass.view), "node");
    check_next(pass, format::row::next_cell(), format::kFirstRunCell, last_run(pass.view), "run");
    check_labels(pass);
  });
}

}  // namespace cairn::store
