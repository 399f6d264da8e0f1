// Text for people: times, counts and tables, beside what the library has.
#pragma once

#include <cairn/node.h>
#include <cairn/text.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "output.h"

namespace cairn::cli {

/// To the second, such as 2026-03-01T12:00:00Z.
std::string short_time(Timestamp time);
/// The text on one line, with nothing in it that is not seen: printable(), and so are the characters that turn the direction
/// of what follows, and those that no document of XML may have.
std::string visible(std::string_view text);
/// Columns of a terminal that printable text takes: two for wide characters, none for those that join the one before.
std::size_t width(std::string_view text);
/// The text if it is at most `columns` wide, else its beginning and "...", together at most as wide.
std::string fitted(std::string_view text, std::size_t columns);
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
