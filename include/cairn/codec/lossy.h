// What a fallback leaves of a value that has no way back.
#pragma once

#include <cairn/decoder.h>
#include <cairn/encoder.h>

#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

/// unstorable: the type has no codec, or no default constructor.
[[noreturn]] void throw_no_codec(const std::string& type);
[[noreturn]] void throw_not_made_again(const std::string& type);
/// type_mismatch: what `in` is cannot be made a value of the type again.
[[noreturn]] void throw_no_way_back(const Decoder& in, const std::string& type);

template <class T>
concept Streamable = !std::is_pointer_v<T> && requires(std::ostream& out, const T& value) { out << value; };

/// Writes what operator<< says of it, or null.
template <class T>
void describe_value(const Encoder& out, [[maybe_unused]] const T& value) {
  if constexpr (Streamable<T>) {
    std::ostringstream text;
    text << value;
    out.text(text.str());
  }
}

}  // namespace detail

}  // namespace cairn
