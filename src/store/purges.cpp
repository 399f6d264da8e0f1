#include "store/purges.h"

#include "format/keys.h"

namespace cairn::store {

bool is_purged(const engine::View& view, const Digest& digest) {
  return view.find_claim(format::claim::purged(digest)).has_value();
}

}  // namespace cairn::store
