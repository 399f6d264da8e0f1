// Documents of Airflow's serialization as the text that Airflow shows of them without loading any class (full=False).
#pragma once

#include <cairn/value.h>

#include <optional>
#include <string>

namespace cairn::interchange::airflow {

/// "pkg.Cls@version=1(x=10)", "(1,2)" of tuples and sets; lists come out letter by letter, as Airflow has them; half a
/// surrogate pair is U+FFFD. Nothing for documents (see wire.h) that are no object.
std::optional<std::string> object_text(const Value& wire);

}  // namespace cairn::interchange::airflow
