// cairn diff: how one artifact, object, checkpoint or run differs from another.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <memory>

#include "difference_documents.h"
#include "differences.h"
#include "documents.h"
#include "ids.h"
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct DiffOptions {
  std::string before, after;
  std::uint64_t limit = DifferenceOptions().changes_max;
};

// One document that says what was compared, with what was found.
void print_document(const Named& before, const Named& after, const boost::json::object& found, Context& context) {
  boost::json::object described{{"kind", before.kind}, {"from", full_id(before)}, {"to", full_id(after)}};
  for (const auto& member : found) described.insert(member);
  context.out.json(described);
}

void diff_artifacts(const Store& store, const Named& before, const Named& after, Context& context) {
  const std::vector<ArtifactChange> changes = store.diff(ArtifactId{before.digest}, ArtifactId{after.digest});
  if (!context.json) return print_changes(changes, context.out);
  for (const ArtifactChange& change : changes) context.out.json(document(change));
}

void diff_objects(const Store& store, const Named& before, const Named& after, const DifferenceOptions& options, Context& context) {
  const ValueDifference found = store.diff(ObjectId{before.digest}, ObjectId{after.digest}, options);
  if (context.json) return print_document(before, after, document(found), context);
  print_changes(found, context.out);
  context.out.line(count_of(found.change_count, "change"));
}

template <class Found>
void show(const Named& before, const Named& after, const Found& found, Context& context) {
  if (context.json) print_document(before, after, document(found), context);
  else print(found, context.out);
}

ExitStatus diff(const DiffOptions& options, Context& context) {
  const Store store = open_reader(context);
  const DifferenceOptions kept{.changes_max = options.limit};
  const auto [before, after] = resolve_alike(store, options.before, options.after, {"artifact", "object", "checkpoint", "run"});
  if (before.kind == "artifact") diff_artifacts(store, before, after, context);
  else if (before.kind == "object") diff_objects(store, before, after, kept, context);
  else if (before.kind == "checkpoint")
    show(before, after, store.diff(CheckpointId{before.digest}, CheckpointId{after.digest}, kept), context);
  else
    show(before, after, store.diff(get_run(store, store.get_node(before.node).run), get_run(store, store.get_node(after.node).run), kept),
         context);
  return ExitStatus::done;
}

}  // namespace

Action add_diff(CLI::App& app, Context& context) {
  const auto options = std::make_shared<DiffOptions>();
  app.add_option("before", options->before, "An artifact, object, checkpoint or run: its id, the beginning of one, RUN@STEP, "
                                            "RUN:latest, RUN:TAG, or the name of a run")->type_name("A")->required();
  app.add_option("after", options->after, "Another of the same kind")->type_name("B")->required();
  add_number<std::uint64_t>(app, "--limit", options->limit, "Show so many changes of objects, checkpoints and runs, and count the rest");
  return [options, &context] { return diff(*options, context); };
}

}  // namespace cairn::cli
