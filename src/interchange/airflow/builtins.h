// The classes that Airflow has serializers of its own for: what their data mean.
#pragma once

#include <cairn/value.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "interchange/airflow/notes.h"

namespace cairn::interchange::airflow {

/// An object of such a class as it is written.
struct BuiltinWire {
  std::string class_name;
  std::uint32_t version = 1;
  Value data;                 ///< values where they are in others: see `holds_values`
  bool holds_values = false;  ///< data is a list of values that are still to be written
};

bool is_builtin(std::string_view class_name);
/// One that Airflow reads whatever classes are allowed: a builtin, or a table in a catalogue, which is an object of fields here.
bool is_registered(std::string_view class_name);

/// The value, of data in which values were read already. Nothing for data that is none of its class, and for versions that are
/// newer than what is known.
std::optional<Value> read_builtin(std::string_view class_name, std::uint32_t version, const Value& data, Notes& notes);

/// What is written of the value; nothing for what is of no such class. Throws unstorable, without a place, for values whose
/// class loses something of them.
std::optional<BuiltinWire> write_builtin(const Value& value, Notes& notes);

}  // namespace cairn::interchange::airflow
