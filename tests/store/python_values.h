// Python values as a client of the store keeps them: how they are built, and what such a client reads them as again,
// from the value alone. What the value model has no kind for is an object of its Python class:
//
//   frozenset       builtins.frozenset {elements: set}
//   range           builtins.range {start, stop, step}
//   str that is not UTF-8 (lone surrogates)   builtins.str {surrogatepass: bytes}, so that it is not bytes
//   namedtuples, dataclasses and the like     their class, version and fields
//   numpy scalars   arrays of no dimensions
//   a class         an identity in the scope builtins.type
#pragma once

#include <cairn/value.h>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::test::python {

// ---- Building ----

inline Value tuple(List elements) { return Tuple{std::move(elements)}; }

inline Value set(List elements) {
  Set set;
  for (Value& element : elements) set.insert(std::move(element));
  return set;
}

inline Value frozenset(List elements) { return Object("builtins.frozenset", 1, {{"elements", set(std::move(elements))}}); }

inline Value dict(std::vector<MapEntry> entries) {
  Map map;
  for (MapEntry& entry : entries) map.put(std::move(entry.key), std::move(entry.value));
  return map;
}

inline Value bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(first, first + text.size());
}

inline Value decimal(std::string_view text) { return Decimal::parse(text).value(); }
inline Value integer(std::string_view text) { return BigInteger::parse(text).value(); }
inline Value datetime(std::string_view text) { return DateTime::parse(text).value(); }
inline Value date(std::string_view text) { return Date::parse(text).value(); }
inline Value timedelta(std::string_view text) { return Duration::parse(text).value(); }
inline Value uuid(std::string_view text) { return Uuid::parse(text).value(); }
inline Value type(std::string_view name) { return Identity{"builtins.type", std::string(name)}; }

template <class Number>
Value array(DType dtype, std::vector<std::uint64_t> shape, std::initializer_list<Number> elements) {
  Array array{dtype, std::move(shape), Bytes(elements.size() * sizeof(Number))};
  std::memcpy(array.data.data(), std::data(elements), array.data.size());
  return array;
}
template <class Number>
Value scalar(DType dtype, Number number) {
  return array<Number>(dtype, {}, {number});
}

// ---- Reading ----

// "numpy.int8" and the like.
inline std::string scalar_class(DType dtype) {
  return "numpy." + (dtype == DType::boolean ? "bool_" : std::string(dtype_name(dtype)));
}

/// The Python class that a client makes of the value.
inline std::string class_of(const Value& value) {
  if (const auto* object = value.get_if<Object>()) return object->class_name;
  if (const auto* one = value.get_if<Enumerator>()) return one->type();
  if (const auto* name = value.get_if<Identity>()) return name->scope;
  if (const auto* lossy = value.get_if<Lossy>()) return lossy->type();
  if (const auto* numbers = value.get_if<Array>())
    return numbers->shape.empty() ? scalar_class(numbers->dtype) : "numpy.ndarray";
  static const std::map<std::string_view, std::string> kClasses = {
      {"null", "builtins.NoneType"}, {"boolean", "builtins.bool"},         {"integer", "builtins.int"},
      {"real", "builtins.float"},    {"text", "builtins.str"},             {"bytes", "builtins.bytes"},
      {"list", "builtins.list"},     {"map", "builtins.dict"},             {"tuple", "builtins.tuple"},
      {"set", "builtins.set"},       {"decimal", "decimal.Decimal"},       {"complex number", "builtins.complex"},
      {"date", "datetime.date"},     {"date and time", "datetime.datetime"}, {"duration", "datetime.timedelta"},
      {"UUID", "uuid.UUID"}};
  const auto found = kClasses.find(value.kind_name());
  return found == kClasses.end() ? "?" : found->second;
}

std::string repr(const Value& value);

template <class Range, class One>
std::string joined(const Range& range, const One& one) {
  std::string text;
  for (const auto& element : range) text += (text.empty() ? "" : ", ") + one(element);
  return text;
}

inline std::string repr_of(const List& elements) { return joined(elements, repr); }

inline std::string repr_of(double real) {
  const std::string text = fmt::format("{}", real);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

inline std::string repr_of(const std::complex<double>& number) {
  return fmt::format("({:g}{:+g}j)", number.real(), number.imag());
}

inline std::string repr_of(const Bytes& bytes) {
  std::string text = "b'";
  for (const std::byte byte : bytes) {
    const auto c = std::to_integer<unsigned char>(byte);
    text += c >= 0x20 && c < 0x7F ? std::string(1, static_cast<char>(c)) : fmt::format("\\x{:02x}", c);
  }
  return text + "'";
}

template <class Number>
Number element(const Array& array, std::size_t index) {
  Number number;
  std::memcpy(&number, array.data.data() + index * sizeof number, sizeof number);
  return number;
}

inline std::string element_repr(const Array& array, std::size_t index) {
  switch (array.dtype) {
    case DType::boolean: return element<char>(array, index) == 0 ? "False" : "True";
    case DType::int8: return std::to_string(element<std::int8_t>(array, index));
    case DType::int64: return std::to_string(element<std::int64_t>(array, index));
    case DType::uint64: return std::to_string(element<std::uint64_t>(array, index));
    case DType::float16: {  // normal and positive: all that there are here
      const auto half = element<std::uint16_t>(array, index);
      return repr_of(std::ldexp(1024 + (half & 0x3FF), (half >> 10) - 25));
    }
    case DType::float64: return repr_of(element<double>(array, index));
    case DType::complex128: return repr_of(element<std::complex<double>>(array, index));
    default: return "?";
  }
}

inline std::string repr_of(const Array& array) {
  if (array.shape.empty()) return element_repr(array, 0);
  std::vector<std::size_t> indices(array.shape.size() == 1 ? array.shape[0] : 0);
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
  return "array([" + joined(indices, [&](std::size_t i) { return element_repr(array, i); }) + "])";
}

inline std::string zone_repr(const Zone& zone) {
  if (zone.name == "UTC") return "Timezone('UTC')";  // as pendulum has it
  if (!zone.name.empty()) return "zoneinfo.ZoneInfo(key='" + zone.name + "')";
  if (zone.offset->count() == 0) return "datetime.timezone.utc";
  return fmt::format("datetime.timezone(datetime.timedelta(seconds={}))",
                     std::chrono::duration_cast<std::chrono::seconds>(*zone.offset).count());
}

// "2022, 7, 10, 22, 10", and seconds and microseconds if there are any, or as many parts as `least`.
inline std::string clock_repr(const DateTime& time, std::size_t least) {
  const auto day = std::chrono::floor<std::chrono::days>(time.local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time.local - day);
  std::vector<std::int64_t> parts = {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                                     clock.seconds().count(), time.subsecond.count() / 1000};
  while (parts.size() > least && parts.back() == 0) parts.pop_back();
  return joined(parts, [](std::int64_t part) { return std::to_string(part); });
}

inline std::string repr_of(const DateTime& time) {
  const bool naive = time.zone == Zone{};
  return "datetime.datetime(" + clock_repr(time, 5) + (naive ? "" : ", tzinfo=" + zone_repr(time.zone)) + ")";
}

inline std::string repr_of(const Date& date) {
  const std::chrono::year_month_day day(date.day);
  return fmt::format("datetime.date({}, {}, {})", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

inline std::string repr_of(const Duration& duration) {
  const auto days = std::chrono::floor<std::chrono::days>(duration.seconds);
  std::vector<std::pair<std::string, std::int64_t>> parts = {{"days", days.count()},
                                                             {"seconds", (duration.seconds - days).count()},
                                                             {"microseconds", duration.subsecond.count() / 1000}};
  std::erase_if(parts, [](const auto& part) { return part.second == 0; });
  return "datetime.timedelta(" +
         joined(parts, [](const auto& part) { return part.first + "=" + std::to_string(part.second); }) + ")";
}

// The classes that are not written as "Class(field=value)".
inline std::string repr_of_builtin(const Object& object) {
  const Value& first = object.fields.at(0).value;
  if (object.class_name == "builtins.frozenset") return "frozenset(" + repr(first) + ")";
  if (object.class_name == "builtins.range") return fmt::format("range({}, {})", repr(first), repr(object.fields.at(1).value));
  if (object.class_name == "builtins.str")  // of one surrogate, as it is here
    return repr_of(*first.get_if<Bytes>()) == "b'\\xed\\xa0\\x80'" ? "'\\ud800'" : "?";
  if (object.class_name == "pendulum.datetime.DateTime") {
    const auto& time = *first.get_if<DateTime>();
    return "DateTime(" + clock_repr(time, 6) + ", tzinfo=Timezone('" + time.zone.text() + "'))";
  }
  if (object.class_name.starts_with("pendulum.tz.")) return "Timezone(" + repr(first) + ")";
  return "";
}

inline std::string repr_of(const Object& object) {
  const std::string name = object.class_name.substr(object.class_name.rfind('.') + 1);
  if (object.fields.empty()) return "<" + object.class_name + " object at ";
  if (const std::string text = repr_of_builtin(object); !text.empty()) return text;
  return name + "(" + joined(object.fields, [](const Field& field) { return field.name + "=" + repr(field.value); }) + ")";
}

/// What Python prints of it; without the address for objects that are printed with one.
inline std::string repr(const Value& value) {
  if (value.is<std::monostate>()) return "None";
  if (const auto* boolean = value.get_if<bool>()) return *boolean ? "True" : "False";
  if (const auto* number = value.get_if<std::int64_t>()) return std::to_string(*number);
  if (const auto* number = value.get_if<std::uint64_t>()) return std::to_string(*number);
  if (const auto* number = value.get_if<BigInteger>()) return number->text();
  if (const auto* real = value.get_if<double>()) return repr_of(*real);
  if (const auto* text = value.get_if<std::string>()) return "'" + *text + "'";
  if (const auto* raw = value.get_if<Bytes>()) return repr_of(*raw);
  if (const auto* list = value.get_if<List>()) return "[" + repr_of(*list) + "]";
  if (const auto* tuple = value.get_if<Tuple>())
    return "(" + repr_of(tuple->elements) + (tuple->elements.size() == 1 ? ",)" : ")");
  if (const auto* set = value.get_if<Set>()) return "{" + repr_of(set->elements()) + "}";
  if (const auto* map = value.get_if<Map>())
    return "{" + joined(*map, [](const MapEntry& entry) { return repr(entry.key) + ": " + repr(entry.value); }) + "}";
  if (const auto* decimal = value.get_if<Decimal>()) return "Decimal('" + decimal->text() + "')";
  if (const auto* number = value.get_if<std::complex<double>>()) return repr_of(*number);
  if (const auto* uuid = value.get_if<Uuid>()) return "UUID('" + uuid->text() + "')";
  if (const auto* date = value.get_if<Date>()) return repr_of(*date);
  if (const auto* time = value.get_if<DateTime>()) return repr_of(*time);
  if (const auto* duration = value.get_if<Duration>()) return repr_of(*duration);
  if (const auto* numbers = value.get_if<Array>()) return repr_of(*numbers);
  if (const auto* object = value.get_if<Object>()) return repr_of(*object);
  if (const auto* one = value.get_if<Enumerator>())
    return fmt::format("<{}.{}: {}>", one->type().substr(one->type().rfind('.') + 1), one->name(), repr(one->value()));
  if (const auto* name = value.get_if<Identity>()) return "<class '" + name->id.substr(name->id.rfind('.') + 1) + "'>";
  throw std::runtime_error("no Python value: " + std::string(value.kind_name()));
}

}  // namespace cairn::test::python
