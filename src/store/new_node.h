// From what a caller says of a new node to its record.
#pragma once

#include <cairn/transaction.h>

#include <unordered_map>

#include "format/records.h"
#include "store/run_state.h"

namespace cairn::store {

/// Makes records of new nodes of one run; what they need is staged or held.
class NewNodes {
 public:
  NewNodes(const RunState& run, engine::Staging& staging) : run_(run), staging_(staging) {}

  /// Throws as Transaction::add.
  format::NodeRecord record_of(const NewNode& node);
  /// The bytes of a map with text keys, empty for an empty one. Throws invalid_argument for anything else.
  std::string encode_map(std::string_view what, const Value& value);
  /// The logical size of what was staged for nodes to come.
  void note_size(const Digest& content, std::uint64_t size) { sizes_.emplace(content, size); }

 private:
  std::uint64_t hold_content(const Content& content);

  const RunState& run_;
  engine::Staging& staging_;
  std::unordered_map<Digest, std::uint64_t> sizes_;
};

/// The node that stands for a new run: it has the run's UUID, the two being one thing.
format::NodeRecord node_of_run(const format::RunRecord& run, engine::CellId cell);
/// In order, each once.
std::vector<std::string> sorted_tags(std::vector<std::string> tags);
/// Adds each once, however its scope is spelled, and keeps `to` in order; the first spelling stays. Throws invalid_argument for
/// what is no unique id.
void add_unique_ids(const std::vector<Identity>& from, std::vector<Identity>& to);

}  // namespace cairn::store
