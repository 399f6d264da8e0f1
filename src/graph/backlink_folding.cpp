#include "graph/backlink_folding.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "format/link_page.h"
#include "graph/backlinks.h"
#include "graph/index_entries.h"

namespace cairn::graph {
namespace {

namespace index = format::index;
using format::NodeId;
using format::PackedLink;

// The backlinks of one node, and the rows that some of them are in.
struct Backlinks {
  std::vector<PackedLink> paged, folded, plain;
  std::vector<std::string> folded_keys;

  bool has_rows() const { return !folded.empty() || !plain.empty(); }
  std::vector<PackedLink> all() const {
    std::vector<PackedLink> links = paged;
    links.insert(links.end(), folded.begin(), folded.end());
    links.insert(links.end(), plain.begin(), plain.end());
    return links;
  }
};

// One page after the other.
class Folder {
 public:
  explicit Folder(const engine::View& view) : view_(view), rows_(view.indexes()) {}

  std::optional<NodeId> run(NodeId first, std::size_t edits_max, std::vector<engine::IndexEdit>& edits) {
    bool more = rows_->seek(index::backlinks_of(format::link_page_of(first)));
    while (more && is_row()) {
      const NodeId page = format::link_page_of(far_node(rows_->key()));
      if (edits.size() >= edits_max) return page;
      more = gather(page);
      fold(page, edits);
    }
    return std::nullopt;
  }

 private:
  bool is_row() const { return rows_->key().starts_with(index::kBacklink); }

  bool gather(NodeId page) {
    nodes_.clear();
    stored_ = view_.find_index(index::backlink_page(page)).value_or(std::string());
    format::visit_page(page, stored_, [&](NodeId far, std::string_view packed) { nodes_[far].paged = format::decode_links(packed); });
    bool more = true;
    for (; more && is_row() && format::link_page_of(far_node(rows_->key())) == page; more = rows_->next()) {
      Backlinks& node = nodes_[far_node(rows_->key())];
      const bool is_folded = index::is_folded(rows_->key());
      std::vector<PackedLink> links = backlinks_in_row(rows_->key(), rows_->value());
      std::vector<PackedLink>& to = is_folded ? node.folded : node.plain;
      to.insert(to.end(), links.begin(), links.end());
      if (is_folded) node.folded_keys.emplace_back(rows_->key());
    }
    return more;
  }

  void fold(NodeId page, std::vector<engine::IndexEdit>& edits) {
    std::string row;
    for (auto& [far, node] : nodes_) {
      const std::string packed = format::encode_links(node.all());
      if (packed.size() > format::kPagedLinksMax) {
        if (node.plain.size() + node.paged.size() + node.folded_keys.size() > 1 && node.plain.size() + node.paged.size() > 0)
          fold_rows(far, node, edits);
        continue;
      }
      format::append_to_page(row, far, packed);
      if (node.has_rows()) erase_rows(far, node, edits);
    }
    if (row == stored_) return;
    edits.push_back({index::backlink_page(page), row.empty() ? std::nullopt : std::optional(std::move(row))});
  }

  static void erase_plain(NodeId far, const Backlinks& node, std::vector<engine::IndexEdit>& edits) {
    for (const PackedLink& link : node.plain)
      edits.push_back({backlink_key(link.other, {far, link.type, link.outgoing, link.label}), std::nullopt});
  }

  static void erase_rows(NodeId far, Backlinks& node, std::vector<engine::IndexEdit>& edits) {
    erase_plain(far, node, edits);
    for (std::string& key : node.folded_keys) edits.push_back({std::move(key), std::nullopt});
  }

  static void fold_rows(NodeId far, Backlinks& node, std::vector<engine::IndexEdit>& edits) {
    erase_plain(far, node, edits);
    std::vector<PackedLink> links = node.all();
    std::ranges::sort(links, {}, backlink_order);
    std::vector<engine::IndexEdit> folded;
    append_folded(far, links, folded);
    for (std::string& key : node.folded_keys)
      if (!std::ranges::binary_search(folded, key, {}, &engine::IndexEdit::key)) edits.push_back({std::move(key), std::nullopt});
    std::ranges::move(folded, std::back_inserter(edits));
  }

  const engine::View& view_;
  std::unique_ptr<engine::Cursor> rows_;
  std::map<NodeId, Backlinks> nodes_;  // of the page
  std::string stored_;                 // the page as it is
};

}  // namespace

std::optional<NodeId> fold_backlinks(const engine::View& view, NodeId first, std::size_t edits_max,
                                     std::vector<engine::IndexEdit>& edits) {
  return Folder(view).run(first, edits_max, edits);
}

}  // namespace cairn::graph
