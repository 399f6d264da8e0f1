// The table of formats: one row each, so that a new format is one file and one line.
#pragma once

#include <cairn/interchange.h>

#include <iosfwd>
#include <span>

namespace cairn::interchange {

using Import = ImportReport (*)(Store& store, std::istream& in, const ImportOptions& options);
using Export = ExportReport (*)(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);

struct Format {
  FormatInfo info;
  Import import_document = nullptr;  ///< null: it does not import
  Export export_document = nullptr;  ///< null: it does not export
};

std::span<const Format> format_table();

ImportReport import_airflow(Store& store, std::istream& in, const ImportOptions& options);
ExportReport export_airflow(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ImportReport import_json(Store& store, std::istream& in, const ImportOptions& options);
ExportReport export_json(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ImportReport import_json_lines(Store& store, std::istream& in, const ImportOptions& options);
ImportReport import_cairn_json(Store& store, std::istream& in, const ImportOptions& options);
ExportReport export_cairn_json(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ImportReport import_gemd(Store& store, std::istream& in, const ImportOptions& options);
ExportReport export_gemd(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ImportReport import_aiida(Store& store, std::istream& in, const ImportOptions& options);
ExportReport export_aiida(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ImportReport import_prov(Store& store, std::istream& in, const ImportOptions& options);
ExportReport export_prov(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ExportReport export_open_lineage(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ImportReport import_weave(Store& store, std::istream& in, const ImportOptions& options);
ExportReport export_weave(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ExportReport export_ro_crate(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);
ImportReport import_scalems(Store& store, std::istream& in, const ImportOptions& options);
ExportReport export_scalems(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options);

}  // namespace cairn::interchange
