#include "interchange/weave/ref.h"

#include <cairn/value.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cairn::interchange::weave {
namespace {

constexpr std::string_view kScheme = "weave://", kStart = "weave:///";
constexpr std::array<std::string_view, 4> kKindNames = {"object", "op", "table", "call"};
constexpr std::array<std::string_view, 4> kEdges = {"attr", "key", "index", "id"};

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = path.find('/');
    parts.push_back(path.substr(0, end));
    if (end == std::string_view::npos) return parts;
    path.remove_prefix(end + 1);
  }
}

// As Python's unquote, but for bytes that are no UTF-8: then the text stays as it is.
std::string unquoted(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const bool is_escape = text[at] == '%' && digits.size() == 2 &&
                           std::from_chars(digits.data(), digits.data() + 2, byte, 16).ptr == digits.data() + 2;
    plain += is_escape ? static_cast<char>(byte) : text[at];
    if (is_escape) at += 2;
  }
  return Value(plain).is<std::string>() ? plain : std::string(text);
}

bool is_integer(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string doubt_of(const Ref& ref) {
  if (ref.version.empty()) return fmt::format("the {} has no name", ref_kind_name(ref.kind));
  if (ref.name.find(' ') != std::string::npos) return "the name has blanks";
  for (std::size_t i = 0; i < ref.edges.size(); i += 2) {
    if (std::ranges::find(kEdges, ref.edges[i]) == kEdges.end()) return fmt::format("\"{}\" is no edge", ref.edges[i]);
    if (i + 1 == ref.edges.size()) return fmt::format("the edge {} has no value", ref.edges[i]);
    if (ref.edges[i] == "index" && !is_integer(ref.edges[i + 1])) return fmt::format("\"{}\" is no index", ref.edges[i + 1]);
  }
  return {};
}

// The name and the version of an object or op. False, with the problem, if they are none.
bool read_name(std::string_view part, Ref& ref, std::string& problem) {
  const std::size_t colon = part.find(':');
  ref.name = part.substr(0, colon);
  ref.version = colon == std::string_view::npos ? "latest" : part.substr(colon + 1);
  if (ref.name.empty()) problem = "expected a name";
  if (ref.version.empty()) ref.version = "latest";
  if (ref.version.find(':') != std::string::npos) problem = "a name cannot have a colon";
  return problem.empty();
}

}  // namespace

std::string_view ref_kind_name(RefKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

bool looks_like_ref(std::string_view text) {
  return text.starts_with(kScheme);
}

std::optional<Ref> parse_ref(std::string_view text, std::string& problem) {
  problem.clear();
  const std::vector<std::string_view> parts =
      text.starts_with(kStart) ? parts_of(text.substr(kStart.size())) : std::vector<std::string_view>();
  if (parts.size() < 3) {
    problem = "expected weave:///entity/project/kind/name";
    return std::nullopt;
  }
  const auto kind = std::ranges::find(kKindNames, parts[2]);
  if (kind == kKindNames.end())
    problem = fmt::format("\"{}\" is no kind of reference", parts[2]);
  else if (parts.size() == 3)
    problem = fmt::format("expected the name of the {}", parts[2]);
  if (!problem.empty()) return std::nullopt;
  Ref ref;
  ref.kind = static_cast<RefKind>(kind - kKindNames.begin());
  ref.entity = parts[0];
  ref.project = parts[1];
  if (ref.kind != RefKind::object && ref.kind != RefKind::op)
    ref.version = parts[3];
  else if (!read_name(parts[3], ref, problem))
    return std::nullopt;
  if (ref.kind == RefKind::table && ref.version.find(':') != std::string::npos) {
    problem = "a digest cannot have a colon";
    return std::nullopt;
  }
  for (std::size_t i = 4; i < parts.size(); ++i) ref.edges.push_back(unquoted(parts[i]));
  ref.doubt = ref.kind == RefKind::table && !ref.edges.empty() ? "a table has no edges" : doubt_of(ref);
  return ref;
}

std::string quoted_part(std::string_view text) {
  std::string quoted;
  for (const char c : text) quoted += c == '%' ? "%25" : c == '/' ? "%2F" : c == ':' ? "%3A" : std::string(1, c);
  return quoted;
}

std::string Ref::versions() const {
  return fmt::format("{}{}/{}/{}/{}", kStart, entity, project, ref_kind_name(kind), name);
}

std::string Ref::base() const {
  if (kind == RefKind::object || kind == RefKind::op) return versions() + ":" + version;
  return fmt::format("{}{}/{}/{}/{}", kStart, entity, project, ref_kind_name(kind), version);
}

std::string Ref::text() const {
  std::string text = base();
  for (const std::string& edge : edges) text += "/" + quoted_part(edge);
  return text;
}

std::optional<std::uint64_t> Ref::version_number() const {
  std::uint64_t number = 0;
  const char* const end = version.data() + version.size();
  if (version.size() < 2 || version.front() != 'v') return std::nullopt;
  const auto read = std::from_chars(version.data() + 1, end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<std::string> Ref::row() const {
  const std::size_t count = edges.size();
  return count >= 2 && count % 2 == 0 && edges[count - 2] == "id" ? std::optional(edges[count - 1]) : std::nullopt;
}

}  // namespace cairn::interchange::weave
