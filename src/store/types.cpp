#include "store/types.h"

#include <cairn/error.h>

#include <map>
#include <tuple>

#include "object/objects.h"
#include "store/store_state.h"

namespace cairn::store {

StoredTypes gather_types(const StoreState& state) {
  using Key = std::tuple<bool, std::string, std::uint32_t>;
  std::map<Key, StoredType> by_type;
  StoredTypes found;
  const auto view = state.engine().view();
  object::SchemaCache schemas;
  view->list_blobs([&](const Digest& digest, const engine::BlobInfo& info) {
    if (info.kind != engine::BlobKind::object) return true;
    try {
      const object::ObjectSummary object = object::summarize(*view, ObjectId{digest}, {.options = {}, .cache = &schemas});
      StoredType& type = by_type[{object.is_class, object.type, object.class_version}];
      type = {object.type, object.class_version, object.is_class, type.count + 1, type.bytes + object.size_bytes};
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
      ++found.damaged_count;
    }
    return true;
  });
  for (auto& [key, type] : by_type) found.types.push_back(std::move(type));
  return found;
}

}  // namespace cairn::store
