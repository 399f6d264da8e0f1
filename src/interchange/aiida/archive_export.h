// Nodes that came in by AiiDA as an archive.
#pragma once

#include <cairn/interchange.h>
#include <cairn/store.h>

#include <array>
#include <iosfwd>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "interchange/aiida/database_writer.h"
#include "interchange/aiida/scratch.h"
#include "interchange/aiida/terms.h"
#include "interchange/aiida/zip_writer.h"

namespace cairn::interchange::aiida {

class ArchiveExport {
 public:
  ArchiveExport(const Store& store, ExportReport& report);

  /// All that the archive had, as it stands now.
  void choose_archive(const Node& archive);
  /// `starts` and what belongs to them; groups with their nodes; comments and logs of all nodes. Throws unstorable for a node
  /// that did not come from AiiDA.
  void choose(std::span<const Uuid> starts, bool ancestors);
  /// Memory: some 100 bytes for each row and file.
  void write(std::ostream& out);

 private:
  struct FilePlace {
    ArtifactId artifact;
    std::string path;
  };

  void choose(Table table, const Uuid& uuid);
  void choose_start(const Uuid& start, std::vector<Uuid>& nodes);
  void number_all();
  void sort(Table table, std::vector<Uuid>& all) const;
  std::int64_t id_of(Table table, const Uuid& uuid);
  Uuid find(Table table, const std::string& name) const;

  void write_table(const TableTerm& table);
  void write_row(const TableTerm& table, const Uuid& uuid, std::int64_t id);
  void make_label_distinct(const TableTerm& table, const Uuid& uuid, std::vector<Value>& values);
  std::string name_of(const TableTerm& table, const std::vector<Value>& values, const std::vector<Uuid>& references) const;
  void write_links(const Node& node, std::int64_t id, const std::vector<Link>& links);
  void write_members(const Uuid& group, std::int64_t id, const std::vector<Link>& links);
  void note_files(const Node& node, const std::vector<Link>& links);
  void note_comments(const Uuid& node, const std::vector<Link>& links);
  void write_late();
  void write_files(ZipWriter& zip) const;

  const Store& store_;
  ExportReport& report_;
  ScratchDirectory scratch_;
  DatabaseWriter database_;
  Map content_;  // of the node that stands for the archive
  Map metadata_;
  bool is_archive_ = false;
  std::array<std::vector<Uuid>, kTableCount> chosen_;                        // in order of their ids, from 1
  std::array<std::unordered_map<Uuid, std::int64_t>, kTableCount> numbers_;  // by table
  std::unordered_set<std::string> unique_labels_;                            // of computers and groups
  std::map<std::string, FilePlace> files_;                                   // by key
};

}  // namespace cairn::interchange::aiida
