#include "interchange/ro_crate/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace cairn::interchange {
namespace {

constexpr std::size_t kComponentBytesMax = 240;

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string safe_component(std::string_view name) {
  std::string safe;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/' || c == '\\' || c == '%' || c == ':' || byte < 0x20 || byte == 0x7F || (safe.empty() && c == '.'))
      safe += fmt::format("%{:02X}", byte);
    else
      safe += c;
  }
  if (safe.size() > kComponentBytesMax) safe.resize(kComponentBytesMax);
  return safe.empty() ? "_" : safe;
}

std::string path_uri(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    if (is_unreserved(c) || c == '/')
      uri += c;
    else
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

}  // namespace cairn::interchange
