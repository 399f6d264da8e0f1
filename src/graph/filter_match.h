// Whether a node passes a filter.
#pragma once

#include <cairn/node.h>
#include <cairn/value.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "graph/filter_order.h"
#include "graph/filter_tree.h"

namespace cairn::graph {

/// A node as a filter sees it. Only what a filter names is asked for, and only if nothing cheaper decides;
/// then maybe several times, so what is costly to find should be kept. What is returned must live until the
/// next node is looked at.
class FilterSubject {
 public:
  virtual ~FilterSubject() = default;

  virtual const Uuid& id() const = 0;
  virtual NodeKind kind() const = 0;
  virtual NodeState state() const = 0;
  virtual std::string_view type() const = 0;
  virtual std::string_view label() const = 0;
  virtual std::string_view description() const = 0;
  virtual std::string_view run() const = 0;  ///< its name; empty if none
  virtual Timestamp created() const = 0;
  virtual Timestamp modified() const = 0;
  virtual std::int32_t exit_status() const = 0;
  virtual std::string_view exit_message() const = 0;
  virtual std::string_view code_version() const = 0;
  virtual const Content& content() const = 0;
  virtual std::uint64_t size_bytes() const = 0;

  virtual std::size_t tag_count() const = 0;
  virtual std::string_view tag(std::size_t index) const = 0;
  virtual std::size_t group_count() const = 0;
  virtual std::string_view group(std::size_t index) const = 0;
  virtual std::size_t unique_id_count() const = 0;
  /// As "scope:id".
  virtual std::string_view unique_id(std::size_t index) const = 0;

  virtual const Value& attributes() const = 0;  ///< null or a map
  virtual const Value& extras() const = 0;      ///< null or a map
};

}  // namespace cairn::graph

namespace cairn::graph::filter {

/// What a path leads to in attributes or extras; nothing if there is no such part. Lives as long as `root`.
Held find_part(const Value& root, const FilterPath& path);
/// What a field holds, or the value that a path leads to; nothing for tags, groups and unique ids, which are several.
Held find_held(const FilterSubject& subject, const FilterPath& path);

/// Whether the subject passes, `now` being the moment that the filter calls so. What is cheap to know is
/// looked at first. Throws nothing but what the subject throws. Cost: no allocation for fields of the record.
bool passes(const Term& term, const FilterSubject& subject, Timestamp now);

}  // namespace cairn::graph::filter
