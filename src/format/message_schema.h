// Schemas of messages: a type of somebody's own Cap'n Proto schema and all that it depends on.
// For src/format/*.cpp only. Source: schema/FORMAT.md, "Messages".
#pragma once

#include <cairn/limits.h>

#include <capnp/schema.capnp.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace cairn::format {

/// Calls `use` with each node of a blob of kind message_schema. Throws damaged unless the blob and its nodes are canonical
/// and their ids ascend. What the nodes say is not checked.
void read_message_schema(std::span<const std::byte> bytes, const std::function<void(capnp::schema::Node::Reader)>& use);

/// The ids of its structs, ascending. Throws as read_message_schema.
std::vector<std::uint64_t> struct_ids(std::span<const std::byte> message_schema);

/// Throws damaged unless `data` is a message in canonical form whose root is a struct; limit if it is larger than an
/// object may be or nests deeper.
void check_message(std::span<const std::byte> data, const Limits& limits);

}  // namespace cairn::format
