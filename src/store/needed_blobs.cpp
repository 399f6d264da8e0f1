#include "store/needed_blobs.h"

#include <fmt/format.h>

#include "graph/held_links.h"
#include "store/blob_roots.h"
#include "store/checkpoint_verification.h"
#include "store/forks.h"
#include "store/history.h"
#include "store/node_verification.h"
#include "store/purges.h"

namespace cairn::store {
namespace {

using engine::BlobKind;
using engine::NodeId;
using engine::Record;

std::int64_t nanoseconds(Timestamp time) { return time.time_since_epoch().count(); }

class PartCheck {
 public:
  PartCheck(VerificationPass& pass, const VerifyOptions& options)
      : pass_(pass), view_(pass.view), since_(options.since ? nanoseconds(*options.since) : INT64_MIN) {}

  void check_all_since() {
    pass_.findings.guarded("run", "", [&] {
      for (const CellId cell : cells_with_history(view_)) check_cell(cell);
    });
    const auto nodes = view_.records(Record::node);
    for (bool more = nodes->seek(""); more; more = nodes->next())
      check_node_record(format::parse_be64(nodes->key()), nodes->value());
  }

  void check_named(const Named& named) {
    if (named.kind == "checkpoint") return check_checkpoint_called(CheckpointId{named.digest});
    if (named.kind == "node") return check_node_called(named.node);
    if (named.kind == "object") return check_content({BlobKind::object, named.digest});
    if (named.kind == "artifact") return check_content({BlobKind::artifact, named.digest});
    throw Error(ErrorCode::invalid_argument, fmt::format("verify: expected an object, artifact, checkpoint or node, got a {}", named.kind));
  }

  DigestSet take_leaves() {
    pass_.counts.blob_count = seen_.size();
    return std::move(leaves_);
  }

 private:
  void check_cell(CellId cell) {
    const auto run = find_run_record(view_, cell);
    if (!run) return;  // for the whole verification
    walk_own(view_, cell, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
      check_row(*run, cell, sequence, row);
      return true;
    });
  }

  void check_row(const format::RunRecord& run, CellId cell, std::uint64_t sequence, const format::CheckpointRow& row) {
    if (row.time < since_) return;
    add({BlobKind::checkpoint, row.id.digest});
    pass_.findings.guarded("checkpoint", row.id.hex(), [&] { check_checkpoint(pass_, run, cell, sequence, row); });
  }

  void check_checkpoint_called(const CheckpointId& id) {
    pass_.findings.guarded("checkpoint", id.hex(), [&] {
      const auto place = find_checkpoint(view_, id);
      const auto bytes = place ? view_.find_row(place->cell, format::row::checkpoint(place->sequence)) : std::nullopt;
      if (!bytes) return pass_.findings.add("checkpoint", id.hex(), "its id leads to none");
      check_row(run_record(view_, place->cell), place->cell, place->sequence, format::decode_checkpoint_row(*bytes));
    });
  }

  void check_node_called(const Uuid& uuid) {
    const auto owner = view_.find_claim(format::claim::node(uuid));
    const auto bytes = owner ? view_.find_record(Record::node, format::parse_be64(*owner)) : std::nullopt;
    if (!bytes) return pass_.findings.add("node", uuid.text(), "its UUID leads to none");
    check_node_record(format::parse_be64(*owner), *bytes);
  }

  void check_node_record(NodeId id, std::string_view bytes) {
    pass_.findings.guarded("node", std::to_string(id), [&] {
      const format::NodeRecord record = format::decode_node(bytes);
      if (record.created < since_) return;
      check_node(pass_, id, bytes);
      if (const auto packed = graph::find_held_links(view_, id)) check_links(pass_, id, *packed);
      visit_roots_of_node(record, [&](const object::BlobReference& root) { add(root); });
    });
  }

  void check_content(const object::BlobReference& root) {
    pass_.require_blob(root, format::blob_kind_name(root.kind), root.digest.hex(), "what was named");
    add(root);
  }

  // Takes in the blob and all below it. That the blob itself is there is for who names it.
  void add(const object::BlobReference& root) {
    std::vector<object::BlobReference> open{root};
    while (!open.empty()) {
      const object::BlobReference blob = open.back();
      open.pop_back();
      if (seen_.contains(blob.digest) || is_purged(view_, blob.digest) || !view_.find_blob(blob.digest)) continue;
      seen_.insert(blob.digest);
      if (names_nothing(blob.kind)) leaves_.insert(blob.digest);
      else read(blob, open);
    }
  }

  void read(const object::BlobReference& blob, std::vector<object::BlobReference>& open) {
    try {
      const engine::Bytes bytes = view_.get_blob(blob.kind, blob.digest);
      ++pass_.counts.blobs_read;
      pass_.counts.bytes_read += bytes.size();
      const auto named = object::references_of(blob.kind, bytes);
      pass_.require_named(blob.kind, blob.digest, named);
      open.insert(open.end(), named.begin(), named.end());
    } catch (const Error& error) {
      if (is_gone(error)) return;
      if (!is_damage(error)) throw;
      pass_.findings.add_blob(blob.kind, blob.digest, error.what());
    }
  }

  VerificationPass& pass_;
  const engine::View& view_;
  const std::int64_t since_;
  DigestSet seen_, leaves_;
};

}  // namespace

DigestSet check_part(VerificationPass& pass, const VerifyOptions& options) {
  PartCheck check(pass, options);
  for (const Named& named : options.only) check.check_named(named);
  if (options.only.empty()) check.check_all_since();
  return check.take_leaves();
}

}  // namespace cairn::store
