#include "format/wire.h"

#include <fmt/format.h>

namespace cairn::format {

void throw_wire_error(ErrorCode code, std::string_view what, const kj::Exception& exception) {
  const kj::StringPtr problem = exception.getDescription();
  throw Error(code, fmt::format("{}: {}", what, std::string_view(problem.begin(), problem.size())));
}

void throw_damaged(std::string_view what, std::string_view problem) {
  throw Error(ErrorCode::damaged, fmt::format("{}: {}", what, problem));
}

}  // namespace cairn::format
