#include "store/collection_roots.h"

#include <fmt/format.h>

#include <string>

#include "format/keys.h"
#include "format/records.h"
#include "store/blob_roots.h"
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
  void give(const object::BlobReference& blob) { visit_({blob, kind_, name_}); }

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
      give({BlobKind::checkpoint, row->id.digest});
    });
  }

  void run(CellId cell) {
    const auto record = find_run_record(view_, cell);
    const std::string run = record ? record->name : std::string();
    name("run", run);
    for (const char letter : {format::row::kCheckpoint, format::row::kWrite, format::row::kStep, format::row::kAttempt})
      rows(cell, letter, [&](std::string_view key, std::string_view value) { visit_roots_of_row(key, value, give_); });
    rows(cell, format::row::kStep, [&](std::string_view, std::string_view value) { result(format::decode_step(value)); });
  }

  // It is the content of a node as well, and of a kind that only that tells.
  void result(const format::StepRecord& step) {
    if (const auto blob = view_.find_blob(step.result_content)) give({blob->kind, step.result_content});
  }

  void nodes() {
    const auto cursor = view_.records(engine::Record::node);
    for (bool more = cursor->seek(""); more; more = cursor->next()) {
      const format::NodeRecord record = format::decode_node(cursor->value());
      name("node type", record.type);
      visit_roots_of_node(record, give_);
    }
  }

  void groups() {
    rows(format::kGroupCell, format::row::kGroup, [&](std::string_view, std::string_view value) {
      const format::GroupRecord record = format::decode_group(value);
      name("group", record.name);
      visit_parts(record.extras, give_);
    });
  }

  const engine::View& view_;
  const std::function<void(const BlobRoot&)>& visit_;
  const VisitRoot give_ = [this](const object::BlobReference& blob) { give(blob); };
  std::string_view kind_, name_;
};

}  // namespace

void visit_blob_roots(const engine::View& view, const std::function<void(const BlobRoot&)>& visit) {
  RootVisit(view, visit).all();
}

}  // namespace cairn::store
