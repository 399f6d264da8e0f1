// Files and file trees into a store.
#include <cairn/error.h>

#include <boost/algorithm/string/split.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>

#include "object/artifacts.h"
#include "object/ignore_rules.h"
#include "object/tree_builder.h"
#include "object/tree_files.h"

namespace cairn::object {

namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY;
constexpr std::size_t kSkippedMost = 10'000;     // names that are kept
constexpr std::uint64_t kIgnoreFileMost = 1u << 20;

[[noreturn]] void throw_changed(const std::string& path) {
  throw Error(ErrorCode::conflict, fmt::format("add {}: it was replaced while it was read", path));
}

// The name the artifact's root gets: the last component as given, or that of the directory that "." and ".." mean.
std::string root_name(const std::filesystem::path& path, const AddOptions& options) {
  std::filesystem::path plain = path.has_filename() ? path : path.parent_path();
  if (options.name.empty() && (plain.filename() == "." || plain.filename() == "..")) {
    std::error_code error;
    plain = std::filesystem::canonical(plain, error);
    if (error) base::throw_errno(error.value(), fmt::format("open {}", path.string()));
  }
  const std::string name = options.name.empty() ? plain.filename().string() : options.name;
  if (!format::is_entry_name(name))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("add \"{}\" as \"{}\": expected a name", path.string(), name));
  return name;
}

// One walk over a tree of files. Holds one directory open however deep it is.
class TreeWalker {
 public:
  TreeWalker(TreeBuilder& builder, const AddOptions& options) : builder_(builder), options_(options) {
    for (const std::string& pattern : options.ignore) rules_.add(pattern);
  }

  /// As an entry called `name` of whatever the builder is in, which lies at `place` below the root; empty: it is the root.
  void add(const std::filesystem::path& path, std::string name, const std::string& place);

  std::vector<std::string> take_skipped() { return std::move(skipped_); }

 private:
  using FilePointer = std::shared_ptr<const base::File>;

  struct OpenDirectory {
    FileIdentity identity;
    std::string prefix;  // of the paths in it, below the root that is walked over
    std::vector<std::string> names;
    std::size_t next = 0;
    std::size_t rules = 0;  // before it was entered
  };

  void walk(base::File directory, std::string name);
  void add_below(const std::string& name);
  void add_directory(const std::string& name, const std::string& path);
  void add_link(const std::string& name, const struct stat& status);
  void enter(base::File directory, format::Entry entry, std::string prefix, std::vector<std::string> names);
  void leave();
  void skip_special(const std::string& path);
  void read_rules(const base::File& directory, const std::string& prefix, const std::vector<std::string>& names);
  format::Entry directory_entry(const base::File& directory, std::string name) const;
  std::string place_of(const std::string& name) const { return inside_->name() + "/" + name; }

  TreeBuilder& builder_;
  const AddOptions& options_;
  IgnoreRules rules_;
  std::string prefix_;  // of paths in the artifact
  FilePointer inside_;  // the directory that is walked over
  std::vector<OpenDirectory> open_;  // from the root down to it
  std::vector<std::string> skipped_;
};

void TreeWalker::add(const std::filesystem::path& path, std::string name, const std::string& place) {
  prefix_ = place.empty() ? place : place + "/";
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) base::throw_errno(errno, fmt::format("open {}", path.string()));
  if (S_ISDIR(status.st_mode)) return walk(base::File::open(path, kDirectoryFlags), std::move(name));
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorCode::unstorable,
                fmt::format("add {}: it is a socket, pipe or device, expected a file, directory or link", path.string()));
  // O_NONBLOCK: should a pipe have taken its place, opening it must not wait.
  const auto file = std::make_shared<const base::File>(base::File::open(path, O_RDONLY | O_NONBLOCK));
  builder_.add_file(std::move(name), place, file->status(), nullptr, file);
}

void TreeWalker::walk(base::File directory, std::string name) {
  format::Entry root = directory_entry(directory, std::move(name));
  std::vector<std::string> names = list_names(directory, kTreeEntriesMost);
  enter(std::move(directory), std::move(root), "", std::move(names));
  for (;;) {
    OpenDirectory& here = open_.back();
    if (here.next < here.names.size()) {
      add_below(here.names[here.next++]);
    } else {
      leave();
      if (open_.empty()) return;
    }
  }
}

void TreeWalker::add_below(const std::string& name) {
  struct stat status {};
  if (::fstatat(inside_->descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) throw_changed(place_of(name));
    base::throw_errno(errno, fmt::format("stat {}", place_of(name)));
  }
  std::string path = open_.back().prefix + name;
  if (rules_.matches(path, S_ISDIR(status.st_mode))) return;
  if (S_ISDIR(status.st_mode)) add_directory(name, path);
  else if (S_ISLNK(status.st_mode)) add_link(name, status);
  else if (S_ISREG(status.st_mode)) builder_.add_file(name, prefix_ + path, status, inside_);
  else skip_special(path);
}

void TreeWalker::add_directory(const std::string& name, const std::string& path) {
  base::File directory = open_beneath(*inside_, name, kDirectoryFlags);
  format::Entry entry = directory_entry(directory, name);
  std::vector<std::string> names = list_names(directory, kTreeEntriesMost);
  if (!names.empty()) return enter(std::move(directory), std::move(entry), path + "/", std::move(names));
  // Not entered: the way back leads through it, and an empty directory may be one that nobody may pass.
  builder_.enter(std::move(entry));
  builder_.leave();
}

void TreeWalker::enter(base::File directory, format::Entry entry, std::string prefix, std::vector<std::string> names) {
  if (open_.size() >= kTreeDepthMost)
    throw Error(ErrorCode::limit, fmt::format("add {}: directories nested more than {} deep", prefix, kTreeDepthMost));
  const std::size_t rules = rules_.size();
  read_rules(directory, prefix, names);
  open_.push_back({FileIdentity(directory.status()), std::move(prefix), std::move(names), 0, rules});
  inside_ = std::make_shared<const base::File>(std::move(directory));
  builder_.enter(std::move(entry));
}

void TreeWalker::leave() {
  rules_.truncate(open_.back().rules);
  open_.pop_back();
  builder_.leave();
  if (open_.empty()) inside_.reset();
  else inside_ = std::make_shared<const base::File>(open_parent(*inside_, open_.back().identity));
}

void TreeWalker::add_link(const std::string& name, const struct stat& status) {
  std::string target(format::kLinkTargetBytesMost + 1, '\0');
  const ssize_t size = ::readlinkat(inside_->descriptor(), name.c_str(), target.data(), target.size());
  if (size < 0) base::throw_errno(errno, fmt::format("read link {}", place_of(name)));
  target.resize(static_cast<std::size_t>(size));
  if (target.empty() || target.size() > format::kLinkTargetBytesMost)
    throw Error(ErrorCode::unstorable, fmt::format("add {}: a link target of {} bytes", place_of(name), target.size()));
  format::Entry entry = entry_of(name, status, options_.owner);
  entry.what = format::SymlinkTarget{std::move(target)};
  builder_.add(std::move(entry));
}

void TreeWalker::skip_special(const std::string& path) {
  if (options_.special_files == SpecialFiles::refuse)
    throw Error(ErrorCode::unstorable, fmt::format("add {}/{}: it is a socket, pipe or device, expected a file, directory "
                                                   "or link, or special files to be skipped",
                                                   inside_->name(), path.substr(path.rfind('/') + 1)));
  if (skipped_.size() >= kSkippedMost)
    throw Error(ErrorCode::limit, fmt::format("add {}: more than {} special files", path, kSkippedMost));
  skipped_.push_back(prefix_ + path);
}

void TreeWalker::read_rules(const base::File& directory, const std::string& prefix, const std::vector<std::string>& names) {
  for (const std::string& name : options_.ignore_files) {
    if (!std::ranges::binary_search(names, name)) continue;
    struct stat status {};
    const int found = ::fstatat(directory.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
    if (found != 0 || !S_ISREG(status.st_mode)) continue;  // as git, which follows no link here
    const base::File file = open_beneath(directory, name, O_RDONLY | O_NONBLOCK);
    if (static_cast<std::uint64_t>(status.st_size) > kIgnoreFileMost)
      throw Error(ErrorCode::limit,
                  fmt::format("read the patterns in {}: more than {} bytes", file.name(), kIgnoreFileMost));
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    text.resize(file.read_at(0, std::as_writable_bytes(std::span(text))));
    rules_.add_lines(text, prefix.substr(0, prefix.size() - (prefix.empty() ? 0 : 1)));
  }
}

format::Entry TreeWalker::directory_entry(const base::File& directory, std::string name) const {
  format::Entry entry = entry_of(std::move(name), directory.status(), options_.owner);
  entry.attributes = read_attributes(directory, options_.attributes);
  return entry;
}

constexpr std::uint32_t kMadeFileMode = 0644, kMadeDirectoryMode = 0755;

// Adds sources under names that may have several parts.
class SourceAdder {
 public:
  SourceAdder(TreeBuilder& builder, const AddOptions& options) : builder_(builder), walker_(builder, options) {}

  void add(const ArtifactSource& source, const std::string& name, const std::string& place) {
    if (const auto* path = std::get_if<std::filesystem::path>(&source)) return walker_.add(*path, name, place);
    const format::Entry entry{name, kMadeFileMode, 0, 0, {}};
    if (const auto* read = std::get_if<ReadBytes>(&source)) return builder_.add_stream(entry, *read);
    std::span<const std::byte> left = std::get<std::span<const std::byte>>(source);
    builder_.add_stream(entry, [&](std::span<std::byte> out) {
      const std::size_t count = std::min(left.size(), out.size());
      std::copy_n(left.begin(), count, out.begin());
      left = left.subspan(count);
      return count;
    });
  }

  void add_all(std::span<const NamedSource> sources, std::string name) {
    for (const NamedSource& source : sources) enter(source);
    add(root_, std::move(name), "");
  }

  std::vector<std::string> take_skipped() { return walker_.take_skipped(); }

 private:
  struct Folder {
    std::map<std::string, const ArtifactSource*> files;
    std::map<std::string, Folder> folders;
  };

  void enter(const NamedSource& source) {
    const auto refuse = [&](std::string_view problem) {
      throw Error(ErrorCode::invalid_argument, fmt::format("file \"{}\": {}", source.name, problem));
    };
    if (!format::is_entry_path(source.name))
      refuse("expected a relative name whose parts are neither empty, \".\" nor \"..\"");
    std::vector<std::string> parts;
    boost::split(parts, source.name, [](char c) { return c == '/'; });
    if (parts.size() > kTreeDepthMost) refuse("it has too many parts");
    Folder* folder = &root_;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (folder->files.contains(parts[i])) refuse("it is below a file");
      folder = &folder->folders[parts[i]];
    }
    if (folder->folders.contains(parts.back())) refuse("it is a directory already");
    if (!folder->files.emplace(parts.back(), &source.source).second) refuse("it is there already");
  }

  void add(const Folder& folder, std::string name, const std::string& prefix) {
    builder_.enter({std::move(name), kMadeDirectoryMode, 0, 0, {}});
    auto file = folder.files.begin();
    auto below = folder.folders.begin();
    while (file != folder.files.end() || below != folder.folders.end()) {
      const bool is_file = below == folder.folders.end() || (file != folder.files.end() && file->first < below->first);
      if (is_file) add(*file->second, file->first, prefix + file->first), ++file;
      else add(below->second, below->first, prefix + below->first + "/"), ++below;
    }
    builder_.leave();
  }

  TreeBuilder& builder_;
  TreeWalker walker_;
  Folder root_;
};

AddedArtifact finish(TreeBuilder& builder, std::vector<std::string> skipped) {
  AddedArtifact added = builder.finish();
  added.skipped = std::move(skipped);
  return added;
}

void require_name(const AddOptions& options) {
  if (!format::is_entry_name(options.name))
    throw Error(ErrorCode::invalid_argument, fmt::format("add as \"{}\": expected a name", options.name));
}

}  // namespace

AddedArtifact add_path(engine::Staging& staging, const std::filesystem::path& path, const AddOptions& options,
                       FileMemory* memory) {
  TreeBuilder builder(staging, options, memory);
  TreeWalker walker(builder, options);
  walker.add(path, root_name(path, options), "");
  return finish(builder, walker.take_skipped());
}

AddedArtifact add_source(engine::Staging& staging, const ArtifactSource& source, const AddOptions& options,
                         FileMemory* memory) {
  if (const auto* path = std::get_if<std::filesystem::path>(&source)) return add_path(staging, *path, options, memory);
  require_name(options);
  TreeBuilder builder(staging, options, memory);
  SourceAdder adder(builder, options);
  adder.add(source, options.name, "");
  return finish(builder, adder.take_skipped());
}

AddedArtifact add_sources(engine::Staging& staging, std::span<const NamedSource> sources, const AddOptions& options,
                          FileMemory* memory) {
  require_name(options);
  TreeBuilder builder(staging, options, memory);
  SourceAdder adder(builder, options);
  adder.add_all(sources, options.name);
  return finish(builder, adder.take_skipped());
}

}  // namespace cairn::object
