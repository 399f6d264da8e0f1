// Impact: what must be looked at or done again if some nodes are wrong.
#pragma once

#include <cairn/lineage.h>
#include <cairn/node.h>

#include <cstdint>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

struct ImpactOptions {
  /// Followed along the arrows. A call is not: what a workflow called and gave wrong data to has an input link of its own.
  /// With call links among them, all that an affected workflow called is affected, too.
  LinkTypes links = {LinkType::input, LinkType::create, LinkType::return_};
  std::uint64_t nodes_max = 10'000'000;  ///< affected; more throws limit
  bool list = true;                      ///< read the nodes themselves; else only the totals
};

/// How many nodes of one run and type.
struct ImpactTotal {
  std::string run;  ///< empty if none
  NodeKind kind = NodeKind::data;
  std::string type;
  std::uint64_t count = 0;
  std::uint64_t size_bytes = 0;  ///< of their contents, as if nothing were shared
};

/// What is affected by some nodes: calculations and workflows that used them, what those created and returned, and so on.
/// Beside it the workflows that called what is affected: each saw a result that is in doubt, but what else they called and
/// returned is only affected if it is downstream itself. The given nodes are among neither.
struct Impact {
  std::vector<ImpactTotal> affected_totals;  ///< by run, kind and type
  std::vector<ImpactTotal> caller_totals;
  std::vector<Reached> affected;             ///< by depth, then age; empty unless they are listed
  std::vector<Node> callers;                 ///< by age; empty unless they are listed
};

}  // namespace cairn
