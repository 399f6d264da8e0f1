#include "store/repair_indexes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "format/keys.h"
#include "format/link_page.h"
#include "format/packed_links.h"
#include "graph/backlinks.h"
#include "graph/held_links.h"
#include "graph/index_entries.h"
#include "store/attribute_indexes.h"
#include "store/history.h"
#include "store/index_verification.h"
#include "store/step_index.h"
#include "store/step_verification.h"

namespace cairn::store {
namespace {

namespace index = format::index;
namespace row = format::row;
using engine::CellId;
using engine::NodeId;
using engine::Record;
using format::PackedLink;

std::string_view name_of(char letter) {
  switch (letter) {
    case index::kBacklink: return "index of backlinks";
    case index::kBacklinkPage: return "page of backlinks";
    case index::kContent: return "index of contents";
    case index::kType: return "index of types";
    case index::kState: return "index of states";
    case index::kTag: return "index of tags";
    case index::kGroup: return "index of groups";
    case index::kAttribute: return "index of attributes";
    case index::kStep:
    case index::kStepTime:
    case index::kStepKey: return "index of steps";
    default: return "index";
  }
}

graph::AttributeEntries attributes_of(const engine::View& view) {
  return unless_damaged([&] { return attribute_entries(view, view); }).value_or(graph::AttributeEntries());
}

// What the index has too much.
class StaleEntries {
 public:
  explicit StaleEntries(RepairPass& pass)
      : pass_(pass), view_(pass.view()), check_{.state = pass.state, .view = *view_, .index_walk = view_->indexes()},
        edits_(pass, format::kRootCell, "take wrong entries out of indexes") {
    check_.attributes = attributes_of(*view_);
  }

  void remove() {
    const auto cursor = view_->indexes();
    for (bool more = cursor->seek(""); more; more = cursor->next())
      if (cursor->key().empty() || cursor->key()[0] != index::kLinkPage) look_at(cursor->key(), cursor->value());
    edits_.flush();
  }

 private:
  bool is_right(std::string_view key, std::string_view value) {
    const bool was_checked = unless_damaged([&] { return check_index_entry(check_, key, value), true; }).has_value();
    const bool is_clean = check_.findings.all().empty();
    check_.findings.all().clear();
    return was_checked && is_clean;
  }

  void look_at(std::string_view key, std::string_view value) {
    if (is_right(key, value)) return;
    const char letter = key.empty() ? '\0' : key[0];
    pass_.log.count("rebuilt", name_of(letter), "an entry says what nothing else does");
    edits_.index(std::string(key), std::nullopt);
    if (letter == index::kBacklink && key.size() > 1) keep_row(key, value);
    if (letter == index::kBacklinkPage) keep_page(key, value);
  }

  void keep_row(std::string_view key, std::string_view value) {
    const auto links = unless_damaged([&] { return graph::backlinks_in_row(key, value); });
    if (links && index::is_folded(key)) keep(graph::far_node(key), *links);
  }
  void keep_page(std::string_view key, std::string_view value) {
    static_cast<void>(unless_damaged([&] {
      format::visit_page(index::parse_page(key), value, [&](NodeId far, std::string_view packed) {
        if (const auto links = unless_damaged([&] { return format::decode_links(packed); })) keep(far, *links);
      });
      return true;
    }));
  }
  void keep(NodeId far, const std::vector<PackedLink>& backlinks) {
    for (const PackedLink& backlink : backlinks)
      if (is_held(far, backlink))
        edits_.index(graph::backlink_key(backlink.other, {far, backlink.type, backlink.outgoing, backlink.label}), "");
  }
  bool is_held(NodeId far, const PackedLink& backlink) const {
    const auto packed = graph::find_held_links(*view_, backlink.other);
    const auto held = packed ? unless_damaged([&] { return format::decode_links(*packed); }) : std::nullopt;
    return held && std::ranges::find(*held, PackedLink{far, backlink.type, backlink.outgoing, backlink.label}) != held->end();
  }

  RepairPass& pass_;
  const std::unique_ptr<engine::View> view_;
  VerificationPass check_;
  RepairEdits edits_;
};

// What it lacks.
class MissingEntries {
 public:
  explicit MissingEntries(RepairPass& pass)
      : pass_(pass), view_(pass.view()), walk_(view_->indexes()), edits_(pass, format::kRootCell, "add missing entries to indexes") {}

  void add() {
    add_for_nodes();
    add_for_links();
    visit_rows(*view_, format::kGroupCell, row::kMember, [&](std::string_view key, std::string_view) {
      const NodeId node = row::parse_member(key);
      require(index::group(node, key.substr(1, key.size() - sizeof node - 2)), "");
    });
    for (CellId cell = format::kFirstRunCell, end = end_of_cells(*view_); cell < end; ++cell) add_for_steps(cell);
    edits_.flush();
  }

 private:
  void require(const std::string& key, const std::string& value) {
    if (walk_->seek(key) && walk_->key() == key && walk_->value() == value) return;
    add_entry(key, value);
  }
  void add_entry(const std::string& key, const std::string& value) {
    pass_.log.count("rebuilt", name_of(key[0]), "an entry is missing");
    edits_.index(key, value);
  }

  void add_for_nodes() {
    const graph::AttributeEntries attributes = attributes_of(*view_);
    const auto nodes = view_->records(Record::node);
    for (bool more = nodes->seek(""); more; more = nodes->next()) {
      const NodeId id = format::parse_be64(nodes->key());
      const auto record = unless_damaged([&] { return format::decode_node(nodes->value()); });
      if (!record) continue;
      for (const std::string& key : graph::node_index_keys(id, *record)) require(key, "");
      const auto keys = unless_damaged([&] { return attributes.keys(id, *record); });
      for (const std::string& key : keys.value_or(std::vector<std::string>()))
        if (is_built(attributes, key, id)) require(key, "");
    }
  }

  // An index that is built has entries of the nodes it has come to, and maybe of later ones.
  static bool is_built(const graph::AttributeEntries& attributes, std::string_view key, NodeId id) {
    const auto of = std::ranges::find(attributes.indexes(), index::parse_attribute(key), &graph::AttributeIndex::number);
    return of != attributes.indexes().end() && (of->is_ready() || id < of->next);
  }

  void add_for_links() {
    graph::visit_held_links(
        *view_,
        [&](NodeId holder, std::string_view packed) {
          const auto links = unless_damaged([&] { return format::decode_links(packed); });
          for (const PackedLink& link : links.value_or(std::vector<PackedLink>())) {
            const PackedLink backlink{holder, link.type, link.outgoing, link.label};
            const auto is_there = unless_damaged([&] { return graph::has_backlink(*walk_, link.other, backlink); });
            if (!is_there.value_or(false)) add_entry(graph::backlink_key(holder, link), "");
          }
        },
        [](NodeId, const Error&) {});
  }

  void add_for_steps(CellId cell) {
    const auto run = unless_damaged([&] { return find_run_record(*view_, cell); }).value_or(std::nullopt);
    if (!run) return;
    visit_rows(*view_, cell, row::kStep, [&](std::string_view key, std::string_view value) {
      const auto entries = unless_damaged([&] { return entries_of_step_row(*run, cell, key, value); });
      for (const std::string& entry : entries.value_or(std::vector<std::string>()))
        require(entry, index::step_place({cell, row::parse_step(key)}));
    });
  }

  RepairPass& pass_;
  const std::unique_ptr<engine::View> view_;
  const std::unique_ptr<engine::Cursor> walk_;
  RepairEdits edits_;
};

}  // namespace

void repair_indexes(RepairPass& pass) {
  StaleEntries(pass).remove();
  MissingEntries(pass).add();
}

}  // namespace cairn::store
