// The provenance graph as users see it: nodes and links.
#pragma once

#include <cairn/digest.h>
#include <cairn/uuid.h>
#include <cairn/value.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A moment, in nanoseconds since the Unix epoch, UTC.
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// RFC 3339 with nanoseconds and Z, such as 2026-03-01T12:00:00.000000000Z.
std::string format_time(Timestamp time);

/// What a vertex of the provenance graph stands for. Numbers are stored.
enum class NodeKind : std::uint8_t { data = 1, calculation = 2, workflow = 3 };

/// Where a node is in its life; a data node is finished from birth. Numbers are stored.
enum class NodeState : std::uint8_t {
  created = 1,
  waiting = 2,
  running = 3,
  paused = 4,
  finished = 5,
  failed = 6,
  killed = 7,
};

/// What a link says. Numbers are stored. Source: AiiDA's provenance model.
enum class LinkType : std::uint8_t {
  input = 1,      ///< data -> calculation or workflow that used it
  create = 2,     ///< calculation -> data it made
  return_ = 3,    ///< workflow -> data it returned
  call = 4,       ///< workflow -> calculation or workflow it started
  reference = 5,  ///< any node -> any other
  mutual = 6,     ///< any node <-> any other: a reference that is walked in both directions
};

std::string_view kind_name(NodeKind kind);
std::string_view state_name(NodeState state);
std::string_view link_name(LinkType type);  ///< "return" for return_
std::optional<NodeKind> parse_kind(std::string_view name);
std::optional<NodeState> parse_state(std::string_view name);
std::optional<LinkType> parse_link(std::string_view name);

/// True for finished, failed and killed.
bool is_terminal(NodeState state);

/// What a data node holds.
using Content = std::variant<std::monostate, ObjectId, ArtifactId>;

/// One vertex, as it was when it was read.
struct Node {
  Uuid uuid;
  NodeKind kind = NodeKind::data;
  NodeState state = NodeState::created;
  std::string type;         ///< what it is for its engine: a class name, "file", a step's name
  std::string label;        ///< for people
  std::string description;
  std::string run;          ///< name of the run it belongs to; empty if none
  Timestamp created{};
  Timestamp modified{};
  std::int32_t exit_status = 0;
  std::string exit_message;
  std::string code_version;
  Value attributes;         ///< null or a map; frozen when data is stored or a process is sealed
  Value extras;             ///< null or a map; may change at any time, as label, description, tags and unique ids may
  std::vector<std::string> tags;     ///< in order, each once
  std::vector<Identity> unique_ids;  ///< its names in other systems; no other node of the store has one of them
  Content content;
  std::uint64_t size_bytes = 0;  ///< of the content
};

/// One directed edge.
struct Link {
  Uuid source;
  Uuid target;
  LinkType type = LinkType::input;
  std::string label;

  friend auto operator<=>(const Link&, const Link&) = default;
};

/// A set of link types.
class LinkTypes {
 public:
  constexpr LinkTypes(std::initializer_list<LinkType> types) {
    for (const LinkType type : types) bits_ |= bit(type);
  }
  constexpr void add(LinkType type) { bits_ |= bit(type); }
  constexpr bool has(LinkType type) const { return (bits_ & bit(type)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  static constexpr LinkTypes all() {
    return {LinkType::input, LinkType::create,    LinkType::return_,
            LinkType::call,  LinkType::reference, LinkType::mutual};
  }

 private:
  static constexpr std::uint8_t bit(LinkType type) { return static_cast<std::uint8_t>(1u << static_cast<unsigned>(type)); }
  std::uint8_t bits_ = 0;
};

}  // namespace cairn
