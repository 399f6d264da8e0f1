#include <cairn/error.h>
#include <cairn/plain_json.h>
#include <cairn/text.h>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "format/json_builder.h"

namespace cairn {
namespace {

namespace json = boost::json;
using json::error_code;

class PlainBuilder final : public format::JsonBuilder {
  // Sorted first: putting entries into a map in another order than that of their keys costs a move of all behind them.
  Value object(std::vector<std::string> keys, List values) const override {
    std::vector<MapEntry> entries;
    entries.reserve(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) entries.push_back({Value(std::move(keys[i])), std::move(values[i])});
    std::ranges::sort(entries, {}, &MapEntry::key);
    Map map;
    for (MapEntry& entry : entries) map.put(std::move(entry.key), std::move(entry.value));
    return map;
  }

  std::optional<Value> large_integer(std::string_view text) const override {
    auto large = BigInteger::parse(text);
    return large ? std::optional<Value>(std::move(*large)) : std::nullopt;
  }
};

// Where what comes behind these bytes stands.
std::string position_after(std::string_view bytes) {
  const std::size_t last = bytes.rfind('\n');
  return fmt::format("line {}, column {}", 1 + std::ranges::count(bytes, '\n'),
                     last == std::string_view::npos ? bytes.size() + 1 : bytes.size() - last);
}

[[noreturn]] void throw_after(std::string_view passed, std::string_view problem) {
  throw Error(ErrorCode::bad_document, fmt::format("{}: {}", position_after(passed), problem));
}

// What was read before an error ends with the first half of a pair, whose second half is not there.
bool ends_in_half_a_pair(std::string_view passed) {
  if (passed.size() < 6) return false;
  const std::string_view last = passed.substr(passed.size() - 6);
  return last.starts_with("\\u") && (last[2] == 'd' || last[2] == 'D') && std::string_view("89abAB").find(last[3]) != std::string_view::npos;
}

std::string explain(const PlainBuilder& builder, const error_code& ec, std::string_view passed) {
  const bool is_half = ec == json::error::illegal_leading_surrogate || ec == json::error::illegal_trailing_surrogate ||
                       ec == json::error::expected_utf16_escape || (ec == json::error::syntax && ends_in_half_a_pair(passed));
  const std::string problem = !builder.problem().empty()      ? builder.problem()
                              : ec == json::error::incomplete ? "the document ends too early"
                              : is_half                       ? "half of a surrogate pair"
                                                              : ec.message();
  const std::string pointer = builder.pointer();
  return pointer.empty() ? problem : fmt::format("{} (at {})", problem, printable(pointer));
}

// A number that is none, outside of strings.
struct NonfiniteToken {
  std::size_t at = std::string_view::npos;  // of the whole text
  std::size_t size = 0;
  double number = 0;
};

// The first token at or behind `from`, which is not within a string.
NonfiniteToken find_nonfinite(std::string_view text, std::size_t from) {
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (std::size_t at = text.find_first_of("\"NI", from); at != std::string_view::npos; at = text.find_first_of("\"NI", at)) {
    if (text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
      if (++at >= text.size()) break;
    } else if (text.substr(at).starts_with("NaN")) {
      return {at, 3, std::numeric_limits<double>::quiet_NaN()};
    } else if (text.substr(at).starts_with("Infinity")) {
      return at > from && text[at - 1] == '-' ? NonfiniteToken{at - 1, 9, -kInfinity} : NonfiniteToken{at, 8, kInfinity};
    } else {
      ++at;
    }
  }
  return {};
}

// As write_some, in pieces: for each token the parser is given a number that it knows, and the builder the one that was meant.
std::size_t write_with_nonfinite(json::basic_parser<PlainBuilder>& parser, std::string_view text, error_code& ec) {
  static constexpr std::string_view kKnown = " 0 ";
  std::size_t from = 0;
  for (;;) {
    const NonfiniteToken token = find_nonfinite(text, from);
    const bool is_last = token.at == std::string_view::npos;
    const std::string_view piece = text.substr(from, is_last ? token.at : token.at - from);
    const std::size_t used = parser.write_some(!is_last, piece.data(), piece.size(), ec);
    if (ec || used < piece.size() || is_last) return from + used;
    parser.handler().replace_next_number(token.number);
    parser.write_some(true, kKnown.data(), kKnown.size(), ec);
    if (ec) return token.at;
    from = token.at + token.size;
  }
}

}  // namespace

Value from_plain_json(std::string_view text, const PlainJsonOptions& options) {
  json::parse_options parse_options;
  parse_options.max_depth = std::min(options.depth_max, kPlainJsonDepthLimit);
  json::basic_parser<PlainBuilder> parser(parse_options);
  error_code ec;
  const std::size_t used = options.allow_nonfinite ? write_with_nonfinite(parser, text, ec)
                                                   : parser.write_some(false, text.data(), text.size(), ec);
  const std::string_view passed = text.substr(0, std::min(used, text.size()));
  if (ec == json::error::too_deep)
    throw Error(ErrorCode::limit, fmt::format("{}: JSON nests deeper than {}", position_after(passed), parse_options.max_depth));
  if (ec) throw_after(passed, explain(parser.handler(), ec, passed));
  const std::size_t rest = text.find_first_not_of(" \t\r\n", used);
  if (rest != std::string_view::npos) throw_after(text.substr(0, rest), "more than one value");
  return parser.handler().take();
}

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
