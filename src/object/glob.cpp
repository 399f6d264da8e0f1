#include "object/glob.h"

#include <algorithm>
#include <utility>

namespace cairn::object {

namespace {

constexpr bool is_in(std::uint8_t byte, char first, char last) { return first <= byte && byte <= last; }
constexpr bool is_digit(std::uint8_t byte) { return is_in(byte, '0', '9'); }
constexpr bool is_alpha(std::uint8_t byte) { return is_in(byte, 'a', 'z') || is_in(byte, 'A', 'Z'); }
constexpr bool is_graph(std::uint8_t byte) { return is_in(byte, '!', '~'); }

struct CharacterClass {
  std::string_view name;
  bool (*holds)(std::uint8_t);
};

// As in git: ASCII only, and \v and \f are no space.
constexpr CharacterClass kCharacterClasses[] = {
    {"alnum", [](std::uint8_t byte) { return is_alpha(byte) || is_digit(byte); }},
    {"alpha", is_alpha},
    {"blank", [](std::uint8_t byte) { return byte == ' ' || byte == '\t'; }},
    {"cntrl", [](std::uint8_t byte) { return byte < ' ' || byte == 0x7f; }},
    {"digit", is_digit},
    {"graph", is_graph},
    {"lower", [](std::uint8_t byte) { return is_in(byte, 'a', 'z'); }},
    {"print", [](std::uint8_t byte) { return byte == ' ' || is_graph(byte); }},
    {"punct", [](std::uint8_t byte) { return is_graph(byte) && !is_alpha(byte) && !is_digit(byte); }},
    {"space", [](std::uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }},
    {"upper", [](std::uint8_t byte) { return is_in(byte, 'A', 'Z'); }},
    {"xdigit", [](std::uint8_t byte) { return is_digit(byte) || is_in(byte, 'a', 'f') || is_in(byte, 'A', 'F'); }},
};

}  // namespace

class Glob::Parser {
 public:
  explicit Parser(std::string_view pattern) : pattern_(pattern), plain_bytes_(pattern.find_first_of("*?[\\")) {}

  std::optional<Glob> parse() {
    while (!rest().empty())
      if (!add_step()) return std::nullopt;
    return std::move(glob_);
  }

 private:
  // Each of these returns false if nothing can match.
  bool add_step() {
    if (take('*')) return add_stars();
    if (take('[')) return add_set();
    if (take('?')) return add({.kind = Kind::any_byte});
    const std::optional<std::uint8_t> byte = take_byte();
    return byte && add({.kind = Kind::byte, .byte = *byte});
  }

  // Two stars or more that stand alone between slashes go beyond them. git compares what comes before the first special
  // character apart, so for it the rest is a beginning, too, and `a**/b` matches a/x/b: not documented, but so it is.
  bool add_stars() {
    const std::size_t begin = at_ - 1;
    while (take('*')) continue;
    const bool is_begin = begin == plain_bytes_ || pattern_[begin - 1] == '/';
    const bool is_end = rest().empty() || rest().starts_with('/') || rest().starts_with("\\/");
    if (at_ - begin == 1 || !is_begin || !is_end) return add({.kind = Kind::star});
    return add({.kind = take('/') ? Kind::directories : Kind::anything});
  }

  bool add_set() {
    const bool is_negated = take('!') || take('^');
    ByteSet set;
    do {  // a ']' that comes first is a member
      if (!add_members(set)) return false;
    } while (!take(']'));
    if (is_negated) set.flip();
    set.reset('/');
    glob_.sets_.push_back(set);
    return add({.kind = Kind::set, .set = static_cast<std::uint32_t>(glob_.sets_.size() - 1)});
  }

  // A class, a range or a single byte.
  bool add_members(ByteSet& set) {
    if (rest().starts_with("[:")) {
      const std::size_t end = rest().find(']', 2);
      if (end == std::string_view::npos) return false;
      if (end > 2 && rest()[end - 1] == ':') return add_class(set, rest().substr(2, end - 3));
    }
    const std::optional<std::uint8_t> first = take_byte();
    if (!first) return false;
    std::optional<std::uint8_t> last = first;
    if (rest().size() > 1 && rest()[1] != ']' && take('-')) last = take_byte();
    if (!last) return false;
    set.set(*first);  // even if the range is empty
    for (unsigned byte = *first; byte <= *last; ++byte) set.set(byte);
    return true;
  }

  bool add_class(ByteSet& set, std::string_view name) {
    const auto* const found = std::ranges::find(kCharacterClasses, name, &CharacterClass::name);
    if (found == std::end(kCharacterClasses)) return false;
    for (unsigned byte = 0; byte < set.size(); ++byte)
      if (found->holds(static_cast<std::uint8_t>(byte))) set.set(byte);
    at_ += name.size() + 4;
    return true;
  }

  bool add(const Step& step) {
    glob_.steps_.push_back(step);
    return true;
  }

  std::string_view rest() const { return pattern_.substr(at_); }

  bool take(char character) {
    const bool is_there = rest().starts_with(character);
    if (is_there) ++at_;
    return is_there;
  }

  std::optional<std::uint8_t> take_byte() {
    take('\\');
    if (rest().empty()) return std::nullopt;
    return static_cast<std::uint8_t>(pattern_[at_++]);
  }

  const std::string_view pattern_;
  const std::size_t plain_bytes_;  // before the first special character
  std::size_t at_ = 0;
  Glob glob_;
};

// Every star takes as little as it can at first. When a step fails, it is enough to let the last star take more, and
// if that meets a slash, the last `**`: the others would come to the same places or later ones. So each part of the
// pattern between two stars is tried once for each place, and the cost stays below a product.
class Glob::Matcher {
 public:
  Matcher(const Glob& glob, std::string_view path) : glob_(glob), path_(path) {}

  bool run() {
    while (step_ < glob_.steps_.size() || at_ < path_.size())
      if (!advance() && !extend_star() && !extend_wide_star()) return false;
    return true;
  }

 private:
  struct Star {
    std::size_t next_step = 0;  // 0: there was none
    std::size_t end = 0;        // in the path, of what it has taken
  };

  bool advance() {
    if (step_ == glob_.steps_.size()) return false;
    const Step& step = glob_.steps_[step_];
    if (step.kind == Kind::star) {
      star_ = {++step_, at_};
    } else if (step.kind == Kind::anything || step.kind == Kind::directories) {
      wide_star_ = {++step_, at_};
      star_ = {};
    } else {
      if (at_ == path_.size() || !glob_.accepts(step, static_cast<std::uint8_t>(path_[at_]))) return false;
      ++step_, ++at_;
    }
    return true;
  }

  bool extend_star() {
    if (star_.next_step == 0 || star_.end == path_.size() || path_[star_.end] == '/') return false;
    return go_back_to(star_, star_.end + 1);
  }

  bool extend_wide_star() {
    if (wide_star_.next_step == 0 || wide_star_.end == path_.size()) return false;
    star_ = {};
    if (glob_.steps_[wide_star_.next_step - 1].kind == Kind::anything) return go_back_to(wide_star_, wide_star_.end + 1);
    const std::size_t slash = path_.find('/', wide_star_.end);
    return slash != std::string_view::npos && go_back_to(wide_star_, slash + 1);
  }

  bool go_back_to(Star& star, std::size_t end) {
    star.end = at_ = end;
    step_ = star.next_step;
    return true;
  }

  const Glob& glob_;
  const std::string_view path_;
  std::size_t step_ = 0;
  std::size_t at_ = 0;
  Star star_;
  Star wide_star_;
};

std::optional<Glob> Glob::parse(std::string_view pattern) { return Parser(pattern).parse(); }

bool Glob::matches(std::string_view path) const { return Matcher(*this, path).run(); }

bool Glob::accepts(const Step& step, std::uint8_t byte) const {
  if (step.kind == Kind::byte) return step.byte == byte;
  return step.kind == Kind::set ? sets_[step.set][byte] : byte != '/';
}

}  // namespace cairn::object
