// Source: aiida-core, src/aiida/storage/sqlite_zip/migrations/legacy.
#include "interchange/aiida/migration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace cairn::interchange::aiida {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

// The entry points that came to begin with "core.".
constexpr std::array<std::string_view, 24> kCoreData{"array.ArrayData.",
                                                     "array.bands.BandsData.",
                                                     "array.kpoints.KpointsData.",
                                                     "array.projection.ProjectionData.",
                                                     "array.trajectory.TrajectoryData.",
                                                     "array.xy.XyData.",
                                                     "base.BaseData.",
                                                     "bool.Bool.",
                                                     "cif.CifData.",
                                                     "code.Code.",
                                                     "dict.Dict.",
                                                     "float.Float.",
                                                     "folder.FolderData.",
                                                     "int.Int.",
                                                     "list.List.",
                                                     "numeric.NumericData.",
                                                     "orbital.OrbitalData.",
                                                     "remote.RemoteData.",
                                                     "remote.stash.RemoteStashData.",
                                                     "remote.stash.folder.RemoteStashFolderData.",
                                                     "singlefile.SinglefileData.",
                                                     "str.Str.",
                                                     "structure.StructureData.",
                                                     "upf.UpfData."};
constexpr std::array<Name, 4> kProcesses{{
    {"aiida.calculations:arithmetic.add", "aiida.calculations:core.arithmetic.add"},
    {"aiida.calculations:templatereplacer", "aiida.calculations:core.templatereplacer"},
    {"aiida.workflows:arithmetic.add_multiply", "aiida.workflows:core.arithmetic.add_multiply"},
    {"aiida.workflows:arithmetic.multiply_add", "aiida.workflows:core.arithmetic.multiply_add"},
}};
constexpr std::array<Name, 6> kSchedulers{{{"direct", "core.direct"},
                                           {"lsf", "core.lsf"},
                                           {"pbspro", "core.pbspro"},
                                           {"sge", "core.sge"},
                                           {"slurm", "core.slurm"},
                                           {"torque", "core.torque"}}};
constexpr std::array<Name, 2> kTransports{{{"local", "core.local"}, {"ssh", "core.ssh"}}};
constexpr std::array<Name, 4> kGroups{
    {{"user", "core"}, {"data.upf", "core.upf"}, {"auto.import", "core.import"}, {"auto.run", "core.auto"}}};
constexpr std::array<Name, 1> kLabels{{{"_return", "result"}}};

struct StateNow {
  std::string_view before, now;
  int exit_status;  // -1: none
};
constexpr std::array<StateNow, 12> kStates{{{"NEW", "killed", -1},
                                            {"TOSUBMIT", "killed", -1},
                                            {"SUBMITTING", "killed", -1},
                                            {"WITHSCHEDULER", "killed", -1},
                                            {"COMPUTED", "killed", -1},
                                            {"RETRIEVING", "killed", -1},
                                            {"PARSING", "killed", -1},
                                            {"SUBMISSIONFAILED", "excepted", -1},
                                            {"RETRIEVALFAILED", "excepted", -1},
                                            {"PARSINGFAILED", "excepted", -1},
                                            {"FAILED", "finished", 2},
                                            {"FINISHED", "finished", 0}}};

std::string renamed(std::string name, std::span<const Name> names) {
  const auto found = std::ranges::find(names, name, &Name::first);
  return found == names.end() ? name : std::string(found->second);
}

Value with_offsets(Value value, const Value& conversion) {
  if (const Map* map = value.get_if<Map>()) {
    const Map* inner = conversion.get_if<Map>();
    if (inner == nullptr) return value;
    Map changed;
    for (const MapEntry& entry : *map) {
      const Value* one = inner->find(entry.key);
      changed.put(entry.key, one == nullptr ? entry.value : with_offsets(entry.value, *one));
    }
    return changed;
  }
  if (const List* list = value.get_if<List>()) {
    const List* inner = conversion.get_if<List>();
    if (inner == nullptr) return value;
    List changed;
    for (std::size_t i = 0; i < list->size(); ++i)
      changed.push_back(i < inner->size() ? with_offsets((*list)[i], (*inner)[i]) : (*list)[i]);
    return changed;
  }
  const auto* text = value.get_if<std::string>();
  return text != nullptr && conversion == Value("date") ? Value(*text + "+00:00") : value;
}

Map without(const Map& map, std::span<const std::string_view> names) {
  Map rest;
  for (const MapEntry& entry : map)
    if (const auto* name = entry.key.get_if<std::string>(); std::ranges::find(names, *name) == names.end())
      rest.put(entry.key, entry.value);
  return rest;
}

Map with_process_state(const Map& attributes) {
  const Value* before = attributes.find("state");
  const auto* text = before == nullptr ? nullptr : before->get_if<std::string>();
  const auto found = text == nullptr ? kStates.end() : std::ranges::find(kStates, *text, &StateNow::before);
  if (found == kStates.end()) return attributes;
  constexpr std::array<std::string_view, 1> kGone{"state"};
  Map changed = without(attributes, kGone);
  changed.put("process_state", found->now);
  if (found->exit_status >= 0)
    changed.put("exit_status", found->exit_status);
  else
    changed.put("process_status", fmt::format("Legacy `JobCalculation` with state `{}`", found->before));
  changed.put("process_label", "Legacy JobCalculation");
  return changed;
}

// One that goes on stays as it is, and is reported.
Map with_seal(const Map& attributes) {
  const Value* state = attributes.find("process_state");
  if (state != nullptr && (*state == Value("created") || *state == Value("running") || *state == Value("waiting")))
    return attributes;
  constexpr std::array<std::string_view, 5> kGone{"_sealed", "_finished", "_failed", "_aborted", "_do_abort"};
  Map changed = without(attributes, kGone);
  changed.put("sealed", true);
  return changed;
}

}  // namespace

std::optional<int> json_version(std::string_view version) {
  for (int number = 4; number <= 13; ++number)
    if (version == fmt::format("0.{}", number)) return number;
  return {};
}

std::string node_type_now(std::string type, int version) {
  constexpr std::string_view kData = "data.";
  if (version >= 12 || !type.starts_with(kData)) return type;
  const std::string_view rest = std::string_view(type).substr(kData.size());
  if (std::ranges::find(kCoreData, rest) == kCoreData.end()) return type;
  return fmt::format("data.core.{}", rest);
}

std::string process_type_now(std::string type, int version) {
  return version >= 12 ? type : renamed(std::move(type), kProcesses);
}
std::string group_type_now(std::string type, int version) { return version >= 9 ? type : renamed(std::move(type), kGroups); }
std::string scheduler_now(std::string type, int version) {
  return version >= 12 ? type : renamed(std::move(type), kSchedulers);
}
std::string transport_now(std::string type, int version) {
  return version >= 13 ? type : renamed(std::move(type), kTransports);
}
std::string link_label_now(std::string label, int version) { return version >= 8 ? label : renamed(std::move(label), kLabels); }

Value attributes_now(Value attributes, const Value* conversion, std::string_view node_type, int version) {
  if (version < 6 && conversion != nullptr) attributes = with_offsets(std::move(attributes), *conversion);
  const Map* map = attributes.get_if<Map>();
  if (map == nullptr) return attributes;
  if (version < 6 && node_type == "process.calculation.calcjob.CalcJobNode.") attributes = with_process_state(Map(*map));
  if (version < 7 && node_type.starts_with("process.")) attributes = with_seal(Map(*attributes.get_if<Map>()));
  return attributes;
}

Value extras_now(Value extras, const Value* conversion, int version) {
  return version < 6 && conversion != nullptr ? with_offsets(std::move(extras), *conversion) : extras;
}

}  // namespace cairn::interchange::aiida
