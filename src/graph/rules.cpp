#include "graph/rules.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

namespace cairn::graph::detail {

static_assert(std::ranges::all_of(kRules, [](const LinkRule& rule) { return &rule == &link_rule(rule.type); }),
              "rules stand in order of type");

void throw_no_type(LinkType type) {
  throw Error(ErrorCode::invalid_argument, fmt::format("link type {}: no such type", static_cast<unsigned>(type)));
}

}  // namespace cairn::graph::detail
