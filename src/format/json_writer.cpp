// to_json: values as JSON that loses nothing.
#include <cairn/encoder.h>
#include <cairn/error.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "format/base64.h"

namespace cairn {

namespace {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void write(const Value& value) { std::visit(*this, value.storage()); }

  void operator()(std::monostate) { out_ += "null"; }
  void operator()(bool value) { out_ += value ? "true" : "false"; }
  void operator()(std::int64_t value) { fmt::format_to(std::back_inserter(out_), "{}", value); }
  void operator()(std::uint64_t value) { fmt::format_to(std::back_inserter(out_), "{}", value); }
  void operator()(double value);
  void operator()(const std::string& value) { write_text(value); }
  void operator()(const Bytes& value);
  void operator()(const List& value);
  void operator()(const Map& value);
  void operator()(const Object& value);
  void operator()(const Array& value);
  void operator()(const StoredArray& value);
  void operator()(const ObjectId& value) { write_tagged_text("$objectRef", value.hex()); }
  void operator()(const ArtifactId& value) { write_tagged_text("$artifactRef", value.hex()); }
  void operator()(const NodeRef& value) { write_tagged_text("$nodeRef", value.node.text()); }
  void operator()(const BigInteger& value) { write_tagged_text("$integer", value.text()); }
  void operator()(const Tuple& value) { write_tagged_list("$tuple", value.elements); }
  void operator()(const Set& value) { write_tagged_list("$set", value.elements()); }
  void operator()(const Decimal& value) { write_tagged_text("$decimal", value.text()); }
  void operator()(const std::complex<double>& value);
  void operator()(const Date& value) { write_tagged_text("$date", value.text()); }
  void operator()(const TimeOfDay& value) { write_tagged_text("$time", value.text()); }
  void operator()(const DateTime& value) { write_tagged_text("$datetime", value.text()); }
  void operator()(const Duration& value) { write_tagged_text("$duration", value.text()); }
  void operator()(const Uuid& value) { write_tagged_text("$uuid", value.text()); }
  void operator()(const Path& value);
  void operator()(const Enumerator& value);
  void operator()(const Quantity& value);
  void operator()(const Identity& value);
  void operator()(const Lossy& value);
  void operator()(const Graph& value);
  void operator()(const SharedRef& value) { fmt::format_to(std::back_inserter(out_), "{{\"$shared\":{}}}", value.number); }
  void operator()(const Message& value);

 private:
  // Counts the levels of nesting for as long as it lives.
  class Level {
   public:
    explicit Level(unsigned& depth) : depth_(depth) {
      if (depth_ >= kDepthMax) throw Error(ErrorCode::limit, fmt::format("values nest deeper than {}", kDepthMax));
      ++depth_;
    }
    ~Level() { --depth_; }

   private:
    unsigned& depth_;
  };

  void write_text(std::string_view text);
  void write_tagged_list(std::string_view tag, const List& elements);
  void write_tagged_text(std::string_view tag, std::string_view text);
  void write_shape(DType dtype, const std::vector<std::uint64_t>& shape);
  template <class Range, class WriteOne>
  void write_separated(const Range& range, WriteOne&& write_one);

  std::string& out_;
  unsigned depth_ = 0;
  bool in_graph_ = false;
};

template <class Range, class WriteOne>
void JsonWriter::write_separated(const Range& range, WriteOne&& write_one) {
  bool first = true;
  for (const auto& element : range) {
    if (!first) out_ += ',';
    first = false;
    write_one(element);
  }
}

void JsonWriter::operator()(double value) {
  if (std::isnan(value))
    return write_tagged_text("$real", fmt::format("nan:{:016x}", std::bit_cast<std::uint64_t>(value)));
  if (std::isinf(value)) return write_tagged_text("$real", value > 0 ? "inf" : "-inf");
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;  // shortest that reads back the same
  const std::string_view shortest(text, static_cast<std::size_t>(end - text));
  out_ += shortest;
  if (shortest.find_first_of(".e") == std::string_view::npos) out_ += ".0";
}

void JsonWriter::operator()(const Bytes& value) {
  out_ += "{\"$bytes\":\"";
  format::append_base64(out_, value);
  out_ += "\"}";
}

void JsonWriter::operator()(const List& value) {
  const Level level(depth_);
  out_ += '[';
  write_separated(value, [this](const Value& element) { write(element); });
  out_ += ']';
}

void JsonWriter::operator()(const Map& value) {
  const Level level(depth_);
  bool plain = true;
  for (const MapEntry& entry : value) {
    const std::string* key = entry.key.get_if<std::string>();
    plain = plain && key != nullptr && !key->starts_with('$');
  }
  out_ += plain ? "{" : "{\"$map\":[";
  write_separated(value, [this, plain](const MapEntry& entry) {
    if (!plain) out_ += '[';
    write(entry.key);
    out_ += plain ? ':' : ',';
    write(entry.value);
    if (!plain) out_ += ']';
  });
  out_ += plain ? "}" : "]}";
}

void JsonWriter::operator()(const Object& value) {
  const Level level(depth_);
  out_ += "{\"$object\":{\"class\":";
  write_text(value.class_name);
  fmt::format_to(std::back_inserter(out_), ",\"version\":{},\"fields\":[", value.class_version);
  write_separated(value.fields, [this](const Field& field) {
    out_ += '[';
    write_text(field.name);
    out_ += ',';
    write(field.value);
    const bool has_codec = !field.codec.empty();
    if (has_codec || field.type != Field().type) {
      out_ += ',';
      write_text(field.type);
    }
    if (has_codec) {
      out_ += ',';
      write_text(field.codec);
    }
    out_ += ']';
  });
  out_ += "]}}";
}

void JsonWriter::operator()(const Array& value) {
  out_ += "{\"$array\":{";
  write_shape(value.dtype, value.shape);
  out_ += ",\"data\":\"";
  format::append_base64(out_, value.data);
  out_ += "\"}}";
}

void JsonWriter::operator()(const StoredArray& value) {
  out_ += "{\"$storedArray\":{";
  write_shape(value.dtype, value.shape);
  fmt::format_to(std::back_inserter(out_), ",\"size\":{}}}}}", value.size_bytes);
}

void JsonWriter::operator()(const std::complex<double>& value) {
  out_ += "{\"$complex\":[";
  (*this)(value.real());
  out_ += ',';
  (*this)(value.imag());
  out_ += "]}";
}

void JsonWriter::operator()(const Path& value) {
  out_ += "{\"$path\":";
  write(Value(value.name));  // bytes if it is not UTF-8
  out_ += '}';
}

void JsonWriter::operator()(const Enumerator& value) {
  const Level level(depth_);
  out_ += "{\"$enum\":{\"type\":";
  write_text(value.type());
  out_ += ",\"name\":";
  write_text(value.name());
  out_ += ",\"value\":";
  write(value.value());
  out_ += "}}";
}

void JsonWriter::operator()(const Quantity& value) {
  const Level level(depth_);
  out_ += "{\"$quantity\":{\"magnitude\":";
  write(value.magnitude());
  out_ += ",\"unit\":";
  write_text(value.unit());
  out_ += "}}";
}

void JsonWriter::operator()(const Identity& value) {
  out_ += "{\"$identity\":{\"scope\":";
  write_text(value.scope);
  out_ += ",\"id\":";
  write_text(value.id);
  out_ += "}}";
}

void JsonWriter::operator()(const Lossy& value) {
  const Level level(depth_);
  out_ += "{\"$lossy\":{\"type\":";
  write_text(value.type());
  out_ += ",\"rest\":";
  write(value.rest());
  out_ += "}}";
}

// The outermost has no level of its own: what counts is how deep its values nest.
void JsonWriter::operator()(const Graph& value) {
  std::optional<Level> level;
  if (std::exchange(in_graph_, true)) level.emplace(depth_);
  out_ += "{\"$graph\":{\"shared\":[";
  write_separated(value.shared(), [this](const Value& shared) { write(shared); });
  out_ += "],\"root\":";
  write(value.root());
  out_ += "}}";
}

void JsonWriter::operator()(const Message& value) {
  fmt::format_to(std::back_inserter(out_), "{{\"$message\":{{\"type\":\"{:016x}\",\"schema\":\"", value.type_id());
  format::append_base64(out_, *value.schema());
  out_ += "\",\"data\":\"";
  format::append_base64(out_, value.data());
  out_ += "\"}}";
}

void JsonWriter::write_tagged_list(std::string_view tag, const List& elements) {
  fmt::format_to(std::back_inserter(out_), "{{\"{}\":", tag);
  (*this)(elements);
  out_ += '}';
}

void JsonWriter::write_shape(DType dtype, const std::vector<std::uint64_t>& shape) {
  fmt::format_to(std::back_inserter(out_), "\"dtype\":\"{}\",\"shape\":[{}]", dtype_name(dtype),
                 fmt::join(shape, ","));
}

void JsonWriter::write_tagged_text(std::string_view tag, std::string_view text) {
  fmt::format_to(std::back_inserter(out_), "{{\"{}\":\"{}\"}}", tag, text);
}

void JsonWriter::write_text(std::string_view text) {
  out_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (out_ += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}", static_cast<unsigned>(c));
    else
      out_ += c;
  }
  out_ += '"';
}

}  // namespace

std::string to_json(const Value& value) {
  std::string json;
  JsonWriter(json).write(value);
  return json;
}

}  // namespace cairn
