#include "interchange/aiida/archive_import.h"

#include <cairn/error.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>

#include "interchange/aiida/mapping.h"
#include "interchange/json_reader.h"

namespace cairn::interchange::aiida {
namespace {

BulkLoad begin_load(Store& store, const std::string& run) {
  return run.empty() ? store.bulk_load() : store.run(run).bulk_load();
}

bool is_mutable(const Column& column) {
  return column.name == "label" || column.name == "description" || column.name == "extras" || column.name == "mtime";
}

}  // namespace

Refuse refusal(const ImportOptions& options, std::vector<ReportItem>& items) {
  return [&options, &items](const std::string& place, const std::string& what) {
    if (!options.partial) throw_bad(place, what);
    items.push_back({Outcome::refused, place, what});
  };
}

ArchiveImport::ArchiveImport(Store& store, const ImportOptions& options, ImportReport& report, Source& source,
                             const FileSpool& files, const std::filesystem::path& tree_directory, const Map& metadata)
    : store_(store),
      options_(options),
      report_(report),
      source_(source),
      files_(files),
      metadata_(metadata),
      refuse_(refusal(options, report.items)),
      load_(begin_load(store, options.run)),
      labels_(load_),
      trees_(files, tree_directory) {}

void ArchiveImport::run() {
  identity_.begin("metadata");
  identity_.add(Value(metadata_));
  identity_.end();
  for (const Value& setting : source_.settings()) {
    identity_.begin("setting");
    identity_.add(setting);
    identity_.end();
  }
  for (const TableTerm& table : table_terms()) take_rows(table);
  source_.read_members([&](const MemberRow& row) { take_member(row); });
  source_.read_links([&](const LinkRow& row) { take_link(row); });
  note_unused_files();
  const Identity name = identity_.identity();
  const auto known = store_.find_node(name);
  if (!known) return write(name);
  const auto is_new = [](const auto& entry) { return entry.second.is_new; };
  if (std::ranges::any_of(entities_, [&](const auto& table) { return std::ranges::any_of(table, is_new); }))
    throw Error(ErrorCode::conflict,
                fmt::format("archive {} came in before, and nodes of it are not in the store any more", known->uuid.text()));
  report_.was_there = true;
  report_.roots = {known->uuid};
}

void ArchiveImport::take_rows(const TableTerm& table) {
  source_.read(table, [&](Row& row) { take(table, row); });
}

void ArchiveImport::take(const TableTerm& table, Row& row) {
  const std::string place = source_.place_of(table, row.id);
  check_references(table, row, place);
  const std::string name = name_of(table, row, place);
  if (!names_.insert(name).second) throw_bad(place, fmt::format("{} is there twice", printable(name)));
  if (table.columns.front().name == "uuid" && row.values.front() != Value(name))
    report_.items.push_back({Outcome::altered, pointer_to(place, "uuid"), fmt::format("came in as {}", name)});
  check_label(table, row, place);
  digest(table, row, name);
  if (table.table == Table::user) addresses_.emplace(row.id, name);
  if (table.table == Table::node) {
    check_files(row, place);
    note_process(row, place);
  }
  add(table, row, place, name);
}

// AiiDA's databases have no two.
void ArchiveImport::check_label(const TableTerm& table, const Row& row, const std::string& place) {
  const std::string label = unique_label_of(table, row.values);
  if (!label.empty() && !unique_labels_.insert(label).second)
    throw_bad(pointer_to(place, "label"), fmt::format("another {} of the archive has it", table.label));
}

void ArchiveImport::check_references(const TableTerm& table, const Row& row, const std::string& place) const {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.kind != ColumnKind::reference || row.values[i].is<std::monostate>()) continue;
    if (find(column.target, row.values[i]) == nullptr)
      throw_bad(pointer_to(place, column.name),
                fmt::format("the archive has no {} {}", term_of(column.target).label, *row.values[i].get_if<std::int64_t>()));
  }
}

const ArchiveImport::Entity* ArchiveImport::find(Table table, const Value& id) const {
  const auto* number = id.get_if<std::int64_t>();
  if (number == nullptr) return nullptr;
  const auto& rows = entities_[static_cast<std::size_t>(table)];
  const auto found = rows.find(*number);
  return found == rows.end() ? nullptr : &found->second;
}

// In the whole store: a UUID, or a unique id.
std::string ArchiveImport::name_of(const TableTerm& table, const Row& row, const std::string& place) const {
  if (table.table == Table::user) return identity_of(table, row).id;
  if (table.table != Table::auth_info) return uuid_of(row, place).text();
  return fmt::format("{} {}", name_of(table.columns[1], row.values[1]), name_of(table.columns[0], row.values[0]));
}

std::string ArchiveImport::name_of(const Column& column, const Value& id) const {
  if (id.is<std::monostate>()) return {};
  return column.target == Table::user ? addresses_.at(*id.get_if<std::int64_t>()) : find(column.target, id)->uuid.text();
}

void ArchiveImport::digest(const TableTerm& table, const Row& row, const std::string& name) {
  identity_.begin(table.name);
  identity_.add(std::string_view(name));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.kind == ColumnKind::reference)
      identity_.add(std::string_view(name_of(column, row.values[i])));
    else if (column.name != "uuid")
      identity_.add(row.values[i]);
  }
  identity_.end();
}

// Of files that are not there, a partial import leaves the names out.
void ArchiveImport::check_files(Row& row, const std::string& place) {
  Value& metadata = row.values[column_index(term_of(Table::node), "repository_metadata")];
  const std::string here = pointer_to(place, "repository_metadata");
  bool is_whole = true;
  visit_repository(metadata, here,
                   {.directory = [](const std::string&) {},
                    .file =
                        [&](const std::string& path, const std::string& key) {
                          used_files_.insert(key);
                          if (files_.has(key)) return;
                          is_whole = false;
                          refuse_(here, fmt::format("file {}: the archive has no bytes of {}", printable(path), key));
                        }});
  if (!is_whole) metadata = without_files(metadata, [&](const std::string& key) { return files_.has(key); });
}

void ArchiveImport::note_process(const Row& row, const std::string& place) {
  const TableTerm& table = term_of(Table::node);
  const std::string& type = *row.values[column_index(table, "node_type")].get_if<std::string>();
  const Map* attributes = row.values[column_index(table, "attributes")].get_if<Map>();
  const auto kind = kind_of(type);
  if (!kind)
    report_.items.push_back({Outcome::altered, pointer_to(place, "node_type"),
                             fmt::format("{} is no type of AiiDA: the node came in as data", printable(type))});
  if (attributes == nullptr) return;
  if (attributes->find("checkpoints") != nullptr)
    report_.items.push_back({Outcome::opaque, pointer_to(pointer_to(place, "attributes"), "checkpoints"),
                             "the checkpoint of a process is kept as text, and never evaluated"});
  if (!kind || kind == NodeKind::data) return;
  const Value* sealed = attributes->find("sealed");
  if (sealed == nullptr || *sealed != Value(true))
    report_.items.push_back(
        {Outcome::opaque, place, "the process was not sealed when it was archived: it may go on elsewhere"});
}

void ArchiveImport::add(const TableTerm& table, const Row& row, const std::string& place, const std::string& name) {
  const Identity identity = table.table == Table::auth_info ? Identity{"aiida-authinfo", name} : identity_of(table, row);
  const bool has_uuid = identity.id.empty();
  const auto known = has_uuid ? store_.find_node(*Uuid::parse(name)) : store_.find_node(identity);
  Entity entity;
  if (known) {
    recognise(table, row, place, name, *known);
    entity = {known->uuid, load_.find(known->uuid), known->kind, false};
  } else {
    NewNode made = new_node(table, row, place);
    made.uuid = has_uuid ? *Uuid::parse(name) : Uuid::generate();
    if (!has_uuid) made.unique_ids = {identity};
    try {
      entity = {*made.uuid, add_new(table, row, made), made.kind, true};
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("{}: {}", place, error.what()));
    }
  }
  if (!entities_[static_cast<std::size_t>(table.table)].emplace(row.id, entity).second) throw_bad(place, "is there twice");
  members_.emplace_back(entity.number, table.table);
}

BulkLoad::Number ArchiveImport::add_new(const TableTerm& table, const Row& row, NewNode& made) {
  std::optional<BulkLoad::Number> files;
  if (table.table == Table::node) files = give_content(table, row, made);
  const auto number = load_.add(made);
  if (files) load_.link(number, *files, LinkType::reference, labels_.number(kRepositoryLabel));
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (const Column& column = table.columns[i]; column.kind == ColumnKind::reference && !row.values[i].is<std::monostate>())
      load_.link(number, find(column.target, row.values[i])->number, LinkType::reference, labels_.number(column.label));
  return number;
}

// Files or a value. The files of a process are data of their own, whose number this returns.
std::optional<BulkLoad::Number> ArchiveImport::give_content(const TableTerm& table, const Row& row, NewNode& made) {
  const auto tree = trees_.add(row.values[column_index(table, "repository_metadata")], load_);
  if (made.kind != NodeKind::data) {
    if (!tree) return {};
    return load_.add({.type = std::string(kRepositoryType), .content = *tree});
  }
  if (tree)
    made.content = *tree;
  else if (const Value value = value_of_data(table, row); !value.is<std::monostate>())
    made.content = load_.put(value);
  return {};
}

void ArchiveImport::recognise(const TableTerm& table, const Row& row, const std::string& place, const std::string& name,
                              const Node& known) {
  ++report_.nodes_known;
  if (table_of(known) != &table)
    throw Error(ErrorCode::conflict,
                fmt::format("{}: node {} of the store is something else: {}", place, known.uuid.text(), known.type));
  const std::vector<Value> stored = values_of(table, known);
  Map differences;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.kind == ColumnKind::reference || column.name == "uuid" || stored[i] == row.values[i]) continue;
    if (table.table == Table::node && !is_mutable(column)) {
      const std::string what = fmt::format("node {} of the store has another {}", known.uuid.text(), column.name);
      if (!options_.partial) throw Error(ErrorCode::conflict, fmt::format("{}: {}", place, what));
      report_.items.push_back({Outcome::refused, pointer_to(place, column.name), what});
      continue;
    }
    differences.put(column.name, row.values[i]);
  }
  compare_references(table, row, known, differences);
  if (differences.size() == 0) return;
  std::string columns;
  for (const MapEntry& entry : differences) columns += (columns.empty() ? "" : ", ") + *entry.key.get_if<std::string>();
  report_.items.push_back({Outcome::opaque, place, fmt::format("is otherwise in the store, and stays so there: {}", columns)});
  differences_.emplace(name, std::move(differences));
}

void ArchiveImport::compare_references(const TableTerm& table, const Row& row, const Node& known, Map& differences) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.kind != ColumnKind::reference) continue;
    const bool is_null = row.values[i].is<std::monostate>();
    const Uuid target = is_null ? Uuid{} : find(column.target, row.values[i])->uuid;
    auto [links, is_first] = known_links_.try_emplace(known.uuid);
    if (is_first) links->second = store_.links(known.uuid);
    const auto found = std::ranges::find_if(links->second, [&](const Link& link) {
      return link.source == known.uuid && link.type == LinkType::reference && link.label == column.label;
    });
    const bool is_same = found == links->second.end() ? is_null : !is_null && found->target == target;
    if (!is_same) differences.put(column.name, is_null ? Value() : Value(name_of(column, row.values[i])));
  }
}

void ArchiveImport::take_member(const MemberRow& row) {
  const Entity* group = row.group ? find(Table::group, *row.group) : nullptr;
  const Entity* node = row.node ? find(Table::node, *row.node) : nullptr;
  identity_.begin("member");
  identity_.add(std::string_view(group == nullptr ? row.group_text : group->uuid.text()));
  identity_.add(std::string_view(node == nullptr ? row.node_text : node->uuid.text()));
  identity_.end();
  if (group == nullptr) return refuse_(row.place, fmt::format("the archive has no group {}", printable(row.group_text)));
  if (node == nullptr) return refuse_(row.place, fmt::format("the archive has no node {}", printable(row.node_text)));
  const Link link{group->uuid, node->uuid, LinkType::reference, std::string(kMemberLabel)};
  if (group->is_new) return load_.link(group->number, node->number, link.type, labels_.number(link.label));
  if (is_stored(link)) return;
  report_.items.push_back({Outcome::opaque, row.place,
                           fmt::format("group {} is in the store, and {} not in it: kept with the archive", link.source.text(),
                                       link.target.text())});
  late_members_.emplace_back(List{link.source.text(), link.target.text()});
}

std::string ArchiveImport::fault_of(const LinkRow& row) const {
  const LinkTerm* term = find_link_term(row.type);
  const Entity* input = row.input ? find(Table::node, *row.input) : nullptr;
  const Entity* output = row.output ? find(Table::node, *row.output) : nullptr;
  const std::string link = fmt::format("link {} from {} to {}", printable(row.label),
                                       input == nullptr ? printable(row.input_text) : input->uuid.text(),
                                       output == nullptr ? printable(row.output_text) : output->uuid.text());
  if (term == nullptr) return fmt::format("{}: {} is no type of a link", link, printable(row.type));
  if (input == nullptr || output == nullptr)
    return fmt::format("{}: the archive has no such node {}", link,
                       printable(input == nullptr ? row.input_text : row.output_text));
  if (input == output) return fmt::format("{}: it ends where it begins", link);
  if (input->kind != term->source || output->kind != term->target)
    return fmt::format("{}: expected {} to {}, got {} to {}", link, kind_name(term->source), kind_name(term->target),
                       kind_name(input->kind), kind_name(output->kind));
  return {};
}

bool ArchiveImport::is_stored(const Link& link) {
  const Uuid& holder = link.type == LinkType::return_ || link.type == LinkType::reference ? link.source : link.target;
  auto [links, is_first] = known_links_.try_emplace(holder);
  if (is_first) links->second = store_.links(holder);
  return std::ranges::find(links->second, link) != links->second.end();
}

void ArchiveImport::take_link(const LinkRow& row) {
  const Entity* input = row.input ? find(Table::node, *row.input) : nullptr;
  const Entity* output = row.output ? find(Table::node, *row.output) : nullptr;
  identity_.begin("link");
  identity_.add(std::string_view(input == nullptr ? row.input_text : input->uuid.text()));
  identity_.add(std::string_view(output == nullptr ? row.output_text : output->uuid.text()));
  identity_.add(std::string_view(row.label));
  identity_.add(std::string_view(row.type));
  identity_.end();
  if (const std::string fault = fault_of(row); !fault.empty()) return refuse_(row.place, fault);
  BulkLoad::Number label = 0;
  try {
    label = labels_.number(row.label);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::rule_violation) throw;
    return refuse_(row.place, printable(error.what()));
  }
  const LinkType type = find_link_term(row.type)->type;
  if (const Entity& holder = type == LinkType::return_ ? *input : *output; holder.is_new)
    return load_.link(input->number, output->number, type, label);
  if (is_stored({input->uuid, output->uuid, type, row.label})) return;
  report_.items.push_back(
      {Outcome::opaque, row.place,
       fmt::format("{} link {} from {} to {}: these were in the store without it, and it is kept with the archive", row.type,
                   row.label, input->uuid.text(), output->uuid.text())});
  late_links_.emplace_back(List{input->uuid.text(), output->uuid.text(), row.type, row.label});
}

void ArchiveImport::note_unused_files() {
  std::vector<std::string> unused;
  for (const std::string& key : files_.keys())
    if (!used_files_.contains(key)) unused.push_back(key);
  std::ranges::sort(unused);
  for (const std::string& key : unused)
    report_.items.push_back({Outcome::refused, "repo/" + key, "is a file of no node, and was left out"});
}

Value ArchiveImport::content() const {
  Map content{{"metadata", metadata_}};
  if (List settings = source_.settings(); !settings.empty()) content.put("settings", std::move(settings));
  Map differences;
  for (const auto& [name, columns] : differences_) differences.put(name, columns);
  if (differences.size() > 0) content.put("differences", std::move(differences));
  if (!late_links_.empty()) content.put("links", late_links_);
  if (!late_members_.empty()) content.put("members", late_members_);
  return content;
}

void ArchiveImport::write(const Identity& name) {
  NewNode document{.type = std::string(kArchiveType), .label = node_label(options_.name), .unique_ids = {name}};
  document.uuid = Uuid::generate();
  document.content = load_.put(content());
  const auto number = load_.add(document);
  for (const auto& [member, table] : members_)
    load_.link(number, member, LinkType::reference, labels_.number(term_of(table).label));
  const BulkReceipt receipt = commit();
  report_.roots = {*document.uuid};
  report_.nodes_new = receipt.node_count;
  report_.links_new = receipt.link_count;
  report_violations(receipt);
}

// The first link that breaks a rule of the graph ends an import that may not be partial.
BulkReceipt ArchiveImport::commit() {
  try {
    return load_.commit(options_.partial ? Violations::take : Violations::refuse);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::rule_violation) throw;
    const std::string_view message = error.what();
    std::string found = "/db_dblink";
    visit_links([&](const std::string& place, const Link& link) {
      if (message.find(link.source.text()) < message.find(link.target.text()) &&
          message.find(link.target.text()) != message.npos &&
          message.starts_with(fmt::format("{} link \"{}\"", link_name(link.type), link.label)))
        found = place;
    });
    throw_bad(found, error.what());
  }
}

void ArchiveImport::visit_links(const std::function<void(const std::string& place, const Link&)>& visit) {
  source_.read_links([&](const LinkRow& row) {
    if (fault_of(row).empty())
      visit(row.place, {find(Table::node, *row.input)->uuid, find(Table::node, *row.output)->uuid,
                        find_link_term(row.type)->type, row.label});
  });
}

void ArchiveImport::report_violations(const BulkReceipt& receipt) {
  if (receipt.violations.empty()) return;
  std::map<Link, std::string_view> rules;
  for (const Violation& violation : receipt.violations) rules.emplace(violation.link, violation.rule);
  visit_links([&](const std::string& place, const Link& link) {
    if (const auto found = rules.find(link); found != rules.end())
      report_.items.push_back({Outcome::altered, place,
                               fmt::format("{} link {} from {} to {} came in, and is marked: {}", link_name(link.type),
                                           link.label, link.source.text(), link.target.text(), found->second)});
  });
}

}  // namespace cairn::interchange::aiida
