// Pointers to bases: which class an object is of, by what is registered.
#include <cairn/codec/pointee.h>

#include <cairn/registry.h>

#include <boost/core/demangle.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cairn::detail {

namespace {

const RegisteredBase* find_base(const RegisteredClass* known, const std::type_info& base) {
  if (known == nullptr) return nullptr;
  const auto found = std::ranges::find(known->bases, std::type_index(base), &RegisteredBase::type);
  return found == known->bases.end() ? nullptr : &*found;
}

}  // namespace

bool encode_derived(const Encoder& out, const std::type_info& base, const std::type_info& dynamic, const void* value) {
  const RegisteredBase* held = find_base(out.registry().find(std::type_index(dynamic)), base);
  if (held != nullptr) held->encode(out, value);
  return held != nullptr;
}

void* decode_derived(const Decoder& in, const std::type_info& base, const std::string& name) {
  if (in.kind() != ValueKind::object) return nullptr;
  const std::string& found = in.object().class_name();
  const RegisteredClass* known = in.registry().find(std::string_view(found));
  if (found == name || (known != nullptr && known->type == std::type_index(base))) return nullptr;
  if (const RegisteredBase* held = find_base(known, base)) return held->decode(in);
  if (in.type_hint()) return nullptr;
  throw Error(ErrorCode::type_mismatch,
              fmt::format("expected an object of {} or of a class that is registered as one, found one of {}", name, found));
}

std::string dynamic_name(const std::type_info& type) { return without_anonymous(boost::core::demangle(type.name())); }

void throw_not_registered(const std::type_info& dynamic, const std::string& base) {
  throw Error(ErrorCode::unstorable, fmt::format("{}, which is not registered as a {}, behind a pointer to that",
                                                 dynamic_name(dynamic), base));
}

void throw_sliced(const std::type_info& dynamic, const std::string& type) {
  throw Error(ErrorCode::unstorable, fmt::format("{} as a {}, which would lose the rest of it: save what a pointer to it holds",
                                                 dynamic_name(dynamic), type));
}

}  // namespace cairn::detail
