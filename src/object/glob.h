// Patterns of names and paths as git matches them: `*`, `?`, `[...]`, `\` and `**`.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cairn::object {

/// A pattern taken apart once, to be matched often. Knows nothing of locales: a character is one byte.
class Glob {
 public:
  /// Empty for a pattern that nothing matches: one with `[` but no `]`, an unknown `[:class:]` or a last `\`.
  static std::optional<Glob> parse(std::string_view pattern);

  /// Whether all of `path` matches, where only `**` goes beyond a '/'. Cost: at most length of the pattern times length
  /// of the path.
  bool matches(std::string_view path) const;

 private:
  using ByteSet = std::bitset<256>;

  enum class Kind : std::uint8_t {
    byte,         // this one
    any_byte,     // but '/'
    set,          // one of sets_[set]
    star,         // any bytes but '/'
    anything,     // any bytes
    directories,  // nothing, or any bytes that end with '/'
  };

  struct Step {
    Kind kind;
    std::uint8_t byte = 0;
    std::uint32_t set = 0;
  };

  class Parser;
  class Matcher;

  Glob() = default;
  bool accepts(const Step& step, std::uint8_t byte) const;

  std::vector<Step> steps_;
  std::vector<ByteSet> sets_;
};

}  // namespace cairn::object
