#include "graph/held_links.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "format/keys.h"

namespace cairn::graph {
namespace {

// Walks over records and pages side by side, page by page.
class PageWalk {
 public:
  struct Page {
    NodeId first = 0;
    std::optional<std::string> row;                         // as it is stored
    std::vector<std::pair<NodeId, std::string>> records;    // of its nodes
  };

  PageWalk(const engine::View& view, NodeId first)
      : records_(view.records(engine::Record::links)), pages_(view.indexes()),
        has_record_(records_->seek(format::be64_text(format::link_page_of(first)))),
        has_page_(pages_->seek(format::index::link_page(format::link_page_of(first))) && is_page()) {}

  std::optional<Page> next() {
    if (!has_record_ && !has_page_) return std::nullopt;
    Page page;
    page.first = std::min(has_record_ ? format::link_page_of(record_id()) : UINT64_MAX, has_page_ ? page_id() : UINT64_MAX);
    if (has_page_ && page_id() == page.first) {
      page.row = pages_->value();
      has_page_ = pages_->next() && is_page();
    }
    for (; has_record_ && format::link_page_of(record_id()) == page.first; has_record_ = records_->next())
      page.records.emplace_back(record_id(), records_->value());
    return page;
  }

 private:
  bool is_page() const { return pages_->key().front() == format::index::kLinkPage; }
  NodeId record_id() const { return format::parse_be64(records_->key()); }
  NodeId page_id() const { return format::index::parse_page(pages_->key()); }

  std::unique_ptr<engine::Cursor> records_, pages_;
  bool has_record_, has_page_;
};

// The links of the nodes of one page, a record of a node's own instead of what the row says of it.
std::vector<std::pair<NodeId, std::string>> merged(PageWalk::Page page) {
  std::vector<std::pair<NodeId, std::string>> nodes = std::move(page.records);
  if (!page.row) return nodes;
  const std::size_t own = nodes.size();
  format::visit_page(page.first, *page.row, [&](NodeId node, std::string_view packed) {
    const auto end = nodes.begin() + static_cast<std::ptrdiff_t>(own);
    if (std::find_if(nodes.begin(), end, [&](const auto& one) { return one.first == node; }) == end)
      nodes.emplace_back(node, packed);
  });
  std::ranges::sort(nodes, {}, &std::pair<NodeId, std::string>::first);
  return nodes;
}

}  // namespace

std::optional<std::string> find_held_links(const engine::View& view, NodeId node) {
  if (auto own = view.find_record(engine::Record::links, node)) return own;
  const auto page = view.find_index(format::index::link_page(format::link_page_of(node)));
  if (!page) return std::nullopt;
  const auto packed = format::find_in_page(*page, node);
  return packed ? std::optional<std::string>(*packed) : std::nullopt;
}

void visit_held_links(const engine::View& view, const std::function<void(NodeId node, std::string_view packed)>& visit,
                      const std::function<void(NodeId first, const Error& error)>& damaged) {
  PageWalk walk(view, 0);
  while (auto page = walk.next()) {
    const NodeId first = page->first;
    std::vector<std::pair<NodeId, std::string>> nodes;
    try {
      nodes = merged(std::move(*page));
    } catch (const Error& error) {
      damaged(first, error);
    }
    for (const auto& [node, packed] : nodes) visit(node, packed);
  }
}

std::optional<NodeId> fold_held_links(const engine::View& view, NodeId first, std::size_t edits_max, engine::Edit& edit) {
  PageWalk walk(view, first);
  while (auto page = walk.next()) {
    if (edit.records.size() + edit.indexes.size() >= edits_max) return page->first;
    const auto is_small = [](const auto& one) { return one.second.size() <= format::kPagedLinksMax; };
    if (std::ranges::none_of(page->records, is_small)) continue;
    const NodeId begin = page->first;
    std::string row;
    std::vector<NodeId> gone;
    for (const auto& [node, packed] : page->records)
      if (packed.size() <= format::kPagedLinksMax) gone.push_back(node);
    for (const auto& [node, packed] : merged(std::move(*page)))
      if (packed.size() <= format::kPagedLinksMax) format::append_to_page(row, node, packed);
    for (const NodeId node : gone) edit.records.push_back({engine::Record::links, node, std::nullopt});
    edit.indexes.push_back({format::index::link_page(begin), std::move(row)});
  }
  return std::nullopt;
}

}  // namespace cairn::graph
