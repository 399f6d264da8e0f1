#include "interchange/aiida/terms.h"

#include <cairn/error.h>

#include <algorithm>

namespace cairn::interchange::aiida {
namespace {

using enum ColumnKind;

constexpr Column kUuid = {.name = "uuid", .is_name = true};
constexpr Column kUser = {.name = "user_id", .kind = reference, .target = Table::user, .label = "user", .old_name = "user"};
constexpr Column kOfNode = {
    .name = "dbnode_id", .kind = reference, .target = Table::node, .label = "dbnode", .old_name = "dbnode"};

constexpr std::array kUserColumns{Column{.name = "email", .is_name = true}, Column{.name = "first_name"},
                                  Column{.name = "last_name"}, Column{.name = "institution"}};
constexpr std::array kComputerColumns{kUuid,
                                      Column{.name = "label"},
                                      Column{.name = "hostname"},
                                      Column{.name = "description"},
                                      Column{.name = "scheduler_type"},
                                      Column{.name = "transport_type"},
                                      Column{.name = "metadata", .kind = json}};
constexpr std::array kAuthInfoColumns{
    Column{.name = "aiidauser_id", .kind = reference, .target = Table::user, .label = "user"},
    Column{.name = "dbcomputer_id", .kind = reference, .target = Table::computer, .label = "computer"},
    Column{.name = "metadata", .kind = json}, Column{.name = "auth_params", .kind = json},
    Column{.name = "enabled", .kind = flag}};
constexpr std::array kNodeColumns{kUuid,
                                  Column{.name = "node_type", .is_name = true},
                                  Column{.name = "process_type", .may_be_null = true},
                                  Column{.name = "label"},
                                  Column{.name = "description"},
                                  Column{.name = "ctime", .kind = time},
                                  Column{.name = "mtime", .kind = time},
                                  Column{.name = "attributes", .kind = json, .may_be_null = true},
                                  Column{.name = "extras", .kind = json, .may_be_null = true},
                                  Column{.name = "repository_metadata", .kind = json},
                                  Column{.name = "dbcomputer_id",
                                         .kind = reference,
                                         .may_be_null = true,
                                         .target = Table::computer,
                                         .label = "computer",
                                         .old_name = "dbcomputer"},
                                  kUser};
constexpr std::array kGroupColumns{kUuid,
                                   Column{.name = "label"},
                                   Column{.name = "type_string"},
                                   Column{.name = "time", .kind = time},
                                   Column{.name = "description"},
                                   Column{.name = "extras", .kind = json},
                                   kUser};
constexpr std::array kCommentColumns{kUuid,
                                     kOfNode,
                                     Column{.name = "ctime", .kind = time},
                                     Column{.name = "mtime", .kind = time},
                                     kUser,
                                     Column{.name = "content"}};
constexpr std::array kLogColumns{kUuid,
                                 Column{.name = "time", .kind = time},
                                 Column{.name = "loggername"},
                                 Column{.name = "levelname"},
                                 kOfNode,
                                 Column{.name = "message"},
                                 Column{.name = "metadata", .kind = json}};

constexpr std::array<TableTerm, kTableCount> kTables{{
    {Table::user, "db_dbuser", "User", "aiida:User", "user", kUserColumns},
    {Table::computer, "db_dbcomputer", "Computer", "aiida:Computer", "computer", kComputerColumns},
    {Table::auth_info, "db_dbauthinfo", "AuthInfo", "aiida:AuthInfo", "authinfo", kAuthInfoColumns},
    {Table::node, "db_dbnode", "Node", {}, "node", kNodeColumns},
    {Table::group, "db_dbgroup", "Group", "aiida:Group", "group", kGroupColumns},
    {Table::comment, "db_dbcomment", "Comment", "aiida:Comment", "comment", kCommentColumns},
    {Table::log, "db_dblog", "Log", "aiida:Log", "log", kLogColumns},
}};

constexpr std::array<LinkTerm, 6> kLinks{{
    {"input_calc", NodeKind::data, NodeKind::calculation, LinkType::input},
    {"input_work", NodeKind::data, NodeKind::workflow, LinkType::input},
    {"create", NodeKind::calculation, NodeKind::data, LinkType::create},
    {"return", NodeKind::workflow, NodeKind::data, LinkType::return_},
    {"call_calc", NodeKind::workflow, NodeKind::calculation, LinkType::call},
    {"call_work", NodeKind::workflow, NodeKind::workflow, LinkType::call},
}};

template <class Range, class Matches>
auto find_in(const Range& range, Matches matches) -> decltype(&*range.begin()) {
  const auto found = std::ranges::find_if(range, matches);
  return found == range.end() ? nullptr : &*found;
}

}  // namespace

std::span<const TableTerm> table_terms() { return kTables; }

const TableTerm& term_of(Table table) { return kTables.at(static_cast<std::size_t>(table)); }

const TableTerm* find_table_by_label(std::string_view label) {
  return find_in(kTables, [&](const TableTerm& table) { return table.label == label; });
}

const TableTerm* find_table_by_type(std::string_view type) {
  return find_in(kTables, [&](const TableTerm& table) { return !table.type.empty() && table.type == type; });
}

std::size_t column_index(const TableTerm& table, std::string_view name) {
  const auto found = std::ranges::find(table.columns, name, &Column::name);
  if (found == table.columns.end()) throw Error(ErrorCode::internal, "a table of AiiDA has no such column");
  return static_cast<std::size_t>(found - table.columns.begin());
}

const LinkTerm* find_link_term(std::string_view name) {
  return find_in(kLinks, [&](const LinkTerm& link) { return link.name == name; });
}

const LinkTerm* find_link_term(NodeKind source, NodeKind target, LinkType type) {
  return find_in(kLinks,
                 [&](const LinkTerm& link) { return link.source == source && link.target == target && link.type == type; });
}

std::optional<NodeKind> kind_of(std::string_view node_type) {
  if (node_type.starts_with("process.workflow.")) return NodeKind::workflow;
  if (node_type.starts_with("process.calculation.")) return NodeKind::calculation;
  if (node_type.starts_with("data.")) return NodeKind::data;
  return {};
}

}  // namespace cairn::interchange::aiida
