#include "store/collection_roots.h"

#include <fmt/format.h>

#include <string>

#include "base/bytes.h"
#include "format/keys.h"
#include "format/object.h"
#include "format/records.h"
#include "format/step_attempts.h"
#include "store/history.h"

namespace cairn::store {
namespace {

using engine::BlobKind;

class RootVisit {
 public:
  RootVisit(const engine::View& view, const std::function<void(const BlobRoot&)>& visit) : view_(view), visit_(visit) {}

  void all() {
    const auto next = view_.find_row(format::kRootCell, format::row::next_cell());
    const CellId behind = next ? format::parse_be64(*next) : format::kFirstRunCell;
    for (CellId cell = format::kFirstRunCell; cell < behind; ++cell) tags(cell);
    run(format::kLooseCell);
    for (CellId cell = format::kFirstRunCell; cell < behind; ++cell) run(cell);
    nodes();
    groups();
  }

 private:
  void name(std::string_view kind, std::string_view name) {
    kind_ = kind;
    name_ = name;
  }
  void give(BlobKind kind, const Digest& digest) { visit_({{kind, digest}, kind_, name_}); }
  /// Of an object that is in a record and not a blob.
  void embedded(std::string_view bytes) {
    if (bytes.empty()) return;
    for (const object::BlobReference& blob : format::object_references(base::as_bytes(bytes)).blobs) give(blob.kind, blob.digest);
  }

  template <class Visit>
  void rows(CellId cell, char letter, const Visit& visit) {
    const std::string prefix(1, letter);
    const auto cursor = view_.rows(cell);
    for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next())
      visit(cursor->key(), cursor->value());
  }

  void tags(CellId cell) {
    const auto record = find_run_record(view_, cell);
    if (!record || record->deleted) return;
    rows(cell, format::row::kTag, [&](std::string_view key, std::string_view value) {
      const std::uint64_t sequence = format::parse_be64(value);
      const auto row = sequence == 0 ? std::nullopt : find_checkpoint_row(view_, cell, sequence);
      if (!row) return;
      const std::string tag = fmt::format("{}:{}", record->name, key.substr(1));
      name("tag", tag);
      give(BlobKind::checkpoint, row->id.digest);
    });
  }

  void run(CellId cell) {
    const auto record = find_run_record(view_, cell);
    const std::string run = record ? record->name : std::string();
    name("run", run);
    rows(cell, format::row::kCheckpoint, [&](std::string_view, std::string_view value) {
      give(BlobKind::checkpoint, format::decode_checkpoint_row(value).id.digest);
    });
    rows(cell, format::row::kWrite, [&](std::string_view, std::string_view value) {
      give(BlobKind::object, format::decode_pending_write(value).object.digest);
    });
    rows(cell, format::row::kStep, [&](std::string_view, std::string_view value) { step(format::decode_step(value)); });
    rows(cell, format::row::kAttempt, [&](std::string_view, std::string_view value) {
      step(format::decode_step_attempts(value).step);
    });
  }

  // Its result is the content of a node as well, and of a kind that only that tells.
  void step(const format::StepRecord& record) {
    embedded(record.parameters);
    embedded(record.environment);
    if (const auto result = view_.find_blob(record.result_content)) give(result->kind, record.result_content);
  }

  void nodes() {
    const auto cursor = view_.records(engine::Record::node);
    for (bool more = cursor->seek(""); more; more = cursor->next()) {
      const format::NodeRecord record = format::decode_node(cursor->value());
      name("node type", record.type);
      if (const auto* object = std::get_if<ObjectId>(&record.content)) give(BlobKind::object, object->digest);
      if (const auto* artifact = std::get_if<ArtifactId>(&record.content)) give(BlobKind::artifact, artifact->digest);
      embedded(record.attributes);
      embedded(record.extras);
    }
  }

  void groups() {
    rows(format::kGroupCell, format::row::kGroup, [&](std::string_view, std::string_view value) {
      const format::GroupRecord record = format::decode_group(value);
      name("group", record.name);
      embedded(record.extras);
    });
  }

  const engine::View& view_;
  const std::function<void(const BlobRoot&)>& visit_;
  std::string_view kind_, name_;
};

}  // namespace

void visit_blob_roots(const engine::View& view, const std::function<void(const BlobRoot&)>& visit) {
  RootVisit(view, visit).all();
}

}  // namespace cairn::store
