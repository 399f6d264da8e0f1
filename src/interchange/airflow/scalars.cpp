#include "interchange/airflow/scalars.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <utility>

namespace cairn::interchange::airflow {
namespace {

constexpr std::string_view kPrefix = "numpy.";

template <class Number>
Array scalar(DType dtype, Number number) {
  Array array{dtype, {}, Bytes(sizeof number)};
  std::memcpy(array.data.data(), &number, sizeof number);
  return array;
}

template <class Number>
Number number_in(const Array& scalar) {
  Number number;
  std::memcpy(&number, scalar.data.data(), sizeof number);
  return number;
}

template <class Integer>
std::optional<Array> integer_scalar(DType dtype, const Value& data) {
  const auto* integer = data.get_if<std::int64_t>();
  const auto* natural = data.get_if<std::uint64_t>();
  if (integer != nullptr && std::in_range<Integer>(*integer)) return scalar(dtype, static_cast<Integer>(*integer));
  if (natural != nullptr && std::in_range<Integer>(*natural)) return scalar(dtype, static_cast<Integer>(*natural));
  return std::nullopt;
}

// NaN and infinities fit anywhere.
template <class Real>
std::optional<Array> real_scalar(DType dtype, double real) {
  const auto fitting = static_cast<Real>(real);
  if (!std::isnan(real) && static_cast<double>(fitting) != real) return std::nullopt;
  return scalar(dtype, fitting);
}

double half_real(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1F, fraction = half & 0x3FF;
  const double size = exponent == 0      ? std::ldexp(fraction, -24)
                      : exponent < 0x1F ? std::ldexp(1024 + fraction, exponent - 25)
                      : fraction == 0   ? std::numeric_limits<double>::infinity()
                                        : std::numeric_limits<double>::quiet_NaN();
  return std::copysign(size, (half & 0x8000) != 0 ? -1.0 : 1.0);
}

std::optional<Array> half_scalar(double real) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(real) ? 0x8000 : 0);
  if (std::isnan(real)) return scalar<std::uint16_t>(DType::float16, 0x7E00 | sign);
  if (std::isinf(real)) return scalar<std::uint16_t>(DType::float16, 0x7C00 | sign);
  int power = 0;
  std::frexp(real, &power);
  const int exponent = real == 0 ? 0 : std::max(power + 14, 0);  // 0: subnormal
  const double fraction = std::ldexp(std::abs(real), exponent == 0 ? 24 : 25 - exponent) - (exponent == 0 ? 0 : 1024);
  if (exponent > 30 || fraction != std::floor(fraction)) return std::nullopt;
  return scalar(DType::float16, static_cast<std::uint16_t>(sign | exponent << 10 | static_cast<int>(fraction)));
}

std::optional<Array> read_real_scalar(DType dtype, double real, Notes& notes) {
  switch (dtype) {
    case DType::float16: return half_scalar(real);
    case DType::float32: return real_scalar<float>(dtype, real);
    case DType::float64: return scalar(dtype, real);
    case DType::complex64:
    case DType::complex128: break;
    default: return std::nullopt;
  }
  notes.altered.emplace_back("a complex number, of which the real part alone was written");
  if (dtype == DType::complex128) return scalar(dtype, std::complex<double>(real));
  const auto fitting = static_cast<float>(real);
  if (!std::isnan(real) && static_cast<double>(fitting) != real) return std::nullopt;
  return scalar(dtype, std::complex<float>(fitting));
}

template <class Real>
Value real_part(const Array& scalar) {
  const auto number = number_in<std::complex<Real>>(scalar);
  if (number.imag() != 0 || std::signbit(number.imag()))
    throw Error(ErrorCode::unstorable, "a complex number with an imaginary part");
  return static_cast<double>(number.real());
}

// As Python prints it.
std::string real_text(double real) {
  std::string text = fmt::format("{}", real);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::size_t digit_count(std::string_view text) {
  const std::string_view digits = text.substr(0, text.find('e'));
  return static_cast<std::size_t>(std::ranges::count_if(digits, [](char c) { return c >= '0' && c <= '9'; }));
}

}  // namespace

std::optional<std::string> scalar_class(const Array& array) {
  if (!array.shape.empty()) return std::nullopt;
  return std::string(kPrefix) + (array.dtype == DType::boolean ? "bool_" : std::string(dtype_name(array.dtype)));
}

std::optional<DType> scalar_dtype(std::string_view class_name) {
  if (!class_name.starts_with(kPrefix)) return std::nullopt;
  const std::string_view name = class_name.substr(kPrefix.size());
  if (name == "bool" || name == "bool_") return DType::boolean;
  return name == dtype_name(DType::boolean) ? std::nullopt : parse_dtype(name);
}

std::optional<Array> read_scalar(DType dtype, const Value& data, Notes& notes) {
  const auto* integer = data.get_if<std::int64_t>();
  const auto* real = data.get_if<double>();
  switch (dtype) {
    case DType::boolean: {
      const bool* flag = data.get_if<bool>();
      if (flag == nullptr) return std::nullopt;
      if (*flag) notes.altered.emplace_back("numpy.bool_ was written as true whatever it was, before 2025");
      return scalar(dtype, *flag);
    }
    case DType::int8: return integer_scalar<std::int8_t>(dtype, data);
    case DType::int16: return integer_scalar<std::int16_t>(dtype, data);
    case DType::int32: return integer_scalar<std::int32_t>(dtype, data);
    case DType::int64: return integer_scalar<std::int64_t>(dtype, data);
    case DType::uint8: return integer_scalar<std::uint8_t>(dtype, data);
    case DType::uint16: return integer_scalar<std::uint16_t>(dtype, data);
    case DType::uint32: return integer_scalar<std::uint32_t>(dtype, data);
    case DType::uint64: return integer_scalar<std::uint64_t>(dtype, data);
    default: break;
  }
  if (real != nullptr) return read_real_scalar(dtype, *real, notes);
  if (integer != nullptr && std::abs(*integer) <= std::int64_t{1} << 53)
    return read_real_scalar(dtype, static_cast<double>(*integer), notes);
  return std::nullopt;
}

Value write_scalar(const Array& scalar) {
  switch (scalar.dtype) {
    case DType::boolean: return number_in<char>(scalar) != 0;
    case DType::int8: return std::int64_t{number_in<std::int8_t>(scalar)};
    case DType::int16: return std::int64_t{number_in<std::int16_t>(scalar)};
    case DType::int32: return std::int64_t{number_in<std::int32_t>(scalar)};
    case DType::int64: return number_in<std::int64_t>(scalar);
    case DType::uint8: return std::int64_t{number_in<std::uint8_t>(scalar)};
    case DType::uint16: return std::int64_t{number_in<std::uint16_t>(scalar)};
    case DType::uint32: return std::int64_t{number_in<std::uint32_t>(scalar)};
    case DType::uint64: return number_in<std::uint64_t>(scalar);
    case DType::float16: return half_real(number_in<std::uint16_t>(scalar));
    case DType::float32: return double{number_in<float>(scalar)};
    case DType::float64: return number_in<double>(scalar);
    case DType::complex64: return real_part<float>(scalar);
    case DType::complex128: return real_part<double>(scalar);
  }
  return {};
}

std::optional<Decimal> read_decimal(const Value& data, Notes& notes) {
  if (const auto* text = data.get_if<std::string>()) return Decimal::parse(*text);
  if (const auto* integer = data.get_if<std::int64_t>()) return Decimal::parse(fmt::format("{}", *integer));
  if (const auto* natural = data.get_if<std::uint64_t>()) return Decimal::parse(fmt::format("{}", *natural));
  if (const auto* large = data.get_if<BigInteger>())
    return large->text().find('x') == std::string::npos ? Decimal::parse(large->text()) : std::nullopt;
  const auto* real = data.get_if<double>();
  if (real == nullptr) return std::nullopt;
  const std::string text = real_text(*real);
  if (digit_count(text) > std::numeric_limits<double>::digits10)
    notes.altered.emplace_back("a decimal that was written as a real: it may have had more digits");
  return Decimal::parse(text);
}

Value write_decimal(const Decimal& decimal) {
  const std::string& text = decimal.text();
  const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
  if (digits.find_first_not_of("0123456789") == std::string_view::npos) {
    const auto integer = BigInteger::parse(text);
    if (integer && integer->text() == text) return Value(*integer);
  }
  double real = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), real);
  const bool is_real = read.ec == std::errc() && read.ptr == text.data() + text.size() && std::isfinite(real);
  const auto back = is_real ? Decimal::parse(real_text(real)) : std::nullopt;
  if (back == decimal && digit_count(text) <= std::numeric_limits<double>::digits10) return real;
  return text;
}

}  // namespace cairn::interchange::airflow
