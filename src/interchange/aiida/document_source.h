// An archive whose rows are one JSON document: versions 0.4 to 0.13, as main_0001 would have them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "interchange/aiida/repository.h"
#include "interchange/aiida/source.h"

namespace cairn::interchange::aiida {

class DocumentSource final : public Source {
 public:
  /// `trees` are the files of nodes by UUID. Has refused what the document has beside what an archive has.
  DocumentSource(Value data, int version, const std::map<std::string, FileTree>& trees, std::vector<ReportItem>& items,
                 const Refuse& refuse);

  void read(const TableTerm& table, const std::function<void(Row&)>& visit) override;
  void read_members(const std::function<void(const MemberRow&)>& visit) override;
  void read_links(const std::function<void(const LinkRow&)>& visit) override;
  List settings() override { return {}; }
  std::string place_of(const TableTerm& table, std::int64_t id) const override;

 private:
  const Map* entities(const TableTerm& table) const;
  void check_names(const Refuse& refuse) const;
  void note_ids(const TableTerm& table, std::unordered_map<std::string, std::int64_t>& ids) const;
  Value raw_value(const TableTerm& table, const Column& column, const Map& fields, std::int64_t id) const;
  Value raw_of_node(const Column& column, const Map& fields, const std::string& id) const;
  Value renamed(const TableTerm& table, const Column& column, Value raw) const;

  const Value data_;
  const int version_;
  const std::map<std::string, FileTree>& trees_;
  std::vector<ReportItem>& items_;
  std::unordered_map<std::string, std::int64_t> nodes_, groups_;  // ids by UUID
};

}  // namespace cairn::interchange::aiida
