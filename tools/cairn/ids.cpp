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

// RUN@STEP, RUN:latest, RUN:TAG; empty if the text has none of these forms. The last separator counts, because names
// of runs may contain any.
std::optional<Named> resolve_in_run(const Store& store, std::string_view text) {
  const std::size_t separator = text.find_last_of("@:");
  if (separator == std::string_view::npos || separator == 0) return std::nullopt;
  const std::string_view which = text.substr(separator + 1);
  const std::optional<std::int64_t> step = text[separator] == '@' ? parse_step(which) : std::nullopt;
  if (text[separator] == '@' && !step) return std::nullopt;
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

std::string full_id(const Named& named) { return named.kind == "node" ? named.node.text() : named.digest.hex(); }

}  // namespace cairn::cli
