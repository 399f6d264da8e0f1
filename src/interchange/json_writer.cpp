#include "interchange/json_writer.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <cmath>
#include <ostream>
#include <sstream>
#include <string_view>

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
      out_ << *integer;
    } else if (const auto* natural = value.get_if<std::uint64_t>()) {
      out_ << *natural;
    } else if (const auto* large = value.get_if<BigInteger>()) {
      write_large(*large);
    } else if (const double* real = value.get_if<double>()) {
      write_real(*real);
    } else if (const auto* text = value.get_if<std::string>()) {
      write_text(*text);
    } else if (const List* list = value.get_if<List>()) {
      write_list(*list);
    } else if (const Map* map = value.get_if<Map>()) {
      write_map(*map);
    } else {
      throw Error(ErrorCode::unstorable, fmt::format("write JSON: a value of kind {} has no plain form", value.kind_name()));
    }
  }

 private:
  void write_large(const BigInteger& large) {
    const std::string text = large.text();
    if (text.find('x') != std::string::npos) throw Error(ErrorCode::limit, "write JSON: an integer of more than 4096 bytes");
    out_ << text;
  }

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

  void write_text(std::string_view text) {
    out_ << '"';
    for (const char c : text) {
      if (c == '"' || c == '\\')
        out_ << '\\' << c;
      else if (c == '\n')
        out_ << "\\n";
      else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
        out_ << fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      else
        out_ << c;
    }
    out_ << '"';
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
