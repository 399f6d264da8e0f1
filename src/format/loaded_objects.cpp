#include "format/loaded_objects.h"

#include <cairn/error.h>

#include <boost/core/demangle.hpp>
#include <fmt/format.h>

#include <algorithm>

#include "format/decode_context.h"
#include "format/unique_id.h"

namespace cairn::format {

void LoadedObjects::begin(std::uint32_t number) {
  if (std::exchange(values_[number].open, true)) throw_damaged("object", "a shared value that contains itself");
}

void LoadedObjects::add(std::uint32_t number, detail::SharedObject object) {
  take_parts(number, object);
  values_[number].objects.push_back(std::move(object));
}

void LoadedObjects::take_parts(std::uint64_t number, const detail::SharedObject& object) {
  if (object.object_class().gather == nullptr) return;
  detail::ObjectParts parts = object.parts();
  for (const Identity& name : parts.names) {
    std::vector<std::size_t>& owners = named_[unique_key(name)];
    if (!owners.empty() && owners.back() == members_.size()) continue;
    if (!owners.empty() && members_[owners.back()].number != number)
      throw_damaged("object", fmt::format("two objects of the unique id \"{}\" in the scope \"{}\"", name.id, name.scope));
    owners.push_back(members_.size());
  }
  members_.push_back({number, object, std::move(parts)});
}

void LoadedObjects::resolve() {
  for (const auto& link : links_) resolve(*link);
  links_.clear();
  std::vector<std::size_t> order(members_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return members_[i].number; });
  for (const std::size_t i : order)
    for (const auto& link : members_[i].parts.links) rebuild(members_[i], link);
}

void LoadedObjects::resolve(detail::LinkCell& link) {
  const auto found = named_.find(unique_key(link.name));
  if (found == named_.end()) return;
  const auto& owners = found->second;
  if (std::ranges::any_of(owners, [&](std::size_t i) { return link.resolve(members_[i].object); })) return;
  const std::type_info& type = *members_[owners.front()].object.object_class().type;
  throw Error(ErrorCode::type_mismatch,
              fmt::format("the link to \"{}\" in the scope \"{}\" leads to an object of another class, {}", link.name.id,
                          link.name.scope, boost::core::demangle(type.name())));
}

void LoadedObjects::rebuild(const Member& owner, const detail::ObjectParts::LinkPart& link) {
  const auto found = named_.find(unique_key(link.cell->name));
  if (found == named_.end()) return;
  for (const std::size_t i : found->second)
    for (const auto& back_links : members_[i].parts.back_links)
      if (back_links.member == link.member) back_links.add(back_links.place, owner.object);
}

}  // namespace cairn::format

namespace cairn::detail {

namespace {

format::LoadedObjects& loaded_objects(const Decoder& in) {
  return format::DecoderAccess::scope(in).context->loaded_objects();
}

}  // namespace

void claim_names(const Encoder& place, std::span<const Identity> names) {
  for (const Identity& name : names) format::EncoderAccess::scope(place).context->shared_values().claim(name);
}

SharedReading::SharedReading(const Decoder& in) : in_(in), is_shared_(in.kind() == ValueKind::shared) {
  if (is_shared_) loaded_objects(in).begin(in.shared_number());
}

SharedReading::~SharedReading() {
  if (is_shared_) loaded_objects(in_).end(in_.shared_number());
}

std::span<const SharedObject> SharedReading::known() const {
  if (!is_shared_) return {};
  return loaded_objects(in_).of(in_.shared_number());
}

Decoder SharedReading::content() const { return is_shared_ ? in_.shared() : in_; }

void SharedReading::add(SharedObject object) {
  if (is_shared_)
    loaded_objects(in_).add(in_.shared_number(), std::move(object));
  else
    loaded_objects(in_).add(std::move(object));
}

void throw_two_classes(const std::type_info& expected, const SharedObject& found) {
  throw Error(ErrorCode::type_mismatch, fmt::format("expected {}, found an object that is shared with a {}",
                                                    boost::core::demangle(expected.name()),
                                                    boost::core::demangle(found.object_class().type->name())));
}

void resolve_later(const Decoder& in, std::shared_ptr<LinkCell> link) {
  loaded_objects(in).resolve_later(std::move(link));
}

Identity choose_name(const std::vector<Identity>& names, const Identity& loaded) {
  const auto same = [&](const Identity& name) { return format::unique_key(name) == format::unique_key(loaded); };
  if (names.empty()) return {};
  return std::ranges::any_of(names, same) ? loaded : names.front();
}

void throw_nameless(bool is_gone) {
  throw Error(ErrorCode::unstorable, is_gone ? "a link to an object that is gone" : "a link to an object without a unique id");
}

}  // namespace cairn::detail
