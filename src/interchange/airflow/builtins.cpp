#include "interchange/airflow/builtins.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "interchange/airflow/scalars.h"
#include "interchange/airflow/times.h"

namespace cairn::interchange::airflow {
namespace {

constexpr const char* kFrozenSet = "builtins.frozenset";
constexpr const char* kPendulumTime = "pendulum.datetime.DateTime";
constexpr const char* kPendulumDate = "pendulum.date.Date";
constexpr const char* kFrame = "pandas.core.frame.DataFrame";

using Read = std::optional<Value> (*)(std::string_view class_name, std::uint32_t version, const Value& data, Notes& notes);

template <class T>
std::optional<Value> value_of(std::optional<T> read) {
  return read ? std::optional<Value>(std::move(*read)) : std::nullopt;
}

std::optional<Value> in_object(std::string_view class_name, const char* field, std::optional<Value> value) {
  if (!value) return std::nullopt;
  return Object(std::string(class_name), 1, {{field, std::move(*value)}});
}

std::optional<Value> read_tuple(std::string_view, std::uint32_t, const Value& data, Notes&) {
  const List* list = data.get_if<List>();
  return list == nullptr ? std::nullopt : std::optional<Value>(Tuple{*list});
}

std::optional<Value> read_set(std::string_view class_name, std::uint32_t, const Value& data, Notes& notes) {
  const List* list = data.get_if<List>();
  if (list == nullptr) return std::nullopt;
  List sorted = *list;
  std::ranges::sort(sorted);
  const auto twins = std::ranges::unique(sorted);
  if (!twins.empty()) notes.altered.emplace_back("a set with an element that is there twice");
  sorted.erase(twins.begin(), twins.end());
  Set set;
  for (Value& element : sorted) set.insert(std::move(element));
  if (class_name == kFrozenSet) return in_object(class_name, "elements", Value(std::move(set)));
  return set;
}

std::optional<Value> read_number(std::string_view, std::uint32_t, const Value& data, Notes& notes) {
  return value_of(read_decimal(data, notes));
}

std::optional<Value> read_time(std::string_view class_name, std::uint32_t version, const Value& data, Notes& notes) {
  auto time = value_of(read_date_time(version, data, notes));
  return class_name == kPendulumTime ? in_object(class_name, "time", std::move(time)) : time;
}

std::optional<Value> read_day(std::string_view class_name, std::uint32_t, const Value& data, Notes&) {
  auto date = value_of(read_date(data));
  return class_name == kPendulumDate ? in_object(class_name, "date", std::move(date)) : date;
}

std::optional<Value> read_time_delta(std::string_view, std::uint32_t, const Value& data, Notes&) {
  return value_of(read_duration(data));
}

std::optional<Value> read_time_zone(std::string_view class_name, std::uint32_t, const Value& data, Notes&) {
  return read_zone(class_name, data);
}

std::optional<Value> read_uuid(std::string_view, std::uint32_t, const Value& data, Notes&) {
  const auto* text = data.get_if<std::string>();
  return text == nullptr ? std::nullopt : value_of(Uuid::parse(*text));
}

// Hexadecimal digits of a file in the format of Parquet, which is not looked at.
std::optional<Value> read_frame(std::string_view class_name, std::uint32_t, const Value& data, Notes&) {
  const auto* text = data.get_if<std::string>();
  if (text == nullptr || text->size() % 2 != 0) return std::nullopt;
  Bytes bytes(text->size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned byte = 0;
    const char* digits = text->data() + 2 * i;
    if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
    bytes[i] = static_cast<std::byte>(byte);
  }
  return in_object(class_name, "parquet", Value(std::move(bytes)));
}

struct Builtin {
  std::string_view class_name;
  std::uint32_t version;  ///< the newest that is known
  Read read;
};

constexpr std::array kBuiltins{
    Builtin{"builtins.tuple", 1, read_tuple},
    Builtin{"builtins.set", 1, read_set},
    Builtin{kFrozenSet, 1, read_set},
    Builtin{"decimal.Decimal", 1, read_number},
    Builtin{"datetime.datetime", 2, read_time},
    Builtin{kPendulumTime, 2, read_time},
    Builtin{"datetime.date", 2, read_day},
    Builtin{kPendulumDate, 2, read_day},
    Builtin{"datetime.timedelta", 2, read_time_delta},
    Builtin{kFixedZone, 1, read_time_zone},
    Builtin{kPendulumZone, 1, read_time_zone},
    Builtin{kZoneInfo, 1, read_time_zone},
    Builtin{"uuid.UUID", 1, read_uuid},
    Builtin{kFrame, 1, read_frame},
};
constexpr std::uint32_t kScalarVersion = 1;

const Builtin* find_builtin(std::string_view class_name) {
  const auto found = std::ranges::find(kBuiltins, class_name, &Builtin::class_name);
  return found == kBuiltins.end() ? nullptr : &*found;
}

BuiltinWire values(std::string class_name, const List& elements) {
  return {std::move(class_name), 1, elements, true};
}

std::string hexadecimal(const Bytes& bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

// The objects that the readers above make.
std::optional<BuiltinWire> write_object(const Object& object, Notes& notes) {
  if (object.class_version != 1 || object.fields.empty()) return std::nullopt;
  const std::string& name = object.class_name;
  if (name == kFixedZone || name == kPendulumZone || name == kZoneInfo) {
    auto data = write_zone(object);
    return data ? std::optional(BuiltinWire{name, 1, std::move(*data)}) : std::nullopt;
  }
  if (object.fields.size() != 1) return std::nullopt;
  const auto& [field, value, type, codec] = object.fields[0];
  if (const Set* set = value.get_if<Set>(); name == kFrozenSet && field == "elements" && set != nullptr)
    return values(name, set->elements());
  if (const auto* time = value.get_if<DateTime>(); name == kPendulumTime && field == "time" && time != nullptr)
    return BuiltinWire{name, 2, write_date_time(*time, kPendulumZone, notes)};
  if (const Date* date = value.get_if<Date>(); name == kPendulumDate && field == "date" && date != nullptr)
    return BuiltinWire{name, 2, write_date(*date)};
  if (const Bytes* bytes = value.get_if<Bytes>(); name == kFrame && field == "parquet" && bytes != nullptr)
    return BuiltinWire{name, 1, hexadecimal(*bytes)};
  return std::nullopt;
}

}  // namespace

bool is_builtin(std::string_view class_name) {
  return find_builtin(class_name) != nullptr || scalar_dtype(class_name).has_value();
}

bool is_registered(std::string_view class_name) {
  return is_builtin(class_name) || class_name == "pyiceberg.table.Table" || class_name == "deltalake.table.DeltaTable";
}

std::optional<Value> read_builtin(std::string_view class_name, std::uint32_t version, const Value& data, Notes& notes) {
  if (const auto dtype = scalar_dtype(class_name)) {
    if (version > kScalarVersion) return std::nullopt;
    return value_of(read_scalar(*dtype, data, notes));
  }
  const Builtin* builtin = find_builtin(class_name);
  if (builtin == nullptr || version > builtin->version) return std::nullopt;
  return builtin->read(class_name, version, data, notes);
}

std::optional<BuiltinWire> write_builtin(const Value& value, Notes& notes) {
  if (const auto* tuple = value.get_if<Tuple>()) return values("builtins.tuple", tuple->elements);
  if (const Set* set = value.get_if<Set>()) return values("builtins.set", set->elements());
  if (const auto* decimal = value.get_if<Decimal>()) return BuiltinWire{"decimal.Decimal", 1, write_decimal(*decimal)};
  if (const auto* time = value.get_if<DateTime>())
    return BuiltinWire{"datetime.datetime", 2, write_date_time(*time, kZoneInfo, notes)};
  if (const Date* date = value.get_if<Date>()) return BuiltinWire{"datetime.date", 2, write_date(*date)};
  if (const auto* duration = value.get_if<Duration>()) return BuiltinWire{"datetime.timedelta", 2, write_duration(*duration)};
  if (const Uuid* uuid = value.get_if<Uuid>()) return BuiltinWire{"uuid.UUID", 1, uuid->text()};
  if (const auto* array = value.get_if<Array>())
    if (const auto class_name = scalar_class(*array)) return BuiltinWire{*class_name, 1, write_scalar(*array)};
  if (const auto* object = value.get_if<Object>()) return write_object(*object, notes);
  return std::nullopt;
}

}  // namespace cairn::interchange::airflow
