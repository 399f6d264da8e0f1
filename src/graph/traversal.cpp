#include "graph/traversal.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "format/packed_links.h"
#include "graph/cursors.h"
#include "graph/id_set.h"
#include "graph/rules.h"

namespace cairn::graph {
namespace {

namespace index = format::index;

// Link codes as bits of one number.
using CodeSet = std::uint32_t;

constexpr bool has_code(CodeSet codes, unsigned code) {
  return (codes >> code & 1) != 0;
}

class Traversal {
 public:
  Traversal(const engine::View& view, Direction direction, const TraversalOptions& options,
            CollectLinks collect)
      : options_(options),
        collect_(collect),
        links_(view, engine::Record::links),
        backlinks_(view.indexes()) {
    for (const LinkRule& rule : link_rules()) {
      if (!options.links.has(rule.type)) continue;
      // Against the arrows a link leads from its target to its source: from the holder if that is the target.
      const bool from_holder = rule.held_by_source == (direction == Direction::down);
      (from_holder ? held_codes_ : back_codes_) |= CodeSet{1}
                                                   << format::link_code(rule.type, rule.held_by_source);
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
      if (held_codes_ != 0)
        for (const NodeId id : frontier_) follow_held(id);
      if (back_codes_ != 0)
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
    if (collect_ == CollectLinks::yes) result_.links.push_back(stored_link(holder, link));
  }

  void follow_held(NodeId id) {
    const std::optional<std::string_view> bytes = links_.find(id);
    if (!bytes) return;
    format::visit_links(*bytes, [&](const format::PackedLink& link) {
      if (has_code(held_codes_, format::link_code(link.type, link.outgoing))) follow(id, link, link.other);
    });
  }

  void follow_back(NodeId id) {
    const std::string prefix = index::backlinks_of(id);
    const auto seek_code = [&](unsigned code) {
      return backlinks_.move_to(prefix + static_cast<char>(code));
    };
    // Codes that are not wanted may have many links: go past them by seeking.
    bool more = seek_code(next_code(0));
    while (more && backlinks_.key().starts_with(prefix)) {
      const index::Backlink link = index::parse_backlink(backlinks_.key());
      if (link.code > kCodeLast || !has_code(back_codes_, link.code)) {
        const unsigned code = next_code(link.code);
        if (code > kCodeLast) return;
        more = seek_code(code);
        continue;
      }
      follow(link.holder,
             {.other = id,
              .type = format::link_code_type(link.code),
              .outgoing = format::link_code_outgoing(link.code),
              .label = link.label},
             link.holder);
      more = backlinks_.next();
    }
  }

  // The first wanted code at or after `code`; kCodeLast + 1 if there is none.
  unsigned next_code(unsigned code) const {
    while (code <= kCodeLast && !has_code(back_codes_, code)) ++code;
    return code;
  }

  static constexpr unsigned kCodeLast = 31;

  const TraversalOptions& options_;
  CollectLinks collect_;
  CodeSet held_codes_ = 0;  // followed in the record of the node they are held by
  CodeSet back_codes_ = 0;  // followed in the backlinks of their far node
  RecordWalk links_;
  ForwardCursor backlinks_;
  IdSet seen_;
  std::vector<NodeId> frontier_, next_;
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
