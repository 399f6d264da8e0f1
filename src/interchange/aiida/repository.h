// The files of a node: names that refer to bytes by their SHA-256.
#pragma once

#include <cairn/value.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "interchange/aiida/scratch.h"
#include "interchange/sha256.h"

namespace cairn::interchange::aiida {

/// True for 64 hexadecimal digits in lower case.
bool is_key(std::string_view text);

/// True for what can be the name of a file in a directory.
bool is_file_name(std::string_view text);

/// The files that an archive has, each once, by key.
class FileSpool {
 public:
  explicit FileSpool(const std::filesystem::path& directory);

  /// Takes in a file and returns its key. `read` calls what it is given with the bytes, piece by piece.
  std::string add(const std::function<void(const std::function<void(std::span<const std::byte>)>&)>& read);
  bool has(const std::string& key) const { return keys_.contains(key); }
  const std::unordered_set<std::string>& keys() const { return keys_; }
  std::filesystem::path path_of(const std::string& key) const;

 private:
  std::filesystem::path directory_;
  std::unordered_set<std::string> keys_;
  Sha256 hash_;
};

/// A tree of names that is put together path by path.
class FileTree {
 public:
  /// Throws bad_document with `place` for a path that is none, and one that is there as something else.
  void add_file(std::string_view path, std::string key, const std::string& place);
  void add_directory(std::string_view path, const std::string& place);
  /// As repository_metadata has it.
  Value metadata() const;

 private:
  FileTree& at(std::string_view path, const std::string& place);

  std::map<std::string, std::unique_ptr<FileTree>, std::less<>> entries_;
  std::optional<std::string> key_;  // of a file
};

/// Calls the functions for each entry below the root, parents first. A name that is none, a key that is none, and other
/// things throw bad_document below `place`.
struct RepositoryVisitor {
  std::function<void(const std::string& path)> directory;
  std::function<void(const std::string& path, const std::string& key)> file;
};
void visit_repository(const Value& metadata, const std::string& place, const RepositoryVisitor& visitor);

/// The same without the files for which `keep` is false.
Value without_files(const Value& metadata, const std::function<bool(const std::string& key)>& keep);

}  // namespace cairn::interchange::aiida
