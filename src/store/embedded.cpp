#include "store/embedded.h"

#include <cairn/codec.h>

#include "base/bytes.h"
#include "object/objects.h"

namespace cairn::store {

std::string write_embedded(engine::Staging& staging, const Value& value) {
  return std::string(base::as_text(object::write_object_bytes(staging, encodable(value))));
}

Value read_embedded(const engine::View& view, std::string_view bytes) {
  Value value;
  object::read_object_bytes(view, base::as_bytes(bytes), [&](const Decoder& in) { value = decode<Value>(in); });
  return value;
}

}  // namespace cairn::store
