#include "interchange/aiida/archive_export.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "interchange/aiida/mapping.h"
#include "interchange/aiida/repository.h"
#include "interchange/aiida/zip_writer.h"
#include "interchange/json_writer.h"
#include "interchange/subgraph.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::size_t kPieceBytes = 256 << 10;
constexpr int kLevelDefault = 6;
constexpr std::string_view kNodeOfComment = "dbnode";  // the label of the link from a comment or log to its node

const Map& map_in(const Map& map, const char* name) {
  static const Map kNone;
  const Value* found = map.find(name);
  const Map* inner = found == nullptr ? nullptr : found->get_if<Map>();
  return inner == nullptr ? kNone : *inner;
}

const List& list_in(const Map& map, const char* name) {
  static const List kNone;
  const Value* found = map.find(name);
  const List* inner = found == nullptr ? nullptr : found->get_if<List>();
  return inner == nullptr ? kNone : *inner;
}

const std::string& text_at(const Value& list, std::size_t index) {
  return *(*list.get_if<List>())[index].get_if<std::string>();
}

std::string_view type_of(const Link& link, NodeKind target) {
  switch (link.type) {
    case LinkType::input:
      return target == NodeKind::workflow ? "input_work" : "input_calc";
    case LinkType::call:
      return target == NodeKind::workflow ? "call_work" : "call_calc";
    case LinkType::create:
      return "create";
    case LinkType::return_:
      return "return";
    default:
      return {};
  }
}

}  // namespace

ArchiveExport::ArchiveExport(const Store& store, ExportReport& report)
    : store_(store), report_(report), database_(scratch_.path() / kDatabaseName) {}

void ArchiveExport::choose(Table table, const Uuid& uuid) { chosen_[static_cast<std::size_t>(table)].push_back(uuid); }

void ArchiveExport::choose_archive(const Node& archive) {
  is_archive_ = true;
  const auto* object = std::get_if<ObjectId>(&archive.content);
  const Value content = object == nullptr ? Value() : store_.get_value(*object);
  if (!content.is<Map>())
    throw Error(ErrorCode::unstorable, fmt::format("export aiida: node {} is no archive that came in", archive.uuid.text()));
  content_ = *content.get_if<Map>();
  metadata_ = map_in(content_, "metadata");
  for (const Link& link : store_.links(archive.uuid))
    if (const TableTerm* table = find_table_by_label(link.label); table != nullptr && link.source == archive.uuid)
      choose(table->table, link.target);
  number_all();
}

void ArchiveExport::choose_start(const Uuid& start, std::vector<Uuid>& nodes) {
  const Node node = store_.get_node(start);
  const TableTerm* table = table_of(node);
  if (table == nullptr)
    throw Error(ErrorCode::unstorable,
                fmt::format("export aiida: node {} of type \"{}\" did not come from AiiDA", start.text(), node.type));
  if (table->table == Table::node) return nodes.push_back(start);
  choose(table->table, start);
  for (const Link& link : store_.links(start))
    if (link.source == start && (link.label == kMemberLabel || link.label == kNodeOfComment)) nodes.push_back(link.target);
}

void ArchiveExport::choose(std::span<const Uuid> starts, bool ancestors) {
  metadata_ = Map{{"export_version", kVersion},
                  {"aiida_version", "written by cairn"},
                  {"key_format", "sha256"},
                  {"compression", kLevelDefault},
                  {"creation_parameters", Map()}};
  std::vector<Uuid> nodes;
  for (const Uuid& start : starts) choose_start(start, nodes);
  if (!nodes.empty()) {
    const Subgraph graph(store_, nodes, ancestors);
    for (const Node& node : graph.nodes())
      if (table_of(node) == &term_of(Table::node)) choose(Table::node, node.uuid);
  }
  number_all();
}

// The same in every store: UUIDs of what AiiDA knows by another name are of this one alone.
void ArchiveExport::sort(Table table, std::vector<Uuid>& all) const {
  if (table != Table::user && table != Table::auth_info) {
    std::ranges::sort(all);
    return;
  }
  std::vector<std::pair<std::vector<Identity>, Uuid>> named;
  for (const Uuid& uuid : all) named.emplace_back(store_.get_node(uuid).unique_ids, uuid);
  std::ranges::sort(named);
  std::ranges::transform(named, all.begin(), [](const auto& one) { return one.second; });
}

void ArchiveExport::number_all() {
  for (std::size_t table = 0; table < kTableCount; ++table) {
    std::vector<Uuid>& all = chosen_[table];
    sort(static_cast<Table>(table), all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    for (const Uuid& uuid : all) numbers_[table].emplace(uuid, static_cast<std::int64_t>(numbers_[table].size()) + 1);
  }
}

// What is referred to comes, too.
std::int64_t ArchiveExport::id_of(Table table, const Uuid& uuid) {
  auto& numbers = numbers_[static_cast<std::size_t>(table)];
  const auto [position, is_new] = numbers.try_emplace(uuid, static_cast<std::int64_t>(numbers.size()) + 1);
  if (is_new) choose(table, uuid);
  return position->second;
}

Uuid ArchiveExport::find(Table table, const std::string& name) const {
  if (table != Table::user) return Uuid::parse(name).value();
  const auto user = store_.find_node(Identity{"aiida-user", name});
  if (!user) throw Error(ErrorCode::not_found, fmt::format("export aiida: there is no user {}", name));
  return user->uuid;
}

void ArchiveExport::write(std::ostream& out) {
  // Those that are referred to last: others find them.
  for (const Table table :
       {Table::node, Table::group, Table::comment, Table::log, Table::auth_info, Table::computer, Table::user})
    write_table(term_of(table));
  write_late();
  for (const Value& setting : list_in(content_, "settings")) database_.add_setting(*setting.get_if<Map>());
  report_.nodes = chosen_[static_cast<std::size_t>(Table::node)].size();
  report_.statements = database_.row_count();
  database_.close();
  const Value* level = metadata_.find("compression");
  const auto* number = level == nullptr ? nullptr : level->get_if<std::int64_t>();
  ZipWriter zip(out, number == nullptr ? kLevelDefault : static_cast<int>(std::clamp<std::int64_t>(*number, 0, 9)));
  const std::string metadata = json_line(Value(metadata_), Nonfinite::bare);
  zip.begin(std::string(kMetadataName), metadata.size());
  zip.write(std::as_bytes(std::span(metadata)));
  write_files(zip);
  zip.close();
}

void ArchiveExport::write_table(const TableTerm& table) {
  const auto& all = chosen_[static_cast<std::size_t>(table.table)];
  for (std::size_t i = 0; i < all.size(); ++i) write_row(table, Uuid(all[i]), static_cast<std::int64_t>(i) + 1);
}

void ArchiveExport::write_row(const TableTerm& table, const Uuid& uuid, std::int64_t id) {
  const Node node = store_.get_node(uuid);
  std::vector<Value> values = values_of(table, node);
  std::vector<Uuid> references(values.size());
  std::vector<Link> links;
  // Of users and computers nothing is asked: everything refers to them.
  if (table.table != Table::user && table.table != Table::computer) links = store_.links(uuid);
  for (const Link& link : links)
    for (std::size_t i = 0; i < references.size() && link.source == uuid && link.type == LinkType::reference; ++i)
      if (table.columns[i].kind == ColumnKind::reference && table.columns[i].label == link.label) references[i] = link.target;
  const Map& differences = map_in(content_, "differences");
  const Value* other =
      differences.size() == 0 ? nullptr : differences.find(std::string_view(name_of(table, values, references)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Column& column = table.columns[i];
    const Value* changed = other == nullptr ? nullptr : other->get_if<Map>()->find(column.name);
    if (changed != nullptr) values[i] = *changed;
    if (column.kind != ColumnKind::reference) continue;
    if (changed != nullptr)
      references[i] = changed->is<std::monostate>() ? Uuid{} : find(column.target, *changed->get_if<std::string>());
    values[i] = references[i] == Uuid{} ? Value() : Value(id_of(column.target, references[i]));
  }
  make_label_distinct(table, uuid, values);
  database_.add(table, id, values);
  if (table.table == Table::group) write_members(uuid, id, links);
  if (table.table != Table::node) return;
  write_links(node, id, links);
  note_files(node, links);
  if (!is_archive_) note_comments(uuid, links);
}

// Two archives may have had others of one label. AiiDA's own importer names them so.
void ArchiveExport::make_label_distinct(const TableTerm& table, const Uuid& uuid, std::vector<Value>& values) {
  const std::string unique = unique_label_of(table, values);
  if (unique.empty() || unique_labels_.insert(unique).second) return;
  Value& label = values[column_index(table, "label")];
  const std::string before = *label.get_if<std::string>();
  for (std::uint64_t number = 1; !unique_labels_.insert(unique_label_of(table, values)).second; ++number)
    label = fmt::format("{} (Imported #{})", before, number);
  report_.items.push_back(
      {Outcome::altered, uuid.text(),
       fmt::format("another {} has the label {}: this one is {}", table.label, before, *label.get_if<std::string>())});
}

std::string ArchiveExport::name_of(const TableTerm& table, const std::vector<Value>& values,
                                   const std::vector<Uuid>& references) const {
  if (table.table != Table::auth_info) return *values.front().get_if<std::string>();
  const Node user = store_.get_node(references[0]);
  return fmt::format("{} {}", references[1].text(), *values_of(term_of(Table::user), user).front().get_if<std::string>());
}

// Each by the node that it ends at, whose kind says the rest.
void ArchiveExport::write_links(const Node& node, std::int64_t id, const std::vector<Link>& links) {
  const auto& numbers = numbers_[static_cast<std::size_t>(Table::node)];
  std::vector<std::pair<std::int64_t, const Link*>> into;
  for (const Link& link : links)
    if (link.target == node.uuid && !type_of(link, node.kind).empty())
      if (const auto source = numbers.find(link.source); source != numbers.end()) into.emplace_back(source->second, &link);
  std::ranges::sort(into,
                    [](const auto& a, const auto& b) { return std::tie(a.first, *a.second) < std::tie(b.first, *b.second); });
  for (const auto& [source, link] : into) database_.add_link(source, id, link->label, type_of(*link, node.kind));
}

void ArchiveExport::write_members(const Uuid& group, std::int64_t id, const std::vector<Link>& links) {
  const auto& numbers = numbers_[static_cast<std::size_t>(Table::node)];
  std::vector<std::int64_t> members;
  for (const Link& link : links)
    if (link.source == group && link.label == kMemberLabel)
      if (const auto member = numbers.find(link.target); member != numbers.end()) members.push_back(member->second);
  std::ranges::sort(members);
  for (const std::int64_t member : members) database_.add_member(id, member);
}

void ArchiveExport::note_files(const Node& node, const std::vector<Link>& links) {
  const Value metadata = repository_of(node);
  if (metadata == Value(Map())) return;
  Content content = node.content;
  for (const Link& link : links)
    if (link.source == node.uuid && link.label == kRepositoryLabel && link.type == LinkType::reference)
      content = store_.get_node(link.target).content;
  const auto* artifact = std::get_if<ArtifactId>(&content);
  visit_repository(metadata, node.uuid.text(),
                   {.directory = [](const std::string&) {},
                    .file =
                        [&](const std::string& path, const std::string& key) {
                          if (artifact == nullptr)
                            throw Error(ErrorCode::unstorable,
                                        fmt::format("export aiida: node {} has no files any more", node.uuid.text()));
                          files_.try_emplace(key, FilePlace{*artifact, path});
                        }});
}

void ArchiveExport::note_comments(const Uuid& node, const std::vector<Link>& links) {
  for (const Link& link : links)
    if (link.target == node && link.label == kNodeOfComment && link.type == LinkType::reference)
      if (const TableTerm* table = table_of(store_.get_node(link.source))) id_of(table->table, link.source);
}

// What nodes of the store could not be given any more.
void ArchiveExport::write_late() {
  const auto node_id = [&](const std::string& uuid) { return id_of(Table::node, Uuid::parse(uuid).value()); };
  for (const Value& link : list_in(content_, "links"))
    database_.add_link(node_id(text_at(link, 0)), node_id(text_at(link, 1)), text_at(link, 3), text_at(link, 2));
  for (const Value& member : list_in(content_, "members"))
    database_.add_member(id_of(Table::group, Uuid::parse(text_at(member, 0)).value()), node_id(text_at(member, 1)));
}

void ArchiveExport::write_files(ZipWriter& zip) const {
  std::vector<std::byte> piece(kPieceBytes);
  const std::filesystem::path path = scratch_.path() / kDatabaseName;
  zip.begin(std::string(kDatabaseName), std::filesystem::file_size(path));
  for (std::ifstream database(path, std::ios::binary); database;) {
    database.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
    if (database.bad()) throw Error(ErrorCode::io, "write the archive: its database cannot be read");
    zip.write(std::span(piece).first(static_cast<std::size_t>(database.gcount())));
  }
  Sha256 hash;
  for (const auto& [key, place] : files_) {
    ArtifactFile file = store_.open_file(place.artifact, place.path);
    zip.begin("repo/" + key, file.size());
    for (std::uint64_t offset = 0; offset < file.size();) {
      const std::size_t count = file.read_at(offset, piece);
      hash.add(std::span(piece).first(count));
      zip.write(std::span(piece).first(count));
      offset += count;
    }
    if (hexadecimal(hash.finish()) != key)
      throw Error(ErrorCode::damaged,
                  fmt::format("export aiida: file {} has other bytes than its name says: {}", place.path, key));
  }
}

}  // namespace cairn::interchange::aiida
