#include "ids.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "text.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kCandidatesMax = 10;

bool is_kind(const Named& named, std::initializer_list<std::string_view> kinds) {
  return std::ranges::find(kinds, std::string_view(named.kind)) != kinds.end();
}

std::optional<std::int64_t> parse_step(std::string_view text) {
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(step) : std::nullopt;
}

// Where RUN ends in RUN@STEP, RUN:latest and RUN:TAG; npos if the text has none of these forms. The last separator counts,
// because names of runs may contain any.
std::size_t end_of_run(std::string_view text) {
  const std::size_t separator = text.find_last_of("@:");
  if (separator == std::string_view::npos || separator == 0) return std::string_view::npos;
  return text[separator] == '@' && !parse_step(text.substr(separator + 1)) ? std::string_view::npos : separator;
}

// Empty if the text has none of these forms.
std::optional<Named> resolve_in_run(const Store& store, std::string_view text) {
  const std::size_t separator = end_of_run(text);
  if (separator == std::string_view::npos) return std::nullopt;
  const std::string_view which = text.substr(separator + 1);
  const std::optional<std::int64_t> step = text[separator] == '@' ? parse_step(which) : std::nullopt;
  const Run run = get_run(store, text.substr(0, separator));
  const std::optional<Checkpoint> found = step ? run.at(*step) : which == "latest" ? run.latest() : run.tagged(which);
  if (!found) throw Error(ErrorCode::not_found, fmt::format("there is no checkpoint {}", printable(text)));
  return Named{"checkpoint", found->id.digest, {}};
}

std::string list_candidates(const std::vector<Named>& found) {
  std::string list;
  for (std::size_t i = 0; i < std::min(found.size(), kCandidatesMax); ++i)
    list += fmt::format("\n  {} {}", found[i].kind, full_id(found[i]));
  if (found.size() > kCandidatesMax) list += fmt::format("\n  and {} more", found.size() - kCandidatesMax);
  return list;
}

}  // namespace

Named resolve(const Store& store, std::string_view text, std::initializer_list<std::string_view> kinds) {
  std::vector<Named> found;
  if (auto checkpoint = resolve_in_run(store, text))
    found.push_back(std::move(*checkpoint));
  else
    found = store.find_by_prefix(text);
  if (found.empty()) throw Error(ErrorCode::not_found, fmt::format("no id begins with {}", printable(text)));
  std::vector<Named> fitting;
  std::ranges::copy_if(found, std::back_inserter(fitting), [&](const Named& named) { return is_kind(named, kinds); });
  if (fitting.empty())
    throw Error(ErrorCode::invalid_argument, fmt::format("{} names:{}\nexpected the id of: {}", printable(text),
                                                         list_candidates(found), fmt::join(kinds, ", ")));
  if (fitting.size() > 1)
    throw Error(ErrorCode::ambiguous,
                fmt::format("{} ids begin with {}:{}", fitting.size(), printable(text), list_candidates(fitting)));
  return fitting.front();
}

namespace {

// A node as what is compared: a run, or the content of a data node.
std::optional<Named> comparable(const Store& store, const Named& named) {
  if (named.kind != "node") return named;
  const Node node = store.get_node(named.node);
  if (const auto* object = std::get_if<ObjectId>(&node.content)) return Named{"object", object->digest, {}};
  if (const auto* artifact = std::get_if<ArtifactId>(&node.content)) return Named{"artifact", artifact->digest, {}};
  const bool is_run = node.kind == NodeKind::workflow && !node.run.empty() && get_run(store, node.run).uuid() == node.uuid;
  return is_run ? std::optional(Named{"run", {}, node.uuid}) : std::nullopt;
}

bool same(const Named& one, const Named& other) {
  return one.kind == other.kind && one.digest == other.digest && one.node == other.node;
}

// All that `text` may name. What cannot be an id may still be the name of a run.
std::vector<Named> find_comparable(const Store& store, std::string_view text) {
  std::vector<Named> found;
  const auto add = [&](const Named& named) {
    const auto one = comparable(store, named);
    if (one && std::ranges::none_of(found, [&](const Named& known) { return same(known, *one); })) found.push_back(*one);
  };
  if (const auto run = store.find_run(text)) add({"run", {}, run->uuid()});
  try {
    if (const auto checkpoint = resolve_in_run(store, text)) add(*checkpoint);
    else
      for (const Named& named : store.find_by_prefix(text)) add(named);
  } catch (const Error& error) {
    const bool is_no_id = error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::not_found;
    if (!is_no_id) throw;
  }
  if (found.empty())
    throw Error(ErrorCode::not_found, fmt::format("{} names no artifact, object, checkpoint or run", printable(text)));
  return found;
}

}  // namespace

std::pair<Named, Named> resolve_alike(const Store& store, std::string_view one, std::string_view other,
                                      std::initializer_list<std::string_view> kinds) {
  const std::vector<Named> ones = find_comparable(store, one), others = find_comparable(store, other);
  std::vector<std::pair<Named, Named>> pairs;
  for (const Named& left : ones)
    for (const Named& right : others)
      if (left.kind == right.kind && is_kind(left, kinds)) pairs.emplace_back(left, right);
  if (pairs.size() == 1) return pairs.front();
  const std::string candidates = fmt::format("{} names:{}\n{} names:{}", printable(one), list_candidates(ones), printable(other),
                                             list_candidates(others));
  if (pairs.empty())
    throw Error(ErrorCode::invalid_argument, fmt::format("{}\nexpected two of one kind: {}", candidates, fmt::join(kinds, ", ")));
  throw Error(ErrorCode::ambiguous, fmt::format("{}\nwhich two? Give longer ids", candidates));
}

std::pair<Run, CheckpointId> resolve_checkpoint(const Store& store, std::string_view text, std::string_view run) {
  const CheckpointId id{resolve(store, text, {"checkpoint"}).digest};
  const std::size_t end = end_of_run(text);
  if (end != std::string_view::npos) return {get_run(store, text.substr(0, end)), id};
  return {get_run(store, run.empty() ? get_checkpoint(store, id.digest).run : std::string(run)), id};
}

Run get_run(const Store& store, std::string_view name) {
  std::optional<Run> run = store.find_run(name);
  if (!run) throw Error(ErrorCode::not_found, fmt::format("there is no run {}", printable(name)));
  return std::move(*run);
}

Checkpoint get_checkpoint(const Store& store, const Digest& digest) {
  std::optional<Checkpoint> checkpoint = store.find_checkpoint(CheckpointId{digest});
  if (!checkpoint) throw Error(ErrorCode::not_found, fmt::format("there is no checkpoint {}", digest.hex()));
  return std::move(*checkpoint);
}

std::string full_id(const Named& named) { return named.kind == "node" || named.kind == "run" ? named.node.text() : named.digest.hex(); }

}  // namespace cairn::cli
