#include "graph/traversal.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "format/packed_links.h"
#include "graph/backlinks.h"
#include "graph/cursors.h"
#include "graph/id_set.h"
#include "graph/link_pages.h"
#include "graph/rules.h"

namespace cairn::graph {
namespace {

class Traversal {
 public:
  Traversal(const engine::View& view, Direction direction, const TraversalOptions& options,
            CollectLinks collect)
      : options_(options),
        collect_(collect),
        links_(view, engine::Record::links),
        backlinks_(view),
        held_pages_([this](NodeId first, LinkPage& page) { return read_held(first, page); }),
        back_pages_([this](NodeId first, LinkPage& page) { return read_back(first, page); }) {
    for (const LinkRule& rule : link_rules()) {
      if (!options.links.has(rule.type)) continue;
      // Against the arrows a link leads from its target to its source: from the holder if that is the target.
      const bool from_holder = rule.held_by_source == (direction == Direction::down);
      const std::uint8_t code = format::link_code(rule.type, rule.held_by_source);
      if (from_holder || rule.both_ways) held_codes_.add(code);
      if (!from_holder || rule.both_ways) back_codes_.add(code);
    }
  }

  TraversalResult run(std::span<const NodeId> starts) {
    for (const NodeId start : starts) reach(start);
    for (std::uint64_t depth = 0; !next_.empty(); ++depth) {
      // In order of id, both cursors only move forward within a depth.
      std::sort(next_.begin(), next_.end());
      frontier_.swap(next_);
      next_.clear();
      for (const NodeId id : frontier_) result_.nodes.push_back({id, depth});
      if (depth >= options_.depth_max) break;
      if (!held_codes_.empty())
        for (const NodeId id : frontier_) follow_held(id);
      if (!back_codes_.empty())
        for (const NodeId id : frontier_) follow_back(id);
    }
    return std::move(result_);
  }

 private:
  void reach(NodeId id) {
    if (!seen_.insert(id)) return;
    if (seen_.size() > options_.nodes_max)
      throw Error(ErrorCode::limit,
                  fmt::format("traverse the graph: more than {} nodes", options_.nodes_max));
    next_.push_back(id);
  }

  void follow(NodeId holder, const format::PackedLink& link, NodeId reached) {
    reach(reached);
    ++result_.link_count;
    if (collect_ == CollectLinks::no) return;
    const StoredLink followed = stored_link(holder, link);
    // One that is walked in both directions is met at both ends.
    if (!link_rule(link.type).both_ways || mutual_.insert(followed).second) result_.links.push_back(followed);
  }

  void follow_held(NodeId id) {
    const auto visit = [&](const format::PackedLink& link) {
      if (held_codes_.has(format::link_code(link.type, link.outgoing))) follow(id, link, link.other);
    };
    if (const LinkPage* page = held_pages_.find(id)) return page->visit(id, visit);
    if (const auto bytes = links_.find(id)) format::visit_links(*bytes, visit);
  }

  void follow_back(NodeId id) {
    const auto visit = [&](const format::PackedLink& link) {
      if (back_codes_.has(format::link_code(link.type, link.outgoing)))
        follow(link.other, {id, link.type, link.outgoing, link.label}, link.other);
    };
    if (const LinkPage* page = back_pages_.find(id)) return page->visit(id, visit);
    backlinks_.visit(id, back_codes_, visit);
  }

  bool read_held(NodeId first, LinkPage& page) {
    std::size_t bytes = 0;
    links_.visit(first, first + LinkPage::kNodes, [&](NodeId id, std::string_view packed) {
      bytes += packed.size();
      if (bytes <= kPageBytesMax) page.add(id, packed);
      return bytes <= kPageBytesMax;
    });
    return bytes <= kPageBytesMax;
  }

  bool read_back(NodeId first, LinkPage& page) {
    return backlinks_.visit_packed(first, first + LinkPage::kNodes, kPageBytesMax,
                                   [&](NodeId id, std::string_view packed) { page.add(id, packed); });
  }

  // A fan of a million is read row by row.
  static constexpr std::size_t kPageBytesMax = 1 << 20;

  const TraversalOptions& options_;
  CollectLinks collect_;
  LinkCodes held_codes_;  // followed in the record of the node they are held by
  LinkCodes back_codes_;  // followed in the backlinks of their far node
  RecordWalk links_;
  BacklinkWalk backlinks_;
  LinkPages held_pages_, back_pages_;
  IdSet seen_;
  std::vector<NodeId> frontier_, next_;
  std::set<StoredLink> mutual_;  // of result_.links, those that are walked in both directions
  TraversalResult result_;
};

}  // namespace

TraversalResult traverse(const engine::View& view, std::span<const NodeId> starts, Direction direction,
                         const TraversalOptions& options, CollectLinks collect) {
  for (const NodeId start : starts)
    if (!view.find_record(engine::Record::node, start))
      throw Error(ErrorCode::not_found,
                  fmt::format("traverse the graph: node {} is not in the store", start));
  return Traversal(view, direction, options, collect).run(starts);
}

}  // namespace cairn::graph
