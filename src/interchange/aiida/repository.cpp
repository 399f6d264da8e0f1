#include "interchange/aiida/repository.h"

#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "interchange/json_reader.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kPathBytesMax = 3000;
constexpr std::size_t kKeyDigits = 64;

bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

void visit_directory(const Map& entries, const std::string& path, const std::string& place, const RepositoryVisitor& visitor) {
  for (const MapEntry& entry : entries) {
    const auto& name = *entry.key.get_if<std::string>();
    const std::string here = pointer_to(place, name);
    if (!is_file_name(name)) throw_bad(here, "is no name of a file");
    const Map* what = entry.value.get_if<Map>();
    const std::string below = path.empty() ? name : path + "/" + name;
    if (below.size() > kPathBytesMax) throw_bad(here, fmt::format("is a path of more than {} bytes", kPathBytesMax));
    const Value* key = what == nullptr ? nullptr : what->find("k");
    const Value* inner = what == nullptr ? nullptr : what->find("o");
    if (what == nullptr || what->size() != (key != nullptr ? 1u : 0u) + (inner != nullptr ? 1u : 0u) ||
        (key != nullptr && inner != nullptr))
      throw_bad(here, R"(expected {"k": key}, {"o": entries} or {})");
    if (key != nullptr) {
      const auto* text = key->get_if<std::string>();
      if (text == nullptr || !is_key(*text)) throw_bad(pointer_to(here, "k"), "expected the SHA-256 of a file");
      visitor.file(below, *text);
      continue;
    }
    visitor.directory(below);
    if (inner == nullptr) continue;
    if (!inner->is<Map>()) throw_bad(pointer_to(here, "o"), "expected an object");
    visit_directory(*inner->get_if<Map>(), below, pointer_to(here, "o"), visitor);
  }
}

}  // namespace

bool is_key(std::string_view text) { return text.size() == kKeyDigits && std::ranges::all_of(text, is_hexadecimal); }

bool is_file_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && text != "." && text != ".." &&
         text.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

FileSpool::FileSpool(const std::filesystem::path& directory) : directory_(directory) { make_directory(directory_); }

std::filesystem::path FileSpool::path_of(const std::string& key) const { return directory_ / key.substr(0, 2) / key.substr(2); }

std::string FileSpool::add(const std::function<void(const std::function<void(std::span<const std::byte>)>&)>& read) {
  const std::filesystem::path incoming = directory_ / "incoming";
  ScratchFile file(incoming);
  read([&](std::span<const std::byte> bytes) {
    hash_.add(bytes);
    file.write(bytes);
  });
  file.close();
  std::string key = hexadecimal(hash_.finish());
  const std::filesystem::path path = path_of(key);
  make_directory(path.parent_path());
  if (std::rename(incoming.c_str(), path.c_str()) != 0) throw_system_error(fmt::format("rename to {}", path.string()));
  keys_.insert(key);
  return key;
}

FileTree& FileTree::at(std::string_view path, const std::string& place) {
  if (path.size() > kPathBytesMax) throw_bad(place, fmt::format("is a path of more than {} bytes", kPathBytesMax));
  FileTree* tree = this;
  for (std::string_view rest = path; !rest.empty();) {
    const auto slash = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (!is_file_name(name)) throw_bad(place, "is no path of a file");
    if (tree->key_) throw_bad(place, "is below a file");
    std::unique_ptr<FileTree>& next = tree->entries_[std::string(name)];
    if (next == nullptr) next = std::make_unique<FileTree>();
    tree = next.get();
  }
  return *tree;
}

void FileTree::add_file(std::string_view path, std::string key, const std::string& place) {
  FileTree& tree = at(path, place);
  if (&tree == this || tree.key_ || !tree.entries_.empty()) throw_bad(place, "is there twice");
  tree.key_ = std::move(key);
}

void FileTree::add_directory(std::string_view path, const std::string& place) {
  if (at(path, place).key_) throw_bad(place, "is there twice");
}

Value FileTree::metadata() const {
  if (key_) return Map{{"k", *key_}};
  if (entries_.empty()) return Map();
  Map entries;
  for (const auto& [name, tree] : entries_) entries.put(name, tree->metadata());
  return Map{{"o", std::move(entries)}};
}

void visit_repository(const Value& metadata, const std::string& place, const RepositoryVisitor& visitor) {
  const Map* map = metadata.get_if<Map>();
  if (map == nullptr) throw_bad(place, "expected an object");
  if (map->size() == 0) return;
  const Value* entries = map->find("o");
  if (map->size() != 1 || entries == nullptr || !entries->is<Map>()) throw_bad(place, R"(expected {"o": entries} or {})");
  visit_directory(*entries->get_if<Map>(), {}, pointer_to(place, "o"), visitor);
}

Value without_files(const Value& metadata, const std::function<bool(const std::string& key)>& keep) {
  const Map* map = metadata.get_if<Map>();
  const Value* inner = map == nullptr ? nullptr : map->find("o");
  if (inner == nullptr) return metadata;
  Map entries;
  for (const MapEntry& entry : *inner->get_if<Map>()) {
    const Value* key = entry.value.get_if<Map>()->find("k");
    if (key == nullptr || keep(*key->get_if<std::string>())) entries.put(entry.key, without_files(entry.value, keep));
  }
  return Map{{"o", std::move(entries)}};
}

}  // namespace cairn::interchange::aiida
