// The names of what a node, a link and an index can be, and times as text.
#include <cairn/attribute_index.h>
#include <cairn/node.h>

#include <fmt/format.h>

#include <chrono>

namespace cairn {

namespace {

template <class Number>
struct NameRow {
  Number number;
  std::string_view name;
};

constexpr NameRow<NodeKind> kKinds[] = {
    {NodeKind::data, "data"}, {NodeKind::calculation, "calculation"}, {NodeKind::workflow, "workflow"}};

constexpr NameRow<NodeState> kStates[] = {
    {NodeState::created, "created"}, {NodeState::waiting, "waiting"},   {NodeState::running, "running"},
    {NodeState::paused, "paused"},   {NodeState::finished, "finished"}, {NodeState::failed, "failed"},
    {NodeState::killed, "killed"}};

constexpr NameRow<LinkType> kLinks[] = {{LinkType::input, "input"},
                                        {LinkType::create, "create"},
                                        {LinkType::return_, "return"},
                                        {LinkType::call, "call"},
                                        {LinkType::reference, "reference"},
                                        {LinkType::mutual, "mutual"}};

constexpr NameRow<IndexState> kIndexStates[] = {
    {IndexState::building, "building"}, {IndexState::ready, "ready"}, {IndexState::dropping, "dropping"}};

// "unknown" is for numbers that no enumerator has: a name is asked for in messages, which must not throw.
template <class Number, std::size_t Count>
std::string_view name_in(const NameRow<Number> (&rows)[Count], Number number) {
  for (const auto& row : rows)
    if (row.number == number) return row.name;
  return "unknown";
}

template <class Number, std::size_t Count>
std::optional<Number> number_in(const NameRow<Number> (&rows)[Count], std::string_view name) {
  for (const auto& row : rows)
    if (row.name == name) return row.number;
  return std::nullopt;
}

}  // namespace

std::string_view kind_name(NodeKind kind) { return name_in(kKinds, kind); }
std::string_view state_name(NodeState state) { return name_in(kStates, state); }
std::string_view index_state_name(IndexState state) { return name_in(kIndexStates, state); }
std::string_view link_name(LinkType type) { return name_in(kLinks, type); }
std::optional<NodeKind> parse_kind(std::string_view name) { return number_in(kKinds, name); }
std::optional<NodeState> parse_state(std::string_view name) { return number_in(kStates, name); }
std::optional<LinkType> parse_link(std::string_view name) { return number_in(kLinks, name); }

bool is_terminal(NodeState state) {
  return state == NodeState::finished || state == NodeState::failed || state == NodeState::killed;
}

std::string format_time(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace cairn
