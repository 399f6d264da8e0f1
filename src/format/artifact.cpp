#include "format/artifact.h"

#include <limits>

#include "format/content_wire.h"
#include "format/wire.h"

namespace cairn::format {

namespace {

constexpr std::uint32_t kModeMost = 07777;
constexpr std::uint32_t kNanosecondsMost = 999'999'999;

void write_entry(wire::Entry::Builder builder, const Entry& entry) {
  builder.setName(as_data(entry.name));
  builder.setMode(entry.mode);
  builder.setMtimeSeconds(entry.mtime_seconds);
  builder.setMtimeNanoseconds(entry.mtime_nanoseconds);
  if (const auto* content = std::get_if<ContentRef>(&entry.what)) set_content(builder.initFile(), *content);
  if (const auto* directory = std::get_if<DirectoryRef>(&entry.what))
    set_digest(builder.initDirectory(), directory->digest);
  if (const auto* link = std::get_if<SymlinkTarget>(&entry.what)) builder.setSymlink(as_data(link->target));
  if (entry.owner) {
    builder.setHasOwner(true);
    builder.setUser(entry.owner->user);
    builder.setGroup(entry.owner->group);
  }
  if (entry.attributes.empty()) return;  // an empty list stays unset: one spelling for equal values
  auto attributes = builder.initAttributes(static_cast<unsigned>(entry.attributes.size()));
  for (unsigned i = 0; i < attributes.size(); ++i) {
    attributes[i].setName(as_data(entry.attributes[i].name));
    attributes[i].setValue(as_data(entry.attributes[i].value));
  }
}

void write_hard_links(wire::Artifact::Builder builder, const std::vector<std::vector<std::string>>& groups) {
  if (groups.empty()) return;
  auto links = builder.initHardLinks(static_cast<unsigned>(groups.size()));
  for (unsigned i = 0; i < links.size(); ++i) {
    auto paths = links[i].initPaths(static_cast<unsigned>(groups[i].size()));
    for (unsigned k = 0; k < paths.size(); ++k) paths.set(k, as_data(groups[i][k]));
  }
}

std::string_view read_link_target(wire::Entry::Reader reader, std::string_view what) {
  const std::string_view target = data_view(reader.getSymlink());
  if (target.empty() || target.size() > kLinkTargetBytesMost || target.find('\0') != std::string_view::npos)
    throw_damaged(what, "a link target that is empty, too long or has a NUL");
  return target;
}

std::vector<Attribute> read_attributes(wire::Entry::Reader reader, std::string_view what) {
  std::vector<Attribute> attributes;
  for (const auto wire : reader.getAttributes()) {
    Attribute attribute{std::string(data_view(wire.getName())), std::string(data_view(wire.getValue()))};
    if (attribute.name.empty() || attribute.name.size() > kNameBytesMost || attribute.name.find('\0') != std::string::npos)
      throw_damaged(what, "a name of an attribute that is empty, too long or has a NUL");
    if (attribute.value.size() > kAttributeBytesMost) throw_damaged(what, "an attribute of more than 65536 bytes");
    if (!attributes.empty() && attributes.back().name >= attribute.name)
      throw_damaged(what, "attributes that are not sorted and distinct");
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

std::optional<Owner> read_owner(wire::Entry::Reader reader, std::string_view what) {
  if (reader.getHasOwner()) return Owner{reader.getUser(), reader.getGroup()};
  if (reader.getUser() != 0 || reader.getGroup() != 0) throw_damaged(what, "an owner that it says it has not");
  return std::nullopt;
}

Entry read_entry(wire::Entry::Reader reader, std::string_view what) {
  Entry entry;
  entry.name = data_view(reader.getName());
  if (!is_entry_name(entry.name)) throw_damaged(what, "a name that is not one path component");
  entry.mode = reader.getMode();
  if (entry.mode > kModeMost) throw_damaged(what, "a mode above 07777");
  entry.mtime_seconds = reader.getMtimeSeconds();
  entry.mtime_nanoseconds = reader.getMtimeNanoseconds();
  if (entry.mtime_nanoseconds > kNanosecondsMost) throw_damaged(what, "a time of a second or more of nanoseconds");
  entry.owner = read_owner(reader, what);
  entry.attributes = read_attributes(reader, what);
  switch (reader.which()) {
    case wire::Entry::FILE: entry.what = get_content(reader.getFile(), what); return entry;
    case wire::Entry::DIRECTORY: entry.what = DirectoryRef{get_digest(reader.getDirectory())}; return entry;
    case wire::Entry::SYMLINK: entry.what = SymlinkTarget{std::string(read_link_target(reader, what))}; return entry;
  }
  throw_damaged(what, "an entry of an unknown kind");
}

Directory read_directory(wire::Directory::Reader reader) {
  constexpr std::string_view kWhat = "directory";
  Directory directory;
  const auto entries = reader.getEntries();
  directory.entries.reserve(entries.size());
  for (const auto wire : entries) {
    Entry entry = read_entry(wire, kWhat);
    if (!directory.entries.empty() && directory.entries.back().name >= entry.name)
      throw_damaged(kWhat, "names that are not sorted and distinct");
    directory.entries.push_back(std::move(entry));
  }
  return directory;
}

std::vector<std::string> read_paths(wire::HardLink::Reader reader, std::string_view what) {
  std::vector<std::string> paths;
  for (const auto wire : reader.getPaths()) {
    paths.emplace_back(data_view(wire));
    if (!is_entry_path(paths.back())) throw_damaged(what, "a hard link that is no path below its root");
    if (paths.size() > 1 && paths[paths.size() - 2] >= paths.back()) throw_damaged(what, "hard links out of order");
  }
  if (paths.size() < 2) throw_damaged(what, "a hard link of less than two names");
  return paths;
}

Artifact read_artifact(wire::Artifact::Reader reader) {
  constexpr std::string_view kWhat = "artifact";
  Artifact artifact{read_entry(reader.getRoot(), kWhat), reader.getSize(), reader.getCount()};
  for (const auto wire : reader.getHardLinks()) {
    std::vector<std::string> paths = read_paths(wire, kWhat);
    if (!artifact.hard_links.empty() && artifact.hard_links.back().front() >= paths.front())
      throw_damaged(kWhat, "hard links out of order");
    artifact.hard_links.push_back(std::move(paths));
  }
  if (artifact.size > std::numeric_limits<std::int64_t>::max()) throw_damaged(kWhat, "files of more than 2^63-1 bytes");
  if (artifact.count == 0) throw_damaged(kWhat, "no entries, not even its root");
  return artifact;
}

}  // namespace

bool is_entry_name(std::string_view name) {
  constexpr std::string_view kSeparators("/\0", 2);
  return !name.empty() && name.size() <= kNameBytesMost && name != "." && name != ".." &&
         name.find_first_of(kSeparators) == std::string_view::npos;
}

bool is_entry_path(std::string_view path) {
  for (;;) {
    const std::size_t slash = path.find('/');
    if (!is_entry_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::vector<std::byte> encode_directory(const Directory& directory) {
  capnp::MallocMessageBuilder message;
  auto wire = message.initRoot<wire::Directory>();
  if (!directory.entries.empty()) {  // an empty list stays unset: one spelling for equal values
    auto entries = wire.initEntries(static_cast<unsigned>(directory.entries.size()));
    for (unsigned i = 0; i < entries.size(); ++i) write_entry(entries[i], directory.entries[i]);
  }
  return canonical_bytes(wire, "directory");
}

std::vector<std::byte> encode_artifact(const Artifact& artifact) {
  capnp::MallocMessageBuilder message;
  auto wire = message.initRoot<wire::Artifact>();
  write_entry(wire.initRoot(), artifact.root);
  wire.setSize(artifact.size);
  wire.setCount(artifact.count);
  write_hard_links(wire, artifact.hard_links);
  return canonical_bytes(wire, "artifact");
}

Directory decode_directory(std::span<const std::byte> bytes) {
  return read_wire<wire::Directory>(bytes, "directory", read_directory);
}

Artifact decode_artifact(std::span<const std::byte> bytes) {
  return read_wire<wire::Artifact>(bytes, "artifact", read_artifact);
}

}  // namespace cairn::format
