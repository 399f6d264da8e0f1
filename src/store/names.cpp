#include "store/names.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "base/bytes.h"

namespace cairn::store {
namespace {

constexpr std::size_t kNameMax = 255;

}  // namespace

void check_name(std::string_view what, std::string_view name) {
  if (name.empty() || name.size() > kNameMax || !base::is_utf8(name) || name.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: a name must be 1 to {} bytes of UTF-8 without NUL, got {} bytes", what, kNameMax, name.size()));
}

}  // namespace cairn::store
