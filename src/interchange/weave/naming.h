// How rows of Weave are named in the store: by unique ids, so that what two documents describe is one node.
//
//   weave            the URI of a reference to an object, op, call or table: weave:///entity/project/object/name:digest. What
//   does not
//                    say its project has the part behind that: object/name:digest. Objects also have that of their number,
//                    ...:v3
//   weave-row, weave-file, weave-value    their digest; what is equal in two projects is one
//   weave-value-text                      of a value whose references are text
//   <scope>-ref      what is only named: a node without a description stands for it
#pragma once

#include <cairn/interchange.h>

#include <optional>
#include <string>

#include "interchange/weave/document.h"
#include "interchange/weave/ref.h"

namespace cairn::interchange::weave {

/// True for an object that is an op: code, of which calls are executions.
bool is_op(const Row& row);

/// `digest` is that of its value, for rows that do not say one.
Identity name_of(const Row& row, const std::string& digest, const ImportOptions& options);
/// The name of an object by its number; empty if it does not say its number or project.
std::optional<Identity> number_name_of(const Row& row);
/// The name of an object by a version such as "latest" or an alias.
std::string versioned(const Row& row, const std::string& version);

/// Of the node that stands for what has this name, and is only named.
Identity placeholder_name(const Identity& name);

/// True if a node can have it.
bool can_be_unique_id(const Identity& name);

}  // namespace cairn::interchange::weave
