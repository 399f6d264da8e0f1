#include <cairn/part.h>

#include <cairn/codec/sequence.h>
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "format/part_name.h"

namespace cairn {

namespace {

using Name = std::string;
using Index = std::uint64_t;

struct Step {
  std::variant<Name, Index> what;
  std::size_t begin, end;  // of the step in the path
};

bool is_name_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_' ||
         byte == ':' || byte == '-' || byte >= 0x80;
}

class PathParser {
 public:
  explicit PathParser(std::string_view path) : path_(path) {}

  std::vector<Step> steps() {
    std::vector<Step> steps;
    while (at_ < path_.size()) {
      const std::size_t begin = at_;
      const bool bracket = path_[at_] == '[';
      if (!bracket && !steps.empty()) expect('.');
      auto what = bracket ? in_brackets() : std::variant<Name, Index>(name());
      steps.push_back({std::move(what), begin, at_});
    }
    return steps;
  }

 private:
  [[noreturn]] void refuse(std::string_view expected) const {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("path \"{}\": expected {} at character {}", path_, expected, at_ + 1));
  }
  void expect(char c) {
    if (at_ >= path_.size() || path_[at_] != c) refuse(fmt::format("'{}'", c));
    ++at_;
  }

  Name name() {
    const std::size_t begin = at_;
    while (at_ < path_.size() && is_name_character(path_[at_])) ++at_;
    if (at_ == begin) refuse("a name");
    return Name(path_.substr(begin, at_ - begin));
  }

  std::variant<Name, Index> in_brackets() {
    expect('[');
    std::variant<Name, Index> what;
    if (at_ < path_.size() && path_[at_] == '"') what = quoted();
    else what = index();
    expect(']');
    return what;
  }

  Name quoted() {
    expect('"');
    Name name;
    while (at_ < path_.size() && path_[at_] != '"') {
      if (path_[at_] == '\\' && ++at_ == path_.size()) break;
      name += path_[at_++];
    }
    expect('"');
    return name;
  }

  Index index() {
    Index index = 0;
    const char* const begin = path_.data() + at_;
    const auto [end, error] = std::from_chars(begin, path_.data() + path_.size(), index);
    if (error != std::errc()) refuse("a number or a name in quotes");
    at_ += static_cast<std::size_t>(end - begin);
    return index;
  }

  std::string_view path_;
  std::size_t at_ = 0;
};

/// Goes step by step; every decoder on the way lives until `read` returns.
class Descent {
 public:
  Descent(std::string_view path, const std::function<void(const Decoder&)>& read)
      : path_(path), steps_(PathParser(path).steps()), read_(read) {}

  void from(const Decoder& in, std::size_t depth = 0) const {
    if (depth == steps_.size()) return read_(in);
    const Step& step = steps_[depth];
    if (const Name* name = std::get_if<Name>(&step.what)) {
      const std::optional<Decoder> part = named(in, *name, step);
      if (!part) refuse(step, fmt::format("the {} there has none of that name", value_kind_name(in.kind())));
      return from(*part, depth + 1);
    }
    const ListDecoder list = elements(in, step);
    const Index index = std::get<Index>(step.what);
    if (index >= list.size()) refuse(step, fmt::format("there are {} elements", list.size()));
    from(list[static_cast<std::size_t>(index)], depth + 1);
  }

 private:
  [[noreturn]] void refuse(const Step& step, std::string_view problem) const {
    throw Error(ErrorCode::not_found, fmt::format("there is no {}: {}", path_.substr(0, step.end), problem));
  }

  // Says how far the path led.
  template <class Look>
  auto around(const Step& step, Look&& look) const {
    try {
      return look();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::type_mismatch) throw;
      throw Error(error.code(), fmt::format("path \"{}\": around its part {}: {}", path_,
                                            path_.substr(step.begin, step.end - step.begin), error.what()));
    }
  }

  std::optional<Decoder> named(const Decoder& in, const Name& name, const Step& step) const {
    if (in.kind() == ValueKind::object) return in.object().find(name);
    const MapDecoder map = around(step, [&] {
      if (in.kind() != ValueKind::map) in.mismatch("an object or a map");
      return in.map();
    });
    for (std::size_t i = 0; i < map.size(); ++i)
      if (map.key(i).kind() == ValueKind::text && map.key(i).text() == name) return map.value(i);
    return std::nullopt;
  }

  ListDecoder elements(const Decoder& in, const Step& step) const {
    return around(step, [&] { return detail::expect_elements(in); });
  }

  std::string_view path_;
  std::vector<Step> steps_;
  const std::function<void(const Decoder&)>& read_;
};

}  // namespace

void format::append_part_name(std::string& path, std::string_view name) {
  if (!name.empty() && std::ranges::all_of(name, is_name_character)) {
    if (!path.empty()) path += '.';
    path += name;
    return;
  }
  path += "[\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') path += '\\';
    path += c;
  }
  path += "\"]";
}

void read_part(const Decoder& in, std::string_view path, const std::function<void(const Decoder&)>& read) {
  Descent(path, read).from(in);
}

}  // namespace cairn
