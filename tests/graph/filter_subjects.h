// Nodes for filters to choose from, with all that a filter may ask for.
#pragma once

#include <cairn/filter.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/filter_match.h"
#include "graph/filter_tree.h"

namespace cairn::graph {

/// A node and what belongs to it. Counts how often the costly parts were asked for.
class TestSubject final : public FilterSubject {
 public:
  Node node;
  std::vector<std::string> tags, groups, unique_ids;
  Value extra_values;
  mutable int names_asked = 0, values_asked = 0;

  const Uuid& id() const override { return node.uuid; }
  NodeKind kind() const override { return node.kind; }
  NodeState state() const override { return node.state; }
  std::string_view type() const override { return node.type; }
  std::string_view label() const override { return node.label; }
  std::string_view description() const override { return node.description; }
  std::string_view run() const override { return node.run; }
  Timestamp created() const override { return node.created; }
  Timestamp modified() const override { return node.modified; }
  std::int32_t exit_status() const override { return node.exit_status; }
  std::string_view exit_message() const override { return node.exit_message; }
  std::string_view code_version() const override { return node.code_version; }
  const Content& content() const override { return node.content; }
  std::uint64_t size_bytes() const override { return node.size_bytes; }
  std::size_t tag_count() const override { return ++names_asked, tags.size(); }
  std::string_view tag(std::size_t index) const override { return tags[index]; }
  std::size_t group_count() const override { return ++names_asked, groups.size(); }
  std::string_view group(std::size_t index) const override { return groups[index]; }
  std::size_t unique_id_count() const override { return ++names_asked, unique_ids.size(); }
  std::string_view unique_id(std::size_t index) const override { return unique_ids[index]; }
  const Value& attributes() const override { return ++values_asked, node.attributes; }
  const Value& extras() const override { return ++values_asked, extra_values; }
};

inline Value make_map(std::vector<std::pair<Value, Value>> entries) {
  Map map;
  for (auto& [key, value] : entries) map.put(std::move(key), std::move(value));
  return map;
}

/// 2026-03-08T12:00:00Z
inline constexpr Timestamp kNow{std::chrono::seconds(1'772'971'200)};

inline bool passes(std::string_view text, const TestSubject& subject) {
  return filter::passes(filter::root_of(Filter::parse(text)), subject, kNow);
}

}  // namespace cairn::graph
