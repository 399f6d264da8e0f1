// Times as AiiDA's databases have them: UTC without a zone, to the microsecond.
#pragma once

#include <cairn/node.h>

#include <optional>
#include <string>
#include <string_view>

namespace cairn::interchange::aiida {

/// "2020-04-04 21:43:47.644608" of a text that has a 'T' or a blank in it, any fraction of a second and maybe an offset; empty
/// if it is none.
std::optional<std::string> time_text(std::string_view text);
/// The same of a moment.
std::string time_text(Timestamp time);
/// The moment, if a node can have it.
std::optional<Timestamp> parse_time_text(std::string_view text);

}  // namespace cairn::interchange::aiida
