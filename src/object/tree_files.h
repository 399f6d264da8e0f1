// Directories by descriptor: every step is one path component, and links are never followed.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"

namespace cairn::object {

/// Which file a descriptor or name stood for when it was looked at.
struct FileIdentity {
  dev_t device = 0;
  ino_t number = 0;

  explicit FileIdentity(const struct stat& status) : device(status.st_dev), number(status.st_ino) {}
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// Opens `name`, one component, below `directory`; throws damaged if it is not one, io if it is a link.
/// openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, openat(2) with O_NOFOLLOW on kernels before 5.6.
base::File open_beneath(const base::File& directory, const std::string& name, int flags, mode_t mode = 0);

/// Opens the directory above `directory`, so that a walk holds one descriptor however deep it is. Throws conflict if
/// that is not `expected`, because somebody moved `directory` away.
base::File open_parent(const base::File& directory, const FileIdentity& expected);

/// Names in `directory` but "." and "..", sorted by their bytes. Throws limit if there are more than `most`.
std::vector<std::string> list_names(const base::File& directory, std::uint64_t most);

/// Renames `from` to `to`, both in `directory`; throws exists if `to` is there.
void rename_to_new(const base::File& directory, const std::string& from, const std::string& to);
/// The same for file systems without RENAME_NOREPLACE, such as NFS. A crash may leave both names, or an empty
/// directory `to`.
void rename_to_new_portably(const base::File& directory, const std::string& from, const std::string& to);

/// Renames `from` to `to`, both in `directory`, in place of a file or link that is there. Throws exists if it
/// is a directory.
void replace(const base::File& directory, const std::string& from, const std::string& to);

/// Opens a directory that may have lost the permission to be opened, after giving it to its owner. Closed on failure, with
/// errno.
base::File open_to_change(const base::File& directory, const std::string& name);

/// Removes `name` and all below it, as far as the system allows. For trees that nobody else should know of.
void remove_tree(const base::File& directory, const std::string& name) noexcept;

/// A name that is not taken yet, hard to guess: ".cairn-" and 16 hexadecimal digits.
std::string temporary_name();

}  // namespace cairn::object
