// Files that verbs read, and trees that they write whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "interrupts.h"

namespace cairn::cli {

/// The bytes of the file, of standard input for "-". Throws io.
std::string read_input(const std::string& file);
/// Throws io if read_input would fail to open the file, or it is a directory.
void require_readable_file(const std::string& path);
/// Throws io if the path cannot be read, unstorable if it is neither file nor directory.
void require_readable_tree(const std::string& path);
/// Creates the file. Throws exists, io, no_space.
void write_new_file(const std::filesystem::path& path, std::string_view bytes);

/// A name from the store as one component of a path: "/", "%", control characters and a leading dot are written %NN,
/// so no name leaves its directory and no two names meet. Throws limit if `suffix` makes it longer than a component
/// can be.
std::string file_name(std::string_view name, std::string_view suffix = "");

/// NAME=VALUE taken apart. Throws UsageError naming the option.
std::pair<std::string, std::string> split_assignment(std::string_view option, const std::string& text);

/// A directory that appears complete or not at all: built beside `target`, then renamed.
class NewDirectory {
 public:
  /// Throws exists if `target` is there and not an empty directory.
  NewDirectory(const std::filesystem::path& target, Interrupts& interrupts);
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;
  /// Removes what was not published.
  ~NewDirectory();

  const std::filesystem::path& path() const { return path_; }
  void publish();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  Interrupts& interrupts_;
};

}  // namespace cairn::cli
