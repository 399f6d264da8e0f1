// Names that users give to parts of checkpoints, tags and tasks.
#pragma once

#include <string_view>

namespace cairn::store {

/// Throws invalid_argument unless `name` is 1 to 255 bytes of UTF-8 without NUL; `what` is for the message, such as "tag".
void check_name(std::string_view what, std::string_view name);

}  // namespace cairn::store
