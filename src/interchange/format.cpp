#include "interchange/format.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <istream>
#include <ostream>

namespace cairn {
namespace interchange {
namespace {

constexpr std::array kFormats{
    Format{{"aiida", "AiiDA archive main_0001; also 0.4 to 0.13 in", true, true, false, false}, import_aiida, export_aiida},
    Format{{"airflow", "values of Airflow's serialization", true, true, false, false}, import_airflow, export_airflow},
    Format{{"cairn-json", "values as JSON with $ forms, which lose nothing", true, true, false, false}, import_cairn_json, export_cairn_json},
    Format{{"gemd", "GEMD documents", true, true, false, false}, import_gemd, export_gemd},
    Format{{"json", "plain JSON, one value", true, true, false, false}, import_json, export_json},
    Format{{"json-lines", "plain JSON, a value a line", true, true, false, false}, import_json_lines, export_json},
    Format{{"openlineage", "OpenLineage run events, one JSON document a line", false, true, false, true}, nullptr, export_open_lineage},
    Format{{"prov", "W3C PROV-JSON", true, true, false, true}, import_prov, export_prov},
    Format{{"ro-crate", "Workflow Run RO-Crate 0.5", false, true, true, true}, nullptr, export_ro_crate},
    Format{{"scalems", "SCALE-MS workflow documents and records", true, true, false, false}, import_scalems, export_scalems},
    Format{{"weave", "W&B Weave values, objects, calls, tables and files", true, true, false, false}, import_weave, export_weave},
};

constexpr auto kInfos = [] {
  std::array<FormatInfo, kFormats.size()> infos{};
  for (std::size_t i = 0; i < kFormats.size(); ++i) infos[i] = kFormats[i].info;
  return infos;
}();

const Format& get_format(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, [](const Format& format) { return format.info.name; });
  if (found != kFormats.end()) return *found;
  std::string known;
  for (const Format& format : kFormats) known += fmt::format("{}{}", known.empty() ? "" : ", ", format.info.name);
  throw Error(ErrorCode::invalid_argument, fmt::format("format {}: expected one of {}", name, known));
}

}  // namespace

std::span<const Format> format_table() { return kFormats; }

}  // namespace interchange

std::span<const FormatInfo> formats() { return interchange::kInfos; }

ImportReport import_document(Store& store, std::string_view format, std::istream& in, const ImportOptions& options) {
  const interchange::Format& chosen = interchange::get_format(format);
  if (chosen.import_document == nullptr)
    throw Error(ErrorCode::invalid_argument, fmt::format("format {} is for export alone", format));
  ImportReport report = chosen.import_document(store, in, options);
  report.format = format;
  return report;
}

ExportReport export_document(const Store& store, std::string_view format, std::span<const Uuid> nodes, std::ostream& out,
                             const ExportOptions& options) {
  const interchange::Format& chosen = interchange::get_format(format);
  if (chosen.export_document == nullptr)
    throw Error(ErrorCode::invalid_argument, fmt::format("format {} is for import alone", format));
  if (!options.into.empty() && !chosen.info.has_files)
    throw Error(ErrorCode::invalid_argument, fmt::format("format {} has no files beside its document", format));
  if (nodes.empty()) throw Error(ErrorCode::invalid_argument, "export: expected at least one node");
  ExportReport report = chosen.export_document(store, nodes, out, options);
  report.format = format;
  if (!out.flush()) throw Error(ErrorCode::io, fmt::format("export {}: the stream refuses", format));
  return report;
}

}  // namespace cairn
