#include "interchange/scalems/grammar.h"

#include <cairn/text.h>

#include <fmt/format.h>

#include <charconv>

namespace cairn::interchange::scalems {
namespace {

constexpr std::size_t kDigestDigits = 64, kUuidDigits = 32;
constexpr std::string_view kDots = "...";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_label_character(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Reads a text from left to right. The first fault stays.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool is_at_end() const { return at_ == text_.size(); }
  bool is_well() const { return fault_.empty(); }
  const std::string& fault() const { return fault_; }
  char next() const { return is_at_end() ? '\0' : text_[at_]; }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  template <class Predicate>
  std::string_view take_while(Predicate fits) {
    const std::size_t begin = at_;
    while (!is_at_end() && fits(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  void expect_end(std::string_view what) {
    if (is_well() && !is_at_end()) fail(fmt::format("the end of the {}", what));
  }
  void fail(std::string_view expected) {
    if (!is_well()) return;
    fault_ = fmt::format("column {}: expected {}, found {}", at_ + 1, expected, found());
  }

  Uid uid();
  std::string label();
  std::vector<Step> nested();
  void type_name();

 private:
  // The whole character, which may be of several bytes.
  std::string found() const {
    if (is_at_end()) return "the end";
    std::size_t size = 1;
    while (at_ + size < text_.size() && (static_cast<unsigned char>(text_[at_ + size]) & 0xC0) == 0x80) ++size;
    return fmt::format("\"{}\"", printable(text_.substr(at_, size)));
  }
  std::string hex_digits();
  std::optional<std::uint64_t> subscript();

  std::string_view text_;
  std::size_t at_ = 0;
  std::string fault_;
};

// In lower case. Letters are of one case: the specification has upper case, its code writes lower case.
std::string Reader::hex_digits() {
  std::string digits;
  char first_letter = '\0';
  for (; !is_at_end() && is_hex(next()) && digits.size() < kDigestDigits; ++at_) {
    if (is_letter(next())) {
      if (first_letter == '\0') first_letter = next();
      if (is_lower(first_letter) != is_lower(next())) {
        fail("hexadecimal digits of one case");
        break;
      }
    }
    digits += lower(next());
  }
  return digits;
}

Uid Reader::uid() {
  const std::size_t begin = at_;
  Uid uid{hex_digits()};
  if (uid.name.size() == 8 && next() == '-') {
    at_ = begin;
    uid.name.clear();
    for (const std::size_t size : {8u, 4u, 4u, 4u, 12u}) {
      if (!uid.name.empty() && !take("-")) fail("\"-\" of a UUID");
      std::string group(take_while(is_hex));
      if (group.size() != size) fail(fmt::format("a UUID, whose groups have 8, 4, 4, 4 and 12 digits,"));
      for (const char c : group) uid.name += lower(c);
    }
    uid.is_global = true;
    return uid;
  }
  if (!uid.name.empty() && uid.name.size() < kDigestDigits && take(kDots)) {
    uid.name += kDots;
    return uid;
  }
  uid.is_global = uid.name.size() == kDigestDigits || uid.name.size() == kUuidDigits;
  if (!uid.is_global) fail(fmt::format("a hexadecimal digit ({} of {})", uid.name.size() + 1, kDigestDigits));
  return uid;
}

std::string Reader::label() {
  const std::string_view label = take_while(is_label_character);
  if (label.empty()) fail("a letter, a digit, \"_\" or \"-\" of a label");
  return std::string(label);
}

std::optional<std::uint64_t> Reader::subscript() {
  if (!take("[")) return std::nullopt;
  const std::size_t begin = at_;
  const std::string_view digits = take_while(is_digit);
  std::uint64_t number = 0;
  if (digits.empty()) {
    fail("a digit of a subscript");
  } else if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc()) {
    at_ = begin;
    fail("a subscript below 2^64");
  }
  if (!take("]")) fail("\"]\"");
  return number;
}

std::vector<Step> Reader::nested() {
  std::vector<Step> steps;
  do {
    std::string name = label();
    steps.push_back({std::move(name), subscript()});
  } while (is_well() && take("."));
  return steps;
}

void Reader::type_name() {
  if (take("<locals>")) return;  // of a class within a function
  if (!is_letter(next()) && next() != '_') return fail("a letter of a name");
  take_while([](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

}  // namespace

Parsed<Uid> parse_uid(std::string_view text) {
  Reader reader(text);
  Uid uid = reader.uid();
  reader.expect_end("uid");
  return {std::move(uid), reader.fault()};
}

Parsed<std::string> parse_label(std::string_view text) {
  Reader reader(text);
  std::string label = reader.label();
  reader.expect_end("label");
  return {std::move(label), reader.fault()};
}

Parsed<std::string> parse_type(std::string_view text) {
  Reader reader(text);
  do reader.type_name();
  while (reader.is_well() && reader.take("."));
  reader.expect_end("type identifier");
  return {std::string(text), reader.fault()};
}

Parsed<Reference> parse_reference(std::string_view text) {
  Reader reader(text);
  Reference reference;
  if (!reader.take(".")) {
    reference.uid = reader.uid();
    if (!reader.is_well() || reader.is_at_end()) return {std::move(reference), reader.fault()};
    if (!reader.take(".")) reader.fail("\".\", or the end of the reference");
  }
  if (reader.is_well()) reference.steps = reader.nested();
  reader.expect_end("reference");
  return {std::move(reference), reader.fault()};
}

std::string meaning_of(const Reference& reference) {
  std::string text = reference.uid ? reference.uid->name : std::string();
  for (const Step& step : reference.steps) {
    text += "." + step.label;
    if (step.subscript) text += fmt::format("[{}]", *step.subscript);
  }
  return text;
}

}  // namespace cairn::interchange::scalems
