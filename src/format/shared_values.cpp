#include "format/shared_values.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "format/encode_context.h"
#include "format/unique_id.h"

namespace cairn::format {

void SharedValues::put(wire::Value::Builder place, const detail::EncodeScope& scope,
                       std::shared_ptr<const void> object, const std::type_info& type,
                       const std::function<void(const Encoder&)>& write) {
  if (scope.in_key) throw Error(ErrorCode::unstorable, "a shared value in a key of a map or an element of a set");
  const auto next = static_cast<std::uint32_t>(entries_.size());
  const auto [known, is_new] = numbers_.try_emplace({object.get(), type}, next);
  const std::uint32_t number = known->second;
  if (is_new) {
    entries_.push_back({std::move(object), orphanage_.newOrphan<wire::Value>()});
    write_entry(number, scope.depth, write);
  } else {
    if (entries_[number].open)
      throw Error(ErrorCode::unstorable, "a shared value that contains itself: cycles go through links (see link.h)");
    const unsigned deepest = scope.depth + entries_[number].height, most = whole_.options().limits.depth;
    if (deepest > most) throw Error(ErrorCode::limit, fmt::format("values nest deeper than {}", most));
    reach(deepest);
  }
  place.setShared(number);
}

void SharedValues::write_entry(std::uint32_t number, unsigned depth, const std::function<void(const Encoder&)>& write) {
  const unsigned reached_before = std::exchange(depth_reached_, depth);
  try {
    whole_.count_elements(1);
    write(EncoderAccess::encoder(entries_[number].value.get(), {&whole_, static_cast<std::uint16_t>(depth), false}));
  } catch (...) {
    depth_reached_ = reached_before;
    forget_from(number);  // the caller may write something else instead
    throw;
  }
  entries_[number].height = depth_reached_ - depth;
  entries_[number].open = false;
  reach(reached_before);
}

void SharedValues::forget_from(std::uint32_t number) {
  std::erase_if(numbers_, [&](const auto& known) { return known.second >= number; });
  std::erase_if(names_, [&](const auto& known) { return known.second >= number; });
  entries_.erase(entries_.begin() + number, entries_.end());
}

void SharedValues::claim(const Identity& name) {
  const auto number = static_cast<std::uint32_t>(entries_.size() - 1);
  if (names_.try_emplace(unique_key(name), number).first->second != number)
    throw Error(ErrorCode::unstorable, fmt::format("two objects of the unique id \"{}\" in the scope \"{}\"", name.id, name.scope));
}

void SharedValues::finish(wire::StoredObject::Builder root) {
  if (entries_.empty()) return;
  auto value = root.disownValue();
  auto whole = root.initValue().initGraph();
  whole.adoptRoot(kj::mv(value));
  auto shared = whole.initShared(static_cast<unsigned>(entries_.size()));
  for (unsigned i = 0; i < shared.size(); ++i) shared.adoptWithCaveats(i, kj::mv(entries_[i].value));
}

}  // namespace cairn::format
