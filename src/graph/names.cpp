// The names of kinds, states and link types, as they are printed and parsed.
#include <cairn/node.h>

#include <array>
#include <utility>

namespace cairn {
namespace {

constexpr std::array<std::pair<NodeKind, std::string_view>, 3> kKinds = {{
    {NodeKind::data, "data"},
    {NodeKind::calculation, "calculation"},
    {NodeKind::workflow, "workflow"},
}};

constexpr std::array<std::pair<NodeState, std::string_view>, 7> kStates = {{
    {NodeState::created, "created"},
    {NodeState::waiting, "waiting"},
    {NodeState::running, "running"},
    {NodeState::paused, "paused"},
    {NodeState::finished, "finished"},
    {NodeState::failed, "failed"},
    {NodeState::killed, "killed"},
}};

constexpr std::array<std::pair<LinkType, std::string_view>, 5> kLinks = {{
    {LinkType::input, "input"},
    {LinkType::create, "create"},
    {LinkType::return_, "return"},
    {LinkType::call, "call"},
    {LinkType::reference, "reference"},
}};

template <class Table, class Number>
std::string_view name_in(const Table& table, Number number) {
  for (const auto& [value, name] : table)
    if (value == number) return name;
  return "unknown";
}

template <class Table>
auto number_in(const Table& table, std::string_view text) {
  for (const auto& [value, name] : table)
    if (name == text) return std::optional(value);
  return std::optional<typename Table::value_type::first_type>();
}

}  // namespace

std::string_view kind_name(NodeKind kind) { return name_in(kKinds, kind); }
std::string_view state_name(NodeState state) { return name_in(kStates, state); }
std::string_view link_name(LinkType type) { return name_in(kLinks, type); }
std::optional<NodeKind> parse_kind(std::string_view name) { return number_in(kKinds, name); }
std::optional<NodeState> parse_state(std::string_view name) { return number_in(kStates, name); }
std::optional<LinkType> parse_link(std::string_view name) { return number_in(kLinks, name); }

bool is_terminal(NodeState state) {
  return state == NodeState::finished || state == NodeState::failed || state == NodeState::killed;
}

}  // namespace cairn
