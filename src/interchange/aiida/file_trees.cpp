#include "interchange/aiida/file_trees.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <ranges>
#include <span>
#include <system_error>
#include <vector>

#include "interchange/aiida/scratch.h"
#include "interchange/json_writer.h"

namespace cairn::interchange::aiida {
namespace {

void copy_bytes(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::ifstream in(from, std::ios::binary);
  ScratchFile out(to);
  std::vector<char> piece(256 << 10);
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    out.write(std::as_bytes(std::span(piece).first(static_cast<std::size_t>(in.gcount()))));
  }
  if (!in.eof()) throw Error(ErrorCode::io, fmt::format("copy {}: it cannot be read", from.string()));
  out.close();
}

// File systems allow a file only so many names.
void give_name(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return;
  if (errno != EMLINK) throw_system_error(fmt::format("make {}", to.string()));
  copy_bytes(from, to);
}

}  // namespace

std::optional<ArtifactId> FileTrees::add(const Value& metadata, BulkLoad& load) {
  const Value* entries = metadata.get_if<Map>()->find("o");
  if (entries == nullptr || entries->get_if<Map>()->size() == 0) return {};
  hash_.add(json_line(metadata));
  const Sha256Digest digest = hash_.finish();
  if (const auto known = known_.find(digest); known != known_.end()) return known->second;
  return known_.emplace(digest, make(metadata, load)).first->second;
}

// Names of the files where they lie already: nothing is copied but by the store.
ArtifactId FileTrees::make(const Value& metadata, BulkLoad& load) const {
  make_directory(directory_);
  std::vector<std::filesystem::path> directories{directory_};
  visit_repository(
      metadata, "",
      {.directory =
           [&](const std::string& path) {
             directories.push_back(directory_ / path);
             make_directory(directories.back());
           },
       .file = [&](const std::string& path, const std::string& key) { give_name(files_.path_of(key), directory_ / path); }});
  for (const auto& directory : std::views::reverse(directories)) settle_directory(directory);
  // Each name is a file of its own here, whatever other names its bytes have.
  const ArtifactId id = load.add_path(directory_, {.name = "repository", .hard_links = false, .read_all = true, .threads = 1});
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
  if (error) throw Error(ErrorCode::io, fmt::format("remove {}: {}", directory_.string(), error.message()));
  return id;
}

}  // namespace cairn::interchange::aiida
