// A Boost.JSON parser whose events build a Value. Its own doubles are not always the nearest and its large integers become
// doubles, so numbers are read from their text.
#include "interchange/json_reader.h"

#include <cairn/error.h>
#include <cairn/text.h>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <istream>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace cairn::interchange {
namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

constexpr std::size_t kPieceBytes = 64 << 10;

/// A list or object that is still open.
struct OpenValue {
  bool is_object = false;
  List elements = {};  // of an object: the values
  std::vector<std::string> keys = {};
  std::unordered_set<std::string> known = {};  // the same keys
};

/// Receives the parser's events. The member functions are those it asks for.
class Builder {
 public:
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;

  Value take() { return std::move(result_); }
  /// What this found wrong; empty if the parser itself stopped.
  const std::string& problem() const { return problem_; }
  /// Where in the document the parser is.
  std::string pointer() const {
    std::string pointer;
    for (const OpenValue& open : open_)
      pointer = !open.is_object      ? pointer_to(pointer, open.elements.size())
                : open.keys.empty() ? pointer
                                    : pointer_to(pointer, open.keys.back());
    return pointer;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) {
    open_.emplace_back();
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    List elements = std::move(open_.back().elements);
    open_.pop_back();
    return add(std::move(elements));
  }
  bool on_object_begin(error_code&) {
    open_.push_back({.is_object = true});
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    OpenValue object = std::move(open_.back());
    open_.pop_back();
    return add(close_object(std::move(object)));
  }
  bool on_string_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_string(string_view part, std::size_t, error_code&) {
    append(part);
    return add(Value(std::exchange(text_, {})));
  }
  bool on_key_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_key(string_view part, std::size_t, error_code& ec) {
    append(part);
    OpenValue& object = open_.back();
    if (!object.known.insert(text_).second) return refuse(fmt::format("the key \"{}\" is there twice", text_), ec);
    object.keys.push_back(std::exchange(text_, {}));
    return true;
  }
  bool on_number_part(string_view part, error_code&) { return append(part); }
  bool on_int64(std::int64_t, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_uint64(std::uint64_t, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_double(double, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_bool(bool value, error_code&) { return add(Value(value)); }
  bool on_null(error_code&) { return add(Value()); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  bool append(string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool refuse(std::string problem, error_code& ec) {
    problem_ = std::move(problem);
    ec = json::error::syntax;  // any: problem_ is what counts
    return false;
  }
  bool add(Value value) {
    if (open_.empty())
      result_ = std::move(value);
    else
      open_.back().elements.push_back(std::move(value));
    return true;
  }

  bool add_number(string_view part, error_code& ec) {
    append(part);
    const std::string text = std::exchange(text_, {});
    const char *begin = text.data(), *end = begin + text.size();
    if (text.find_first_of(".eE") != std::string::npos) {
      double real = 0;
      const auto read = std::from_chars(begin, end, real);
      if (read.ec == std::errc() && read.ptr == end) return add(real);
      return refuse(fmt::format("the real {} is out of the range of a double", text), ec);
    }
    std::int64_t integer = 0;
    if (std::from_chars(begin, end, integer).ec == std::errc()) return add(integer);
    if (auto large = BigInteger::parse(text)) return add(Value(std::move(*large)));
    return refuse("the integer has more than 100,000 digits", ec);
  }

  // Sorted first: putting entries into a map in another order than that of their keys costs a move of all behind them.
  static Value close_object(OpenValue object) {
    std::vector<MapEntry> entries;
    entries.reserve(object.keys.size());
    for (std::size_t i = 0; i < object.keys.size(); ++i)
      entries.push_back({Value(std::move(object.keys[i])), std::move(object.elements[i])});
    std::ranges::sort(entries, {}, &MapEntry::key);
    Map map;
    for (MapEntry& entry : entries) map.put(std::move(entry.key), std::move(entry.value));
    return map;
  }

  Value result_;
  std::vector<OpenValue> open_;
  std::string text_;  // of the string, key or number that is being read
  std::string problem_;
};

/// Counts lines and columns of what was read. Columns count bytes, from 1.
class Position {
 public:
  void pass(std::string_view bytes) {
    const std::size_t last = bytes.rfind('\n');
    line_ += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    column_ = last == std::string_view::npos ? column_ + bytes.size() : bytes.size() - last;
  }
  std::string text() const { return fmt::format("line {}, column {}", line_, column_); }

 private:
  std::uint64_t line_ = 1, column_ = 1;
};

// What was read before an error ends with the first half of a pair, whose second half is not there.
bool ends_in_half_a_pair(std::string_view passed) {
  if (passed.size() < 6) return false;
  const std::string_view last = passed.substr(passed.size() - 6);
  return last.starts_with("\\u") && (last[2] == 'd' || last[2] == 'D') && std::string_view("89abAB").find(last[3]) != std::string_view::npos;
}

std::string explain(const Builder& builder, const error_code& ec, std::string_view passed) {
  const bool is_half = ec == json::error::illegal_leading_surrogate || ec == json::error::illegal_trailing_surrogate ||
                       ec == json::error::expected_utf16_escape || (ec == json::error::syntax && ends_in_half_a_pair(passed));
  const std::string problem = !builder.problem().empty()      ? builder.problem()
                              : ec == json::error::incomplete ? "the document ends too early"
                              : is_half                       ? "half of a surrogate pair"
                                                              : ec.message();
  const std::string pointer = builder.pointer();
  return pointer.empty() ? problem : fmt::format("{} (at {})", problem, printable(pointer));
}

}  // namespace

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

void throw_bad(std::string_view place, const std::string& problem) {
  throw Error(ErrorCode::bad_document, fmt::format("{}: {}", printable(place), problem));
}

Value read_json(std::istream& in, std::uint64_t bytes_max) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::basic_parser<Builder> parser(options);
  Position position;
  std::string piece(kPieceBytes, '\0');
  std::uint64_t total = 0;
  const auto fail = [&](const error_code& ec, std::string_view passed) {
    position.pass(passed);
    if (ec == json::error::too_deep)
      throw Error(ErrorCode::limit, fmt::format("{}: JSON nests deeper than {}", position.text(), kJsonDepthMax));
    throw_bad(position.text(), explain(parser.handler(), ec, passed));
  };
  for (bool more = true; more;) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const std::string_view got(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (in.bad()) throw Error(ErrorCode::io, "read the document: the stream refuses");
    more = !in.eof();
    if ((total += got.size()) > bytes_max)
      throw Error(ErrorCode::limit, fmt::format("the document is longer than {} bytes", bytes_max));
    error_code ec;
    std::size_t used = 0;
    if (!parser.done()) used = parser.write_some(more, got.data(), got.size(), ec);
    if (ec) fail(ec, got.substr(0, std::min(used, got.size())));
    const std::size_t rest = got.find_first_not_of(" \t\r\n", used);
    if (parser.done() && rest != std::string_view::npos) {
      position.pass(got.substr(0, rest));
      throw_bad(position.text(), "more than one value");
    }
    position.pass(got);
  }
  return parser.handler().take();
}

}  // namespace cairn::interchange
