#include "store/verification.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/bytes.h"
#include "format/step_attempts.h"
#include "graph/backlinks.h"
#include "graph/held_links.h"
#include "graph/index_entries.h"
#include "object/references.h"
#include "store/attribute_indexes.h"
#include "store/forks.h"
#include "store/history.h"
#include "store/step_index.h"
#include "store/step_verification.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

using engine::BlobKind;
using engine::Record;

std::string hex_of(std::string_view bytes) {
  return base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

// One pass over a view, collecting what is wrong.
class Verifier {
 public:
  Verifier(const StoreState& state, const VerifyOptions& options)
      : state_(state), options_(options), view_(state.engine().view()), index_walk_(view_->indexes()) {
    guarded("index", "v", [&] { attributes_ = attribute_entries(*view_, *view_); });
  }

  VerifyReport run() {
    for (const engine::Finding& finding : state_.engine().verify())
      report_.damage.push_back({"file", finding.where, finding.problem, {}});
    check_blobs();
    check_claims();
    check_deleted_runs();
    check_nodes();
    check_groups();
    check_invalidations();
    check_indexes();
    trace_effects();
    return std::move(report_);
  }

 private:
  void add(std::string_view kind, std::string id, std::string problem) {
    report_.damage.push_back({std::string(kind), std::move(id), std::move(problem), {}});
  }
  void add_blob(BlobKind kind, const Digest& digest, std::string problem) {
    add(format::blob_kind_name(kind), digest.hex(), std::move(problem));
    damaged_.insert(digest);
  }

  // Runs `check`; what it throws about damage becomes an entry of the report.
  template <class Check>
  void guarded(std::string_view kind, const std::string& id, Check check) {
    try {
      check();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
      add(kind, id, error.what());
    }
  }

  void check_blobs();
  void check_blob(const Digest& digest, const engine::BlobInfo& info);
  void check_claims();
  void check_claim(char space, std::string_view name, std::string_view owner);
  void check_run(std::string_view name, engine::CellId cell);
  void check_deleted_runs();
  void check_history(const format::RunRecord& run, engine::CellId cell);
  void check_fork(const format::RunRecord& run, engine::CellId cell);
  void check_rows(const format::RunRecord& run, engine::CellId cell);
  void check_write(const format::RunRecord& run, engine::CellId cell, std::string_view key, std::string_view value);
  void check_checkpoint(const format::RunRecord& run, engine::CellId cell, std::uint64_t sequence,
                        const format::CheckpointRow& row);
  void check_nodes();
  void check_node(engine::NodeId id, std::string_view bytes);
  void check_links(engine::NodeId id, std::string_view bytes);
  void check_indexes();
  void check_index(std::string_view key, std::string_view value);
  void check_backlinks(std::string_view key, std::string_view value);
  void check_page(std::string_view key);
  void check_backlink_page(std::string_view key, std::string_view value);
  void check_backlink(engine::NodeId far, const format::PackedLink& backlink);
  void check_group_of(std::string_view key);
  void check_step_entry(std::string_view key, std::string_view value);
  void check_attribute(std::string_view key);
  void require_attributes(engine::NodeId id, const format::NodeRecord& record);
  void check_groups();
  void check_invalidations();
  void require_index(const std::string& key, std::string_view kind, const std::string& id);
  std::unordered_set<Digest> blobs_of(const CheckpointId& id) const;
  void trace_effects();
  void trace_checkpoint(std::string_view run, std::uint64_t sequence, const format::CheckpointRow& row);

  const StoreState& state_;
  const VerifyOptions& options_;
  std::unique_ptr<engine::View> view_;
  std::unique_ptr<engine::Cursor> index_walk_;
  graph::AttributeEntries attributes_;
  VerifyReport report_;
  std::unordered_set<Digest> damaged_;
};

void Verifier::check_blobs() {
  std::uint64_t total = 0;
  guarded("index", "digest", [&] {
    if (options_.progress) view_->list_blobs([&](const Digest&, const engine::BlobInfo&) { return ++total != 0; });
    view_->list_blobs([&](const Digest& digest, const engine::BlobInfo& info) {
      check_blob(digest, info);
      ++report_.blob_count;
      if (options_.progress && report_.blob_count % 256 == 0) options_.progress(report_.blob_count, total);
      return true;
    });
  });
  if (options_.progress) options_.progress(report_.blob_count, total);
}

void Verifier::check_blob(const Digest& digest, const engine::BlobInfo& info) {
  if (info.kind == BlobKind::chunk && !options_.read_data) return;
  try {
    const engine::Bytes bytes = view_->get_blob(info.kind, digest);
    report_.bytes_read += bytes.size();
    for (const object::BlobReference& named : object::references_of(info.kind, bytes)) {
      const auto found = view_->find_blob(named.digest);
      if (!found || found->kind != named.kind)
        add_blob(info.kind, digest, fmt::format("it names {} {}, which is {}", format::blob_kind_name(named.kind),
                                                named.digest.hex(), found ? "of another kind" : "missing"));
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found && error.code() != ErrorCode::io) throw;
    add_blob(info.kind, digest, error.what());
  }
}

void Verifier::check_claims() {
  const auto cursor = view_->claims();
  for (bool more = cursor->seek(""); more; more = cursor->next()) {
    const std::string key(cursor->key()), owner(cursor->value());
    const std::string_view name = std::string_view(key).substr(1);
    const bool is_run = key[0] == format::claim::kRunName;
    guarded("claim", is_run ? std::string(name) : hex_of(name), [&] { check_claim(key[0], name, owner); });
  }
}

void Verifier::check_claim(char space, std::string_view name, std::string_view owner) {
  if (space == format::claim::kRunName) return check_run(name, format::parse_be64(owner));
  if ((space == format::claim::kNode || space == format::claim::kUniqueId) && !view_->find_record(Record::node, format::parse_be64(owner)))
    throw Error(ErrorCode::damaged, fmt::format("an id leads to node number {}, which is missing", format::parse_be64(owner)));
  if (space != format::claim::kCheckpoint) return;
  CheckpointId id;
  if (name.size() != id.digest.bytes.size() || owner.size() != 16)
    throw Error(ErrorCode::damaged, "an id of a checkpoint is not of the expected size");
  std::memcpy(id.digest.bytes.data(), name.data(), name.size());
  const engine::CellId cell = format::parse_be64(owner.substr(0, 8));
  const auto row = view_->find_row(cell, format::row::checkpoint(format::parse_be64(owner.substr(8))));
  if (!row || format::decode_checkpoint_row(*row).id != id)
    throw Error(ErrorCode::damaged, "an id of a checkpoint leads to another one, or to none");
}

void Verifier::check_run(std::string_view name, engine::CellId cell) {
  const format::RunRecord run = run_record(*view_, cell);
  if (run.name != name) add("run", std::string(name), fmt::format("its record is that of run {}", run.name));
  if (run.deleted) add("run", run.name, "its name leads to it, and it was deleted");
  check_history(run, cell);
  check_rows(run, cell);
}

// What was deleted, and is there still for forks that go on from it.
void Verifier::check_deleted_runs() {
  for (const CellId cell : cells_with_history(*view_)) {
    const auto run = find_run_record(*view_, cell);
    if (!run || !run->deleted) continue;
    guarded("run", run->name, [&] {
      check_history(*run, cell);
      check_rows(*run, cell);
    });
  }
}

// The checkpoints that the run made. Where some were removed, only the count shows whether others are missing.
void Verifier::check_history(const format::RunRecord& run, engine::CellId cell) {
  check_fork(run, cell);
  std::uint64_t expected = run.head, count = 0;
  const auto miss_down_to = [&](std::uint64_t found) {
    for (; run.removed == 0 && expected > found; --expected)
      add("run", run.name, fmt::format("checkpoint number {} is missing", expected));
  };
  walk_own(*view_, cell, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
    miss_down_to(sequence);
    expected = sequence - 1;
    ++count;
    guarded("checkpoint", row.id.hex(), [&] { check_checkpoint(run, cell, sequence, row); });
    return true;
  });
  miss_down_to(run.forked_at);
  if (run.removed != 0 && count != own_checkpoint_count(run))
    add("run", run.name, fmt::format("it has {} checkpoints of its own, and its record says {}", count, own_checkpoint_count(run)));
}

// The run that it was forked from is there, and keeps what it needs.
void Verifier::check_fork(const format::RunRecord& run, engine::CellId cell) {
  if (run.forked_from == 0) return;
  const auto parent = run.forked_from < cell ? find_run_record(*view_, run.forked_from) : std::nullopt;
  if (!parent) return add("run", run.name, fmt::format("it was forked from cell {}, which is no older run", run.forked_from));
  const std::uint64_t needed = run.deleted ? std::min(run.forked_at, needed_by(forks_of(*view_, cell))) : run.forked_at;
  if (!find_checkpoint_row(*view_, run.forked_from, needed))
    add("run", run.name, fmt::format("it goes on from checkpoint number {} of run {}, which is missing", needed, parent->name));
  const auto pin = view_->find_row(run.forked_from, format::row::pin(cell));
  if (!pin || format::parse_be64(*pin) != run.forked_at)
    add("run", run.name, fmt::format("run {}, from which it was forked, does not say so", parent->name));
}

// Rows that lead to checkpoints and nodes of the run.
void Verifier::check_rows(const format::RunRecord& run, engine::CellId cell) {
  const auto lost = [&](std::string_view what) { add("run", run.name, fmt::format("{}, which is missing", what)); };
  const auto has = [&](std::uint64_t sequence) { return find_checkpoint_row(*view_, cell, sequence).has_value(); };
  const auto rows = view_->rows(cell);
  for (bool more = rows->seek(""); more; more = rows->next())
    guarded("run", run.name, [&] {
      const std::string_view key = rows->key(), value = rows->value();
      if (key[0] == format::row::kTag && format::parse_be64(value) != 0 && !has(format::parse_be64(value)))
        lost(fmt::format("tag {} leads to checkpoint number {}", key.substr(1), format::parse_be64(value)));
      if (key[0] == format::row::kByStep && !has(format::row::parse_by_step(key).sequence))
        lost(fmt::format("a step leads to checkpoint number {}", format::row::parse_by_step(key).sequence));
      if (key[0] == format::row::kWrite) check_write(run, cell, key, value);
      for (const std::string& missing : missing_for_step_row(*view_, cell, key, value)) lost(missing);
      for (const std::string& entry : entries_of_step_row(run, cell, key, value)) require_index(entry, "run", run.name);
    });
  if (!view_->find_record(Record::node, run.workflow)) lost(fmt::format("it leads to its node, number {}", run.workflow));
}

void Verifier::check_write(const format::RunRecord& run, engine::CellId cell, std::string_view key, std::string_view value) {
  const format::row::Write write = format::row::parse_write(key);
  const format::PendingWriteRecord record = format::decode_pending_write(value);
  const std::string what = fmt::format("pending write {} of task {}", write.index, write.task);
  if (!find_checkpoint_row(*view_, cell, write.checkpoint))
    add("run", run.name, fmt::format("{} is for checkpoint number {}, which is missing", what, write.checkpoint));
  if (record.number >= run.writes) add("run", run.name, fmt::format("{} has a number that was not given out", what));
  if (!view_->find_blob(record.object.digest))
    add("run", run.name, fmt::format("{} is missing: object {}", what, record.object.hex()));
}

void Verifier::check_checkpoint(const format::RunRecord& run, engine::CellId cell, std::uint64_t sequence,
                                const format::CheckpointRow& row) {
  ++report_.checkpoint_count;
  if (damaged_.contains(row.id.digest)) return;  // reported with its blob
  const format::CheckpointRecord record = state_.checkpoint_record(*view_, row.id);
  const auto expect = [&](bool holds, std::string_view problem) {
    if (!holds) add("checkpoint", row.id.hex(), std::string(problem));
  };
  expect(record.run == run.uuid && record.sequence == sequence && record.step == row.step && record.time == row.time,
         "its row says otherwise");
  expect(format::checkpoint_content(record) == row.content, "its row has another digest of its content");
  expect(view_->find_row(cell, format::row::by_step(row.step, sequence)).has_value(), "it is missing from the steps");
  const auto place = find_checkpoint(*view_, row.id);
  expect(place && place->cell == cell && place->sequence == sequence, "its id does not lead to it");
  for (const auto& [name, digest] : record.state)
    expect(view_->find_blob(digest).has_value(), fmt::format("its state {} is missing: object {}", name, digest.hex()));
  for (const auto& [name, digest] : record.artifacts)
    expect(view_->find_blob(digest).has_value(), fmt::format("its artifact {} is missing: {}", name, digest.hex()));
}

void Verifier::check_nodes() {
  const auto nodes = view_->records(Record::node);
  for (bool more = nodes->seek(""); more; more = nodes->next()) {
    const engine::NodeId id = format::parse_be64(nodes->key());
    guarded("node", std::to_string(id), [&] { check_node(id, nodes->value()); });
  }
  graph::visit_held_links(
      *view_,
      [&](engine::NodeId id, std::string_view packed) {
        guarded("links", std::to_string(id), [&] { check_links(id, packed); });
      },
      [&](engine::NodeId first, const Error& error) { add("links", std::to_string(first), error.what()); });
}

void Verifier::check_node(engine::NodeId id, std::string_view bytes) {
  ++report_.node_count;
  const format::NodeRecord record = format::decode_node(bytes);
  const auto owner = view_->find_claim(format::claim::node(record.uuid));
  if (!owner || format::parse_be64(*owner) != id) add("node", record.uuid.text(), "its UUID does not lead to it");
  std::optional<Digest> content;
  if (const auto* object = std::get_if<ObjectId>(&record.content)) content = object->digest;
  if (const auto* artifact = std::get_if<ArtifactId>(&record.content)) content = artifact->digest;
  if (content && !view_->find_blob(*content))
    add("node", record.uuid.text(), fmt::format("its content {} is missing", content->hex()));
  for (const std::string& key : graph::node_index_keys(id, record)) require_index(key, "node", record.uuid.text());
  require_attributes(id, record);
  for (const Identity& name : record.unique_ids) {
    const auto named = view_->find_claim(format::claim::unique_id(name));
    if (!named || format::parse_be64(*named) != id)
      add("node", record.uuid.text(), fmt::format("its id {} in scope {} does not lead to it", name.id, name.scope));
  }
}

void Verifier::check_links(engine::NodeId id, std::string_view bytes) {
  if (!view_->find_record(Record::node, id)) add("links", std::to_string(id), "the node that holds them is missing");
  for (const format::PackedLink& link : format::decode_links(bytes)) {
    ++report_.link_count;
    if (!view_->find_record(Record::node, link.other))
      add("links", std::to_string(id), fmt::format("they lead to node number {}, which is missing", link.other));
    state_.labels().text(link.label, *view_);
    if (!graph::has_backlink(*index_walk_, link.other, {id, link.type, link.outgoing, link.label}))
      add("links", std::to_string(id), fmt::format("one to node number {} is missing from index 'b'", link.other));
  }
}

// The members of groups: each is a node, in a group that is there, and its groups are found from it.
void Verifier::check_groups() {
  const auto rows = view_->rows(format::kGroupCell);
  for (bool more = rows->seek(""); more; more = rows->next())
    guarded("group", std::string(rows->key().substr(1)), [&] {
      const std::string_view key = rows->key();
      if (key[0] == format::row::kGroup) return static_cast<void>(format::decode_group(rows->value()));
      if (key[0] != format::row::kMember) return;
      const engine::NodeId id = format::row::parse_member(key);
      const std::string name(key.substr(1, key.size() - sizeof id - 2));
      if (!view_->find_row(format::kGroupCell, format::row::group(name))) add("group", name, "it has members and no record");
      if (!view_->find_record(Record::node, id)) add("group", name, fmt::format("its member, node number {}, is missing", id));
      require_index(format::index::group(id, name), "group", name);
    });
}

void Verifier::check_invalidations() {
  const auto rows = view_->rows(format::kReuseCell);
  for (bool more = rows->seek(""); more; more = rows->next())
    guarded("row", hex_of(rows->key()), [&] {
      if (rows->key()[0] == format::row::kInvalidation) format::decode_step_invalidation(rows->value());
    });
}

void Verifier::require_index(const std::string& key, std::string_view kind, const std::string& id) {
  if (!index_walk_->seek(key) || index_walk_->key() != key)
    add(kind, id, fmt::format("it is missing from index '{}'", key[0]));
}

void Verifier::check_indexes() {
  const auto cursor = view_->indexes();
  for (bool more = cursor->seek(""); more; more = cursor->next())
    guarded("index", std::string(cursor->key().substr(0, 1)), [&] { check_index(cursor->key(), cursor->value()); });
}

void Verifier::check_backlinks(std::string_view key, std::string_view value) {
  const engine::NodeId far = graph::far_node(key);
  for (const format::PackedLink& backlink : graph::backlinks_in_row(key, value)) check_backlink(far, backlink);
}

void Verifier::check_backlink(engine::NodeId far, const format::PackedLink& backlink) {
  const auto bytes = graph::find_held_links(*view_, backlink.other);
  const auto held = bytes ? format::decode_links(*bytes) : std::vector<format::PackedLink>();
  if (std::ranges::find(held, format::PackedLink{far, backlink.type, backlink.outgoing, backlink.label}) == held.end())
    add("index", "b", fmt::format("an entry for node number {} says what the node does not", backlink.other));
}

// What a page of links says of its nodes is checked with their links.
void Verifier::check_page(std::string_view key) {
  const engine::NodeId first = format::index::parse_page(key);
  if (format::link_page_of(first) != first)
    add("index", std::string(key.substr(0, 1)), fmt::format("a page begins with node number {}", first));
}

void Verifier::check_backlink_page(std::string_view key, std::string_view value) {
  check_page(key);
  format::visit_page(format::index::parse_page(key), value, [&](engine::NodeId far, std::string_view packed) {
    for (const format::PackedLink& backlink : format::decode_links(packed)) check_backlink(far, backlink);
  });
}

void Verifier::check_group_of(std::string_view key) {
  const engine::NodeId id = format::index::parse_group_node(key);
  const std::string_view name = key.substr(1 + sizeof(engine::NodeId));
  if (!view_->find_row(format::kGroupCell, format::row::member(name, id)))
    add("index", "m", fmt::format("node number {} is not in group {}", id, name));
}

void Verifier::check_step_entry(std::string_view key, std::string_view value) {
  const StepPlace place = format::index::parse_step_place(value);
  const auto step = find_step_record(*view_, place);
  if (!step || std::ranges::count(step_index_keys(*step, place), key) == 0)
    add("index", std::string(key.substr(0, 1)), fmt::format("an entry leads to a step of cell {} that is another or missing", place.cell));
}

// An index that is built has entries of the nodes it has come to, and maybe of later ones.
void Verifier::require_attributes(engine::NodeId id, const format::NodeRecord& record) {
  for (const std::string& key : attributes_.keys(id, record)) {
    const auto index = std::ranges::find(attributes_.indexes(), format::index::parse_attribute(key), &graph::AttributeIndex::number);
    if (index->is_ready() || id < index->next) require_index(key, "node", record.uuid.text());
  }
}

// Of an index that is dropped, any entry may be left.
void Verifier::check_attribute(std::string_view key) {
  const engine::NodeId id = format::index::trailing_node(key);
  const std::uint32_t number = format::index::parse_attribute(key);
  const auto index = std::ranges::find(attributes_.indexes(), number, &graph::AttributeIndex::number);
  if (index == attributes_.indexes().end()) {
    if (!graph::find_attribute_index(*view_, number))
      add("index", "v", fmt::format("an entry for node number {} is of an index that does not exist", id));
    return;
  }
  const auto bytes = view_->find_record(Record::node, id);
  const auto keys = bytes ? attributes_.keys(id, format::decode_node(*bytes)) : std::vector<std::string>();
  if (std::ranges::find(keys, key) == keys.end())
    add("index", "v", fmt::format("an entry for node number {} in the index of {} says what the node does not", id, index->path.text()));
}

void Verifier::check_index(std::string_view key, std::string_view value) {
  const auto stale = [&](engine::NodeId id) {
    add("index", std::string(key.substr(0, 1)), fmt::format("an entry for node number {} says what the node does not", id));
  };
  if (key[0] == format::index::kBacklink) return check_backlinks(key, value);
  if (key[0] == format::index::kGroup) return check_group_of(key);
  if (key[0] == format::index::kStep || key[0] == format::index::kStepTime || key[0] == format::index::kStepKey)
    return check_step_entry(key, value);
  if (key[0] == format::index::kAttribute) return check_attribute(key);
  if (key[0] == format::index::kLinkPage) return check_page(key);
  if (key[0] == format::index::kBacklinkPage) return check_backlink_page(key, value);
  const engine::NodeId id = format::index::trailing_node(key);
  const auto bytes = view_->find_record(Record::node, id);
  if (!bytes) return stale(id);
  for (const std::string& expected : graph::node_index_keys(id, format::decode_node(*bytes)))
    if (expected == key) return;
  stale(id);
}

// Every blob that the checkpoint needs, as far as damage lets it be known.
std::unordered_set<Digest> Verifier::blobs_of(const CheckpointId& id) const {
  std::unordered_set<Digest> seen;
  std::vector<object::BlobReference> open{{BlobKind::checkpoint, id.digest}};
  while (!open.empty()) {
    const object::BlobReference blob = open.back();
    open.pop_back();
    if (!seen.insert(blob.digest).second || blob.kind == BlobKind::chunk || damaged_.contains(blob.digest)) continue;
    try {
      for (const object::BlobReference& named : object::references_of(blob.kind, view_->get_blob(blob.kind, blob.digest)))
        open.push_back(named);
    } catch (const Error&) {
      // It is missing, or was not read before; it is in `seen`, and that is what counts.
    }
  }
  return seen;
}

// Which checkpoints need a damaged blob. Only done when there is one, since it walks every checkpoint.
void Verifier::trace_effects() {
  if (report_.damage.empty()) return;
  const auto cursor = view_->claims();
  const std::string prefix(1, format::claim::kRunName);
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next())
    guarded("run", std::string(cursor->key().substr(1)), [&] {
      if (!find_run_record(*view_, format::parse_be64(cursor->value()))) return;  // reported already
      walk_history(*view_, format::parse_be64(cursor->value()), UINT64_MAX,
                   [&](std::uint64_t sequence, const format::CheckpointRow& row) {
                     trace_checkpoint(cursor->key().substr(1), sequence, row);
                     return true;
                   });
    });
}

void Verifier::trace_checkpoint(std::string_view run, std::uint64_t sequence, const format::CheckpointRow& row) {
  const std::unordered_set<Digest> blobs = blobs_of(row.id);
  for (Damage& damage : report_.damage) {
    const auto digest = Digest::parse(damage.id);
    if (digest && blobs.contains(*digest))
      damage.affected.push_back(fmt::format("run {} checkpoint {} (step {}, number {})", run, row.id.hex(), row.step, sequence));
  }
}

}  // namespace

VerifyReport verify(const StoreState& state, const VerifyOptions& options) { return Verifier(state, options).run(); }

}  // namespace cairn::store
