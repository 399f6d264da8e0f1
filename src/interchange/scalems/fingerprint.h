// Fingerprints of SCALE-MS: the uid of equal work is equal.
#pragma once

#include <cairn/value.h>

#include <string>

namespace cairn::interchange::scalems {

/// JSON as Python writes it with sort_keys and without spaces: in ASCII, keys in order of their characters. Throws unstorable
/// for what has no JSON, limit for an integer of more than 4096 bytes.
std::string compact_json(const Value& value);

/// The uid of a node that does `operation` with `input`, after `depends`: 64 digits in lower case. Source: SCALE-MS, branch
/// "serialization", class Fingerprint.
std::string fingerprint(const Value& operation, const Value& input, const Value& depends);

}  // namespace cairn::interchange::scalems
