#include "graph/filter_reader.h"

#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "graph/filter_fault.h"

namespace cairn::graph::filter {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kFoundCharactersMax = 40;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
bool is_word_character(char c) {
  return is_name_character(c) || std::string_view("+.:/@*?").find(c) != std::string_view::npos;
}

template <class Test>
std::string_view leading(std::string_view text, Test test) {
  return text.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(text, test) - text.begin()));
}

// The character that begins there, as many bytes as its first one promises.
std::string_view character_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  return text.substr(at, first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
}

void check_utf8(std::string_view text) {
  if (base::is_utf8(text)) return;
  std::size_t at = 0;
  while (base::is_utf8(character_at(text, at))) at += character_at(text, at).size();
  throw Fault{at, "expected UTF-8"};
}

void append_utf8(std::string& out, char32_t character) {
  const auto append = [&out](char32_t byte) { out += static_cast<char>(byte); };
  const auto append_rest = [&](int shift) { append(0x80 | (character >> shift & 0x3f)); };
  if (character < 0x80) return append(character);
  if (character < 0x800) return append(0xc0 | character >> 6), append_rest(0);
  if (character < 0x10000) return append(0xe0 | character >> 12), append_rest(6), append_rest(0);
  append(0xf0 | character >> 18), append_rest(12), append_rest(6), append_rest(0);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_high_surrogate(char32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low_surrogate(char32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

}  // namespace

Reader::Reader(std::string_view text) : text_(text) {
  if (text.size() > kTextBytesMax)
    throw Fault{0, fmt::format("expected at most {} bytes, found {}", kTextBytesMax, text.size())};
  check_utf8(text);
}

std::size_t Reader::at() {
  return at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
}

std::string_view Reader::name() {
  return leading(text_.substr(at()), is_name_character);
}
std::string_view Reader::word() {
  return leading(text_.substr(at()), is_word_character);
}

bool Reader::take(std::string_view symbol) {
  const bool is_there = text_.substr(at()).starts_with(symbol);
  if (is_there) at_ += symbol.size();
  return is_there;
}

bool Reader::take_name(std::string_view wanted) {
  const bool is_there = name() == wanted;
  if (is_there) at_ += wanted.size();
  return is_there;
}

bool Reader::take_directly(char symbol) {
  const bool is_there = is_directly(symbol);
  if (is_there) ++at_;
  return is_there;
}

std::string_view Reader::take_name_directly() {
  const std::string_view taken = leading(text_.substr(at_), is_name_character);
  at_ += taken.size();
  return taken;
}

std::string Reader::take_quoted() {
  const std::size_t begin = at_++;
  std::string quoted;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\\')
      take_escape(quoted);
    else if (static_cast<unsigned char>(text_[at_]) < 0x20)
      fail_at(at_, "a character or an escape such as \\n");
    else
      quoted += text_[at_++];
  }
  if (at_ == text_.size()) throw Fault{begin, "expected a closing \" to this one, found the end"};
  ++at_;
  return quoted;
}

void Reader::take_escape(std::string& quoted) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t escape = at_++;
  if (take_directly('u')) return append_utf8(quoted, take_code_unit(escape));
  const std::size_t letter = at_ < text_.size() ? kLetters.find(text_[at_]) : std::string_view::npos;
  if (letter == std::string_view::npos)
    throw Fault{escape, R"(expected \", \\, \/, \b, \f, \n, \r, \t or \uXXXX)"};
  quoted += kMeanings[letter];
  ++at_;
}

// Four digits behind \u; for the first half of a pair, those of the second half, too.
char32_t Reader::take_code_unit(std::size_t escape) {
  const auto take_digits = [&] {
    char32_t unit = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = at_ < text_.size() ? hex_value(text_[at_]) : -1;
      if (digit < 0) throw Fault{escape, "expected four hexadecimal digits behind \\u"};
      unit = unit << 4 | static_cast<char32_t>(digit);
      ++at_;
    }
    return unit;
  };
  const char32_t unit = take_digits();
  if (!is_high_surrogate(unit) && !is_low_surrogate(unit)) return unit;
  const bool is_pair = is_high_surrogate(unit) && take_directly('\\') && take_directly('u');
  const char32_t second = is_pair ? take_digits() : 0;
  if (!is_low_surrogate(second)) throw Fault{escape, "expected both halves of a surrogate pair"};
  return 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
}

void Reader::fail(std::string_view expected) {
  fail_at(at(), expected);
}

void Reader::fail_at(std::size_t at, std::string_view expected) const {
  throw Fault{at, fmt::format("expected {}, found {}", expected, found(at))};
}

std::string Reader::found(std::size_t at) const {
  if (at == text_.size()) return "the end";
  const std::string_view word = leading(text_.substr(at), is_word_character);
  if (!word.empty()) return shortened(word, kFoundCharactersMax);
  if (text_[at] == '"') return "text in quotes";
  return printable(character_at(text_, at));
}

}  // namespace cairn::graph::filter
