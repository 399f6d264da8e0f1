// Numbers of one element: numpy's scalars as Airflow's serializer writes them, and decimals.
#pragma once

#include <cairn/value.h>

#include <optional>
#include <string>
#include <string_view>

#include "interchange/airflow/notes.h"

namespace cairn::interchange::airflow {

/// "numpy.int8" and the like, for an array of no dimensions; empty if that has no such class.
std::optional<std::string> scalar_class(const Array& array);
std::optional<DType> scalar_dtype(std::string_view class_name);

/// An array of no dimensions; empty for what its type does not hold exactly.
std::optional<Array> read_scalar(DType dtype, const Value& data, Notes& notes);
/// Of an array of no dimensions. Throws unstorable for a complex number that is not real.
Value write_scalar(const Array& scalar);

std::optional<Decimal> read_decimal(const Value& data, Notes& notes);
/// An integer or a real where that is read as the same decimal, else text.
Value write_decimal(const Decimal& decimal);

}  // namespace cairn::interchange::airflow
