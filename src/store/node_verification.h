// Nodes and the links they hold, groups, and what numbers were given out: records against records and against their indexes.
#pragma once

#include <string_view>

#include "store/verification_pass.h"

namespace cairn::store {

/// All nodes and links.
void check_nodes(VerificationPass& pass);

/// One node by its record. Throws damaged.
void check_node(VerificationPass& pass, engine::NodeId id, std::string_view bytes);
/// The links that a node holds, as they are packed. Throws damaged.
void check_links(VerificationPass& pass, engine::NodeId id, std::string_view packed);

/// The members of groups: each is a node, in a group that is there, and its groups are found from it.
void check_groups(VerificationPass& pass);

/// Rows about steps that are not to be reused, numbers that were given out, and labels.
void check_numbers(VerificationPass& pass);

}  // namespace cairn::store
