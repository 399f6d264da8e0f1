// An archive whose rows are in an SQLite database: main_0001.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "interchange/aiida/database.h"
#include "interchange/aiida/source.h"

namespace cairn::interchange::aiida {

class DatabaseSource final : public Source {
 public:
  /// Checks that the tables and columns are there, and has what is more refused.
  DatabaseSource(const std::filesystem::path& path, const ImportOptions& options, std::vector<ReportItem>& items,
                 const Refuse& refuse);

  void read(const TableTerm& table, const std::function<void(Row&)>& visit) override;
  void read_members(const std::function<void(const MemberRow&)>& visit) override;
  void read_links(const std::function<void(const LinkRow&)>& visit) override;
  List settings() override;
  std::string place_of(const TableTerm& table, std::int64_t id) const override;

 private:
  void check_tables(const Refuse& refuse);
  void check_programs(const Refuse& refuse);
  void check_columns(const std::string& table, const std::vector<std::string>& expected, const Refuse& refuse);
  Value value_of(const Column& column, Value raw, const std::string& place);

  const ImportOptions& options_;
  std::vector<ReportItem>& items_;
  Database database_;
  bool has_settings_ = false;
};

}  // namespace cairn::interchange::aiida
