// What a document says otherwise than the one that is written of its value.
#pragma once

#include <cairn/value.h>

namespace cairn::interchange::airflow {

/// A map of "changes", from JSON pointer to what stands there, and "removed", pointers to members that do not; without what is
/// empty. Both documents are unordered().
Map changes_between(const Value& written, const Value& wanted);

/// The document (see wire.h) with these changes.
Value changed(const Value& written, const Map& changes);

}  // namespace cairn::interchange::airflow
