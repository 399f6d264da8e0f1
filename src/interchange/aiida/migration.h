// What newer versions of AiiDA call differently than the versions that wrote archives as JSON, 0.4 to 0.13.
#pragma once

#include <cairn/value.h>

#include <optional>
#include <string>
#include <string_view>

namespace cairn::interchange::aiida {

/// The number behind the point: 4 to 13; empty for a version that is none of these.
std::optional<int> json_version(std::string_view version);

/// Names of an archive of that version as main_0001 has them.
std::string node_type_now(std::string type, int version);
std::string process_type_now(std::string type, int version);
std::string group_type_now(std::string type, int version);
std::string scheduler_now(std::string type, int version);
std::string transport_now(std::string type, int version);
std::string link_label_now(std::string label, int version);

/// Attributes of a node: times with their offset (`conversion` says which they are, null if it is not there), the states of
/// calculations as those of processes, sealed processes.
Value attributes_now(Value attributes, const Value* conversion, std::string_view node_type, int version);
/// Extras: times with their offset.
Value extras_now(Value extras, const Value* conversion, int version);

}  // namespace cairn::interchange::aiida
