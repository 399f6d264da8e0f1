// The manifests of one artifact, built in the order of a walk, while other threads read the files.
#pragma once

#include <cairn/artifact.h>

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"
#include "format/artifact.h"
#include "object/artifacts.h"
#include "object/chunk_stager.h"
#include "object/file_memory.h"
#include "object/file_readers.h"

namespace cairn::object {

/// Told of the root, and of all below a directory between entering and leaving it, in order of names. Everything throws
/// what reading and staging throw; files are read behind the calls that tell of them.
class TreeBuilder {
 public:
  /// `memory` may be null.
  TreeBuilder(engine::Staging& staging, const AddOptions& options, FileMemory* memory);

  /// `entry` without what it names.
  void enter(format::Entry entry);
  void leave();
  /// A link, or a file whose content is known.
  void add(format::Entry entry);
  /// A file to be read. `path` is below the root. If `opened` is null it is opened by `name` in `directory`.
  void add_file(std::string name, std::string path, const struct stat& status,
                std::shared_ptr<const base::File> directory, std::shared_ptr<const base::File> opened = nullptr);
  /// Bytes that `read` gives piece by piece until it gives none: now, and by this thread.
  void add_stream(format::Entry entry, const ReadBytes& read);

  /// Stages what is left, and the artifact. Nothing may follow.
  AddedArtifact finish();

 private:
  struct Event {
    enum class Kind : std::uint8_t { entry, file, other_name, enter, leave };
    Kind kind;
    format::Entry entry;
    std::size_t link = SIZE_MAX;  // into links_
  };
  // A file with several names, as it was when it was read.
  struct Linked {
    std::vector<std::string> paths;
    format::Entry entry;
  };
  struct OpenDirectory {
    format::Entry entry;
    format::Directory content;
  };
  struct Inode {
    dev_t device;
    ino_t number;
    friend bool operator==(const Inode&, const Inode&) = default;
  };
  struct InodeHash {
    std::size_t operator()(const Inode& inode) const { return std::hash<std::uint64_t>()(inode.number) ^ inode.device << 1; }
  };

  std::optional<std::size_t> link_of(const struct stat& status, std::string path, bool& is_first);
  bool add_remembered(const std::string& name, const struct stat& status, std::size_t link);
  void push(Event event);
  void submit();
  void apply_until(std::size_t events, std::size_t jobs);
  void apply(Event event);
  ChunkStager::File next_file();
  void place(format::Entry entry);
  void remember(const ChunkStager::File& file);
  std::vector<std::vector<std::string>> hard_links();

  engine::Staging& staging_;
  const AddOptions& options_;
  FileMemory* const memory_;
  FileReaders readers_;
  ChunkStager stager_;

  ReadJob job_;  // not submitted yet
  std::uint64_t job_bytes_ = 0;
  std::size_t jobs_ = 0;  // submitted, and not taken to the end
  std::size_t opened_ = 0;  // files that came opened, ever
  std::deque<Event> events_;
  std::deque<ChunkStager::File> read_;  // behind the event that is applied next
  std::exception_ptr error_;            // of the file behind those

  std::unordered_map<Inode, std::size_t, InodeHash> inodes_;
  std::vector<Linked> links_;
  std::size_t link_bytes_ = 0;

  std::vector<OpenDirectory> open_;
  std::optional<format::Entry> root_;
  std::uint64_t size_ = 0, count_ = 0, unread_ = 0, unread_bytes_ = 0;
};

/// Attributes and times as they are stored; without what the entry names.
format::Entry entry_of(std::string name, const struct stat& status, bool owner);

}  // namespace cairn::object
