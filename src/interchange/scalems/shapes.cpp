#include "interchange/scalems/shapes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "interchange/scalems/grammar.h"

namespace cairn::interchange::scalems {
namespace {

bool is_integer(const Value& value) { return value.is<std::int64_t>() || value.is<std::uint64_t>() || value.is<BigInteger>(); }

bool has_size(std::size_t count, const Value& size) {
  if (is_integer(size)) return size == Value(static_cast<std::uint64_t>(count));
  return size != Value("constraints.OneOrMore") || count > 0;  // what other names mean is not said
}

bool has_dimensions(const Value& data, std::span<const Value> sizes) {
  if (sizes.empty()) return true;
  const List* list = data.get_if<List>();
  return list != nullptr && has_size(list->size(), sizes.front()) &&
         std::ranges::all_of(*list, [&](const Value& element) { return has_dimensions(element, sizes.subspan(1)); });
}

// Of the first element; all have them if the rest of the list does.
std::vector<std::uint64_t> dimensions_of_first(const Value& data) {
  std::vector<std::uint64_t> sizes;
  for (const Value* at = &data; const List* list = at->get_if<List>(); at = &list->front()) {
    sizes.push_back(list->size());
    if (list->empty()) break;
  }
  return sizes;
}

// Appends numbers of one type in C order. False if an element is no such number, or a list has another length.
template <class Number>
bool append_numbers(const Value& data, std::span<const std::uint64_t> shape, std::vector<Number>& numbers) {
  if (shape.empty()) {
    const Number* number = data.get_if<Number>();
    if (number != nullptr) numbers.push_back(*number);
    return number != nullptr;
  }
  const List* list = data.get_if<List>();
  return list != nullptr && list->size() == shape.front() &&
         std::ranges::all_of(*list, [&](const Value& e) { return append_numbers(e, shape.subspan(1), numbers); });
}

template <class Number>
std::optional<Array> array_of(const Value& data, const std::vector<std::uint64_t>& shape, DType dtype) {
  std::vector<Number> numbers;
  if (!append_numbers(data, shape, numbers) || numbers.empty()) return std::nullopt;
  return Array::from_bytes(dtype, shape, std::as_bytes(std::span(numbers)), std::endian::native);
}

template <class Number>
Value list_of(const std::byte*& at, std::span<const std::uint64_t> shape) {
  if (shape.empty()) {
    Number number;
    std::memcpy(&number, at, sizeof number);
    at += sizeof number;
    return number;
  }
  List list;
  list.reserve(shape.front());
  for (std::uint64_t i = 0; i < shape.front(); ++i) list.push_back(list_of<Number>(at, shape.subspan(1)));
  return list;
}

}  // namespace

std::string shape_fault(const Value& shape, Sizes sizes) {
  const List* list = shape.get_if<List>();
  if (list == nullptr) return fmt::format("expected an array of sizes, found {}", shape.kind_name());
  if (list->empty()) return "expected one size or more, found an empty array";
  for (const Value& size : *list) {
    if (is_integer(size)) continue;
    if (sizes == Sizes::integers) return fmt::format("expected an integer, found {}", size.kind_name());
    if (size.is<Map>()) continue;
    const auto* name = size.get_if<std::string>();
    if (name == nullptr) return fmt::format("expected an integer or the name of a constraint, found {}", size.kind_name());
    if (const auto parsed = parse_type(*name); !parsed) return fmt::format("the size \"{}\", {}", *name, parsed.fault);
  }
  return {};
}

bool has_shape(const Value& data, const List& shape) {
  if (data.is<List>()) return has_dimensions(data, shape);
  return shape.size() == 1 && has_size(1, shape.front());
}

std::string shape_text(const Value& data) {
  if (!data.is<List>()) return "[1]";
  std::vector<std::uint64_t> sizes = dimensions_of_first(data);
  while (sizes.size() > 1) {
    List shape;
    for (const std::uint64_t size : sizes) shape.push_back(size);
    if (has_dimensions(data, shape)) break;
    sizes.pop_back();
  }
  return fmt::format("[{}]", fmt::join(sizes, ", "));
}

Value packed(Value data) {
  const std::vector<std::uint64_t> shape = dimensions_of_first(data);
  if (shape.empty() || shape.back() == 0) return data;
  if (auto integers = array_of<std::int64_t>(data, shape, DType::int64)) return *std::move(integers);
  if (auto reals = array_of<double>(data, shape, DType::float64)) return *std::move(reals);
  return data;
}

Value unpacked(Value data) {
  const Array* array = data.get_if<Array>();
  if (array == nullptr) return data;
  const std::byte* at = array->data.data();
  return array->dtype == DType::int64 ? list_of<std::int64_t>(at, array->shape) : list_of<double>(at, array->shape);
}

}  // namespace cairn::interchange::scalems
