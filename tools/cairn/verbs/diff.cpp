// cairn diff: how one artifact differs from another.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <memory>

#include "documents.h"
#include "ids.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct DiffOptions {
  std::string before, after;
};

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

ExitStatus diff(const DiffOptions& options, Context& context) {
  const Store store = open_reader(context);
  const ArtifactId before{resolve(store, options.before, {"artifact"}).digest};
  const ArtifactId after{resolve(store, options.after, {"artifact"}).digest};
  const std::vector<ArtifactChange> changes = store.diff(before, after);
  std::uint64_t added = 0, removed = 0;
  Table table({"", "ADDED", "REMOVED", "PATH", "ELSE"});
  for (const ArtifactChange& change : changes) {
    added += change.bytes_added;
    removed += change.bytes_removed;
    if (context.json) context.out.json(document(change));
    const char* letter = change.kind == ChangeKind::added ? "+" : change.kind == ChangeKind::removed ? "-" : "~";
    table.add({letter, change.bytes_added == 0 ? "-" : human_size(change.bytes_added),
               change.bytes_removed == 0 ? "-" : human_size(change.bytes_removed),
               change.path.empty() ? "." : printable(change.path), details(change)});
  }
  if (context.json) return ExitStatus::done;
  table.print(context.out);
  context.out.line(fmt::format("{}, {} of chunks added, {} removed", count_of(changes.size(), "change"), human_size(added),
                               human_size(removed)));
  return ExitStatus::done;
}

}  // namespace

Action add_diff(CLI::App& app, Context& context) {
  const auto options = std::make_shared<DiffOptions>();
  app.add_option("before", options->before, "An artifact's id, or the beginning of one")->type_name("A")->required();
  app.add_option("after", options->after, "Another's")->type_name("B")->required();
  return [options, &context] { return diff(*options, context); };
}

}  // namespace cairn::cli
