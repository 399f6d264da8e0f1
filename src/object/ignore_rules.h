// Which entries of a tree are left out, by patterns as in .gitignore.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "object/glob.h"

namespace cairn::object {

/// Patterns as in .gitignore; the last one that matches decides. Source: gitignore(5), and git 2.39 where that is silent.
class IgnoreRules {
 public:
  static constexpr std::size_t kPatternBytesMax = 4096;

  /// Adds the pattern that one line of a file such as .gitignore holds; empty lines, comments and patterns that nothing
  /// can match add none. `base` is the directory that the pattern belongs to, relative to the root of the walk: "" for
  /// the root, else as "a/b". Throws invalid_argument if it is longer than kPatternBytesMax.
  void add(std::string_view line, std::string_view base = {});

  /// Adds all lines of a file such as .gitignore. They end with \n or \r\n; a byte order mark is skipped. Throws as `add`
  /// does, and then has added none.
  void add_lines(std::string_view text, std::string_view base = {});

  bool empty() const { return rules_.empty(); }
  std::size_t size() const { return rules_.size(); }

  /// Keeps the first `size` rules: a walk that leaves a directory drops those it added there.
  void truncate(std::size_t size);

  /// Whether the entry at `path` is left out. `path` is relative to the root of the walk, its parts separated by '/'; a
  /// link is no directory. Whatever is below a directory that is left out is so as well, which is not looked at here.
  /// Cost: for each rule, at most its length times that of the path.
  bool matches(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    Glob glob;
    std::string base;         // with a '/' at its end unless it is empty
    bool takes_back;          // began with '!'
    bool is_for_directories;  // ended with '/'
    bool is_for_names;        // has no other '/', so it matches at any depth
  };

  std::vector<Rule> rules_;
};

}  // namespace cairn::object
