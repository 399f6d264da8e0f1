#include "differences.h"

#include <cairn/text.h>

#include <fmt/format.h>

#include "text.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kColumns = 80;

void print_line(Output& out, std::string_view begin, std::string_view text) {
  out.line(fmt::format("{}{}", begin, shortened(text, kColumns - std::min(begin.size(), kColumns / 2))));
}

std::string_view sign(ChangeKind kind) {
  return kind == ChangeKind::added ? "+" : kind == ChangeKind::removed ? "-" : "~";
}

// What else changed than the bytes of a file.
std::string details(const ArtifactChange& change) {
  if (!change.before || !change.after) return "";
  std::string text;
  const auto add = [&](bool differs, std::string_view what) {
    if (differs) text += fmt::format("{}{}", text.empty() ? "" : ", ", what);
  };
  add(change.before->mode != change.after->mode,
      fmt::format("mode {:04o} -> {:04o}", change.before->mode, change.after->mode));
  add(change.before->modified != change.after->modified, "time");
  add(change.before->link_target != change.after->link_target, "target");
  add(change.before->owner != change.after->owner, "owner");
  add(change.before->attributes != change.after->attributes, "attributes");
  return text;
}

void print_rest(Output& out, std::string_view indent, std::uint64_t count) {
  if (count != 0) out.line(fmt::format("{}and {} (see --limit)", indent, count_of(count, "more change")));
}

void print_state(const StateChange& change, Output& out) {
  const std::string name = printable(change.name);
  if (change.kind == ChangeKind::added)
    return print_line(out, "+ ", fmt::format("state {}  {}", name, short_id(change.after->digest)));
  if (change.kind == ChangeKind::removed)
    return print_line(out, "- ", fmt::format("state {}  {}", name, short_id(change.before->digest)));
  print_line(out, "~ ",
             fmt::format("state {}  {} -> {}", name, short_id(change.before->digest), short_id(change.after->digest)));
  print_changes(change.difference, out, "    ");
}

void print_artifact(const NamedArtifactChange& change, Output& out) {
  const std::string name = printable(change.name);
  if (change.kind == ChangeKind::added)
    return print_line(out, "+ ", fmt::format("artifact {}  {}", name, short_id(change.after->digest)));
  if (change.kind == ChangeKind::removed)
    return print_line(out, "- ", fmt::format("artifact {}  {}", name, short_id(change.before->digest)));
  print_line(out, "~ ",
             fmt::format("artifact {}  {} -> {}", name, short_id(change.before->digest), short_id(change.after->digest)));
  for (const ArtifactChange& one : change.changes)
    print_line(out, fmt::format("    {} ", sign(one.kind)), one.path.empty() ? "." : printable(one.path));
  print_rest(out, "    ", change.change_count - change.changes.size());
}

void print_step(const StepChange& change, Output& out) {
  const StepInfo& step = change.after ? *change.after : *change.before;
  const std::string kind = step.recorded ? "step" : printable(step.type.empty() ? "process" : step.type);
  print_line(out, fmt::format("{} ", sign(change.kind)),
             fmt::format("{} {}  {}", kind, printable(step.name), step.process.text()));
  print(change.difference, out);
}

}  // namespace

void print_changes(const ValueDifference& difference, Output& out, std::string_view indent) {
  for (const ValueChange& change : difference.changes)
    print_line(out, fmt::format("{}{} ", indent, sign(change.kind)), to_text(change));
  print_rest(out, indent, difference.change_count - difference.changes.size());
}

void print_changes(std::span<const ArtifactChange> changes, Output& out) {
  std::uint64_t added = 0, removed = 0;
  Table table({"", "ADDED", "REMOVED", "PATH", "ELSE"});
  for (const ArtifactChange& change : changes) {
    added += change.bytes_added;
    removed += change.bytes_removed;
    table.add({std::string(sign(change.kind)), change.bytes_added == 0 ? "-" : human_size(change.bytes_added),
               change.bytes_removed == 0 ? "-" : human_size(change.bytes_removed),
               change.path.empty() ? "." : printable(change.path), details(change)});
  }
  table.print(out);
  out.line(fmt::format("{}, {} of chunks added, {} removed", count_of(changes.size(), "change"), human_size(added),
                       human_size(removed)));
}

void print(const CheckpointDifference& difference, Output& out) {
  const Checkpoint &before = difference.before, &after = difference.after;
  for (const auto& [begin, checkpoint] : {std::pair("from ", &before), {"to   ", &after}})
    print_line(out, begin, fmt::format("{}  step {}, {}, run {}", short_id(checkpoint->id.digest), checkpoint->step,
                                       short_time(checkpoint->time), printable(checkpoint->run)));
  for (const StateChange& change : difference.states) print_state(change, out);
  for (const NamedArtifactChange& change : difference.artifacts) print_artifact(change, out);
  if (!difference.metadata.empty()) {
    out.line("~ metadata");
    print_changes(difference.metadata, out, "    ");
  }
  for (const std::string& tag : difference.tags_added) print_line(out, "+ ", fmt::format("tag {}", printable(tag)));
  for (const std::string& tag : difference.tags_removed) print_line(out, "- ", fmt::format("tag {}", printable(tag)));
  const bool is_one_run = before.run == after.run;
  const auto state = [&](const std::optional<NodeState>& one, std::string_view none) {
    return one ? state_name(*one) : is_one_run ? none : "of the other run";
  };
  for (const UnfinishedChange& change : difference.unfinished)
    print_line(out, "~ ", fmt::format("node {}  {} -> {}", change.node.text(), state(change.before, "not there"),
                                      state(change.after, "finished")));
  print_rest(out, "", difference.unfinished_count - difference.unfinished.size());
  out.line(fmt::format("{}, {}, {}", count_of(difference.states.size(), "other state"),
                       count_of(difference.artifacts.size(), "other artifact"),
                       count_of(difference.metadata.change_count, "change") + " of metadata"));
}

void print(const RunDifference& difference, Output& out) {
  for (const StepChange& change : difference.changes) print_step(change, out);
  print_rest(out, "", difference.change_count() - difference.changes.size());
  std::string kinds;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count != 0) kinds += fmt::format("{}{} other {}", kinds.empty() ? ": " : ", ", count, what);
  };
  add(difference.other_code_count, "code");
  add(difference.other_inputs_count, "inputs");
  add(difference.other_parameters_count, "parameters");
  add(difference.other_environment_count, "environment");
  add(difference.other_state_count, "state");
  add(difference.other_outputs_count, "outputs");
  out.line(fmt::format("{} alike, {} only in the first, {} only in the second", count_of(difference.equal_count, "step"),
                       difference.only_before_count, difference.only_after_count));
  out.line(fmt::format("{} not alike{}", difference.changed_count, kinds));
}

void print(const StepDifference& difference, Output& out) {
  for (const std::string& line : to_lines(difference)) print_line(out, "    ", line);
}

}  // namespace cairn::cli
