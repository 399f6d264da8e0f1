// Messages as plain data, read with the schema that is stored with them. Both may be anything.
#include <cairn/error.h>
#include <cairn/limits.h>
#include <cairn/value.h>

#include <capnp/dynamic.h>
#include <capnp/schema-loader.h>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "format/message_schema.h"
#include "format/wire.h"

namespace cairn {

namespace {

using format::throw_damaged;

constexpr std::string_view kWhat = "message";

// Structs that hold nothing take no room, but have fields: so many values may come of nothing.
constexpr std::uint64_t kEmptyValuesMax = std::uint64_t{1} << 22;
// A word may be as many booleans.
constexpr std::uint64_t kValuesPerWord = 64;

std::string text_of(capnp::Text::Reader text) {
  std::string copy(format::text_view(text));
  if (!base::is_utf8(copy)) throw_damaged(kWhat, "a name in its schema that is not UTF-8");
  return copy;
}

template <class Schema>
std::string name_of(const Schema& schema) {
  return text_of(schema.getProto().getDisplayName());
}

/// Turns one message into a Value.
class MessageWalk {
 public:
  explicit MessageWalk(std::uint64_t words) : values_left_(kEmptyValuesMax + words * kValuesPerWord) {}

  Value object(const capnp::DynamicStruct::Reader& in, unsigned depth) {
    if (depth > kDepthMax) throw Error(ErrorCode::limit, fmt::format("message: it nests deeper than {}", kDepthMax));
    Object object(name_of(in.getSchema()), 1, {});
    kj::Maybe<capnp::StructSchema::Field> set = in.which();
    for (const auto field : in.getSchema().getFields()) {
      const auto proto = field.getProto();
      if (proto.getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT) {
        const capnp::StructSchema::Field* which = nullptr;
        KJ_IF_MAYBE(one, set) which = one;
        if (which == nullptr || !(*which == field)) continue;
      }
      object.fields.push_back({text_of(proto.getName()), this->field(in, field, depth + 1)});
    }
    return object;
  }

 private:
  void spend(std::uint64_t values) {
    if (values > values_left_) throw Error(ErrorCode::limit, "message: it holds too many values for its size");
    values_left_ -= values;
  }

  Value field(const capnp::DynamicStruct::Reader& in, capnp::StructSchema::Field field, unsigned depth) {
    const capnp::Type type = field.getType();
    // What a default may hold is as large as its schema, and leads to itself if it holds structs of its own type.
    if (field.getProto().isSlot() && !in.has(field)) {
      if (type.isStruct() || type.isInterface() || type.isAnyPointer()) return Value();
      if (type.isList() && !is_plain(type.asList().getElementType())) return List{};
    }
    return value(in.get(field), depth);
  }

  static bool is_plain(capnp::Type element) { return dtype_of(element).has_value(); }

  Value value(const capnp::DynamicValue::Reader& in, unsigned depth) {
    spend(1);
    switch (in.getType()) {
      case capnp::DynamicValue::BOOL: return in.as<bool>();
      case capnp::DynamicValue::INT: return std::int64_t{in.as<std::int64_t>()};
      case capnp::DynamicValue::UINT: return std::uint64_t{in.as<std::uint64_t>()};
      case capnp::DynamicValue::FLOAT: return in.as<double>();
      case capnp::DynamicValue::TEXT: return text(in.as<capnp::Text>());
      case capnp::DynamicValue::DATA: return data(in.as<capnp::Data>());
      case capnp::DynamicValue::LIST: return list(in.as<capnp::DynamicList>(), depth);
      case capnp::DynamicValue::ENUM: return enumerant(in.as<capnp::DynamicEnum>());
      case capnp::DynamicValue::STRUCT: return object(in.as<capnp::DynamicStruct>(), depth);
      case capnp::DynamicValue::ANY_POINTER: return any_pointer(in.as<capnp::AnyPointer>());
      case capnp::DynamicValue::UNKNOWN:
      case capnp::DynamicValue::VOID:
      case capnp::DynamicValue::CAPABILITY: return Value();
    }
    return Value();
  }

  Value text(capnp::Text::Reader in) {
    spend(in.size() / sizeof(capnp::word));
    return format::text_view(in);
  }

  Value data(capnp::Data::Reader in) {
    spend(in.size() / sizeof(capnp::word));
    const auto bytes = base::as_bytes(format::data_view(in));
    return Bytes(bytes.begin(), bytes.end());
  }

  static Value enumerant(const capnp::DynamicEnum& in) {
    KJ_IF_MAYBE(known, in.getEnumerant())
      return Enumerator(name_of(in.getSchema()), text_of(known->getProto().getName()), Value(unsigned{in.getRaw()}));
    return Value(unsigned{in.getRaw()});
  }

  // Its own message, so that whoever knows the type can read it.
  Value any_pointer(const capnp::AnyPointer::Reader& in) {
    if (in.isNull()) return Value();
    const std::uint64_t words = in.targetSize().wordCount + 1;
    spend(words);
    Bytes bytes(words * sizeof(capnp::word));
    capnp::FlatMessageBuilder message(kj::arrayPtr(reinterpret_cast<capnp::word*>(bytes.data()), words));
    message.getRoot<capnp::AnyPointer>().setCanonical(in);
    bytes.resize(message.getSegmentsForOutput()[0].asBytes().size());
    return bytes;
  }

  Value list(const capnp::DynamicList::Reader& in, unsigned depth) {
    if (const auto dtype = dtype_of(in.getSchema().getElementType())) return numbers(in, *dtype);
    if (depth > kDepthMax) throw Error(ErrorCode::limit, fmt::format("message: it nests deeper than {}", kDepthMax));
    List list;
    for (const auto element : in) list.push_back(value(element, depth + 1));
    return list;
  }

  static std::optional<DType> dtype_of(capnp::Type element) {
    switch (element.which()) {
      case capnp::schema::Type::BOOL: return DType::boolean;
      case capnp::schema::Type::INT8: return DType::int8;
      case capnp::schema::Type::INT16: return DType::int16;
      case capnp::schema::Type::INT32: return DType::int32;
      case capnp::schema::Type::INT64: return DType::int64;
      case capnp::schema::Type::UINT8: return DType::uint8;
      case capnp::schema::Type::UINT16: return DType::uint16;
      case capnp::schema::Type::UINT32: return DType::uint32;
      case capnp::schema::Type::UINT64: return DType::uint64;
      case capnp::schema::Type::FLOAT32: return DType::float32;
      case capnp::schema::Type::FLOAT64: return DType::float64;
      default: return std::nullopt;
    }
  }

  Value numbers(const capnp::DynamicList::Reader& in, DType dtype) {
    spend(in.size());
    switch (dtype) {
      case DType::boolean: return array<bool>(in, dtype);
      case DType::int8: return array<std::int8_t>(in, dtype);
      case DType::int16: return array<std::int16_t>(in, dtype);
      case DType::int32: return array<std::int32_t>(in, dtype);
      case DType::int64: return array<std::int64_t>(in, dtype);
      case DType::uint8: return array<std::uint8_t>(in, dtype);
      case DType::uint16: return array<std::uint16_t>(in, dtype);
      case DType::uint32: return array<std::uint32_t>(in, dtype);
      case DType::uint64: return array<std::uint64_t>(in, dtype);
      case DType::float32: return array<float>(in, dtype);
      default: return array<double>(in, dtype);
    }
  }

  template <class Number>
  static Value array(const capnp::DynamicList::Reader& in, DType dtype) {
    const auto list = in.as<capnp::List<Number>>();
    Array array{dtype, {list.size()}, Bytes(list.size() * dtype_size(dtype))};
    std::byte* at = array.data.data();
    for (const Number number : list) {
      std::memcpy(at, &number, sizeof number);
      at += sizeof number;
    }
    return array;
  }

  std::uint64_t values_left_;
};

// Reads all of a node, because where the loader meets a name that it cannot read it tries without end to say which.
void check_node(capnp::schema::Node::Reader node) {
  MessageWalk(node.totalSize().wordCount).object(capnp::DynamicStruct::Reader(node), 1);
}

/// Collects the types that nodes name. The loader takes a missing one for a type without fields.
class NamedTypes {
 public:
  const std::unordered_set<std::uint64_t>& ids() const { return ids_; }

  void add(capnp::schema::Node::Reader node) {
    if (node.isStruct())
      for (const auto field : node.getStruct().getFields()) add(field);
    if (node.isConst()) add(node.getConst().getType());
    if (!node.isInterface()) return;
    for (const auto above : node.getInterface().getSuperclasses()) add(above.getId(), above.getBrand());
    for (const auto method : node.getInterface().getMethods()) {
      add(method.getParamStructType(), method.getParamBrand());
      add(method.getResultStructType(), method.getResultBrand());
    }
  }

 private:
  void add(capnp::schema::Field::Reader field) {
    if (field.isGroup())
      ids_.insert(field.getGroup().getTypeId());
    else
      add(field.getSlot().getType());
  }

  void add(capnp::schema::Type::Reader type) {
    switch (type.which()) {
      case capnp::schema::Type::LIST: return add(type.getList().getElementType());
      case capnp::schema::Type::ENUM: return add(type.getEnum().getTypeId(), type.getEnum().getBrand());
      case capnp::schema::Type::STRUCT: return add(type.getStruct().getTypeId(), type.getStruct().getBrand());
      case capnp::schema::Type::INTERFACE: return add(type.getInterface().getTypeId(), type.getInterface().getBrand());
      default: return;
    }
  }

  void add(std::uint64_t id, capnp::schema::Brand::Reader brand) {
    ids_.insert(id);
    for (const auto scope : brand.getScopes()) {
      if (!scope.isBind()) continue;
      for (const auto binding : scope.getBind())
        if (binding.isType()) add(binding.getType());
    }
  }

  std::unordered_set<std::uint64_t> ids_;
};

void load_all(capnp::SchemaLoader& loader, std::span<const std::byte> message_schema) {
  std::unordered_set<std::uint64_t> stored;
  NamedTypes named;
  format::read_message_schema(message_schema, [&](capnp::schema::Node::Reader node) {
    check_node(node);
    loader.load(node);
    stored.insert(node.getId());
    named.add(node);
  });
  for (const std::uint64_t id : named.ids())
    if (!stored.contains(id)) throw_damaged("message schema", fmt::format("the type {:016x} is missing", id));
}

}  // namespace

Value to_value(const Message& message) {
  format::check_message(message.data(), Limits{});
  const std::size_t words = message.data().size() / sizeof(capnp::word);
  try {
    capnp::SchemaLoader loader;
    load_all(loader, *message.schema());
    capnp::ReaderOptions options;
    options.traversalLimitInWords = UINT64_MAX;  // MessageWalk counts
    options.nestingLimit = kDepthMost;
    const kj::ArrayPtr<const capnp::word> segment(reinterpret_cast<const capnp::word*>(message.data().data()), words);
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1), options);
    const capnp::StructSchema type = loader.get(message.type_id()).asStruct();
    return MessageWalk(words).object(reader.getRoot<capnp::DynamicStruct>(type), 1);
  } catch (const kj::Exception& exception) {
    format::throw_wire_error(ErrorCode::damaged, kWhat, exception);
  }
}

}  // namespace cairn
