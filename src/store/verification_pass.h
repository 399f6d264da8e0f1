// What the checks of one verification share: the state that is looked at, and what was found in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/attribute_index.h"
#include "store/findings.h"
#include "store/store_state.h"

namespace cairn::store {

struct VerificationPass {
  const StoreState& state;
  const engine::View& view;
  std::unique_ptr<engine::Cursor> index_walk;  ///< for looking up entries
  graph::AttributeEntries attributes = {};
  VerifyReport counts = {};  ///< without the damage
  Findings findings = {};

  /// Reports `key` as missing from its index, if it is.
  void require_index(const std::string& key, std::string_view kind, const std::string& id);
  /// Reports the blob as missing or of another kind, if it is, and was not purged; one that a repair marked as lost as a known loss,
  /// once. `what` is how the problem begins.
  void require_blob(const object::BlobReference& blob, std::string_view kind, const std::string& id, std::string_view what);
  /// Reports the blob if something that it names is missing or of another kind, and was not purged; or that as a known loss. From
  /// several threads.
  void require_named(engine::BlobKind kind, const Digest& digest, const std::vector<object::BlobReference>& named);
  /// As require_blob for all that a value names that is kept inside a record; empty bytes are none.
  void require_parts(std::string_view embedded, std::string_view kind, const std::string& id, std::string_view what);
  /// Of a blob that is not there: whether it was purged, or is a known loss, which is then reported as one.
  bool is_known_to_be_gone(const Digest& digest);
};

}  // namespace cairn::store
