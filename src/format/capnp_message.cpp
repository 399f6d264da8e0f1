// The parts of CapnpMessage that do not depend on its type.
#include <cairn/capnp.h>
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "format/wire.h"

namespace cairn::detail {

namespace {

constexpr std::string_view kWhat = "message schema";

// "/home/me/schemas/orders.capnp:Order" is "orders.capnp:Order" wherever it was compiled.
std::size_t directory_length(std::string_view display_name) {
  const std::size_t slash = display_name.substr(0, display_name.find(':')).rfind('/');
  return slash == std::string_view::npos ? 0 : slash + 1;
}

Message::Bytes node_bytes(capnp::schema::Node::Reader loaded) {
  capnp::MallocMessageBuilder message;
  message.setRoot(loaded);
  auto node = message.getRoot<capnp::schema::Node>();
  const std::string name(format::text_view(loaded.getDisplayName()));
  const std::size_t directory = directory_length(name);
  node.setDisplayName(format::as_wire_text(name.substr(directory)));
  node.setDisplayNamePrefixLength(loaded.getDisplayNamePrefixLength() - static_cast<std::uint32_t>(directory));
  return format::canonical_bytes(node, kWhat);
}

}  // namespace

std::shared_ptr<const Message::Bytes> make_message_schema(const capnp::SchemaLoader& loaded) {
  const auto schemas = loaded.getAllLoaded();
  std::vector<capnp::schema::Node::Reader> nodes;
  for (const capnp::Schema& schema : schemas) nodes.push_back(schema.getProto());
  std::ranges::sort(nodes, {}, [](const auto& node) { return node.getId(); });
  capnp::MallocMessageBuilder message;
  auto list = message.initRoot<wire::MessageSchema>().initNodes(static_cast<unsigned>(nodes.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    const Message::Bytes bytes = node_bytes(nodes[i]);
    list.set(i, {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()});
  }
  return std::make_shared<const Message::Bytes>(
      format::canonical_bytes(message.getRoot<wire::MessageSchema>(), kWhat));
}

std::string message_type_name(const capnp::Schema& schema) {
  const std::string_view name = format::text_view(schema.getProto().getDisplayName());
  return fmt::format("message<{}>", name.substr(name.find(':') + 1));
}

void throw_message_error(const std::string& type, const kj::Exception& exception) {
  format::throw_wire_error(ErrorCode::limit, type, exception);
}

void throw_other_message(const std::string& expected, std::uint64_t type_id, std::uint64_t found) {
  throw Error(ErrorCode::type_mismatch,
              fmt::format("expected a {} (type {:016x}), found a message of type {:016x}", expected, type_id, found));
}

void throw_capabilities(const std::string& type) {
  throw Error(ErrorCode::unstorable, fmt::format("a {} that holds interfaces of a running program", type));
}

}  // namespace cairn::detail
