#include "interchange/scalems/targets.h"

#include <cairn/text.h>

#include <fmt/format.h>

#include <deque>

#include "interchange/json_reader.h"

namespace cairn::interchange::scalems {
namespace {

// References that lead through more elements than this one after the other are taken as leading to the last of them, so that a
// long chain costs no square of its length.
constexpr std::size_t kHopsMax = 100;

}  // namespace

/// On the way of a reference: an element, or a value within it.
struct Targets::Walk {
  std::size_t element = 0;
  const Value* value = nullptr;  ///< null: the element itself
  std::deque<Step> steps = {};   ///< those without a label have a subscript alone
  bool is_of_result = false;     ///< the value is within the result of the element
  bool is_done = false;          ///< what comes next is not in the document
  std::size_t hops = 0;
  std::string remark = {};
};

Targets::Targets(const std::vector<Element>& elements) : elements_(elements), is_left_out_(elements.size()) {
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (elements[i].uid) numbers_.emplace(elements[i].uid->name, i);
}

std::size_t Targets::owner(std::size_t number) const {
  return elements_[number].uid ? numbers_.at(elements_[number].uid->name) : number;
}

Target Targets::find(std::size_t number, const Use& use) const {
  const auto found = use.reference.uid ? numbers_.find(use.reference.uid->name) : numbers_.end();
  if (found == numbers_.end() || is_left_out_[found->second]) return {};
  if (found->second >= number) return not_before(number, found->second, use);
  Walk walk{.element = found->second, .steps = {use.reference.steps.begin(), use.reference.steps.end()}};
  while (!walk.is_done && !walk.steps.empty()) step(walk, use);
  // A process stands for its result, but where its result is said to come from another process.
  const bool is_whole = use.reference.steps.empty();
  while (!walk.is_done && walk.value == nullptr && elements_[walk.element].is_process && !(is_whole && use.is_result)) {
    walk.is_of_result = true;
    const Value* result = elements_[walk.element].find_member("result");
    const auto* text = result == nullptr ? nullptr : result->get_if<std::string>();
    if (text == nullptr || !follow(walk, *text)) break;
    while (!walk.is_done && !walk.steps.empty()) step(walk, use);
  }
  const bool is_result = walk.is_of_result && elements_[walk.element].is_process;
  return {is_result ? Target::Kind::result : Target::Kind::element, walk.element, std::move(walk.remark)};
}

Target Targets::not_before(std::size_t number, std::size_t found, const Use& use) const {
  if (found == number && use.is_result) return {Target::Kind::nothing, number};
  const std::string from = elements_[number].shown();
  const std::string problem = found == number
                                  ? fmt::format("{} refers to itself", from)
                                  : fmt::format("{} refers to {}, which comes only after it", from, elements_[found].shown());
  if (use.certainty == Certainty::certain) throw_bad(use.place, problem);
  return {Target::Kind::nothing, number, use.certainty == Certainty::text ? std::string() : problem + ": taken as text"};
}

void Targets::step(Walk& walk, const Use& use) const {
  const Step step = std::move(walk.steps.front());
  walk.steps.pop_front();
  if (step.label.empty()) return take_subscript(walk, *step.subscript, use);
  // Behind what the member may refer to, so that the subscript is one of that.
  if (step.subscript) walk.steps.push_front({.label = {}, .subscript = step.subscript});
  take_label(walk, step.label, use);
}

void Targets::take_label(Walk& walk, const std::string& label, const Use& use) const {
  const Element& element = elements_[walk.element];
  if (walk.value == nullptr) {
    walk.is_of_result = element.is_process && label == "result";
    walk.value = element.find_member(label);
  } else {
    const Map* map = walk.value->get_if<Map>();
    if (map == nullptr && !walk.value->is<std::monostate>())
      throw_bad(use.place, fmt::format("\"{}\": {} has no \"{}\" there, but {}", use.text, element.shown(), label,
                                       walk.value->kind_name()));
    walk.value = map == nullptr ? nullptr : map->find(std::string_view(label));
  }
  if (walk.value == nullptr) {
    const bool is_declared = element.description != nullptr && element.description->find_field(label) != nullptr;
    if (!is_declared && !walk.is_of_result) walk.remark = fmt::format("{} says nothing of \"{}\"", element.shown(), label);
    walk.is_done = true;
    return;
  }
  const auto* text = walk.value->get_if<std::string>();
  if (text != nullptr && !follow(walk, *text) && !walk.steps.empty())
    walk.remark = fmt::format("it leads to \"{}\" of {}, and no further", printable(shortened(*text, 100)), element.shown());
}

// Goes on at the element that the text refers to. False if it refers to none of the elements before.
bool Targets::follow(Walk& walk, const std::string& text) const {
  const auto parsed = parse_reference(text);
  const auto found = parsed && parsed.value.uid ? numbers_.find(parsed.value.uid->name) : numbers_.end();
  if (found == numbers_.end() || found->second >= walk.element || is_left_out_[found->second] || ++walk.hops > kHopsMax) {
    walk.is_done = true;
    return false;
  }
  walk.element = found->second;
  walk.value = nullptr;
  walk.is_of_result = false;
  walk.steps.insert(walk.steps.begin(), parsed.value.steps.begin(), parsed.value.steps.end());
  return true;
}

void Targets::take_subscript(Walk& walk, std::uint64_t subscript, const Use& use) const {
  const Element& element = elements_[walk.element];
  if (walk.value == nullptr) {  // of the whole: of its data
    walk.value = element.is_process ? nullptr : element.record.find("data");
    if (walk.value == nullptr) return;
  }
  if (walk.value->is<std::monostate>()) return;
  const List* list = walk.value->get_if<List>();
  if (list == nullptr)
    throw_bad(use.place,
              fmt::format("\"{}\": expected an array in {}, found {}", use.text, element.shown(), walk.value->kind_name()));
  if (subscript >= list->size())
    throw_bad(use.place, fmt::format("\"{}\": {} has {} elements there, and none of number {}", use.text, element.shown(),
                                     list->size(), subscript));
  walk.value = &(*list)[subscript];
}

}  // namespace cairn::interchange::scalems
