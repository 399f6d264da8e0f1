#include "interchange/aiida/archive_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "interchange/aiida/terms.h"
#include "interchange/json_writer.h"

namespace cairn::interchange::aiida {

void ArchiveIdentity::begin(std::string_view what) {
  text_.clear();
  add(what);
}

// Lengths first, so that no two different lists of parts are the same text.
void ArchiveIdentity::add(std::string_view text) { fmt::format_to(std::back_inserter(text_), "{}:{}", text.size(), text); }

void ArchiveIdentity::add(const Value& value) {
  if (const auto* text = value.get_if<std::string>())
    add(std::string_view(*text));
  else if (const Map* map = value.get_if<Map>(); map != nullptr && map->size() == 0)
    text_ += "{}";
  else
    fmt::format_to(std::back_inserter(text_), "={};", json_line(value, Nonfinite::bare));
}

void ArchiveIdentity::end() {
  hash_.add(text_);
  digests_.push_back(hash_.finish());
}

Identity ArchiveIdentity::identity() {
  std::ranges::sort(digests_);
  for (const Sha256Digest& digest : digests_) hash_.add(std::as_bytes(std::span(digest)));
  return {std::string(kArchiveScope), hexadecimal(hash_.finish())};
}

}  // namespace cairn::interchange::aiida
