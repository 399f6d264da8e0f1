#include "object/files.h"

#include <cairn/error.h>

#include <boost/algorithm/string/split.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "format/artifact.h"
#include "object/artifacts.h"
#include "object/blobs.h"
#include "object/chunk_stager.h"
#include "object/content.h"
#include "object/tree_walk.h"

namespace cairn::object {

namespace {

constexpr std::string_view kRootName = "files";
constexpr std::uint32_t kFileMode = 0644, kDirectoryMode = 0755;

[[noreturn]] void refuse_name(std::string_view name, std::string_view problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("file \"{}\": {}", name, problem));
}

// Holes are read as zeros: they would make another object than bytes that are equal.
format::ContentRef stage_file(engine::Staging& staging, const std::shared_ptr<const base::File>& file) {
  ChunkStager stager(staging);
  std::vector<ChunkStager::File> read;
  const auto hand_on = [&](CutBatch batch) {
    for (ChunkStager::File& one : stager.stage(batch)) read.push_back(std::move(one));
    if (batch.error != nullptr) std::rethrow_exception(batch.error);
    CutBatch next;
    next.memory = std::move(batch.memory);
    next.memory.resize(kBatchBytes);
    return next;
  };
  cut_files({.directory = nullptr, .files = {{file, "", FileIdentity(file->status())}}, .keep_holes = false}, hand_on);
  return read.at(0).content;
}

/// The files below one directory.
struct Folder {
  std::map<std::string, format::ContentRef> files;
  std::map<std::string, Folder> folders;
};

class StagingFileWriter : public FileWriter {
 public:
  explicit StagingFileWriter(engine::Staging& staging) : staging_(staging) {}

  void add(std::string_view name, std::span<const std::byte> bytes) override {
    const std::vector<std::string> parts = new_parts(name);
    enter(parts, write_content(staging_, bytes));
  }

  void add(std::string_view name, const std::filesystem::path& path) override {
    const std::vector<std::string> parts = new_parts(name);
    // O_NONBLOCK: a pipe must not be waited for.
    const auto file = std::make_shared<const base::File>(base::File::open(path, O_RDONLY | O_NONBLOCK));
    if (!S_ISREG(file->status().st_mode))
      throw Error(ErrorCode::unstorable, fmt::format("add {}: expected a file", path.string()));
    enter(parts, stage_file(staging_, file));
  }

  ArtifactId finish() {
    const format::Artifact artifact{entry_of(std::string(kRootName), root_), size_, count_};
    return {stage_blob(staging_, engine::BlobKind::artifact, format::encode_artifact(artifact))};
  }

 private:
  // Of a name that is not there yet. What is refused, here or when it is read, leaves no trace.
  std::vector<std::string> new_parts(std::string_view name) const {
    std::vector<std::string> parts;
    boost::split(parts, name, [](char c) { return c == '/'; });
    if (parts.size() > kTreeDepthMost) refuse_name(name, "it has too many parts");
    for (const std::string& part : parts)
      if (!format::is_entry_name(part))
        refuse_name(name, "expected a relative name whose parts are neither empty, \".\" nor \"..\", nor too long");
    const Folder* folder = &root_;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (folder->files.contains(parts[i])) refuse_name(name, "it is below a file");
      const auto below = folder->folders.find(parts[i]);
      if (below == folder->folders.end()) return parts;
      folder = &below->second;
    }
    if (folder->folders.contains(parts.back())) refuse_name(name, "it is a directory already");
    if (folder->files.contains(parts.back())) refuse_name(name, "it is there already");
    return parts;
  }

  void enter(const std::vector<std::string>& parts, const format::ContentRef& content) {
    if (count_ + parts.size() > kTreeEntriesMost)
      throw Error(ErrorCode::limit, fmt::format("file \"{}\": more than {} entries", parts.back(), kTreeEntriesMost));
    Folder* folder = &root_;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto [below, is_new] = folder->folders.try_emplace(parts[i]);
      if (is_new) ++count_;
      folder = &below->second;
    }
    folder->files.emplace(parts.back(), content);
    ++count_;
    size_ += content.size;
  }

  format::Entry entry_of(std::string name, const Folder& folder) {
    format::Directory directory;
    for (const auto& [file, content] : folder.files) directory.entries.push_back({file, kFileMode, 0, 0, content});
    for (const auto& [below, files] : folder.folders) directory.entries.push_back(entry_of(below, files));
    std::ranges::sort(directory.entries, {}, &format::Entry::name);
    const Digest digest = stage_blob(staging_, engine::BlobKind::directory, format::encode_directory(directory));
    return {std::move(name), kDirectoryMode, 0, 0, format::DirectoryRef{digest}};
  }

  engine::Staging& staging_;
  Folder root_;
  std::uint64_t size_ = 0;
  std::uint64_t count_ = 1;  // the root
};

class ViewFileReader : public FileReader, private TreeVisitor {
 public:
  ViewFileReader(const engine::BlobSource& blobs, const ArtifactId& id, std::uint64_t read_most)
      : blobs_(blobs), id_(id), read_most_(read_most), artifact_(read_artifact(blobs, id)) {
    if (!std::holds_alternative<format::DirectoryRef>(artifact_.root.what))
      throw Error(ErrorCode::type_mismatch, fmt::format("expected files, found the artifact \"{}\", which is no directory",
                                                        artifact_.root.name));
    walk_tree(blobs, artifact_, *this);
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& [name, entry] : files_) names.push_back(name);
    return names;
  }

  std::uint64_t size_bytes(std::string_view name) const override { return content_of(name).size; }

  Bytes read(std::string_view name) const override {
    const format::ContentRef& content = content_of(name);
    if (content.size > read_most_)  // a hole of any size costs nothing to make
      throw Error(ErrorCode::limit, fmt::format("file \"{}\" of {} bytes, expected at most {}", name,
                                                content.size, read_most_));
    Bytes bytes;  // grown as chunks come: the size is only what the directory says
    for (ContentReader reader(blobs_, content); bytes.size() < content.size;) {
      const std::span<const std::byte> piece = reader.piece_at(bytes.size());
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    return bytes;
  }

  void copy(std::string_view name, const std::filesystem::path& path) const override {
    restore_as(blobs_, {find(name), content_of(name).size, 1}, path);
  }

  void restore(const std::filesystem::path& path) const override { restore_as(blobs_, artifact_, path); }

 private:
  void file(const format::Entry& entry, const format::ContentRef&) override {
    files_.emplace(prefixes_.back() + entry.name, entry);
  }
  void symlink(const format::Entry&, const format::SymlinkTarget&) override {}  // no codec wrote it
  void enter_directory(const format::Entry& entry) override {
    prefixes_.push_back(prefixes_.empty() ? std::string() : prefixes_.back() + entry.name + "/");
  }
  void leave_directory(const format::Entry&) override { prefixes_.pop_back(); }

  const format::Entry& find(std::string_view name) const {
    const auto found = files_.find(name);
    if (found == files_.end())
      throw Error(ErrorCode::not_found, fmt::format("file \"{}\": it is not in artifact {}", name, id_.hex()));
    return found->second;
  }
  const format::ContentRef& content_of(std::string_view name) const {
    return std::get<format::ContentRef>(find(name).what);
  }

  const engine::BlobSource& blobs_;
  const ArtifactId id_;
  const std::uint64_t read_most_;
  const format::Artifact artifact_;
  std::map<std::string, format::Entry, std::less<>> files_;
  std::vector<std::string> prefixes_;  // of the open directories
};

}  // namespace

ArtifactId write_files(engine::Staging& staging, const std::function<void(FileWriter&)>& write) {
  StagingFileWriter writer(staging);
  write(writer);
  return writer.finish();
}

std::unique_ptr<const FileReader> open_files(const engine::BlobSource& blobs, const ArtifactId& id,
                                             std::uint64_t read_most) {
  return std::make_unique<const ViewFileReader>(blobs, id, read_most);
}

}  // namespace cairn::object
