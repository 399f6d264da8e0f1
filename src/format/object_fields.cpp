// Object: changing its fields.
#include <cairn/value.h>

#include <algorithm>

namespace cairn {

void Object::set(std::string_view field_name, Value value) {
  const auto found = std::ranges::find(fields, field_name, &Field::name);
  if (found != fields.end())
    found->value = std::move(value);
  else
    fields.push_back({std::string(field_name), std::move(value)});
}

bool Object::erase(std::string_view field_name) {
  return std::erase_if(fields, [&](const Field& field) { return field.name == field_name; }) != 0;
}

bool Object::rename(std::string_view from, std::string_view to) {
  if (find(from) == nullptr) return false;
  if (from != to) erase(to);
  std::ranges::find(fields, from, &Field::name)->name = to;
  return true;
}

}  // namespace cairn
