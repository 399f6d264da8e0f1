// Text for people: sizes, times, names from the store made safe for a terminal, and tables.
#pragma once

#include <cairn/node.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "output.h"

namespace cairn::cli {

/// "512 B", "1.2 MiB".
std::string human_size(std::uint64_t bytes);
/// To the second, such as 2026-03-01T12:00:00Z.
std::string short_time(Timestamp time);
/// Control characters and bytes that are not UTF-8 as \xNN: a name must not steer the terminal of who lists it.
std::string printable(std::string_view text);
/// Columns of a terminal that printable text takes, counting every character as one.
std::size_t width(std::string_view text);
/// The text if it fits in `columns`, else its beginning and "...".
std::string fit(std::string_view text, std::size_t columns);
/// "1 node", "2 nodes".
std::string count_of(std::uint64_t count, std::string_view noun);
/// The first 12 digits of a digest, enough to pass to any verb.
std::string short_id(const Digest& digest);

/// Rows of text in aligned columns, the last one ragged.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// Prints nothing if there are no rows below the headings.
  void print(Output& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cairn::cli
