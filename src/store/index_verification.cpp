#include "store/index_verification.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/backlinks.h"
#include "graph/held_links.h"
#include "graph/index_entries.h"
#include "store/step_index.h"

namespace cairn::store {
namespace {

using engine::NodeId;
using engine::Record;

class IndexCheck {
 public:
  explicit IndexCheck(VerificationPass& pass) : pass_(pass), view_(pass.view) {}

  void check(std::string_view key, std::string_view value) {
    switch (key.empty() ? '\0' : key[0]) {
      case format::index::kBacklink: return check_backlinks(key, value);
      case format::index::kGroup: return check_group_of(key);
      case format::index::kStep:
      case format::index::kStepTime:
      case format::index::kStepKey: return check_step(key, value);
      case format::index::kAttribute: return check_attribute(key);
      case format::index::kLinkPage: return check_page(key);
      case format::index::kBacklinkPage: return check_backlink_page(key, value);
      default: return check_node_entry(key);
    }
  }

 private:
  void add(std::string_view key, std::string problem) { pass_.findings.add("index", std::string(key.substr(0, 1)), std::move(problem)); }
  void stale(std::string_view key, NodeId id) { add(key, fmt::format("an entry for node number {} says what the node does not", id)); }

  void check_node_entry(std::string_view key) {
    const NodeId id = format::index::trailing_node(key);
    const auto bytes = view_.find_record(Record::node, id);
    if (!bytes) return stale(key, id);
    const auto expected = graph::node_index_keys(id, format::decode_node(*bytes));
    if (std::ranges::find(expected, key) == expected.end()) stale(key, id);
  }

  void check_backlinks(std::string_view key, std::string_view value) {
    const NodeId far = graph::far_node(key);
    for (const format::PackedLink& backlink : graph::backlinks_in_row(key, value)) check_backlink(far, backlink);
  }

  void check_backlink(NodeId far, const format::PackedLink& backlink) {
    const auto bytes = graph::find_held_links(view_, backlink.other);
    const auto held = bytes ? format::decode_links(*bytes) : std::vector<format::PackedLink>();
    if (std::ranges::find(held, format::PackedLink{far, backlink.type, backlink.outgoing, backlink.label}) == held.end())
      stale("b", backlink.other);
  }

  // What a page of links says of its nodes is checked with their links.
  void check_page(std::string_view key) {
    const NodeId first = format::index::parse_page(key);
    if (format::link_page_of(first) != first) add(key, fmt::format("a page begins with node number {}", first));
  }

  void check_backlink_page(std::string_view key, std::string_view value) {
    check_page(key);
    format::visit_page(format::index::parse_page(key), value, [&](NodeId far, std::string_view packed) {
      for (const format::PackedLink& backlink : format::decode_links(packed)) check_backlink(far, backlink);
    });
  }

  void check_group_of(std::string_view key) {
    const NodeId id = format::index::parse_group_node(key);
    const std::string_view name = key.substr(1 + sizeof(NodeId));
    if (!view_.find_row(format::kGroupCell, format::row::member(name, id)))
      add(key, fmt::format("node number {} is not in group {}", id, name));
  }

  void check_step(std::string_view key, std::string_view value) {
    const StepPlace place = format::index::parse_step_place(value);
    const auto step = find_step_record(view_, place);
    if (!step || std::ranges::count(step_index_keys(*step, place), key) == 0)
      add(key, fmt::format("an entry leads to a step of cell {} that is another or missing", place.cell));
  }

  // Of an index that is dropped, any entry may be left.
  void check_attribute(std::string_view key) {
    const NodeId id = format::index::trailing_node(key);
    const std::uint32_t number = format::index::parse_attribute(key);
    const auto& indexes = pass_.attributes.indexes();
    const auto index = std::ranges::find(indexes, number, &graph::AttributeIndex::number);
    if (index == indexes.end()) {
      if (!graph::find_attribute_index(view_, number))
        add(key, fmt::format("an entry for node number {} is of an index that does not exist", id));
      return;
    }
    const auto bytes = view_.find_record(Record::node, id);
    const auto keys = bytes ? pass_.attributes.keys(id, format::decode_node(*bytes)) : std::vector<std::string>();
    if (std::ranges::find(keys, key) == keys.end())
      add(key, fmt::format("an entry for node number {} in the index of {} says what the node does not", id, index->path.text()));
  }

  VerificationPass& pass_;
  const engine::View& view_;
};

}  // namespace

void check_index_entry(VerificationPass& pass, std::string_view key, std::string_view value) { IndexCheck(pass).check(key, value); }

void check_indexes(VerificationPass& pass) {
  IndexCheck check(pass);
  const auto cursor = pass.view.indexes();
  for (bool more = cursor->seek(""); more; more = cursor->next())
    pass.findings.guarded("index", std::string(cursor->key().substr(0, std::min<std::size_t>(1, cursor->key().size()))),
                          [&] { check.check(cursor->key(), cursor->value()); });
}

}  // namespace cairn::store
