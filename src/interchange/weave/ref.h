// References of Weave: URIs of versions of objects and ops, tables and calls, and the way to a part of them.
//
//   weave:///entity/project/object/name:version[/edge/value]...      also op; version: a digest, v3, latest or an alias
//   weave:///entity/project/call/id[/edge/value]...
//   weave:///entity/project/table/digest
//
// Edges are attr, key, index and id. Source: parse_uri of weave/trace/refs.py, and the checks of the server in
// weave/trace_server/refs_internal.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::interchange::weave {

enum class RefKind : std::uint8_t { object, op, table, call };

std::string_view ref_kind_name(RefKind kind);

struct Ref {
  RefKind kind = RefKind::object;
  std::string entity, project;
  std::string name;                ///< of an object or op
  std::string version;             ///< the id of a call, the digest of a table; of objects and ops "latest" if there is none
  std::vector<std::string> edges;  ///< names and values in turn, without escapes
  /// Why Weave's server would refuse it, though its client reads it; else empty.
  std::string doubt;

  /// The URI of what it leads into, which is the name of the node that stands for that.
  std::string base() const;
  /// base(), and the edges.
  std::string text() const;
  /// Of objects and ops: base() without the version.
  std::string versions() const;
  /// The number in a version such as v3.
  std::optional<std::uint64_t> version_number() const;
  /// The digest of the row that the last edge leads to.
  std::optional<std::string> row() const;
};

/// True for text that Weave takes for a reference, or fails on.
bool looks_like_ref(std::string_view text);

/// Empty for text that Weave's client refuses; `problem` then says why.
std::optional<Ref> parse_ref(std::string_view text, std::string& problem);

/// The text with '%', '/' and ':' as escapes.
std::string quoted_part(std::string_view text);

}  // namespace cairn::interchange::weave
