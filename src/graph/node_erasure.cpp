#include "graph/node_erasure.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "format/link_page.h"
#include "graph/backlinks.h"
#include "graph/cursors.h"
#include "graph/held_link_walk.h"
#include "graph/index_entries.h"

namespace cairn::graph {
namespace {

namespace index = format::index;
using engine::Record;
using format::PackedLink;

// By node: the links that are to be taken from what is stored of it.
using LinksByNode = std::map<NodeId, std::vector<PackedLink>>;

// What is left of packed links; empty if nothing is.
std::string without(std::string_view packed, const std::vector<PackedLink>& gone) {
  std::vector<PackedLink> left;
  format::visit_links(packed, [&](const PackedLink& link) {
    if (!std::ranges::binary_search(gone, link)) left.push_back(link);
  });
  return left.empty() ? std::string() : format::encode_links(std::move(left));
}

// Rewrites one page: `change` gets each node and its packed links, and returns those that stay.
template <class Change>
std::string changed_page(NodeId first, std::string_view row, const Change& change) {
  std::string page;
  format::visit_page(first, row, [&](NodeId node, std::string_view packed) {
    const std::string left = change(node, packed);
    if (!left.empty()) format::append_to_page(page, node, left);
  });
  return page;
}

std::optional<std::string> row_or_none(std::string row) {
  return row.empty() ? std::nullopt : std::optional(std::move(row));
}

class Erasure {
 public:
  Erasure(const engine::View& view, std::span<const NodeId> ids, engine::Edit& edit) : view_(view), ids_(ids), edit_(edit) {}

  void erase_records(const AttributeEntries& attributes, const std::function<void(NodeId, const format::NodeRecord&)>& seen) {
    RecordWalk records(view_, Record::node);
    for (const NodeId id : ids_) {
      const auto bytes = records.find(id);
      if (!bytes) throw Error(ErrorCode::not_found, fmt::format("forget node {}: no such node", id));
      const format::NodeRecord record = format::decode_node(*bytes);
      if (seen) seen(id, record);
      edit_.records.push_back({Record::node, id, std::nullopt});
      edit_.claims.push_back({format::claim::node(record.uuid), std::nullopt});
      for (const Identity& name : record.unique_ids) edit_.claims.push_back({format::claim::unique_id(name), std::nullopt});
      for (std::string& key : node_index_keys(id, record)) erase(std::move(key));
      for (std::string& key : attributes.keys(id, record)) erase(std::move(key));
    }
  }

  void erase_links() {
    gather();
    for (auto* links : {&held_by_others_, &backlinks_of_others_})
      for (auto& [node, gone] : *links) std::ranges::sort(gone);
    erase_held();
    erase_backlinks();
  }

 private:
  bool is_gone(NodeId id) const { return std::ranges::binary_search(ids_, id); }
  void erase(std::string index_key) { edit_.indexes.push_back({std::move(index_key), std::nullopt}); }

  // What the neighbours that stay have of links to or from those that go.
  void gather() {
    HeldLinkWalk held(view_);
    BacklinkWalk backlinks(view_);
    for (const NodeId id : ids_) {
      if (const auto packed = held.find(id))
        format::visit_links(*packed, [&](const PackedLink& link) {
          if (!is_gone(link.other)) backlinks_of_others_[link.other].push_back({id, link.type, link.outgoing, link.label});
        });
      backlinks.visit(id, LinkCodes::all(), [&](const PackedLink& link) {
        if (!is_gone(link.other)) held_by_others_[link.other].push_back({id, link.type, link.outgoing, link.label});
      });
    }
  }

  // Calls `visit(first)` for each page that has one of the nodes that go, or one of `others`, once.
  template <class Visit>
  void for_each_page(const LinksByNode& others, const Visit& visit) const {
    auto other = others.begin();
    auto id = ids_.begin();
    while (id != ids_.end() || other != others.end()) {
      const NodeId next = std::min(id == ids_.end() ? UINT64_MAX : *id, other == others.end() ? UINT64_MAX : other->first);
      const NodeId first = format::link_page_of(next), last = first + (format::kLinkPageNodes - 1);
      visit(first);
      while (id != ids_.end() && *id <= last) ++id;
      while (other != others.end() && other->first <= last) ++other;
    }
  }

  // A record of a node's own counts, whatever the page says: so where that goes, what the page says goes, too.
  void erase_held() {
    RecordWalk records(view_, Record::links);
    for_each_page(held_by_others_, [&](NodeId first) {
      std::vector<NodeId> emptied;
      records.visit(first, first + format::kLinkPageNodes, [&](NodeId node, std::string_view packed) {
        const auto gone = held_by_others_.find(node);
        if (!is_gone(node) && gone == held_by_others_.end()) return true;
        std::string left = is_gone(node) ? std::string() : without(packed, gone->second);
        if (left.empty()) emptied.push_back(node);
        edit_.records.push_back({Record::links, node, row_or_none(std::move(left))});
        return true;
      });
      const auto row = view_.find_index(index::link_page(first));
      if (!row) return;
      std::string page = changed_page(first, *row, [&](NodeId node, std::string_view packed) {
        if (is_gone(node) || std::ranges::find(emptied, node) != emptied.end()) return std::string();
        const auto gone = held_by_others_.find(node);
        return gone == held_by_others_.end() ? std::string(packed) : without(packed, gone->second);
      });
      if (page != *row) edit_.indexes.push_back({index::link_page(first), row_or_none(std::move(page))});
    });
  }

  void erase_backlinks() {
    const auto rows = view_.indexes();
    for (const NodeId id : ids_) {
      const std::string prefix = index::backlinks_of(id);
      for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) erase(std::string(rows->key()));
    }
    for (const auto& [far, gone] : backlinks_of_others_) erase_rows(far, gone, *rows);
    for_each_page(backlinks_of_others_, [&](NodeId first) {
      const auto row = view_.find_index(index::backlink_page(first));
      if (!row) return;
      std::string page = changed_page(first, *row, [&](NodeId node, std::string_view packed) {
        if (is_gone(node)) return std::string();
        const auto gone = backlinks_of_others_.find(node);
        return gone == backlinks_of_others_.end() ? std::string(packed) : without(packed, gone->second);
      });
      if (page != *row) edit_.indexes.push_back({index::backlink_page(first), row_or_none(std::move(page))});
    });
  }

  // Single rows, and folded ones, which are found by the first of their links.
  void erase_rows(NodeId far, const std::vector<PackedLink>& gone, engine::Cursor& rows) {
    std::map<std::string, std::vector<PackedLink>> folded;
    for (const PackedLink& link : gone) {
      std::string plain = backlink_key(link.other, {far, link.type, link.outgoing, link.label});
      if (rows.seek(plain) && rows.key() == plain) {
        erase(std::move(plain));
        continue;
      }
      const index::Backlink first{far, format::link_code(link.type, link.outgoing), link.label, link.other};
      const std::string key = index::folded_backlinks(first);
      const std::string_view same_code = std::string_view(key).substr(0, kFoldedCodeEnd);
      if (!rows.seek_back(key) || !rows.key().starts_with(same_code)) continue;  // then it is in the page
      const auto [row, is_new] = folded.try_emplace(std::string(rows.key()));
      if (is_new) row->second = backlinks_in_row(rows.key(), rows.value());
    }
    for (auto& [key, links] : folded) {
      const std::size_t before = links.size();
      std::erase_if(links, [&](const PackedLink& link) { return std::ranges::binary_search(gone, link); });
      if (links.size() == before) continue;
      std::vector<engine::IndexEdit> left;
      append_folded(far, links, left);
      if (left.empty() || left.front().key != key) erase(key);
      std::ranges::move(left, std::back_inserter(edit_.indexes));
    }
  }

  static constexpr std::size_t kFoldedCodeEnd = 1 + sizeof(NodeId) + 2;  // index, far node, NUL, code

  const engine::View& view_;
  const std::span<const NodeId> ids_;
  engine::Edit& edit_;
  LinksByNode held_by_others_;       // by holder; `other` is one that goes
  LinksByNode backlinks_of_others_;  // by far node; `other` is the holder, one that goes
};

}  // namespace

void erase_nodes(const engine::View& view, std::span<const NodeId> ids, const AttributeEntries& attributes, engine::Edit& edit,
                 const std::function<void(NodeId, const format::NodeRecord&)>& seen) {
  Erasure erasure(view, ids, edit);
  erasure.erase_records(attributes, seen);
  erasure.erase_links();
}

}  // namespace cairn::graph
