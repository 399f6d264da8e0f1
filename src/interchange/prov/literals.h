// Literals of PROV-JSON: as documents write them, and as they are stored, so that filters compare numbers as numbers.
#pragma once

#include <cairn/value.h>

#include "interchange/prov/names.h"

namespace cairn::interchange::prov {

/// With the text that the specification asks for in typed literals: {"$": 1, "type": "xsd:int"} becomes {"$": "1", ...}.
Map with_texts(const Map& record);

/// Numbers and booleans of typed literals as such, where their text is the one that with_texts gives back.
Map with_numbers(const Map& record, const Prefixes& prefixes);

}  // namespace cairn::interchange::prov
