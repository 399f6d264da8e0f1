// What an archive says, row by row, whatever form it has.
#pragma once

#include <cairn/interchange.h>
#include <cairn/value.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/aiida/terms.h"

namespace cairn::interchange::aiida {

/// One row of a table, checked: texts are text, times as the database has them, JSON is read.
struct Row {
  std::int64_t id = 0;
  std::vector<Value> values;  ///< one for each column; of a reference the id, or null
};

struct LinkRow {
  std::string place;
  std::optional<std::int64_t> input, output;  ///< ids of nodes; empty: of no node of the archive
  std::string input_text, output_text;        ///< as the archive names them
  std::string label, type;
};

struct MemberRow {
  std::string place;
  std::optional<std::int64_t> group, node;  ///< as LinkRow::input
  std::string group_text, node_text;
};

/// Takes note of what is not as it should be. Throws bad_document unless an import may be partial.
using Refuse = std::function<void(const std::string& place, const std::string& what)>;

/// Rows come in order of their ids. Throws bad_document with the place, limit.
class Source {
 public:
  virtual ~Source() = default;
  virtual void read(const TableTerm& table, const std::function<void(Row&)>& visit) = 0;
  virtual void read_members(const std::function<void(const MemberRow&)>& visit) = 0;
  virtual void read_links(const std::function<void(const LinkRow&)>& visit) = 0;
  /// Settings that the archive has, as maps; no node and no link says them.
  virtual List settings() = 0;
  virtual std::string place_of(const TableTerm& table, std::int64_t id) const = 0;
};

/// A value as its column takes it; `raw` is as it was found, JSON read. Reports what takes the place of null.
Value checked(const Column& column, Value raw, const std::string& place, std::vector<ReportItem>& items);

}  // namespace cairn::interchange::aiida
