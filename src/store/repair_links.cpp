#include "store/repair_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "format/keys.h"
#include "format/link_page.h"
#include "format/packed_links.h"
#include "graph/backlinks.h"
#include "graph/held_links.h"

namespace cairn::store {
namespace {

namespace index = format::index;
using engine::NodeId;
using engine::Record;
using format::PackedLink;

constexpr std::size_t kRestoredAtOnce = 100'000;  // links

class LinkRepair {
 public:
  explicit LinkRepair(RepairPass& pass) : pass_(pass) {}

  void run() {
    mend_pages();
    mend_links();
    restore_lost();
  }

 private:
  // Of a page that cannot be read through, the nodes in front of the damage stay.
  void mend_pages() {
    const auto view = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "repair pages of links");
    const auto cursor = view->indexes();
    const std::string prefix(1, index::kLinkPage);
    for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next()) {
      const auto first = unless_damaged([&] { return index::parse_page(cursor->key()); });
      const bool is_page = first && format::link_page_of(*first) == *first;
      std::string whole;
      if (is_page && append_whole(*first, cursor->value(), whole)) continue;
      pass_.keep_aside(fmt::format("links-{}", first.value_or(0)), cursor->value());
      pass_.log.add("rebuilt", "page of links", std::to_string(first.value_or(0)), "it cannot be read");
      edits.index(std::string(cursor->key()), whole.empty() ? std::nullopt : std::optional(whole));
    }
    edits.flush();
  }

  // False if some of it is damaged.
  static bool append_whole(NodeId first, std::string_view page, std::string& whole) {
    bool is_whole = true;
    const auto visit = [&](NodeId node, std::string_view packed) {
      if (unless_damaged([&] { return format::decode_links(packed); })) format::append_to_page(whole, node, packed);
      else is_whole = false;
    };
    const auto visit_all = [&] { return format::visit_page(first, page, visit), true; };
    return unless_damaged(visit_all).has_value() && is_whole;
  }

  void mend_links() {
    const auto view = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "repair links");
    graph::visit_held_links(
        *view, [&](NodeId node, std::string_view packed) { mend(*view, node, packed, edits); },
        [](NodeId, const Error&) {});  // only in a dry run, which has told of it
    edits.flush();
    take_from_pages();
  }

  void mend(const engine::View& view, NodeId node, std::string_view packed, RepairEdits& edits) {
    const bool has_node = view.find_record(Record::node, node).has_value();
    auto links = unless_damaged([&] { return format::decode_links(packed); });
    if (!links) {
      pass_.keep_aside(fmt::format("links-{}", node), packed);
      pass_.log.add("rebuilt", "links of a node", std::to_string(node), "they cannot be read");
    }
    std::vector<PackedLink> kept = links && has_node ? std::move(*links) : std::vector<PackedLink>();
    const std::size_t before = kept.size();
    std::erase_if(kept, [&](const PackedLink& link) { return !view.find_record(Record::node, link.other); });
    if (links && has_node && kept.size() == before) return;
    if (links && !has_node) pass_.log.add("given up", "links of a node", std::to_string(node), "the node that holds them is missing");
    if (links && has_node) pass_.log.add("given up", "links of a node", std::to_string(node),
                                         fmt::format("{} lead to nodes that are missing", before - kept.size()));
    edits.record(Record::links, node, kept.empty() ? std::nullopt : std::optional(format::encode_links(std::move(kept))));
    gone_from_pages_[format::link_page_of(node)].insert(node);
  }

  // A record of a node's own counts instead of what its page says; where there is none any more, the page must not say anything.
  void take_from_pages() {
    const auto view = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "repair pages of links");
    for (const auto& [first, gone] : gone_from_pages_) {
      const auto page = view->find_index(index::link_page(first));
      if (!page) continue;
      std::string kept;
      static_cast<void>(unless_damaged([&] {
        format::visit_page(first, *page, [&](NodeId node, std::string_view packed) {
          if (!gone.contains(node)) format::append_to_page(kept, node, packed);
        });
        return true;
      }));
      if (kept != *page) edits.index(index::link_page(first), kept.empty() ? std::nullopt : std::optional(kept));
    }
    edits.flush();
    gone_from_pages_.clear();
  }

  // A node without any links, of which others say that it holds some: they were written in one commit, so what it held is lost.
  void restore_lost() {
    const auto view = pass_.view();
    const auto cursor = view->indexes();
    for (const char letter : {index::kBacklink, index::kBacklinkPage}) {
      const std::string prefix(1, letter);
      for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next())
        static_cast<void>(unless_damaged([&] {
          letter == index::kBacklink ? look_at_row(*view, cursor->key(), cursor->value())
                                     : look_at_page(*view, cursor->key(), cursor->value());
          return true;
        }));
    }
    write_restored();
  }

  void look_at_row(const engine::View& view, std::string_view key, std::string_view value) {
    for (const PackedLink& backlink : graph::backlinks_in_row(key, value)) look_at(view, graph::far_node(key), backlink);
  }
  void look_at_page(const engine::View& view, std::string_view key, std::string_view value) {
    format::visit_page(index::parse_page(key), value, [&](NodeId far, std::string_view packed) {
      for (const PackedLink& backlink : format::decode_links(packed)) look_at(view, far, backlink);
    });
  }

  void look_at(const engine::View& view, NodeId far, const PackedLink& backlink) {
    const NodeId holder = backlink.other;
    if (!is_lost(view, holder) || !view.find_record(Record::node, far)) return;
    restored_[holder].push_back({far, backlink.type, backlink.outgoing, backlink.label});
    if (++restored_count_ >= kRestoredAtOnce) write_restored();
  }
  bool is_lost(const engine::View& view, NodeId holder) {
    if (holders_.contains(holder)) return true;
    const bool holds_none = !unless_damaged([&] { return graph::find_held_links(view, holder); }).value_or(std::nullopt);
    if (!holds_none || !view.find_record(Record::node, holder)) return false;
    return holders_.insert(holder).second;
  }

  void write_restored() {
    const auto now = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "restore links");
    for (auto& [holder, links] : restored_) {
      pass_.log.add("rebuilt", "links of a node", std::to_string(holder), fmt::format("{} are in the index of backlinks alone", links.size()));
      if (const auto before = now->find_record(Record::links, holder)) {
        const auto known = format::decode_links(*before);
        links.insert(links.end(), known.begin(), known.end());
      }
      edits.record(Record::links, holder, format::encode_links(std::move(links)));
    }
    edits.flush();
    restored_.clear();
    restored_count_ = 0;
  }

  RepairPass& pass_;
  std::map<NodeId, std::set<NodeId>> gone_from_pages_;  // by the first node of the page
  std::set<NodeId> holders_;                            // whose links are lost
  std::map<NodeId, std::vector<PackedLink>> restored_;
  std::size_t restored_count_ = 0;
};

}  // namespace

void repair_links(RepairPass& pass) { LinkRepair(pass).run(); }

}  // namespace cairn::store
