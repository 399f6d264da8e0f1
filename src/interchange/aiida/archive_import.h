// An archive whose parts have been taken out, into a store.
#pragma once

#include <cairn/bulk_load.h>
#include <cairn/interchange.h>
#include <cairn/store.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "interchange/aiida/archive_identity.h"
#include "interchange/aiida/file_trees.h"
#include "interchange/aiida/source.h"
#include "interchange/labels.h"

namespace cairn::interchange::aiida {

/// Throws bad_document, or reports if the import may be partial.
Refuse refusal(const ImportOptions& options, std::vector<ReportItem>& items);

class ArchiveImport {
 public:
  ArchiveImport(Store& store, const ImportOptions& options, ImportReport& report, Source& source, const FileSpool& files,
                const std::filesystem::path& tree_directory, const Map& metadata);

  /// One commit, or none. Memory: some 200 bytes for each row.
  void run();

 private:
  struct Entity {
    Uuid uuid;
    BulkLoad::Number number = 0;
    NodeKind kind = NodeKind::data;
    bool is_new = true;
  };

  void take_rows(const TableTerm& table);
  void take(const TableTerm& table, Row& row);
  void add(const TableTerm& table, const Row& row, const std::string& place, const std::string& name);
  BulkLoad::Number add_new(const TableTerm& table, const Row& row, NewNode& made);
  std::optional<BulkLoad::Number> give_content(const TableTerm& table, const Row& row, NewNode& made);
  void recognise(const TableTerm& table, const Row& row, const std::string& place, const std::string& name, const Node& known);
  void compare_references(const TableTerm& table, const Row& row, const Node& known, Map& differences);
  std::string name_of(const TableTerm& table, const Row& row, const std::string& place) const;
  const Entity* find(Table table, const Value& id) const;
  std::string name_of(const Column& column, const Value& id) const;
  void check_label(const TableTerm& table, const Row& row, const std::string& place);
  void digest(const TableTerm& table, const Row& row, const std::string& name);
  void check_references(const TableTerm& table, const Row& row, const std::string& place) const;
  void check_files(Row& row, const std::string& place);
  void note_process(const Row& row, const std::string& place);
  void take_member(const MemberRow& row);
  void take_link(const LinkRow& row);
  /// What is wrong with a link; empty if nothing is.
  std::string fault_of(const LinkRow& row) const;
  bool is_stored(const Link& link);
  void note_unused_files();
  void write(const Identity& name);
  Value content() const;
  BulkReceipt commit();
  void report_violations(const BulkReceipt& receipt);
  /// Of the links between nodes of the archive.
  void visit_links(const std::function<void(const std::string& place, const Link&)>& visit);

  Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  Source& source_;
  const FileSpool& files_;
  const Map& metadata_;
  const Refuse refuse_;
  BulkLoad load_;
  LoadLabels labels_;
  FileTrees trees_;
  ArchiveIdentity identity_;

  std::array<boost::unordered_flat_map<std::int64_t, Entity>, kTableCount> entities_;  // by table, then id
  boost::unordered_flat_map<std::int64_t, std::string> addresses_;                     // of users
  boost::unordered_flat_set<std::string> names_;                                       // of all entities
  boost::unordered_flat_set<std::string> unique_labels_;                               // of computers and groups
  boost::unordered_flat_set<std::string> used_files_;
  std::vector<std::pair<BulkLoad::Number, Table>> members_;
  std::unordered_map<Uuid, std::vector<Link>> known_links_;  // of nodes that were in the store
  std::map<std::string, Map> differences_;                   // from what is in the store, by the name of the entity
  List late_links_, late_members_;                           // which nodes of the store would have to hold
};

}  // namespace cairn::interchange::aiida
