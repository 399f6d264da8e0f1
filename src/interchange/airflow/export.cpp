// Values as Airflow's serialization writes them out.
#include <cairn/error.h>

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "interchange/airflow/keeping.h"
#include "interchange/format.h"
#include "interchange/json_writer.h"

namespace cairn::interchange {

ExportReport export_airflow(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions&) {
  ExportReport report;
  for (const Uuid& uuid : nodes) {
    const Node node = store.get_node(uuid);
    std::vector<std::pair<std::string, std::string>> altered;
    out << json_line(airflow::node_wire(store, node, &altered), Nonfinite::bare) << '\n';
    for (auto& [place, what] : altered)
      report.items.push_back(
          {Outcome::altered, uuid.text(), place.empty() ? std::move(what) : fmt::format("{}: {}", place, what)});
    ++report.nodes;
    ++report.statements;
  }
  return report;
}

}  // namespace cairn::interchange
