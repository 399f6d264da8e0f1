#include "store/step_reuse.h"

#include <cairn/error.h>
#include <cairn/reuse.h>

#include <fmt/format.h>

#include <string>
#include <unordered_set>
#include <vector>

#include "object/references.h"
#include "store/purge_view.h"
#include "store/step_claim.h"
#include "store/step_invalidations.h"
#include "store/step_nodes.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

constexpr std::uint64_t kReadWholeBytes = 16u << 20;

object::BlobReference root_of(const Content& content) {
  const bool is_object = std::holds_alternative<ObjectId>(content);
  return {is_object ? engine::BlobKind::object : engine::BlobKind::artifact, content_digest(content)};
}

bool is_there(const engine::View& view, const format::NodeRecord& result) {
  if (std::holds_alternative<std::monostate>(result.content)) return false;
  std::unordered_set<Digest> seen;
  try {
    object::walk_closure(PurgeView(view), root_of(result.content), seen, [&](const object::BlobReference& blob) {
      return blob.kind != engine::BlobKind::chunk || result.size <= kReadWholeBytes;
    });
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found && error.code() != ErrorCode::purged) throw;
    return false;
  }
}

// Looks at the steps of one key, newest first. `other` becomes true if one of them is another step.
class Candidates {
 public:
  Candidates(const RunState& run, const engine::View& view, const StepOutcome& step, std::string_view type)
      : run_(run), view_(view), step_(step), type_(type), reader_(view, run.store().labels()) {}

  std::optional<ReusableStep> find(const Digest& key, bool& other) const {
    const std::string prefix = format::index::step_keys_of(key);
    const auto cursor = view_.indexes();
    for (bool more = cursor->seek_back(format::index::step_key(key, UINT64_MAX)); more && cursor->key().starts_with(prefix);
         more = cursor->previous())
      if (auto found = look_at(format::index::parse_step_place(cursor->value()), other)) return found;
    return std::nullopt;
  }

 private:
  std::optional<ReusableStep> look_at(const StepPlace& place, bool& other) const {
    const auto record = find_step_record(view_, place);
    if (!record) return std::nullopt;
    if (!same_step(step_, *record)) {
      other = true;
      return std::nullopt;
    }
    // One that took its result over is passed by: what happened to the step that it took it from would not show.
    if (place.cell == run_.cell() || record->reused_from != Uuid{} || is_invalidated(view_, *record)) return std::nullopt;
    ReusableStep found{place, *record, reader_.get_record(record->result), reader_.get_record(record->process).uuid};
    if ((!type_.empty() && found.result.type != type_) || !is_there(view_, found.result)) return std::nullopt;
    return found;
  }

  const RunState& run_;
  const engine::View& view_;
  const StepOutcome& step_;
  const std::string_view type_;
  const graph::GraphReader reader_;
};

void add_reuse(const RunState& run, Draft& draft, StepOutcome& step, StepRows& rows, const ReusableStep& source, std::int64_t now) {
  if (rows.attempts && rows.attempts->claim) {
    require_lost(run, step, *rows.attempts->claim, now);
    interrupt_claim(draft, *rows.attempts, now);
    write_attempts(draft, rows.key, *rows.attempts);
  }
  format::StepRecord record = add_inputs(run, draft, step);
  record.time = now;
  record.reused_from = source.process;
  record.process = add_process(draft, process_record(run, step, {NodeState::finished, now}), record);
  if (rows.purged) erase_step_entries(*rows.purged, {run.cell(), rows.key}, draft.edit.indexes);
  if (const NodeId origin = source.record.process; draft.view.find_record(engine::Record::node, origin))
    draft.graph.add_link(record.process, origin, LinkType::reference, kReusedFromLabel);
  add_step_record(run, draft, rows.key, std::move(record),
                  data_node(run, source.result.type, "result", source.result.content, source.result.size), step);
}

// Of the links that a process has which took a result over.
std::vector<std::string> reuse_labels(const StepOutcome& step) {
  std::vector<std::string> labels = step_labels(step);
  labels.emplace_back(kReusedFromLabel);
  return labels;
}

}  // namespace

std::optional<ReusableStep> find_reusable(const RunState& run, const engine::View& view, const StepOutcome& step,
                                          std::string_view type) {
  const Candidates candidates(run, view, step, type);
  bool other = true;
  for (unsigned probe = 0; other && probe <= 255; ++probe) {
    other = false;  // the next probe is used only by a run in which this one's key is that of another step
    if (auto found = candidates.find(step_key(step, static_cast<std::uint8_t>(probe)), other)) return found;
  }
  return std::nullopt;
}

bool reuse_step(RunState& run, StepOutcome& step, std::string_view type) {
  const auto source = find_reusable(run, *run.store().engine().view(), step, type);
  if (!source) return false;
  const object::BlobReference root = root_of(source->result.content);
  if (!step.staging->hold(root.kind, root.digest)) return false;  // collected meanwhile
  const std::int64_t now = run.store().clock().now();
  const Uuid own = Uuid::generate();
  step.started = now;
  run.commit(step.staging.get(), new_input_count(step) + 2, reuse_labels(step),
             fmt::format("record {}", step_title(run, step)), [&](Draft& draft) {
               step.process = own;
               StepRows rows = find_step_rows(run, draft.view, step);
               if (rows.record) return read_step_record(run, draft.view, *rows.record, step);
               add_reuse(run, draft, step, rows, *source, now);
             });
  return true;
}

std::optional<StepPlace> find_step_of_process(const engine::View& view, NodeId process, const format::NodeRecord& node) {
  if (node.cell == format::kLooseCell || node.kind != NodeKind::calculation) return std::nullopt;
  StepWalk walk(view, node.cell);  // by its label, which is the step's name unless somebody changed it
  if (walk.last_before(node.label, process + 1) && walk.process() == process) return walk.place();
  for (bool more = walk.first(); more; more = walk.next())
    if (walk.process() == process) return walk.place();
  return std::nullopt;
}

}  // namespace cairn::store
