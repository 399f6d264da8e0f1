// Message: a message of somebody's own Cap'n Proto schema, and all that is needed to read it without that schema.
//
// Programs that have the schema store and load CapnpMessage (cairn/capnp.h) instead.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

class Value;

/// Equal if type, data and schema are. Not checked here: what is wrong with it shows when it is stored or shown.
class Message {
 public:
  using Bytes = std::vector<std::byte>;

  /// `schema` is a blob of kind message_schema, `data` a message in canonical form (schema/FORMAT.md, "Messages").
  Message(std::uint64_t type_id, std::shared_ptr<const Bytes> schema, Bytes data);

  /// The 64 bits that Cap'n Proto knows the type of the root struct by.
  std::uint64_t type_id() const { return type_id_; }
  /// Never null. Messages that were made or read together have it in common.
  const std::shared_ptr<const Bytes>& schema() const { return schema_; }
  const Bytes& data() const { return data_; }

  friend bool operator==(const Message& a, const Message& b) { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Message& a, const Message& b);

 private:
  std::uint64_t type_id_;
  std::shared_ptr<const Bytes> schema_;
  Bytes data_;
};

/// The fields of a message as plain data, read with the schema it is stored with:
///
/// - a struct or group is an Object whose class is the name of its type, such as "orders.capnp:Order.Item";
/// - of a union there is the field that is set, or none if the schema does not know it;
/// - lists of numbers and booleans are arrays, an enumerant is an Enumerator, or its number if the schema does not know it;
/// - text and data that are not set have their default. A struct that is not set is null, a list is empty;
/// - a pointer of any type is bytes: a message in canonical form whose root it is. Interfaces are null.
///
/// Throws damaged if the schema is not whole or the message does not fit it; limit if it nests deeper than kDepthMax, or
/// becomes far larger than it is stored.
Value to_value(const Message& message);

}  // namespace cairn
