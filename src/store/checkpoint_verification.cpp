#include "store/checkpoint_verification.h"

#include <fmt/format.h>

#include "store/history.h"
#include "store/purges.h"

namespace cairn::store {
namespace {

using engine::BlobKind;

// What the record says and the row must, too; and that what it names is there.
void check_record(VerificationPass& pass, const format::RunRecord& run, std::uint64_t sequence, const format::CheckpointRow& row) {
  const format::CheckpointRecord record = pass.state.checkpoint_record(pass.view, row.id);
  const std::string id = row.id.hex();
  if (record.run != run.uuid || record.sequence != sequence || record.step != row.step || record.time != row.time)
    pass.findings.add("checkpoint", id, "its row says otherwise");
  if (format::checkpoint_content(record) != row.content)
    pass.findings.add("checkpoint", id, "its row has another digest of its content");
  for (const auto& [name, digest] : record.state)
    pass.require_blob({BlobKind::object, digest}, "checkpoint", id, fmt::format("its state {}", name));
  for (const auto& [name, digest] : record.artifacts)
    pass.require_blob({BlobKind::artifact, digest}, "checkpoint", id, fmt::format("its artifact {}", name));
  pass.require_parts(record.metadata, "checkpoint", id, "a part of its metadata");
}

}  // namespace

void check_checkpoint(VerificationPass& pass, const format::RunRecord& run, CellId cell, std::uint64_t sequence,
                      const format::CheckpointRow& row) {
  ++pass.counts.checkpoint_count;
  if (!pass.view.find_row(cell, format::row::by_step(row.step, sequence)))
    pass.findings.add("checkpoint", row.id.hex(), "it is missing from the steps");
  const auto place = find_checkpoint(pass.view, row.id);
  if (!place || place->cell != cell || place->sequence != sequence)
    pass.findings.add("checkpoint", row.id.hex(), "its id does not lead to it");
  // What is damaged was reported with its blob.
  if (pass.findings.is_damaged(row.id.digest)) return;
  if (!pass.view.find_blob(row.id.digest) && pass.is_known_to_be_gone(row.id.digest)) return;
  if (!is_purged(pass.view, row.id.digest)) check_record(pass, run, sequence, row);
}

}  // namespace cairn::store
