#include "graph/rules.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <array>

namespace cairn::graph {
namespace {

constexpr NodeKinds kData = {NodeKind::data};
constexpr NodeKinds kCalculation = {NodeKind::calculation};
constexpr NodeKinds kWorkflow = {NodeKind::workflow};
constexpr NodeKinds kProcess = {NodeKind::calculation, NodeKind::workflow};
constexpr NodeKinds kAny = {NodeKind::data, NodeKind::calculation, NodeKind::workflow};

constexpr std::array<LinkRule, 6> kRules = {{
    {.type = LinkType::input,
     .sources = kData,
     .targets = kProcess,
     .held_by_source = false,
     .both_ways = false,
     .one_at_target = false,
     .label_scope = LabelScope::target,
     .kinds_text = "an input link goes from data to a calculation or workflow",
     .label_text = "labels of the inputs of one node differ"},
    {.type = LinkType::create,
     .sources = kCalculation,
     .targets = kData,
     .held_by_source = false,
     .both_ways = false,
     .one_at_target = true,
     .label_scope = LabelScope::source,
     .kinds_text = "a create link goes from a calculation to data",
     .label_text = "labels of what one calculation created differ"},
    {.type = LinkType::return_,
     .sources = kWorkflow,
     .targets = kData,
     .held_by_source = true,
     .both_ways = false,
     .one_at_target = false,
     .label_scope = LabelScope::source,
     .kinds_text = "a return link goes from a workflow to data",
     .label_text = "labels of what one workflow returned differ"},
    {.type = LinkType::call,
     .sources = kWorkflow,
     .targets = kProcess,
     .held_by_source = false,
     .both_ways = false,
     .one_at_target = true,
     .label_scope = LabelScope::pair,
     .kinds_text = "a call link goes from a workflow to a calculation or workflow",
     .label_text = "the calls between two nodes have different labels"},
    {.type = LinkType::reference,
     .sources = kAny,
     .targets = kAny,
     .held_by_source = true,
     .both_ways = false,
     .one_at_target = false,
     .label_scope = LabelScope::pair,
     .kinds_text = "a reference link goes from any node to any other",
     .label_text = "the references between two nodes have different labels"},
    {.type = LinkType::mutual,
     .sources = kAny,
     .targets = kAny,
     .held_by_source = true,
     .both_ways = true,
     .one_at_target = false,
     .label_scope = LabelScope::pair,
     .kinds_text = "a mutual link connects any node with any other",
     .label_text = "the mutual links between two nodes have different labels"},
}};

}  // namespace

std::span<const LinkRule> link_rules() {
  return kRules;
}

const LinkRule& link_rule(LinkType type) {
  for (const LinkRule& rule : kRules)
    if (rule.type == type) return rule;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("link type {}: no such type", static_cast<unsigned>(type)));
}

}  // namespace cairn::graph
