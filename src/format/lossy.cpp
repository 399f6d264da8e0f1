// Values without a way back: what is said of them.
#include <cairn/codec/lossy.h>

#include <cairn/error.h>

#include <fmt/format.h>

namespace cairn::detail {

void throw_no_codec(const std::string& type) {
  throw Error(ErrorCode::unstorable, fmt::format("{} has no codec", type.substr(0, type.find('<'))));
}

void throw_not_made_again(const std::string& type) {
  throw Error(ErrorCode::unstorable, fmt::format("{} has no way back: it has no default constructor and no codec of its own", type));
}

void throw_no_way_back(const Decoder& in, const std::string& type) {
  in.mismatch(fmt::format("a {}, which nothing stored can become", type));
}

}  // namespace cairn::detail
