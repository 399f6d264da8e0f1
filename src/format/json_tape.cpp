#include "format/json_tape.h"

#include <algorithm>

#include "format/json_scanner.h"

namespace cairn::format {

JsonTape::JsonTape(std::string_view document, const PlainJsonOptions& options) : document_(document) {
  JsonScanner(*this, options).run();
}

std::string_view JsonTape::text(const JsonItem& item) const {
  const std::size_t where = item.where();
  if (where >= document_.size() && item.rest_ != 0)
    return std::string_view(unescaped_).substr(where - document_.size(), item.rest_);
  return document_.substr(std::min(where, document_.size()), item.rest_);
}

std::string JsonTape::pointer(std::size_t item) const {
  std::string pointer;
  for (std::size_t at = 0; at != item;) {  // into what has it
    const bool is_object = items_[at].kind() == JsonKind::object;
    std::size_t index = 0, inner = at + 1 + is_object;
    while (inner + items_[inner].size() <= item) {
      inner += items_[inner].size() + is_object;
      ++index;
    }
    pointer = is_object ? pointer_to(pointer, text(items_[inner - 1])) : pointer_to(pointer, index);
    at = inner;
  }
  return pointer;
}

}  // namespace cairn::format
