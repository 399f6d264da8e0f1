// A node that has been read, as a filter sees it.
#pragma once

#include <cairn/node.h>

#include <string>

#include "graph/filter_match.h"

namespace cairn::graph {

class NodeSubject final : public FilterSubject {
 public:
  /// `node` must outlive the subject.
  explicit NodeSubject(const Node& node) : node_(node) {}

  const Uuid& id() const override { return node_.uuid; }
  NodeKind kind() const override { return node_.kind; }
  NodeState state() const override { return node_.state; }
  std::string_view type() const override { return node_.type; }
  std::string_view label() const override { return node_.label; }
  std::string_view description() const override { return node_.description; }
  std::string_view run() const override { return node_.run; }
  Timestamp created() const override { return node_.created; }
  Timestamp modified() const override { return node_.modified; }
  std::int32_t exit_status() const override { return node_.exit_status; }
  std::string_view exit_message() const override { return node_.exit_message; }
  std::string_view code_version() const override { return node_.code_version; }
  const Content& content() const override { return node_.content; }
  std::uint64_t size_bytes() const override { return node_.size_bytes; }
  const Value& attributes() const override { return node_.attributes; }

  std::size_t tag_count() const override { return node_.tags.size(); }
  std::string_view tag(std::size_t index) const override { return node_.tags[index]; }
  // Groups are kept apart from nodes; see Store::query.
  std::size_t group_count() const override { return 0; }
  std::string_view group(std::size_t) const override { return {}; }
  std::size_t unique_id_count() const override { return node_.unique_ids.size(); }
  std::string_view unique_id(std::size_t index) const override {
    return unique_id_ = node_.unique_ids[index].scope + ":" + node_.unique_ids[index].id;
  }
  const Value& extras() const override { return node_.extras; }

 private:
  const Node& node_;
  mutable std::string unique_id_;
};

}  // namespace cairn::graph
