// LinkFollower: from a node along its links of some types, in one direction or both.
#pragma once

#include <cairn/lineage.h>

#include <cstddef>
#include <span>

#include "engine/engine.h"
#include "format/packed_links.h"
#include "graph/backlinks.h"
#include "graph/held_link_walk.h"
#include "graph/link_memory.h"
#include "graph/link_pages.h"
#include "graph/reader.h"

namespace cairn::graph {

/// Best asked for nodes in order of id: then its cursors only move forward. Not thread-safe.
class LinkFollower {
 public:
  LinkFollower(const LinkSource& source, Direction direction, LinkTypes types);
  LinkFollower(const LinkFollower&) = delete;
  LinkFollower& operator=(const LinkFollower&) = delete;

  /// Each link that leads on from a node is among those that it holds or among those that other nodes hold.
  bool follows_held() const { return !held_codes_.empty(); }
  bool follows_back() const { return !back_codes_.empty(); }
  /// True if such a link leads on from both of its ends.
  bool leads_both_ways(const format::PackedLink& link) const {
    const std::uint8_t code = format::link_code(link.type, link.outgoing);
    return held_codes_.has(code) && back_codes_.has(code);
  }
  bool any_leads_both_ways() const { return any_both_ways_; }

  /// Calls `visit(holder, link, reached)` for each of the links that node `id` holds and that lead on from it; `link` is as its
  /// holder has it. Throws damaged.
  template <class Visit>
  void visit_held(NodeId id, Visit&& visit) {
    const auto visit_link = [&](const format::PackedLink& link) {
      if (held_codes_.has(format::link_code(link.type, link.outgoing))) visit(id, link, link.other);
    };
    if (const LinkPage* page = links_->held.find(id, read_held_)) return page->visit(id, visit_link);
    if (const auto bytes = held_.find(id)) format::visit_links(*bytes, visit_link);
  }
  /// The same for links that others hold.
  template <class Visit>
  void visit_back(NodeId id, Visit&& visit) {
    const auto visit_link = [&](const format::PackedLink& link) {
      if (back_codes_.has(format::link_code(link.type, link.outgoing)))
        visit(link.other, format::PackedLink{id, link.type, link.outgoing, link.label}, link.other);
    };
    if (const LinkPage* page = links_->back.find(id, read_back_)) return page->visit(id, visit_link);
    backlinks_.visit(id, back_codes_, visit_link);
  }
  /// visit_held() for all `ids`, in order. They lie anywhere in memory: what the next ones need is fetched meanwhile.
  template <class Visit>
  void visit_held(std::span<const NodeId> ids, Visit&& visit) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      prefetch(links_->held, ids, i);
      visit_held(ids[i], visit);
    }
  }
  template <class Visit>
  void visit_back(std::span<const NodeId> ids, Visit&& visit) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      prefetch(links_->back, ids, i);
      visit_back(ids[i], visit);
    }
  }
  /// Calls `visit(reached)` for each link of either kind.
  template <class Visit>
  void visit(NodeId id, Visit&& visit) {
    const auto visit_end = [&](NodeId, const format::PackedLink&, NodeId reached) { visit(reached); };
    if (follows_held()) visit_held(id, visit_end);
    if (follows_back()) visit_back(id, visit_end);
  }

 private:
  static constexpr std::size_t kRangesAhead = 16, kLinksAhead = 8;

  [[gnu::always_inline]] static void prefetch(const LinkPages& pages, std::span<const NodeId> ids, std::size_t i) {
    if (i + kRangesAhead < ids.size())
      if (const LinkPage* page = pages.peek(ids[i + kRangesAhead])) page->prefetch_range(ids[i + kRangesAhead]);
    if (i + kLinksAhead < ids.size())
      if (const LinkPage* page = pages.peek(ids[i + kLinksAhead])) page->prefetch_links(ids[i + kLinksAhead]);
  }
  bool read_held(NodeId first, bool thoroughly, LinkPage& page);
  bool read_back(NodeId first, bool thoroughly, LinkPage& page);

  // A fan of a million is read row by row.
  static constexpr std::size_t kPageBytesMax = 1 << 20;

  LinkCodes held_codes_;  // followed in the record of the node they are held by
  LinkCodes back_codes_;  // followed in the backlinks of their far node
  bool any_both_ways_ = false;
  HeldLinkWalk held_;
  BacklinkWalk backlinks_;
  const LinkPages::Read read_held_, read_back_;
  const BorrowedLinks links_;
};

/// True if one of the links that the follower follows leads on from the node.
bool leads_on(LinkFollower& links, NodeId id);

}  // namespace cairn::graph
