#include "store/blob_roots.h"

#include <cairn/error.h>

#include "base/bytes.h"
#include "format/object.h"
#include "format/step_attempts.h"
#include "store/findings.h"

namespace cairn::store {
namespace {

using engine::BlobKind;

template <class Work>
void passing_over_damage(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    if (!is_damage(error) && !is_gone(error)) throw;
  }
}

void visit_roots_of_step(const format::StepRecord& step, const VisitRoot& visit) {
  visit_parts(step.parameters, visit);
  visit_parts(step.environment, visit);
}

void visit_roots_of_row(std::string_view key, std::string_view value, const VisitRoot& visit) {
  switch (key.empty() ? '\0' : key[0]) {
    case format::row::kCheckpoint: return visit({BlobKind::checkpoint, format::decode_checkpoint_row(value).id.digest});
    case format::row::kWrite: return visit({BlobKind::object, format::decode_pending_write(value).object.digest});
    case format::row::kStep: return visit_roots_of_step(format::decode_step(value), visit);
    case format::row::kAttempt: return visit_roots_of_step(format::decode_step_attempts(value).step, visit);
    case format::row::kGroup: return visit_parts(format::decode_group(value).extras, visit);
    default: return;
  }
}

}  // namespace

void visit_parts(std::string_view embedded, const VisitRoot& visit) {
  if (embedded.empty()) return;
  for (const object::BlobReference& named : format::object_references(base::as_bytes(embedded)).blobs) visit(named);
}

void visit_roots_of_node(const format::NodeRecord& record, const VisitRoot& visit) {
  if (const auto* object = std::get_if<ObjectId>(&record.content)) visit({BlobKind::object, object->digest});
  if (const auto* artifact = std::get_if<ArtifactId>(&record.content)) visit({BlobKind::artifact, artifact->digest});
  visit_parts(record.attributes, visit);
  visit_parts(record.extras, visit);
}

void visit_roots_of_cell(const engine::View& view, format::CellId cell, const VisitRoot& visit) {
  const auto rows = view.rows(cell);
  for (bool more = rows->seek(""); more; more = rows->next())
    passing_over_damage([&] { visit_roots_of_row(rows->key(), rows->value(), visit); });
}

void visit_roots(const engine::View& view, const VisitRoot& visit) {
  const auto nodes = view.records(engine::Record::node);
  for (bool more = nodes->seek(""); more; more = nodes->next())
    passing_over_damage([&] { visit_roots_of_node(format::decode_node(nodes->value()), visit); });
  visit_roots_of_cell(view, format::kLooseCell, visit);
  visit_roots_of_cell(view, format::kGroupCell, visit);
  const auto next = view.find_row(format::kRootCell, format::row::next_cell());  // deleted runs keep their steps
  const format::CellId end = next ? format::parse_be64(*next) : format::kFirstRunCell;
  for (format::CellId cell = format::kFirstRunCell; cell < end; ++cell) visit_roots_of_cell(view, cell, visit);
}

}  // namespace cairn::store
