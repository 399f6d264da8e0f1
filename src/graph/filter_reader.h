// The characters of a filter, taken from the left: words, symbols, quoted text. Knows nothing of what they
// mean.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cairn::graph::filter {

inline constexpr std::size_t kTextBytesMax = 64 * 1024;

class Reader {
 public:
  /// `text` must outlive the reader. Throws Fault (filter_fault.h) if it is longer than kTextBytesMax or not
  /// UTF-8.
  explicit Reader(std::string_view text);

  /// Of the next character that is no blank.
  std::size_t at();
  bool at_end() { return at() == text_.size(); }
  /// The next characters, behind blanks, as far as they may be in a name or in a word; maybe none.
  std::string_view name();
  std::string_view word();

  /// Each takes what it is named after, if it comes next.
  bool take(std::string_view symbol);
  bool take_name(std::string_view name);
  void take_word() { at_ += word().size(); }
  /// Without blanks before.
  bool is_directly(char symbol) const { return text_.substr(at_).starts_with(symbol); }
  bool take_directly(char symbol);
  std::string_view take_name_directly();
  bool is_quoted() { return !at_end() && text_[at_] == '"'; }
  /// What the quotes hold, which come next. Throws Fault.
  std::string take_quoted();

  /// Throws that `expected` is not what comes next.
  [[noreturn]] void fail(std::string_view expected);
  [[noreturn]] void fail_at(std::size_t at, std::string_view expected) const;
  [[noreturn]] void fail_directly(std::string_view expected) const { fail_at(at_, expected); }

 private:
  void take_escape(std::string& quoted);
  char32_t take_code_unit(std::size_t escape);
  std::string found(std::size_t at) const;

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace cairn::graph::filter
