// Plain JSON as a Value, or stored without one.
#include <cairn/codec.h>
#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <utility>

#include "base/bytes.h"
#include "format/json_tape.h"

namespace cairn {
namespace {

using format::JsonItem;
using format::JsonKind;
using format::JsonTape;

/// Gives items as values, in the order of the tape.
class ValueBuilder {
 public:
  ValueBuilder(const JsonTape& tape, bool keep_order) : tape_(tape), next_(tape.items().data()), keep_order_(keep_order) {}

  Value build() {
    const JsonItem& item = *next_++;
    switch (item.kind()) {
      case JsonKind::null: return {};
      case JsonKind::boolean: return item.boolean();
      case JsonKind::integer: return item.integer();
      case JsonKind::large_integer: return BigInteger::parse(tape_.text(item)).value();
      case JsonKind::real: return item.real();
      case JsonKind::text: return tape_.text(item);
      case JsonKind::half_pairs: return half_pairs(tape_.text(item));
      case JsonKind::list: return list(item.count());
      case JsonKind::object: break;
    }
    return keep_order_ ? fields(item.count()) : map(item.count());
  }

 private:
  static Value half_pairs(std::string_view text) {
    const auto bytes = base::as_bytes(text);
    return Object("builtins.str", 1, {{"surrogatepass", Bytes(bytes.begin(), bytes.end())}});
  }

  Value list(std::size_t count) {
    List list;
    list.reserve(count);
    for (; count > 0; --count) list.push_back(build());
    return list;
  }

  Value map(std::size_t count) {
    Map map;
    for (; count > 0; --count) {
      Value key = build();
      map.put(std::move(key), build());
    }
    return map;
  }

  Value fields(std::size_t count) {
    Object object;
    object.fields.reserve(count);
    for (; count > 0; --count) {
      std::string name(tape_.text(*next_++));
      object.fields.push_back({std::move(name), build()});
    }
    return object;
  }

  const JsonTape& tape_;
  const JsonItem* next_;
  const bool keep_order_;
};

/// Writes items, in the order of the tape.
class ItemWriter {
 public:
  explicit ItemWriter(const JsonTape& tape) : tape_(tape), next_(tape.items().data()) {}

  void write(const Encoder& out) {
    const JsonItem& item = *next_++;
    switch (item.kind()) {
      case JsonKind::null: return out.null();
      case JsonKind::boolean: return out.boolean(item.boolean());
      case JsonKind::integer: return out.integer(item.integer());
      case JsonKind::large_integer: return out.big_integer(BigInteger::parse(tape_.text(item)).value());
      case JsonKind::real: return out.real(item.real());
      case JsonKind::text:
      case JsonKind::half_pairs: return out.text(tape_.text(item));
      case JsonKind::list: return write_list(out.list(item.count()), item.count());
      case JsonKind::object: return write_map(out.map(item.count()), item.count());
    }
  }

 private:
  void write_list(const ListEncoder& elements, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) write(elements[i]);
  }
  void write_map(MapEncoder entries, std::size_t count) {
    for (; count > 0; --count) {
      write(entries.key());
      write(entries.value());
    }
  }

  const JsonTape& tape_;
  const JsonItem* next_;
};

PlainJsonOptions storable(PlainJsonOptions options) {
  options.allow_half_pairs = options.keep_order = false;
  return options;
}

}  // namespace

Value from_plain_json(std::string_view text, const PlainJsonOptions& options) {
  const JsonTape tape(text, options);
  return ValueBuilder(tape, options.keep_order).build();
}

PlainJson::PlainJson(std::string text, const PlainJsonOptions& options)
    : text_(std::make_unique<const std::string>(std::move(text))),
      tape_(std::make_unique<const format::JsonTape>(*text_, storable(options))) {}
PlainJson::PlainJson(PlainJson&&) noexcept = default;
PlainJson& PlainJson::operator=(PlainJson&&) noexcept = default;
PlainJson::~PlainJson() = default;

Value PlainJson::value() const { return ValueBuilder(*tape_, false).build(); }

void Codec<PlainJson>::encode(const Encoder& out, const PlainJson& json) { ItemWriter(*json.tape_).write(out); }

std::string pointer_to(std::string_view outer, std::string_view key) {
  std::string pointer(outer);
  pointer += '/';
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

std::string pointer_to(std::string_view outer, std::size_t index) { return fmt::format("{}/{}", outer, index); }

}  // namespace cairn
