#include "graph/node_planner.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <variant>

#include "graph/filter_fields.h"
#include "graph/index_entries.h"
#include "graph/leases.h"

namespace cairn::graph {
namespace {

namespace index = format::index;
using filter::Compare;
using filter::In;
using filter::KeyRange;
using filter::Operand;
using filter::Term;

constexpr std::size_t kCountMost = 1000;

// A key that ends in a node id, without it.
std::string without_id(std::string key) {
  key.resize(key.size() - sizeof(NodeId));
  return key;
}

// A text that could not be such a name must not reach into the keys of another one.
bool is_in_keys(std::string_view name) { return name.find('\0') == std::string_view::npos; }

const std::string* text_of(const Operand& operand) {
  const Value* value = std::get_if<Value>(&operand);
  return value == nullptr ? nullptr : value->get_if<std::string>();
}

const FilterPath& path_of(const Term& test) {
  if (const auto* compare = std::get_if<Compare>(&test.form)) return compare->path;
  if (const auto* in = std::get_if<In>(&test.form)) return in->path;
  return std::get<filter::Exists>(test.form).path;
}

// What a field must equal one of; empty if the test does not say so.
std::span<const Operand> operands_of(const Term& test) {
  if (const auto* compare = std::get_if<Compare>(&test.form))
    return compare->comparison == Comparison::equal ? std::span(&compare->operand, 1) : std::span<const Operand>();
  const auto* in = std::get_if<In>(&test.form);
  return in == nullptr ? std::span<const Operand>() : std::span<const Operand>(in->operands);
}

IdSpan by_id(IdSpan::Place place, std::string prefix) {
  std::string end = filter::behind_prefix(prefix);
  return {place, std::move(prefix), std::move(end), true};
}

// Fields by how few nodes an index of theirs usually leads to.
constexpr std::array kBestFirst = {FilterField::id,  FilterField::uid,   FilterField::content, FilterField::group,
                                   FilterField::tag, FilterField::state, FilterField::type};

// Data nodes are not in the index of states.
bool is_of_processes(std::span<const Operand> kinds) {
  return !kinds.empty() && std::ranges::all_of(kinds, [](const Operand& kind) { return is_state_indexed(std::get<NodeKind>(kind)); });
}

// What is in both.
KeyRange both(const KeyRange& a, const KeyRange& b) {
  if (a.is_one_key || b.is_one_key) return a.is_one_key ? a : b;
  return {std::max(a.begin, b.begin), std::min(a.end, b.end), false};
}

KeyRange around(const KeyRange& a, const KeyRange& b) {
  return {std::min(a.begin, b.begin), std::max(a.end, b.end), a.is_one_key && a == b};
}

}  // namespace

NodePlanner::NodePlanner(const engine::View& view, const NodeLookups& lookups, Timestamp now)
    : view_(view), lookups_(lookups), now_(now), indexes_(read_attribute_indexes(view)) {
  std::erase_if(indexes_, [](const AttributeIndex& index) { return !index.is_ready(); });
}

std::optional<IdSource> NodePlanner::source(const Term& root) const {
  if (const auto* any = std::get_if<filter::Or>(&root.form)) return of_any(any->terms);
  const auto* all = std::get_if<filter::And>(&root.form);
  return of_conjuncts(filter::conjuncts(root), all == nullptr ? std::vector<filter::TermPtr>() : all->terms);
}

std::vector<NodePlanner::IdRange> NodePlanner::ranges(const Term& root) const {
  for (const Term* test : filter::conjuncts(root)) {
    if (path_of(*test).field() != FilterField::run || operands_of(*test).size() != 1) continue;
    const std::string& name = *text_of(operands_of(*test).front());
    const std::optional<CellId> cell = name.empty() ? std::optional(format::kLooseCell) : lookups_.find_run(name);
    if (!cell) return {};
    std::vector<IdRange> ranges;
    for (const NodeBlock& block : blocks_of(view_, *cell))
      if (block.count != 0) ranges.push_back({block.first, block.first + (block.count - 1)});
    std::ranges::sort(ranges, {}, &IdRange::first);
    return ranges;
  }
  return {{}};
}

std::optional<KeyRange> NodePlanner::values(const Term& root, const FilterPath& path) const {
  std::optional<KeyRange> range;
  const auto add = [&](const std::optional<KeyRange>& one) {
    if (one) range = range ? both(*range, *one) : *one;
  };
  for (const Term* test : filter::conjuncts(root)) {
    if (path_of(*test) != path) continue;
    if (const auto* compare = std::get_if<Compare>(&test->form)) add(filter::keys_that_pass(compare->comparison, compare->operand, now_));
    if (const auto* in = std::get_if<In>(&test->form)) {
      std::optional<KeyRange> hull;
      for (const Operand& operand : in->operands)
        if (const auto one = filter::keys_that_pass(Comparison::equal, operand, now_)) hull = hull ? around(*hull, *one) : *one;
      add(hull);
    }
  }
  return range;
}

const AttributeIndex* NodePlanner::find_index(const FilterPath& path) const {
  const auto found = std::ranges::find(indexes_, path, &AttributeIndex::path);
  return found == indexes_.end() ? nullptr : &*found;
}

std::optional<IdSource> NodePlanner::of_conjuncts(const Tests& tests, const std::vector<filter::TermPtr>& others) const {
  bool processes_only = false;
  for (const Term* test : tests)
    if (path_of(*test).field() == FilterField::kind) processes_only = processes_only || is_of_processes(operands_of(*test));

  std::vector<IdSource> found;
  for (const FilterField field : kBestFirst)
    for (const Term* test : tests)
      if (path_of(*test).field() == field)
        if (auto source = of_test(*test, processes_only)) found.push_back(std::move(*source));
  add_attributes(tests, found);
  for (const filter::TermPtr& term : others)
    if (const auto* any = std::get_if<filter::Or>(&term->form))
      if (auto source = of_any(any->terms)) found.push_back(std::move(*source));
  return found.empty() ? std::nullopt : std::optional(smallest(std::move(found)));
}

// Each alternative needs a source, or all nodes have to be read.
std::optional<IdSource> NodePlanner::of_any(const std::vector<filter::TermPtr>& terms) const {
  IdSource whole;
  for (const filter::TermPtr& term : terms) {
    auto part = source(*term);
    if (!part) return std::nullopt;
    std::ranges::move(part->spans, std::back_inserter(whole.spans));
    whole.known.insert(whole.known.end(), part->known.begin(), part->known.end());
    if (whole.name.find(part->name) == std::string::npos) whole.name += (whole.name.empty() ? "" : " or ") + part->name;
  }
  std::ranges::sort(whole.known);
  whole.known.erase(std::ranges::unique(whole.known).begin(), whole.known.end());
  return whole;
}

// All tests of one path make one range; its values one by one, if there are few.
void NodePlanner::add_attributes(const Tests& tests, std::vector<IdSource>& found) const {
  for (const AttributeIndex& attribute : indexes_) {
    const std::string prefix = index::attributes_of(attribute.number);
    for (const Term* test : tests) {
      const auto* in = std::get_if<In>(&test->form);
      if (in == nullptr || in->path != attribute.path) continue;
      IdSource source{.name = attribute.path.text()};
      for (const Operand& operand : in->operands)
        if (const auto range = filter::keys_that_pass(Comparison::equal, operand, now_))
          source.spans.push_back({IdSpan::Place::indexes, prefix + range->begin, prefix + range->end, range->is_one_key});
      found.push_back(std::move(source));
    }
    KeyRange whole;
    bool is_there = false;
    for (const Term* test : tests) {
      const auto* compare = std::get_if<Compare>(&test->form);
      if (compare == nullptr || compare->path != attribute.path) continue;
      const auto range = filter::keys_that_pass(compare->comparison, compare->operand, now_);
      if (!range) continue;
      whole = is_there ? both(whole, *range) : *range;
      is_there = true;
    }
    if (!is_there) continue;
    IdSource source{.name = attribute.path.text()};
    source.spans.push_back({IdSpan::Place::indexes, prefix + whole.begin, prefix + whole.end, whole.is_one_key});
    found.push_back(std::move(source));
  }
}

// Of a test that a field of the record or a name equals something.
std::optional<IdSource> NodePlanner::of_test(const Term& test, bool processes_only) const {
  const std::span<const Operand> operands = operands_of(test);
  if (operands.empty()) return std::nullopt;
  IdSource source{.name = path_of(test).text()};
  for (const Operand& operand : operands)
    if (!add_equal(path_of(test), operand, processes_only, source)) return std::nullopt;
  std::ranges::sort(source.known);
  source.known.erase(std::ranges::unique(source.known).begin(), source.known.end());
  return source;
}

// Adds where nodes are whose field equals the operand; false if no index tells.
bool NodePlanner::add_equal(const FilterPath& path, const Operand& operand, bool processes_only, IdSource& source) const {
  const auto add_prefix = [&](std::string prefix) { source.spans.push_back(by_id(IdSpan::Place::indexes, std::move(prefix))); };
  const std::string* text = text_of(operand);
  if (text != nullptr && !is_in_keys(*text)) return false;
  switch (path.field()) {
    case FilterField::id: add_owner(format::claim::node(std::get<Uuid>(operand)), source); return true;
    case FilterField::uid:
      // The scope may end at any colon. Claims do not regard its case and filters do: what fits is among them.
      for (std::size_t colon = text->find(':'); colon != std::string::npos; colon = text->find(':', colon + 1))
        add_owner(format::claim::unique_id({text->substr(0, colon), text->substr(colon + 1)}), source);
      return true;
    case FilterField::content: add_prefix(index::contents_of(std::get<Digest>(operand))); return true;
    case FilterField::group:
      source.spans.push_back(by_id(IdSpan::Place::group_rows, format::row::members_of(*text)));
      return true;
    case FilterField::tag: add_prefix(without_id(index::tag(*text, 0))); return true;
    case FilterField::type: add_prefix(without_id(index::type(*text, 0))); return true;
    case FilterField::state: {
      const NodeState state = std::get<NodeState>(operand);
      // Data nodes are finished and not in the index of states.
      if (state == NodeState::finished && !processes_only) return false;
      add_prefix(without_id(index::state(static_cast<std::uint8_t>(state), 0)));
      return true;
    }
    default: return false;
  }
}

void NodePlanner::add_owner(const std::string& claim, IdSource& source) const {
  if (const auto owner = view_.find_claim(claim)) source.known.push_back(format::parse_be64(*owner));
}

IdSource NodePlanner::smallest(std::vector<IdSource> found) const {
  // Those that have to be collected and sorted come last.
  std::ranges::stable_sort(found, std::greater(), &IdSource::is_in_order);
  if (found.size() == 1) return std::move(found.front());
  std::size_t best = 0, least = kCountMost;
  for (std::size_t i = 0; i < found.size() && least != 0; ++i) {
    const std::size_t count = count_entries(view_, found[i], least);
    if (count >= least) continue;
    least = count;
    best = i;
  }
  return std::move(found[best]);
}

}  // namespace cairn::graph
