// Values on one line, as text.h says.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "format/element_text.h"
#include "format/value_text.h"

namespace cairn {

namespace {

constexpr std::string_view kDots = "...";

bool is_bare(std::string_view name) {
  constexpr std::string_view kOther = "_.:<>*&-";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || kOther.find(c) != kOther.npos;
  });
}

std::string real_text(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (std::isnan(value))
    return bits == std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN()) ? "nan"
                                                                                          : fmt::format("nan:{:016x}", bits);
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char text[32];
  const std::string shortest(text, std::to_chars(text, text + sizeof text, value).ptr);
  return shortest.find_first_of(".e") == std::string::npos ? shortest + ".0" : shortest;
}

class LinePrinter {
 public:
  explicit LinePrinter(const TextOptions& options) : options_(options) {}

  void print(const Value& value) { std::visit(*this, value.storage()); }
  std::string take() { return std::move(text_); }

  void operator()(std::monostate) { text_ += "null"; }
  void operator()(bool value) { text_ += value ? "true" : "false"; }
  void operator()(std::int64_t value) { text_ += std::to_string(value); }
  void operator()(std::uint64_t value) { text_ += std::to_string(value); }
  void operator()(double value) { text_ += real_text(value); }
  void operator()(const BigInteger& value) { print_cut(value.text()); }
  void operator()(const std::string& value) { print_quoted(value); }
  void operator()(const Bytes& value) { print_term("bytes", format::hex_digits(value, room() / 2)); }
  void operator()(const ObjectId& value) { print_term("object", value.hex()); }
  void operator()(const ArtifactId& value) { print_term("artifact", value.hex()); }
  void operator()(const NodeRef& value) { print_term("node", value.node.text()); }
  void operator()(const Date& value) { print_term("date", value.text()); }
  void operator()(const TimeOfDay& value) { print_term("time", value.text()); }
  void operator()(const DateTime& value) { print_term("datetime", value.text()); }
  void operator()(const Duration& value) { print_term("duration", value.text()); }
  void operator()(const Uuid& value) { print_term("uuid", value.text()); }
  void operator()(const std::complex<double>& value) {
    print_term("complex", fmt::format("{}, {}", real_text(value.real()), real_text(value.imag())));
  }
  void operator()(const Decimal& value) {
    text_ += "decimal(";
    print_cut(value.text());
    text_ += ')';
  }
  void operator()(const Path& value) {
    text_ += "path(";
    print_quoted(value.name);
    text_ += ')';
  }
  void operator()(const Identity& value) {
    text_ += "identity(";
    print_quoted(value.scope);
    text_ += ", ";
    print_quoted(value.id);
    text_ += ')';
  }
  void operator()(const Enumerator& value) {
    text_ += "enum(";
    print_quoted(value.type());
    text_ += ", ";
    print_quoted(value.name());
    text_ += ", ";
    print_inner(value.value());
    text_ += ')';
  }
  void operator()(const Quantity& value) {
    text_ += "quantity(";
    print_inner(value.magnitude());
    text_ += ", ";
    print_quoted(value.unit());
    text_ += ')';
  }
  void operator()(const Lossy& value) {
    text_ += "lossy(";
    print_quoted(value.type());
    text_ += ", ";
    print_inner(value.rest());
    text_ += ')';
  }

  void operator()(const Graph& value) {
    text_ += "graph(";
    print_inner(value.root());
    text_ += ", ";
    print_inner(Value(value.shared()));
    text_ += ')';
  }
  void operator()(const Message& value) {
    print_term("message", fmt::format("{:016x}, {}", value.type_id(), format::hex_digits(value.data(), room() / 2)));
  }
  void operator()(const SharedRef& value) { print_term("shared", std::to_string(value.number)); }

  void operator()(const List& value) { print_elements('[', value, ']'); }
  void operator()(const Tuple& value) {
    text_ += "tuple";
    print_elements('(', value.elements, ')');
  }
  void operator()(const Set& value) {
    text_ += "set";
    print_elements('(', value.elements(), ')');
  }
  void operator()(const Map& value) {
    print_sequence('{', value, ", ", '}', [this](const MapEntry& entry) {
      print(entry.key);
      text_ += ": ";
      print(entry.value);
    });
  }
  void operator()(const Object& value) {
    print_name(value.class_name);
    text_ += fmt::format("@version={}", value.class_version);
    print_sequence('(', value.fields, ",", ')', [this](const Field& field) {
      print_name(field.name);
      text_ += '=';
      print(field.value);
    });
  }
  void operator()(const Array& value) {
    print_array_head(value);
    text_ += fmt::format("({})", format::elements_text(value, options_.elements_max, bytes_left()));
  }
  void operator()(const StoredArray& value) {
    print_array_head(value);
    text_ += "(...)";
  }

 private:
  std::size_t bytes_left() const { return options_.bytes_max - std::min(options_.bytes_max, text_.size()); }
  std::size_t room() const { return std::min(options_.text_max, bytes_left()); }

  void print_term(std::string_view kind, std::string_view content) { text_ += fmt::format("{}({})", kind, content); }

  void print_cut(std::string_view digits) {
    const bool is_cut = digits.size() > room();
    text_ += digits.substr(0, room());
    if (is_cut) text_ += kDots;
  }

  void print_quoted(std::string_view text) {
    const std::string_view shown = format::first_characters(text, room());
    text_ += fmt::format("\"{}\"", format::escaped_text(shown));
    if (shown.size() < text.size()) text_ += kDots;
  }

  void print_name(std::string_view name) {
    if (is_bare(name) && name.size() <= room())
      text_ += name;
    else
      print_quoted(name);
  }

  template <class ArrayLike>
  void print_array_head(const ArrayLike& array) {
    text_ += fmt::format("{}[{}]", dtype_name(array.dtype), fmt::join(array.shape, ", "));
  }

  // A value that is the only one in another.
  void print_inner(const Value& value) {
    if (depth_ >= options_.depth_max) {
      text_ += kDots;
      return;
    }
    ++depth_;
    print(value);
    --depth_;
  }

  void print_elements(char open, const List& elements, char close) {
    print_sequence(open, elements, ", ", close, [this](const Value& element) { print(element); });
  }

  template <class Range, class PrintOne>
  void print_sequence(char open, const Range& range, std::string_view comma, char close, const PrintOne& print_one) {
    text_ += open;
    const bool is_shown = depth_ < options_.depth_max;
    ++depth_;
    std::size_t shown = 0;
    for (const auto& element : range) {
      if (shown != 0) text_ += comma;
      if (!is_shown || shown == options_.elements_max || bytes_left() == 0) {
        text_ += kDots;
        break;
      }
      print_one(element);
      ++shown;
    }
    --depth_;
    text_ += close;
  }

  const TextOptions& options_;
  std::string text_;
  unsigned depth_ = 0;
};

}  // namespace

std::string format::value_line(const Value& value, const TextOptions& options) {
  LinePrinter printer(options);
  printer.print(value);
  return printer.take();
}

}  // namespace cairn
