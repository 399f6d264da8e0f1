#include "format/message_schema.h"

#include <fmt/format.h>

#include "format/canonical.h"
#include "format/object.h"
#include "format/wire.h"

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "message schema";
constexpr WireLimits kNodeLimits{.nesting = 64, .extra_words = 65'536};

}  // namespace

void read_message_schema(std::span<const std::byte> bytes, const std::function<void(capnp::schema::Node::Reader)>& use) {
  require_canonical(MessageWords(bytes, kWhat).get(), kWhat, kNodeLimits.nesting);
  read_wire<wire::MessageSchema>(bytes, kWhat, [&](wire::MessageSchema::Reader schema) {
    std::uint64_t last = 0;
    for (const auto data : schema.getNodes()) {
      const auto node = base::as_bytes(data_view(data));
      require_canonical(MessageWords(node, kWhat).get(), kWhat, kNodeLimits.nesting);
      read_wire<capnp::schema::Node>(node, kWhat, [&](capnp::schema::Node::Reader reader) {
        if (reader.getId() <= last) throw_damaged(kWhat, "ids of nodes that do not ascend");
        last = reader.getId();
        use(reader);
      }, kNodeLimits);
    }
  }, kNodeLimits);
}

std::vector<std::uint64_t> struct_ids(std::span<const std::byte> message_schema) {
  std::vector<std::uint64_t> ids;
  read_message_schema(message_schema, [&](capnp::schema::Node::Reader node) {
    if (node.isStruct()) ids.push_back(node.getId());
  });
  return ids;
}

void check_message(std::span<const std::byte> data, const Limits& limits) {
  if (data.size() > limits.object_bytes) throw_object_size(data.size(), limits);
  require_canonical(MessageWords(data, "message").get(), "message", limits.depth);
}

}  // namespace cairn::format
