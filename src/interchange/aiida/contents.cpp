#include "interchange/aiida/contents.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <fstream>
#include <istream>

#include "interchange/aiida/terms.h"
#include "interchange/aiida/zip_reader.h"
#include "interchange/json_reader.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::uint64_t kDatabaseBytesMax = std::uint64_t{64} << 30;
constexpr std::size_t kPieceBytes = 256 << 10;
constexpr std::string_view kBegin = "line 1, column 1";  // of what may be the text of another format
constexpr std::string_view kDataName = "data.json";
constexpr std::string_view kFilesPrefix = "repo/";
constexpr std::string_view kNodesPrefix = "nodes/";

ArchiveForm form_of(std::istream& in) {
  const int first = in.peek();
  in.clear();
  if (first == 'P') return ArchiveForm::zip;
  if (first == 0x1F) return ArchiveForm::tar_gz;
  if (first == std::istream::traits_type::eof()) throw_bad(kBegin, "the archive is empty");
  throw_bad(kBegin, "expected a zip or tar.gz file");
}

bool has_positions(std::istream& in) {
  const auto begin = in.tellg();
  if (begin == std::istream::pos_type(-1) || !in.seekg(0, std::ios::end) || !in.seekg(begin)) {
    in.clear();
    return false;
  }
  return true;
}

void copy_to(const std::filesystem::path& path, std::istream& in) {
  ScratchFile file(path);
  std::vector<char> piece(kPieceBytes);
  while (!in.eof()) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (in.bad() || (in.fail() && !in.eof())) throw Error(ErrorCode::io, "read the archive: the stream refuses");
    file.write(std::as_bytes(std::span(piece).first(static_cast<std::size_t>(in.gcount()))));
  }
  file.close();
}

// nodes/ab/cd/<rest of the UUID>/path/<path of a file>
struct NodePath {
  std::string uuid;
  std::string_view path;  // empty: the root
};

std::optional<NodePath> node_path_of(std::string_view name) {
  if (!name.starts_with(kNodesPrefix)) return {};
  name.remove_prefix(kNodesPrefix.size());
  std::string uuid;
  for (int part = 0; part < 3; ++part) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return {};
    uuid += name.substr(0, slash);
    name.remove_prefix(slash + 1);
  }
  const auto slash = std::min(name.find('/'), name.size());
  const std::string_view folder = name.substr(0, slash);
  if (folder != "path" && folder != "raw_input") return {};
  name.remove_prefix(std::min(slash + 1, name.size()));
  return NodePath{std::move(uuid), name};
}

class Taking {
 public:
  Taking(Contents& contents, const std::filesystem::path& directory, const ImportOptions& options,
         std::vector<ReportItem>& items)
      : contents_(contents), directory_(directory), options_(options), items_(items) {}

  void take(ZipReader& reader) {
    const std::string& name = reader.name();
    if (name == kMetadataName) return take_text(reader, contents_.metadata);
    if (name == kDataName) return take_text(reader, contents_.data);
    if (name == kDatabaseName) return take_database(reader);
    if (name.starts_with(kFilesPrefix) && is_key(std::string_view(name).substr(kFilesPrefix.size()))) return take_file(reader);
    if (const auto path = node_path_of(name)) return take_node_path(reader, *path);
    if (reader.kind() == MemberKind::directory) return;
    items_.push_back({Outcome::refused, name, "is no part of an archive, and was left out"});
  }

 private:
  static void require_file(const ZipReader& reader) {
    if (reader.kind() != MemberKind::file) throw_bad(reader.name(), "expected a file");
  }

  void take_text(ZipReader& reader, std::optional<std::string>& text) {
    require_file(reader);
    if (text) throw_bad(reader.name(), "is there twice");
    text = reader.read_text(options_.document_bytes_max);
  }

  void take_database(ZipReader& reader) {
    require_file(reader);
    if (contents_.database) throw_bad(reader.name(), "is there twice");
    contents_.database = directory_ / kDatabaseName;
    ScratchFile file(*contents_.database);
    std::uint64_t size = 0;
    reader.read([&](std::span<const std::byte> bytes) {
      size += bytes.size();
      if (size > kDatabaseBytesMax)
        throw Error(ErrorCode::limit, fmt::format("{}: is longer than {} bytes", reader.name(), kDatabaseBytesMax));
      file.write(bytes);
    });
    file.close();
  }

  void take_file(ZipReader& reader) {
    require_file(reader);
    const std::string expected = reader.name().substr(kFilesPrefix.size());
    if (contents_.files.has(expected)) throw_bad(reader.name(), "is there twice");
    const std::string key = add(reader);
    if (key == expected) return;
    const std::string what = fmt::format("its bytes are not those that its name says: their SHA-256 is {}", key);
    if (!options_.partial) throw_bad(reader.name(), what);
    items_.push_back({Outcome::refused, reader.name(), what});
  }

  void take_node_path(ZipReader& reader, const NodePath& path) {
    FileTree& tree = contents_.trees[path.uuid];
    if (reader.kind() == MemberKind::directory) return tree.add_directory(path.path, reader.name());
    require_file(reader);
    tree.add_file(path.path, add(reader), reader.name());
  }

  std::string add(ZipReader& reader) {
    return contents_.files.add([&](const auto& visit) { reader.read(visit); });
  }

  Contents& contents_;
  const std::filesystem::path& directory_;
  const ImportOptions& options_;
  std::vector<ReportItem>& items_;
};

}  // namespace

Contents take_out(std::istream& in, const std::filesystem::path& directory, const ImportOptions& options,
                  std::vector<ReportItem>& items) {
  const ArchiveForm form = form_of(in);
  std::ifstream copied;
  std::istream* from = &in;
  if (form == ArchiveForm::zip && !has_positions(in)) {
    copy_to(directory / "archive", in);
    copied.open(directory / "archive", std::ios::binary);
    from = &copied;
  }
  Contents contents(directory);
  Taking taking(contents, directory, options, items);
  ZipReader reader(*from, form);
  while (reader.next()) taking.take(reader);
  return contents;
}

}  // namespace cairn::interchange::aiida
