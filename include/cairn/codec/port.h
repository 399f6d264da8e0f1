// Port: another codec for one field than that of its type.
#pragma once

#include <concepts>
#include <string>

namespace [[gnu::visibility("default")]] cairn {

/// Specialise it for a member of a described class, before the class is first stored or loaded:
///
///   struct PngCodec {
///     static std::string name() { return "png"; }
///     static void encode(const Encoder& out, const Image& value);
///     static Image decode(const Decoder& in);
///   };
///   template <> struct cairn::Port<&Simulation::frame> { using Codec = PngCodec; };
///
/// The name, which is not empty, is stored in the schema, so the choice stays with the data when the program makes
/// another one: a field with that name is read by this codec, one without by that of its type, one with another name by
/// the codec that is registered for the type under it (see Registry). No other data is taken.
template <auto Member>
struct Port {};

namespace detail {

/// True for the descriptor of a member that has a port.
template <class Member>
concept HasPort = requires {
  typename Port<Member::pointer>::Codec;
  { Port<Member::pointer>::Codec::name() } -> std::convertible_to<std::string>;
};

template <HasPort Member>
using PortCodec = typename Port<Member::pointer>::Codec;

}  // namespace detail

}  // namespace cairn
