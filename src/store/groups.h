// Groups of nodes, kept in a cell of their own.
#pragma once

#include <cairn/group.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "store/store_state.h"

namespace cairn::store {

/// Makes the group, or gives it this description and these extras. One durable commit.
Group put_group(StoreState& state, std::string_view name, std::string_view description, const Value& extras);
std::optional<Group> find_group(const engine::View& view, std::string_view name);
/// In order of name.
std::vector<Group> list_groups(const engine::View& view);
/// Throws not_found for a group or node that is not there. What is in it already stays. One durable commit.
void add_to_group(StoreState& state, std::string_view name, std::span<const Uuid> nodes);
/// As add_to_group; what is not in it is passed over.
void remove_from_group(StoreState& state, std::string_view name, std::span<const Uuid> nodes);
/// The nodes stay. Throws not_found.
void remove_group(StoreState& state, std::string_view name);
std::vector<std::string> groups_of(const engine::View& view, engine::NodeId node);

}  // namespace cairn::store
