#include "format/json_scanner.h"

#include <cairn/error.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/bytes.h"

namespace cairn::format {
namespace {

constexpr std::size_t kIntegerDigitsMax = 100'000;
constexpr std::size_t kShownMax = 100;  // characters
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Bytes of a string that are not taken as they are.
constexpr auto kStops = [] {
  std::array<bool, 256> stops{};
  for (unsigned c = 0; c < 0x20; ++c) stops[c] = true;
  stops['"'] = stops['\\'] = true;
  return stops;
}();

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_first_half(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_second_half(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

JsonItem number_item(double real) { return JsonItem::of(JsonKind::real, 0, std::bit_cast<std::uint64_t>(real)); }

// "line 3, column 4", of the byte.
std::string position(std::string_view text, std::size_t at) {
  const std::string_view passed = text.substr(0, at);
  const std::size_t last = passed.rfind('\n');
  return fmt::format("line {}, column {}", 1 + std::ranges::count(passed, '\n'),
                     last == std::string_view::npos ? at + 1 : at - last);
}

}  // namespace

JsonScanner::JsonScanner(JsonTape& tape, const PlainJsonOptions& options)
    : tape_(tape), text_(tape.document_), options_(options), depth_max_(std::min(options.depth_max, kPlainJsonDepthLimit)) {
  if (text_.size() > std::uint64_t{1} << 48) throw Error(ErrorCode::limit, "the document is longer than 2^48 bytes");
}

void JsonScanner::run() {
  read_value();
  skip_space();
  if (!at_end()) refuse(at_, "more than one value");
}

// Without recursion: what is open is in a list.
void JsonScanner::read_value() {
  for (;;) {
    skip_space();
    const char c = peek();
    if (c == '{' || c == '[') {
      if (begin(c == '{')) continue;
    } else {
      read_scalar();
    }
    for (;; end()) {  // a value was read
      if (open_.empty()) return;
      Open& open = open_.back();
      ++open.count;
      open.last_key = open.key;
      skip_space();
      if (peek() == ',') {
        ++at_;
        if (open.is_object) read_key();
        break;
      }
      if (peek() != (open.is_object ? '}' : ']')) refuse_here();
      ++at_;
    }
  }
}

// False if it is empty, and so read already.
bool JsonScanner::begin(bool is_object) {
  if (open_.size() == depth_max_)
    throw Error(ErrorCode::limit, fmt::format("{}: JSON nests deeper than {}", position(text_, at_), depth_max_));
  ++at_;
  const std::size_t item = tape_.items_.size();
  push(JsonItem::of(is_object ? JsonKind::object : JsonKind::list, 0, 1));
  open_.push_back({item, 0, item, item, is_object});
  skip_space();
  if (peek() == (is_object ? '}' : ']')) {
    ++at_;
    open_.pop_back();
    return false;
  }
  if (is_object) read_key();
  return true;
}

void JsonScanner::end() {
  Open& open = open_.back();
  if (!open.ascends) sort_members(open);
  const JsonKind kind = open.is_object ? JsonKind::object : JsonKind::list;
  tape_.items_[open.item] = JsonItem::of(kind, open.count, tape_.items_.size() - open.item);
  open_.pop_back();
}

void JsonScanner::read_scalar() {
  switch (peek()) {
    case '"': return push(read_text());
    case 't': return read_word("true", JsonItem::of(JsonKind::boolean, 0, 1));
    case 'f': return read_word("false", JsonItem::of(JsonKind::boolean, 0, 0));
    case 'n': return read_word("null", JsonItem::of(JsonKind::null, 0, 0));
    case 'N': return read_word(options_.allow_nonfinite ? "NaN" : "", number_item(std::numeric_limits<double>::quiet_NaN()));
    case 'I': return read_word(options_.allow_nonfinite ? "Infinity" : "", number_item(kInfinity));
    default: return read_number();
  }
}

void JsonScanner::read_word(std::string_view word, JsonItem item) {
  if (word.empty() || !text_.substr(at_).starts_with(word)) {
    while (!word.empty() && peek() == word.front()) {  // to where it differs
      ++at_;
      word.remove_prefix(1);
    }
    refuse_here();
  }
  at_ += word.size();
  push(item);
}

void JsonScanner::read_key() {
  Open& open = open_.back();
  open.key = open.item;
  skip_space();
  if (peek() != '"') refuse_here();
  const JsonItem item = read_text();
  skip_space();
  open.key = tape_.items_.size();
  push(item);
  if (open.ascends && open.last_key != open.item) open.ascends = key_text(open.last_key) < key_text(open.key);
  if (peek() != ':') refuse_here();
  ++at_;
}

JsonItem JsonScanner::read_text() {
  const std::size_t begin = ++at_;
  const char* const text = text_.data();
  unsigned char seen = 0;
  std::size_t at = begin;
  for (; at < text_.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (kStops[c]) break;
    seen |= c;
  }
  if (at < text_.size() && text[at] == '"') {
    if (seen >= 0x80) check_utf8(begin, at);
    at_ = at + 1;
    return JsonItem::of(JsonKind::text, begin, at - begin);
  }
  at_ = at;
  const std::size_t from = tape_.unescaped_.size();
  bool has_half_pairs = false;
  tape_.unescaped_.append(text_.substr(begin, at - begin));
  while (peek() != '"' || at_end()) {
    if (at_end()) refuse_here();
    const auto c = static_cast<unsigned char>(text[at_]);
    if (c < 0x20) refuse(at_, "a control character in a text");
    if (c == '\\') {
      read_escape(has_half_pairs);
    } else {
      tape_.unescaped_ += text[at_++];
    }
  }
  check_utf8(begin, at_);
  ++at_;
  const JsonKind kind = has_half_pairs ? JsonKind::half_pairs : JsonKind::text;
  return JsonItem::of(kind, text_.size() + from, tape_.unescaped_.size() - from);
}

void JsonScanner::read_escape(bool& has_half_pairs) {
  static constexpr std::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
  const std::size_t begin = at_++;
  if (at_end()) refuse_here();
  if (peek() != 'u') {
    const std::size_t name = kNames.find(text_[at_]);
    if (name == std::string_view::npos) refuse(at_, "an unknown escape");
    ++at_;
    tape_.unescaped_ += kMeant[name];
    return;
  }
  ++at_;
  std::uint32_t unit = read_unit();
  if (is_first_half(unit) && text_.substr(at_).starts_with("\\u")) {
    const std::size_t before = at_;
    at_ += 2;
    const std::uint32_t second = read_unit();
    if (is_second_half(second))
      unit = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
    else
      at_ = before;
  }
  if (unit >= 0xD800 && unit < 0xE000) {
    if (!options_.allow_half_pairs) refuse(begin, "half of a surrogate pair");
    has_half_pairs = true;
  }
  append(unit);
}

std::uint32_t JsonScanner::read_unit() {
  const std::string_view digits = text_.substr(at_, 4);
  std::uint32_t unit = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  at_ = static_cast<std::size_t>(read.ptr - text_.data());
  if (read.ptr != digits.data() + 4) {
    if (at_end()) refuse_here();
    refuse(at_, "an escape without four hexadecimal digits");
  }
  return unit;
}

// Halves of surrogate pairs as if they were characters.
void JsonScanner::append(std::uint32_t point) {
  std::string& out = tape_.unescaped_;
  const auto trail = [&](int shift) { out += static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    trail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    trail(6);
    trail(0);
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    trail(12);
    trail(6);
    trail(0);
  }
}

void JsonScanner::check_utf8(std::size_t begin, std::size_t end) const {
  if (base::is_utf8(text_.substr(begin, end - begin))) return;
  for (std::size_t at = begin; at < end;) {  // up to the first that is none
    std::size_t size = 1;
    while (size <= 4 && !base::is_utf8(text_.substr(at, std::min(size, end - at)))) ++size;
    if (size > 4 || at + size > end) refuse(at, "the text is not UTF-8");
    at += size;
  }
}

void JsonScanner::read_number() {
  const std::size_t begin = at_;
  if (peek() == '-') ++at_;
  if (at_ > begin && peek() == 'I' && options_.allow_nonfinite) return read_word("Infinity", number_item(-kInfinity));
  const std::size_t first = at_;
  if (peek() == '0')
    ++at_;
  else if (read_digits() == 0)
    refuse_here();
  const std::size_t digits = at_ - first;
  bool is_real = false;
  if (peek() == '.') {
    is_real = true;
    ++at_;
    if (read_digits() == 0) refuse_here();
  }
  if (peek() == 'e' || peek() == 'E') {
    is_real = true;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (read_digits() == 0) refuse_here();
  }
  push(is_real ? read_real(begin) : read_integer(begin, digits));
}

std::size_t JsonScanner::read_digits() {
  const std::size_t begin = at_;
  while (is_digit(peek())) ++at_;
  return at_ - begin;
}

JsonItem JsonScanner::read_integer(std::size_t begin, std::size_t digits) const {
  const char *first = text_.data() + begin, *last = text_.data() + at_;
  std::int64_t integer = 0;
  if (std::from_chars(first, last, integer).ec == std::errc())
    return JsonItem::of(JsonKind::integer, 0, static_cast<std::uint64_t>(integer));
  if (digits > kIntegerDigitsMax) refuse(begin, "the integer has more than 100,000 digits");
  return JsonItem::of(JsonKind::large_integer, begin, at_ - begin);
}

JsonItem JsonScanner::read_real(std::size_t begin) const {
  const char *first = text_.data() + begin, *last = text_.data() + at_;
  double real = 0;
  const auto read = std::from_chars(first, last, real);
  if (read.ec != std::errc() || read.ptr != last)
    refuse(begin, fmt::format("the real {} is out of the range of a double",
                              shortened(text_.substr(begin, at_ - begin), kShownMax)));
  return number_item(real);
}

// The members, of any size, in the order of their keys.
void JsonScanner::sort_members(const Open& object) {
  std::vector<JsonItem>& items = tape_.items_;
  order_.clear();
  for (std::size_t item = object.item + 1; item < items.size(); item += 1 + items[item + 1].size()) order_.push_back(item);
  std::ranges::sort(order_, {}, [this](std::size_t key) { return key_text(key); });
  const auto twin = std::ranges::adjacent_find(order_, {}, [this](std::size_t key) { return key_text(key); });
  if (twin != order_.end()) refuse_twin(std::max(twin[0], twin[1]));
  if (options_.keep_order) return;
  sorted_.clear();
  for (const std::size_t key : order_) {
    const auto member = items.begin() + static_cast<std::ptrdiff_t>(key);
    sorted_.insert(sorted_.end(), member, member + 1 + static_cast<std::ptrdiff_t>(member[1].size()));
  }
  std::ranges::copy(sorted_, items.begin() + static_cast<std::ptrdiff_t>(object.item) + 1);
}

void JsonScanner::refuse_twin(std::size_t member) {
  const std::string_view key = key_text(member);
  const bool is_in_document = key.data() >= text_.data() && key.data() < text_.data() + text_.size();
  open_.back().key = member;
  const std::size_t at = is_in_document ? static_cast<std::size_t>(key.data() - text_.data()) - 1 : at_ - 1;
  refuse(at, fmt::format("the key \"{}\" is there twice", shortened(key, kShownMax)));
}

void JsonScanner::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return;
    ++at_;
  }
}

std::string JsonScanner::pointer() const {
  std::string pointer;
  for (const Open& open : open_) {
    if (!open.is_object)
      pointer = pointer_to(pointer, open.count);
    else if (open.key != open.item)
      pointer = pointer_to(pointer, key_text(open.key));
  }
  return pointer;
}

void JsonScanner::refuse(std::size_t at, std::string_view problem) const {
  const std::string where = pointer();
  throw Error(ErrorCode::bad_document, fmt::format("{}: {}{}", position(text_, at), printable(problem),
                                                   where.empty() ? "" : fmt::format(" (at {})", printable(where))));
}

void JsonScanner::refuse_here() const {
  if (at_end()) refuse(at_, "the document ends too early");
  refuse(at_, "this is no JSON");
}

}  // namespace cairn::format
