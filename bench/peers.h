// Programs that store files and trees, behind one interface: the cairn command, restic, borg, casync and cp.
//
// Each runs as a child process, as its users run it. cairn and cp make durable what they store before they return, cp
// through fsync of a file, or syncfs for a tree. The others do what they do by default. restic cannot be kept from
// encrypting, nor casync from compressing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "timing.h"

namespace bench {

/// Whether files that seem unchanged since the last time may be taken for it, where a program can do that.
enum class Reading { changed_files, contents };

enum class Packing { off, lz4, zstd };

struct Restored {
  Cost cost;
  std::filesystem::path path;  ///< where the file or tree is now
};

struct Stored {
  std::uint64_t bytes = 0;       ///< by the lengths of the files of a repository
  std::uint64_t disk_bytes = 0;  ///< by their blocks
};

class Peer {
 public:
  Peer(std::string name, Packing packing) : name_(std::move(name)), packing_(packing) {}
  virtual ~Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  const std::string& name() const { return name_; }
  Packing packing() const { return packing_; }
  virtual bool deduplicates() const { return true; }
  virtual bool is_ours() const { return false; }
  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path repository() const { return directory_ / "repository"; }

  /// Makes `directory`, and an empty repository in it that is used from now on.
  void prepare(const std::filesystem::path& directory);
  /// Stores the file or tree at `source`, an absolute path.
  Cost add(const std::filesystem::path& source, Reading reading);
  /// Restores what was added last below `target`, an empty directory.
  virtual Restored restore(const std::filesystem::path& target) = 0;
  /// What the repository takes.
  virtual Stored stored() const;

 protected:
  virtual void make_repository() = 0;
  virtual Cost add_source(Reading reading) = 0;
  const std::filesystem::path& source() const { return source_; }
  std::uint64_t add_count() const { return add_count_; }

 private:
  const std::string name_;
  const Packing packing_;
  std::filesystem::path directory_;
  std::filesystem::path source_;
  std::uint64_t add_count_ = 0;
};

/// Those that are installed, cairn first; says which are not.
std::vector<std::unique_ptr<Peer>> find_peers();

}  // namespace bench
