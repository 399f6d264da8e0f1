// CapnpMessage: messages of the user's own Cap'n Proto schemas as storable values.
//
// The one header that includes Cap'n Proto's. Who includes it links CapnProto::capnp, which find_package(cairn) finds.
//
//   cairn::CapnpMessage<Order> order(builder.getRoot<Order>().asReader());
//   run.checkpoint(step).save("order", order).commit();
//   run.restart<cairn::CapnpMessage<Order>>("order")->reader().getItems();
#pragma once

#include <cairn/codec/core.h>
#include <cairn/message.h>

#include <capnp/message.h>
#include <capnp/schema-loader.h>
#include <capnp/schema.h>
#include <kj/exception.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace [[gnu::visibility("default")]] cairn {

template <class Struct>
class CapnpMessage;

namespace detail {

/// The blob of kind message_schema of all that is loaded. Directories of the files it was compiled from are left out, so
/// that it does not depend on where that was.
std::shared_ptr<const Message::Bytes> make_message_schema(const capnp::SchemaLoader& loaded);

/// "message<Order.Item>"
std::string message_type_name(const capnp::Schema& schema);

/// Throws limit, naming `type`.
[[noreturn]] void throw_message_error(const std::string& type, const kj::Exception& exception);

/// Throws type_mismatch: a message of that type was expected.
[[noreturn]] void throw_other_message(const std::string& expected, std::uint64_t type_id, std::uint64_t found);

/// Throws unstorable: it holds interfaces of a running program.
[[noreturn]] void throw_capabilities(const std::string& type);

/// The schema of a compiled type with all it depends on, made once.
template <class Struct>
const std::shared_ptr<const Message::Bytes>& message_schema_of() {
  static const std::shared_ptr<const Message::Bytes> schema = [] {
    capnp::SchemaLoader loader;
    loader.loadCompiledTypeAndDependencies<Struct>();
    return make_message_schema(loader);
  }();
  return schema;
}

template <class Struct>
Message::Bytes canonical_message(const typename Struct::Reader& reader) {
  const auto type = [] { return message_type_name(capnp::Schema::from<Struct>()); };
  try {
    const capnp::MessageSize size = reader.totalSize();
    if (size.capCount != 0) throw_capabilities(type());
    const std::size_t words = static_cast<std::size_t>(size.wordCount) + 1;  // and the root pointer
    Message::Bytes bytes(words * sizeof(capnp::word));
    capnp::FlatMessageBuilder message(kj::arrayPtr(reinterpret_cast<capnp::word*>(bytes.data()), words));
    message.getRoot<capnp::AnyPointer>().template setCanonicalAs<Struct>(reader);
    bytes.resize(message.getSegmentsForOutput()[0].asBytes().size());
    return bytes;
  } catch (const kj::Exception& exception) {
    throw_message_error(type(), exception);
  }
}

}  // namespace detail

/// A message whose root is a `Struct`, a type that the Cap'n Proto compiler made. Immutable, in canonical form: messages
/// with equal content are equal however they were built. (Cap'n Proto tells a list, text or data that is empty from one
/// that was never set, and so does this.)
///
/// Versions of a schema go together as Cap'n Proto has it. A message that was loaded keeps the schema it was stored with,
/// and fields that `Struct` does not know, and is stored again as it was.
template <class Struct>
class CapnpMessage {
 public:
  /// All fields have their defaults.
  CapnpMessage() : CapnpMessage(typename Struct::Reader()) {}
  /// A copy. Throws limit beyond the reader's own limits, unstorable if it holds interfaces.
  CapnpMessage(const typename Struct::Reader& reader)
      : message_(capnp::typeId<Struct>(), detail::message_schema_of<Struct>(), detail::canonical_message<Struct>(reader)) {}
  /// A copy of its root, which is a `Struct`.
  explicit CapnpMessage(capnp::MessageBuilder& builder)
      : CapnpMessage(builder.template getRoot<Struct>().asReader()) {}

  /// Lives as long as this and what this is moved to, and has no limits. Safe from several threads.
  typename Struct::Reader reader() const {
    // Not checked again: all pointers of canonical data have been followed, when they were made or loaded.
    return capnp::readMessageUnchecked<Struct>(reinterpret_cast<const capnp::word*>(message_.data().data()));
  }

  /// Its stored form.
  const Message& message() const { return message_; }

  /// By data, whatever schemas they were stored with.
  friend bool operator==(const CapnpMessage& a, const CapnpMessage& b) { return a.message_.data() == b.message_.data(); }
  /// Any order that goes with equality: for keys of maps.
  friend std::strong_ordering operator<=>(const CapnpMessage& a, const CapnpMessage& b) {
    return a.message_.data() <=> b.message_.data();
  }

 private:
  friend struct Codec<CapnpMessage>;
  explicit CapnpMessage(Message checked) : message_(std::move(checked)) {}

  Message message_;
};

template <class Struct>
struct Codec<CapnpMessage<Struct>> {
  static constexpr bool kNeverNull = true;

  static void encode(const Encoder& out, const CapnpMessage<Struct>& value) { out.message(value.message()); }

  static CapnpMessage<Struct> decode(const Decoder& in) {
    const MessageDecoder message = in.message();
    if (message.type_id() != capnp::typeId<Struct>())
      detail::throw_other_message(type_name(), capnp::typeId<Struct>(), message.type_id());
    return CapnpMessage<Struct>(message.read());
  }

  static std::string type_name() { return detail::message_type_name(capnp::Schema::from<Struct>()); }
};

}  // namespace cairn
