#include "graph/forget_rules.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "format/packed_links.h"
#include "graph/backlinks.h"
#include "graph/held_link_walk.h"
#include "graph/id_set.h"
#include "graph/reader.h"

namespace cairn::graph {
namespace {

class Forgetting {
 public:
  Forgetting(const engine::View& view, const ForgetOptions& options)
      : view_(view), options_(options), held_(view), backlinks_(view), records_(view, engine::Record::node) {}

  ForgetSet run(std::span<const NodeId> starts) {
    std::vector<ForgottenId> level;
    for (const NodeId id : starts)
      if (known_.insert(id)) level.push_back({id});
    while (!level.empty()) {
      std::ranges::sort(level, {}, &ForgottenId::id);
      found_.nodes.insert(found_.nodes.end(), level.begin(), level.end());
      if (found_.nodes.size() > options_.nodes_max)
        throw Error(ErrorCode::limit, fmt::format("forget: the rules lead to more than {} nodes", options_.nodes_max));
      next_.clear();
      for (const ForgottenId& node : level) expand(node.id);
      level.swap(next_);
    }
    return std::move(found_);
  }

 private:
  void expand(NodeId id) {
    if (const auto packed = held_.find(id))
      format::visit_links(*packed, [&](const format::PackedLink& link) { follow(id, stored_link(id, link)); });
    backlinks_.visit(id, LinkCodes::all(), [&](const format::PackedLink& link) {
      follow(id, stored_link(link.other, {id, link.type, link.outgoing, link.label}));
    });
    expanded_.insert(id);
  }

  void follow(NodeId id, const StoredLink& link) {
    const bool forward = link.source == id;
    const NodeId other = forward ? link.target : link.source;
    if (!expanded_.contains(other)) ++found_.link_count;  // else it was counted there
    if (const auto rule = forward ? forward_rule(link) : backward_rule(link.type))
      if (known_.insert(other)) next_.push_back({other, *rule, id});
  }

  std::optional<ForgetRule> forward_rule(const StoredLink& link) {
    switch (link.type) {
      case LinkType::input: return ForgetRule::input;
      case LinkType::create: return options_.create_forward ? std::optional(ForgetRule::created) : std::nullopt;
      case LinkType::call: return leads_to_called(link.target) ? std::optional(ForgetRule::called) : std::nullopt;
      default: return std::nullopt;
    }
  }

  static std::optional<ForgetRule> backward_rule(LinkType type) {
    switch (type) {
      case LinkType::create: return ForgetRule::creator;
      case LinkType::return_: return ForgetRule::returner;
      case LinkType::call: return ForgetRule::caller;
      default: return std::nullopt;
    }
  }

  bool leads_to_called(NodeId called) {
    if (options_.call_calc_forward == options_.call_work_forward) return options_.call_calc_forward;
    const auto bytes = records_.find(called);
    const bool is_workflow = bytes && format::decode_node(*bytes).kind == NodeKind::workflow;
    return is_workflow ? options_.call_work_forward : options_.call_calc_forward;
  }

  const engine::View& view_;
  const ForgetOptions& options_;
  HeldLinkWalk held_;
  BacklinkWalk backlinks_;
  RecordWalk records_;
  IdSet known_, expanded_;
  std::vector<ForgottenId> next_;
  ForgetSet found_;
};

}  // namespace

std::string_view rule_text(ForgetRule rule) {
  switch (rule) {
    case ForgetRule::named: return "";
    case ForgetRule::input: return "has as input";
    case ForgetRule::created: return "created by";
    case ForgetRule::creator: return "creator of";
    case ForgetRule::returner: return "returned";
    case ForgetRule::called: return "called by";
    case ForgetRule::caller: return "caller of";
  }
  return "";
}

ForgetSet find_forgotten(const engine::View& view, std::span<const NodeId> starts, const ForgetOptions& options) {
  return Forgetting(view, options).run(starts);
}

}  // namespace cairn::graph
