#include "format/id_list.h"

#include <cairn/error.h>

#include "base/bytes.h"

namespace cairn::format {

std::string encode_ids(std::span<const NodeId> ascending) {
  std::string bytes;
  NodeId before = 0;
  for (const NodeId id : ascending) {
    base::append_varint(bytes, id - before);
    before = id;
  }
  return bytes;
}

std::vector<NodeId> decode_ids(std::string_view bytes) {
  std::vector<NodeId> ids;
  NodeId before = 0;
  while (!bytes.empty()) {
    const auto step = base::take_varint(bytes);
    if (!step || *step == 0 || *step > UINT64_MAX - before) throw Error(ErrorCode::damaged, "list of ids: they do not ascend");
    before += *step;
    ids.push_back(before);
  }
  return ids;
}

}  // namespace cairn::format
