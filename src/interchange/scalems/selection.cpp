#include "interchange/scalems/selection.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

#include "interchange/scalems/keeping.h"

namespace cairn::interchange::scalems {
namespace {

[[noreturn]] void throw_unstorable(const std::string& problem) {
  throw Error(ErrorCode::unstorable, fmt::format("export scalems: {}", problem));
}

bool is_result(const Node& node) { return node.type == kResultType; }

bool is_stored(const Map& record) {
  return record.find("type") == nullptr && (record.find("path") != nullptr || record.find("object") != nullptr);
}

Element element_of(const Map& record, Dialect dialect) {
  ImportReport ignored;
  try {
    return read_element(
        record, "", dialect, [](std::string_view) { return nullptr; }, ignored);
  } catch (const Error& error) {
    throw_unstorable(fmt::format("an element cannot be in a document of this form: {}", error.what()));
  }
}

/// Numbers of elements, so that each comes behind what it refers to, and else in order.
class Order {
 public:
  explicit Order(const std::vector<Element>& elements)
      : elements_(elements), dependents_(elements.size()), missing_(elements.size()) {
    for (std::size_t i = 0; i < elements.size(); ++i)
      if (elements[i].uid && !numbers_.emplace(elements[i].uid->name, i).second)
        throw_unstorable(fmt::format("two of the elements have the uid {}", elements[i].uid->name));
    for (std::size_t i = 0; i < elements.size(); ++i)
      for (const Use& use : elements[i].uses) depend(i, use);
  }

  std::vector<std::size_t> run() {
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < missing_.size(); ++i)
      if (missing_[i] == 0) ready.push(i);
    std::vector<std::size_t> order;
    while (!ready.empty()) {
      order.push_back(ready.top());
      ready.pop();
      for (const std::size_t dependent : dependents_[order.back()])
        if (--missing_[dependent] == 0) ready.push(dependent);
    }
    if (order.size() < elements_.size()) {
      const auto left = std::ranges::find_if(missing_, [](std::size_t count) { return count > 0; });
      throw_unstorable(
          fmt::format("{} refers to what refers to it", elements_[static_cast<std::size_t>(left - missing_.begin())].shown()));
    }
    return order;
  }

 private:
  void depend(std::size_t number, const Use& use) {
    if (use.certainty == Certainty::text) return;
    const auto found = use.reference.uid ? numbers_.find(use.reference.uid->name) : numbers_.end();
    if (found == numbers_.end() || found->second == number) return;
    dependents_[found->second].push_back(number);
    ++missing_[number];
  }

  const std::vector<Element>& elements_;
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::vector<std::size_t>> dependents_;
  std::vector<std::size_t> missing_;  // of what it refers to
};

}  // namespace

Selection::Selection(const Store& store, std::span<const Uuid> nodes, bool ancestors)
    : store_(store), next_(nodes.begin(), nodes.end()) {
  for (; !next_.empty(); next_.pop_front())
    if (seen_.insert(next_.front()).second) add(store_.get_node(next_.front()), ancestors);
}

void Selection::add(const Node& node, bool ancestors) {
  if (is_document(node)) {
    const StoredParts parts = stored_parts(store_, node);
    next_.insert(next_.end(), parts.types.begin(), parts.types.end());
    for (const Value& entry : parts.entries) next_.push_back(node_of_entry(entry));
  } else if (is_type(node)) {
    add_type(node);
  } else if (is_element(node)) {
    records_.push_back(record_of(store_, node));
    add_neighbours(node, ancestors);
  } else if (is_result(node)) {
    for (const Link& link : store_.links(node.uuid))
      if (link.type == LinkType::create && link.target == node.uuid) next_.push_back(link.source);
  } else {
    throw_unstorable(fmt::format("node {} did not come in by this format", node.uuid.text()));
  }
}

void Selection::add_neighbours(const Node& node, bool ancestors) {
  for (const Link& link : store_.links(node.uuid)) {
    const bool is_from_here = link.source == node.uuid;
    const bool is_of_type = is_from_here && link.type == LinkType::reference && link.label == "type";
    const bool leads_up = link.type == LinkType::create || (link.type == LinkType::input ? !is_from_here : is_from_here);
    if (!is_of_type && !(ancestors && leads_up)) continue;
    const Node other = store_.get_node(is_from_here ? link.target : link.source);
    if (is_element(other) || is_type(other) || is_result(other)) next_.push_back(other.uuid);
  }
}

void Selection::add_type(const Node& node) {
  TypeDescription type = type_in(store_, node);
  const Value* known = types_.find(Value(type.name));
  if (known != nullptr && *known != type.description)
    throw_unstorable(fmt::format("two of the types are called {}", type.name));
  types_.put(std::move(type.name), std::move(type.description));
}

Frame Selection::frame() const {
  const auto stored = std::ranges::count_if(records_, is_stored);
  if (stored > 0 && (static_cast<std::size_t>(stored) < records_.size() || types_.size() > 0))
    throw_unstorable("what is of a file store is in no document with other elements");
  if (stored > 0) return {.form = Form::store, .rest = Map{{"instance", Value()}}, .sections = {"files", "objects"}};
  const bool has_referent = std::ranges::any_of(records_, [](const Map& record) { return record.find("uid") != nullptr; });
  if (has_referent || types_.size() > 0 || records_.empty())
    return {.form = Form::workflow, .rest = Map{{"version", "scalems_workflow_1"}}, .sections = {"types", "referents"}};
  return {.form = records_.size() == 1 ? Form::record : Form::records};
}

Value Selection::document() const {
  const Frame frame = this->frame();
  const Dialect dialect = frame.form == Form::workflow ? Dialect::referent
                          : frame.form == Form::store  ? Dialect::stored
                                                       : Dialect::record;
  std::vector<Element> elements;
  for (const Map& record : records_) elements.push_back(element_of(record, dialect));
  std::vector<Map> ordered;
  for (const std::size_t number : Order(elements).run()) ordered.push_back(records_[number]);
  return assembled(frame, types_, ordered);
}

}  // namespace cairn::interchange::scalems
