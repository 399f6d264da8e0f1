// JSON as Python's json module writes it: with bare NaN and Infinity, integers of any size, and lone surrogates, none
// of which from_json() takes. Throws std::runtime_error for anything else.
#pragma once

#include <cairn/value.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace cairn::test {

class PythonJson {
 public:
  /// Objects become maps whatever their keys are, the last of equal keys counting; text with a lone surrogate becomes
  /// the bytes that Python's "surrogatepass" encodes it to.
  static Value parse(std::string_view text) {
    PythonJson reader(text);
    Value value = reader.value();
    reader.skip_space();
    if (!reader.rest_.empty()) reader.fail("more than one value");
    return value;
  }

 private:
  explicit PythonJson(std::string_view text) : rest_(text), size_(text.size()) {}

  Value value() {
    skip_space();
    if (take("{")) return map();
    if (take("[")) return list();
    if (take("\"")) return Value(text());
    if (take("null")) return Value();
    if (take("true")) return true;
    if (take("false")) return false;
    if (take("NaN")) return std::numeric_limits<double>::quiet_NaN();
    if (take("Infinity")) return std::numeric_limits<double>::infinity();
    if (take("-Infinity")) return -std::numeric_limits<double>::infinity();
    return number();
  }

  Value map() {
    Map map;
    for (skip_space(); !take("}"); skip_space()) {
      if (map.size() != 0) expect(",");
      skip_space();
      expect("\"");
      Value key(text());
      skip_space();
      expect(":");
      map.put(std::move(key), value());
    }
    return map;
  }

  Value list() {
    List list;
    for (skip_space(); !take("]"); skip_space()) {
      if (!list.empty()) expect(",");
      list.push_back(value());
    }
    return list;
  }

  Value number() {
    const std::string digits(rest_.substr(0, rest_.find_first_not_of("+-.0123456789eE")));
    if (digits.empty()) fail("no value");
    rest_.remove_prefix(digits.size());
    if (digits.find_first_of(".eE") == std::string::npos) {
      const auto integer = BigInteger::parse(digits);
      if (!integer) fail("no integer");
      return *integer;
    }
    double real = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), real);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) fail("no real");
    return real;
  }

  // What stands behind the opening quote.
  std::string text() {
    std::string text;
    while (!take("\"")) {
      if (rest_.empty()) fail("text without an end");
      if (take("\\"))
        text += escaped();
      else {
        text += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    return text;
  }

  std::string escaped() {
    static constexpr std::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    if (take("u")) {
      std::uint32_t point = unit();
      if (point >= 0xD800 && point < 0xDC00 && rest_.starts_with("\\u")) {
        const PythonJson before = *this;
        rest_.remove_prefix(2);
        const std::uint32_t low = unit();
        if (low >= 0xDC00 && low < 0xE000)
          point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        else
          *this = before;  // a lone surrogate, and something else behind it
      }
      return utf8(point);
    }
    const std::size_t name = rest_.empty() ? std::string_view::npos : kNames.find(rest_.front());
    if (name == std::string_view::npos) fail("an unknown escape");
    rest_.remove_prefix(1);
    return std::string(1, kMeant[name]);
  }

  std::uint32_t unit() {
    std::uint32_t unit = 0;
    const std::string_view digits = rest_.substr(0, 4);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (digits.size() != 4 || read.ptr != digits.data() + 4) fail("an escape without four digits");
    rest_.remove_prefix(4);
    return unit;
  }

  // Surrogates as if they were characters.
  static std::string utf8(std::uint32_t point) {
    const auto trail = [&](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), trail(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), trail(6), trail(0)};
    return {static_cast<char>(0xF0 | point >> 18), trail(12), trail(6), trail(0)};
  }

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) fail("expected " + std::string(token));
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw std::runtime_error("JSON at byte " + std::to_string(size_ - rest_.size()) + ": " + problem);
  }

  std::string_view rest_;
  std::size_t size_;
};

}  // namespace cairn::test
