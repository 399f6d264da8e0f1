// What differs between steps, and why they were done, in words.
#include <cairn/step.h>
#include <cairn/text.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cairn {

namespace {

constexpr std::size_t kLinesMax = 6;      // of a sentence
constexpr std::size_t kDigestShown = 12;  // digits, enough to pass to a command

std::string short_digest(const Digest& digest) { return digest.hex().substr(0, kDigestShown); }

std::string version_text(const std::string& version) { return version.empty() ? "none" : printable(version); }

std::string data_text(std::string_view what, const StepDataChange& change) {
  const std::string name = fmt::format("{} {}", what, printable(change.label));
  if (!change.before) return fmt::format("{} is {} and was not there", name, short_digest(change.after->content));
  if (!change.after) return fmt::format("{} was {} and is not there", name, short_digest(change.before->content));
  return fmt::format("{} is {} and was {}", name, short_digest(change.after->content), short_digest(change.before->content));
}

void append_values(std::vector<std::string>& lines, const ValueDifference& difference) {
  for (const ValueChange& change : difference.changes) lines.push_back(to_text(change));
  const std::uint64_t left = difference.change_count - difference.changes.size();
  if (left != 0) lines.push_back(fmt::format("{} more differences", left));
}

// What makes them two steps.
std::vector<std::string> reasons_of(const StepDifference& difference) {
  std::vector<std::string> lines;
  if (difference.code_version)
    lines.push_back(fmt::format("code version {} -> {}", version_text(difference.code_version->before),
                                version_text(difference.code_version->after)));
  for (const StepDataChange& change : difference.inputs) lines.push_back(data_text("input", change));
  append_values(lines, difference.parameters);
  append_values(lines, difference.environment);
  append_values(lines, difference.attributes);
  if (difference.state) lines.push_back(fmt::format("state {} -> {}", difference.state->before, difference.state->after));
  return lines;
}

std::string place_text(const StepReason& reason) {
  const StepInfo& compared = *reason.compared;
  return fmt::format("step {}{}", compared.process.text(),
                     compared.run == reason.step.run ? "" : fmt::format(" of run {}", printable(compared.run)));
}

}  // namespace

std::vector<std::string> to_lines(const StepDifference& difference) {
  std::vector<std::string> lines = reasons_of(difference);
  for (const StepDataChange& change : difference.outputs) lines.push_back(data_text("output", change));
  return lines;
}

std::string to_text(const StepReason& reason) {
  if (!reason.done && !reason.compared)
    return fmt::format("reused: equal to step {}, which is not there any more", reason.step.reused_from.value_or(Uuid{}).text());
  if (!reason.done)
    return fmt::format("reused: equal to {}, recorded {}", place_text(reason), format_time(reason.compared->time));
  if (!reason.compared) return "first of its name";
  const bool predicted = reason.step.process == Uuid{};
  std::vector<std::string> lines = reasons_of(reason.difference);
  if (lines.empty())
    return fmt::format("{} although it equals {}: results of other runs are not reused", predicted ? "would be done" : "done",
                       place_text(reason));
  if (lines.size() > kLinesMax) {
    const std::size_t left = lines.size() - (kLinesMax - 1);
    lines.resize(kLinesMax - 1);
    lines.push_back(fmt::format("{} more differences", left));
  }
  return fmt::format("{} because {}", predicted ? "would be done" : "done", fmt::join(lines, "; "));
}

}  // namespace cairn
