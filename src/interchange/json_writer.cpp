#include "interchange/json_writer.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <cmath>
#include <ostream>
#include <sstream>
#include <string_view>

#include "interchange/decimal_digits.h"

namespace cairn::interchange {
namespace {

class Writer {
 public:
  Writer(std::ostream& out, bool indented, Nonfinite nonfinite) : out_(out), indented_(indented), nonfinite_(nonfinite) {}

  void write(const Value& value) {
    if (value.is<std::monostate>()) {
      out_ << "null";
    } else if (const bool* flag = value.get_if<bool>()) {
      out_ << (*flag ? "true" : "false");
    } else if (const auto* integer = value.get_if<std::int64_t>()) {
      out_ << fmt::format("{}", *integer);
    } else if (const auto* natural = value.get_if<std::uint64_t>()) {
      out_ << fmt::format("{}", *natural);
    } else if (const auto* large = value.get_if<BigInteger>()) {
      out_ << decimal_digits(*large);
    } else if (const double* real = value.get_if<double>()) {
      write_real(*real);
    } else if (const auto* text = value.get_if<std::string>()) {
      write_text(*text);
    } else if (const List* list = value.get_if<List>()) {
      write_list(*list);
    } else if (const Map* map = value.get_if<Map>()) {
      write_map(*map);
    } else if (const auto* object = value.get_if<Object>()) {
      write_object(*object);
    } else {
      refuse(value);
    }
  }

 private:
  void write_real(double real) {
    if (!std::isfinite(real) && nonfinite_ == Nonfinite::bare) {
      out_ << (std::isnan(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity");
      return;
    }
    if (!std::isfinite(real)) throw Error(ErrorCode::unstorable, fmt::format("write JSON: {} has no plain form", real));
    std::string text = fmt::format("{}", real);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    out_ << text;
  }

  // What needs no escape is written in one.
  void write_text(std::string_view text) {
    out_ << '"';
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto c = static_cast<unsigned char>(text[at]);
      const bool is_half = c == 0xED && at + 2 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0;
      if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F && !is_half) continue;
      put(text.substr(begin, at - begin));
      if (is_half) {
        write_half(text.substr(at, 3));
        at += 2;
      } else {
        write_escape(text[at]);
      }
      begin = at + 1;
    }
    put(text.substr(begin));
    out_ << '"';
  }

  void put(std::string_view text) { out_.write(text.data(), static_cast<std::streamsize>(text.size())); }

  void write_escape(char c) {
    if (c == '"' || c == '\\')
      out_ << '\\' << c;
    else if (c == '\n')
      out_ << "\\n";
    else
      out_ << fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }

  // Half of a surrogate pair, encoded as if it were a character: no UTF-8 has such.
  void write_half(std::string_view bytes) {
    if (nonfinite_ != Nonfinite::bare)
      throw Error(ErrorCode::unstorable, "write JSON: half of a surrogate pair has no plain form");
    const auto bits = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]) & 0x3Fu; };
    out_ << fmt::format("\\ud{:03x}", bits(1) << 6 | bits(2));
  }

  void write_object(const Object& object) {
    if (!object.class_name.empty()) {
      const Bytes* bytes = object.fields.size() == 1 ? object.fields[0].value.get_if<Bytes>() : nullptr;
      if (object.class_name != "builtins.str" || bytes == nullptr || nonfinite_ != Nonfinite::bare) refuse(object);
      return write_text({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    }
    begin('{');
    for (const Field& field : object.fields) {
      next();
      write_text(field.name);
      out_ << (indented_ ? ": " : ":");
      write(field.value);
    }
    end('}');
  }

  [[noreturn]] static void refuse(const Value& value) {
    throw Error(ErrorCode::unstorable, fmt::format("write JSON: a value of kind {} has no plain form", value.kind_name()));
  }

  void write_list(const List& list) {
    begin('[');
    for (const Value& element : list) {
      next();
      write(element);
    }
    end(']');
  }

  void write_map(const Map& map) {
    begin('{');
    for (const MapEntry& entry : map) {
      const auto* key = entry.key.get_if<std::string>();
      if (key == nullptr) throw Error(ErrorCode::unstorable, "write JSON: a key that is no text has no plain form");
      next();
      write_text(*key);
      out_ << (indented_ ? ": " : ":");
      write(entry.value);
    }
    end('}');
  }

  void begin(char bracket) {
    out_ << bracket;
    ++depth_;
    is_empty_ = true;
  }
  void next() {
    if (!is_empty_) out_ << ',';
    break_line();
    is_empty_ = false;
  }
  void end(char bracket) {
    --depth_;
    if (!is_empty_) break_line();
    is_empty_ = false;
    out_ << bracket;
  }
  void break_line() {
    if (indented_) out_ << '\n' << std::string(2 * depth_, ' ');
  }

  std::ostream& out_;
  bool indented_;
  Nonfinite nonfinite_;
  bool is_empty_ = false;  // nothing was written since the last bracket
  std::size_t depth_ = 0;
};

}  // namespace

std::string json_line(const Value& value, Nonfinite nonfinite) {
  std::ostringstream out;
  Writer(out, false, nonfinite).write(value);
  return std::move(out).str();
}

void write_json(const Value& value, std::ostream& out, Nonfinite nonfinite) {
  Writer(out, true, nonfinite).write(value);
  out << '\n';
}

}  // namespace cairn::interchange
