#include "interchange/gemd/place.h"

#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "interchange/labels.h"

namespace cairn::interchange::gemd {
namespace {

// The patches of a value, whose first `depth` steps lead to it.
class Patcher {
 public:
  static Value copy(const Value& value, std::span<Patch> patches, std::size_t depth) {
    if (patches.empty()) return value;
    if (const List* list = value.get_if<List>()) return copy(*list, patches, depth);
    if (const Map* map = value.get_if<Map>()) return copy(*map, patches, depth);
    return value;
  }

  static Map copy(const Map& map, std::span<Patch> patches, std::size_t depth) {
    Map result;
    for (const MapEntry& entry : map)
      step(entry.value, at(patches, depth, *entry.key.get_if<std::string>()), depth,
           [&](Value made) { result.put(entry.key, std::move(made)); });
    for (Patch& patch : patches)
      if (patch.value && patch.steps.size() == depth + 1 &&
          map.find(std::string_view(patch.steps[depth])) == nullptr)
        result.put(patch.steps[depth], std::move(*patch.value));
    return result;
  }

 private:
  static std::span<Patch> at(std::span<Patch> patches, std::size_t depth, std::string_view step) {
    return std::ranges::equal_range(
        patches, step, {}, [&](const Patch& patch) -> std::string_view { return patch.steps[depth]; });
  }

  // Calls `keep` with what comes of an entry or element, unless it is left out.
  template <class Keep>
  static void step(const Value& value, std::span<Patch> patches, std::size_t depth, Keep keep) {
    if (patches.size() != 1 || patches.front().steps.size() != depth + 1)
      return keep(copy(value, patches, depth + 1));
    if (patches.front().value) keep(std::move(*patches.front().value));
  }

  static Value copy(const List& list, std::span<Patch> patches, std::size_t depth) {
    List result;
    result.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i)
      step(list[i], at(patches, depth, fmt::format_int(i).str()), depth,
           [&](Value made) { result.push_back(std::move(made)); });
    return result;
  }
};

std::string unescaped(std::string_view step) {
  std::string text;
  for (std::size_t i = 0; i < step.size(); ++i)
    if (step[i] != '~' || i + 1 == step.size())
      text += step[i];
    else
      text += step[++i] == '1' ? '/' : '~';
  return text;
}

}  // namespace

Steps Path::steps() const {
  Steps steps;
  for (const Path* step = this; step->outer != nullptr; step = step->outer)
    steps.push_back(step->key != nullptr ? *step->key : fmt::format_int(step->index).str());
  std::ranges::reverse(steps);
  return steps;
}

std::string Path::pointer() const {
  return pointer_of(steps());
}

std::string Path::label() const {
  std::string label;
  for (const Path* step = this; step->outer != nullptr; step = step->outer)
    if (step->key != nullptr && !label_or(*step->key, "").empty())
      label = label.empty() ? *step->key : *step->key + "__" + label;
  return label_or(label, "reference");
}

std::string pointer_of(const Steps& steps) {
  std::string pointer;
  for (const std::string& step : steps) pointer = pointer_to(pointer, std::string_view(step));
  return pointer;
}

Steps steps_of(std::string_view pointer) {
  Steps steps;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    steps.push_back(unescaped(pointer.substr(0, end)));
    pointer.remove_prefix(end);
  }
  return steps;
}

Value patched(const Value& value, std::vector<Patch>& patches) {
  std::ranges::sort(patches, {}, &Patch::steps);
  return Patcher::copy(value, patches, 0);
}

Map patched(const Map& map, std::vector<Patch>& patches) {
  std::ranges::sort(patches, {}, &Patch::steps);
  return Patcher::copy(map, patches, 0);
}

}  // namespace cairn::interchange::gemd
