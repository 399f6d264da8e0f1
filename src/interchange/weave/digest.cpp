#include "interchange/weave/digest.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "interchange/base64.h"
#include "interchange/python_json.h"
#include "interchange/sha256.h"

namespace cairn::interchange::weave {

std::string value_digest(const Value& value) {
  return bytes_digest(python_json(value));
}

std::string bytes_digest(std::string_view bytes) {
  const std::array<std::uint8_t, 32> digest = sha256(bytes);
  std::string text = base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
  text.resize(text.find_last_not_of('=') + 1);
  std::ranges::replace(text, '+', 'X');
  std::ranges::replace(text, '/', 'Y');
  return text;
}

std::string table_digest(std::span<const std::string> row_digests) {
  std::string all;
  for (const std::string& digest : row_digests) all += digest;
  return sha256_hex(all);
}

}  // namespace cairn::interchange::weave
