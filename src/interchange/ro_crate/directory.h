// A directory that appears complete or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace cairn::interchange {

/// Built beside `target`, then renamed.
class CrateDirectory {
 public:
  /// Throws exists if `target` is there and no empty directory; io.
  explicit CrateDirectory(std::filesystem::path target);
  CrateDirectory(const CrateDirectory&) = delete;
  CrateDirectory& operator=(const CrateDirectory&) = delete;
  /// Removes what was not published.
  ~CrateDirectory();

  const std::filesystem::path& path() const { return path_; }
  /// A new file, and the directories to it. Throws io, no_space.
  void write(std::string_view relative_path, std::string_view bytes) const;
  /// Throws exists if something has taken the name meanwhile.
  void publish();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;  // empty once it is published
};

}  // namespace cairn::interchange
