// The words of AiiDA's archives: tables, their columns, links, and what they are called in the graph.
#pragma once

#include <cairn/node.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cairn::interchange::aiida {

inline constexpr std::string_view kVersion = "main_0001";
inline constexpr std::string_view kMetadataName = "metadata.json";
inline constexpr std::string_view kDatabaseName = "db.sqlite3";

inline constexpr std::string_view kArchiveType = "aiida:Archive";        ///< of the node that stands for an archive
inline constexpr std::string_view kRepositoryType = "aiida:Repository";  ///< of the data that holds the files of a process
inline constexpr std::string_view kArchiveScope = "aiida-archive";
/// Among a node's attributes: what the node itself has no place for. No attribute of AiiDA has a '.' in its name.
inline constexpr std::string_view kKeptName = "aiida.node";
inline constexpr std::string_view kMemberLabel = "member";          ///< from a group to a node of it
inline constexpr std::string_view kRepositoryLabel = "repository";  ///< from a process to its files

/// In an order in which each comes after what it refers to.
enum class Table : std::uint8_t { user, computer, auth_info, node, group, comment, log };
inline constexpr std::size_t kTableCount = 7;

enum class ColumnKind : std::uint8_t { text, time, json, flag, reference };

struct Column {
  std::string_view name;
  ColumnKind kind = ColumnKind::text;
  bool may_be_null = false;
  bool is_name = false;            ///< an entity is known by it, so there is nothing to put in place of null
  Table target = Table::user;      ///< of a reference
  std::string_view label = {};     ///< of the link that a reference becomes
  std::string_view old_name = {};  ///< in data.json, if it is another
};

struct TableTerm {
  Table table;
  std::string_view name;            ///< in the database
  std::string_view entity;          ///< in data.json
  std::string_view type;            ///< of its nodes; those of nodes have their own
  std::string_view label;           ///< of the link from the archive
  std::span<const Column> columns;  ///< without id
};

/// In order of Table.
std::span<const TableTerm> table_terms();
const TableTerm& term_of(Table table);
/// The table whose rows the archive refers to by links of that label, or whose nodes have that type; null if there is none.
const TableTerm* find_table_by_label(std::string_view label);
const TableTerm* find_table_by_type(std::string_view type);
/// The position of a column that is there.
std::size_t column_index(const TableTerm& table, std::string_view name);

struct LinkTerm {
  std::string_view name;
  NodeKind source;
  NodeKind target;
  LinkType type;
};

/// By the name of its type; null if it is none.
const LinkTerm* find_link_term(std::string_view name);
/// By what it is in the graph; null if AiiDA has no such link.
const LinkTerm* find_link_term(NodeKind source, NodeKind target, LinkType type);

/// What a node of that type is in the graph; empty for a type that AiiDA does not have.
std::optional<NodeKind> kind_of(std::string_view node_type);

}  // namespace cairn::interchange::aiida
