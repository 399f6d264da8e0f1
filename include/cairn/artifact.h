// Artifacts: files and file trees as immutable, deduplicated values.
#pragma once

#include <cairn/change.h>
#include <cairn/digest.h>
#include <cairn/node.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

enum class EntryKind : std::uint8_t { file, directory, symlink };

/// Which extended attributes are kept, and given back.
enum class KeptAttributes : std::uint8_t {
  none,
  user,  ///< those called user.*, which anybody may set
  all,   ///< also those of the system, such as access lists and capabilities
};

/// What becomes of sockets, pipes and devices in a tree that is added.
enum class SpecialFiles : std::uint8_t {
  refuse,  ///< unstorable is thrown, naming it, and nothing is stored
  skip,    ///< they are left out, and named in the receipt
};

/// Fills the front of `out` and returns how many bytes that were, 0 at the end.
using ReadBytes = std::function<std::size_t(std::span<std::byte> out)>;

/// A file or tree, bytes in memory (which live until they are stored), or a stream.
using ArtifactSource = std::variant<std::filesystem::path, std::span<const std::byte>, ReadBytes>;

/// One of the files of an artifact that is put together by hand. A name may have parts, with '/' between them: their
/// directories are made, with mode 0755 and the time 0, as files of bytes have mode 0644 and the time 0.
struct NamedSource {
  std::string name;
  ArtifactSource source;
};

struct AddProgress {
  std::uint64_t entry_count = 0;  ///< so far
  std::uint64_t size_bytes = 0;   ///< of the files so far
  std::string_view name;          ///< of the last one
};

struct AddOptions {
  std::string name = {};  ///< of the artifact's root; if empty, the last part of the path
  SpecialFiles special_files = SpecialFiles::refuse;
  KeptAttributes attributes = KeptAttributes::none;  ///< of files and directories; links have none that users may set
  bool owner = false;       ///< keep the numbers of user and group
  bool hard_links = true;   ///< keep that several names in the tree are one file; else each is a file of its own
  std::vector<std::string> ignore = {};        ///< patterns as in .gitignore, relative to the root: left out
  std::vector<std::string> ignore_files = {};  ///< names of files in the tree that hold such patterns, as ".gitignore"
  /// Read also files that were read before and have not changed since, by device, inode, size and times of modification and
  /// of change. A file that was younger than two seconds when it was read is always read again. Reading also repairs what
  /// has been damaged in the store.
  bool read_all = false;
  unsigned threads = 0;  ///< that read and cut; 0: one a core, at most 8
  /// Called by the thread that adds, now and then. What it throws ends the adding, and nothing is stored.
  std::function<void(const AddProgress&)> progress = {};
};

/// What is done where something is already.
enum class Existing : std::uint8_t {
  refuse,      ///< exists is thrown, and nothing is changed
  overwrite,   ///< each file takes the place of what has its name, at once or not at all; directories are shared
  keep_equal,  ///< as overwrite, but files that hold the same bytes are left, and only get their mode and time
};

struct RestoreProgress {
  std::uint64_t entry_count = 0;  ///< so far; those of large files before they are written
  std::uint64_t entry_total = 0;  ///< of the whole artifact
  std::uint64_t size_bytes = 0;   ///< of the files so far
  std::uint64_t size_total = 0;
};

struct RestoreOptions {
  std::string path = {};  ///< of the one entry that is wanted, below the root; if empty, the whole
  std::string name = {};  ///< instead of its own
  Existing existing = Existing::refuse;
  bool owner = false;   ///< give files their user and group, if those were kept
  KeptAttributes attributes = KeptAttributes::none;
  bool set_id = false;  ///< let files have their set-user-id, set-group-id and sticky bits
  bool sync = false;    ///< durable when it returns
  /// What was restored before it failed or was killed stays, under a hidden name, and the same call goes on with it, after
  /// comparing its bytes. Only with Existing::refuse; the others go on by themselves.
  bool resumable = false;
  unsigned threads = 0;  ///< that read and write; 0: one a core, at most 8
  /// Called by the thread that restores, now and then. What it throws ends the restoring.
  std::function<void(const RestoreProgress&)> progress = {};
};

/// What restoring came to.
struct RestoreReceipt {
  std::filesystem::path path;     ///< of what was restored
  std::uint64_t entry_count = 0;
  std::uint64_t size_bytes = 0;   ///< of all its files
  std::uint64_t kept_count = 0;   ///< files that were left, since they had the same bytes
};

/// One entry of an artifact. Names are bytes as the file system had them.
struct ArtifactEntry {
  std::string path;  ///< relative to the artifact's root; the root itself is its own name
  EntryKind kind = EntryKind::file;
  std::uint32_t mode = 0;  ///< permission bits
  Timestamp modified{};
  std::uint64_t size_bytes = 0;  ///< of a file
  std::string link_target;       ///< of a symlink
  /// Of a file: the path of the first of its names, if it has several in the artifact.
  std::string first_name;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> owner;  ///< user and group, if they were kept
  std::vector<std::pair<std::string, std::string>> attributes;   ///< extended ones that were kept, by name
};

struct ListOptions {
  std::string path = {};   ///< of the one entry whose tree is wanted, below the root; if empty, the whole
  std::string match = {};  ///< a pattern as in .gitignore for what is wanted, such as "*.h" or "src/**"; if empty, all
};

/// How one path differs between two artifacts. What is below a directory that was added or removed is listed as well.
struct ArtifactChange {
  ChangeKind kind = ChangeKind::changed;
  std::string path;                     ///< below the roots; empty for the roots themselves
  std::optional<ArtifactEntry> before;  ///< empty: added
  std::optional<ArtifactEntry> after;   ///< empty: removed
  /// Of the chunks of a file that the other one has not: all of an added or removed file.
  std::uint64_t bytes_added = 0, bytes_removed = 0;
};

/// A stored file of which any part can be read. Keeps its store open, and sees it as it was when it was opened. Not
/// thread-safe.
class ArtifactFile {
 public:
  class Impl;
  explicit ArtifactFile(std::unique_ptr<Impl> impl);
  ArtifactFile(ArtifactFile&&) noexcept;
  ArtifactFile& operator=(ArtifactFile&&) noexcept;
  ~ArtifactFile();

  std::uint64_t size() const;
  /// Fills the front of `out` with the bytes from `offset` on, and returns how many those are: fewer only where the file
  /// ends. Reads the chunks that hold them, and checks them. Throws damaged, io.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out);

 private:
  std::unique_ptr<Impl> impl_;
};

/// What adding an artifact came to.
struct ArtifactReceipt {
  ArtifactId id;
  Uuid node;                        ///< the data node that keeps it; nil when a checkpoint does
  std::uint64_t size_bytes = 0;     ///< of all its files
  std::uint64_t entry_count = 0;
  std::uint64_t bytes_new = 0;      ///< stored by this call
  std::uint64_t bytes_shared = 0;   ///< already there
  std::uint64_t unread_count = 0;   ///< files that had not changed since they were read before
  std::vector<std::string> skipped; ///< paths of special files that were left out, below the root
};

}  // namespace cairn
