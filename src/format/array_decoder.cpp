// ArrayDecoder: a numeric array in its object or in chunks outside it.
#include <cairn/decoder.h>
#include <cairn/error.h>

#include <fmt/format.h>


#include "format/array_size.h"
#include "format/content_wire.h"
#include "format/decode_context.h"
#include "format/object_message.h"

namespace cairn {

namespace {

constexpr std::string_view kWhat = "array";

std::uint64_t stored_size(wire::Array::Reader array) {
  if (array.which() == wire::Array::INLINE) return array.getInline().size();
  if (array.which() != wire::Array::CONTENT) format::throw_damaged(kWhat, "of an unknown form");
  const format::ContentRef content = format::get_content(array.getContent(), kWhat);
  if (content.form == format::ContentRef::Form::hole) format::throw_damaged(kWhat, "a hole instead of numbers");
  return content.size;
}

[[noreturn]] void throw_size(std::uint64_t expected, std::uint64_t found) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("read an array: expected room for {} bytes, found {}", expected, found));
}

}  // namespace

ArrayDecoder format::DecoderAccess::array(wire::Array::Reader place, const detail::DecodeScope& scope) {
  ArrayDecoder decoder;
  decoder.dtype_ = static_cast<DType>(place.getDtype());
  if (place.getDtype() < 1 || place.getDtype() > static_cast<unsigned>(DType::complex128))
    throw_damaged(kWhat, fmt::format("of unknown element type {}", place.getDtype()));
  const auto shape = place.getShape();
  if (shape.size() > kRankMax) throw_damaged(kWhat, fmt::format("of {} dimensions", shape.size()));
  decoder.shape_.reserve(shape.size());
  for (const std::uint64_t extent : shape) decoder.shape_.push_back(extent);
  decoder.size_bytes_ = stored_size(place);
  if (array_size(decoder.dtype_, decoder.shape_) != decoder.size_bytes_)
    throw_damaged(kWhat, fmt::format("{} bytes do not fill the shape [{}] of {}", decoder.size_bytes_,
                                     fmt::join(decoder.shape_, ", "), dtype_name(decoder.dtype_)));
  set_handle(decoder.place_, place);
  decoder.scope_ = scope;
  return decoder;
}

bool ArrayDecoder::is_chunked() const {
  return format::get_handle<wire::Array::Reader>(place_).which() == wire::Array::CONTENT;
}

void ArrayDecoder::read(std::span<std::byte> out) const {
  if (out.size() != size_bytes_) throw_size(size_bytes_, out.size());
  read(0, out);
}

void ArrayDecoder::read(std::uint64_t first, std::span<std::byte> out) const {
  const std::size_t element = dtype_size(dtype_);
  const std::uint64_t count = element_count();
  if (out.size() % element != 0 || first > count || out.size() / element > count - first)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("read {} bytes from element {} of an array of {} {}", out.size(), first, count,
                            dtype_name(dtype_)));
  if (out.empty()) return;
  const auto array = format::get_handle<wire::Array::Reader>(place_);
  try {
    if (array.which() == wire::Array::INLINE)
      std::memcpy(out.data(), array.getInline().begin() + first * element, out.size());
    else
      scope_.context->read_array(format::get_content(array.getContent(), kWhat), first * element, out);
  } catch (const kj::Exception& exception) {
    format::throw_object_error(exception);
  }
  if (dtype_ == DType::boolean && !format::are_booleans(out))
    format::throw_damaged(kWhat, "a boolean that is neither 0 nor 1");
}

}  // namespace cairn
