// A stored node, as a filter sees it: what is not in its record is looked up when it is asked for, and once.
#pragma once

#include <cairn/node.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "format/records.h"
#include "graph/filter_match.h"
#include "graph/node_scan.h"

namespace cairn::graph {

class StoredSubject final : public FilterSubject {
 public:
  /// Both must outlive the subject.
  StoredSubject(const engine::View& view, const NodeLookups& lookups) : view_(view), lookups_(lookups) {}

  /// Looks at another node. `record` must outlive that.
  void look_at(NodeId id, const format::NodeRecord& record);

  const Uuid& id() const override { return record_->uuid; }
  NodeKind kind() const override { return record_->kind; }
  NodeState state() const override { return record_->state; }
  std::string_view type() const override { return record_->type; }
  std::string_view label() const override { return record_->label; }
  std::string_view description() const override { return record_->description; }
  std::string_view run() const override;
  Timestamp created() const override { return base::timestamp(record_->created); }
  Timestamp modified() const override { return base::timestamp(record_->modified); }
  std::int32_t exit_status() const override { return record_->exit_status; }
  std::string_view exit_message() const override { return record_->exit_message; }
  std::string_view code_version() const override { return record_->code_version; }
  const Content& content() const override { return record_->content; }
  std::uint64_t size_bytes() const override { return record_->size; }
  std::size_t tag_count() const override { return record_->tags.size(); }
  std::string_view tag(std::size_t index) const override { return record_->tags[index]; }
  std::size_t group_count() const override { return groups().size(); }
  std::string_view group(std::size_t index) const override { return groups()[index]; }
  std::size_t unique_id_count() const override { return record_->unique_ids.size(); }
  std::string_view unique_id(std::size_t index) const override;
  const Value& attributes() const override { return decoded(record_->attributes, attributes_); }
  const Value& extras() const override { return decoded(record_->extras, extras_); }

 private:
  const std::vector<std::string>& groups() const;
  const Value& decoded(const std::string& bytes, std::optional<Value>& value) const;

  const engine::View& view_;
  const NodeLookups& lookups_;
  NodeId id_ = 0;
  const format::NodeRecord* record_ = nullptr;
  mutable std::map<CellId, std::string> runs_;  // of all nodes looked at
  mutable std::optional<std::vector<std::string>> groups_;
  mutable std::optional<Value> attributes_, extras_;
  mutable std::string unique_id_;
};

}  // namespace cairn::graph
