#include "format/encode_context.h"

#include <cairn/error.h>

#include <fmt/format.h>

namespace cairn::format {

std::uint32_t EncodeContext::schema_index(const Schema& schema) {
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    if (*entries_[i].schema == schema) return i;
  auto owned = std::make_shared<const Schema>(schema);
  return add({owned.get(), owned, {}});
}

std::uint32_t EncodeContext::static_schema_index(const Schema& schema) {
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].schema == &schema) return i;
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    if (*entries_[i].schema == schema) return i;
  return add({&schema, nullptr, {}});
}

std::uint32_t EncodeContext::add(Entry entry) {
  if (sink_ != nullptr) entry.digest = sink_->put_schema(*entry.schema);
  entries_.push_back(std::move(entry));
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

void EncodeContext::require_whole_maps() const {
  if (entries_missing_ != 0)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("map: {} entries fewer than it was said to have", entries_missing_));
}

}  // namespace cairn::format
