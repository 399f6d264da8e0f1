// JSON documents into a store, beside Boost.JSON's parse alone.
//
//   records   an array of objects: eight members with numbers, text, a short list and an object
//   reals     an array of arrays of reals with all their digits
//   texts     an array of texts of a hundred characters, some with escapes
//   lines     the records, an object a line, and each a node of its own (json-lines)
//
// Import parses the document, stores its values and commits; the peer parses the same text into a boost::json::value, which is
// then gone. MB/s are those of the document. The thread that measures, and those that a store makes, stay on one core.
#pragma once

#include <cstdint>
#include <filesystem>

#include "report.h"

namespace bench {

/// One round of all documents, of some `bytes` each; of lines a sixteenth of that.
void measure_json(const std::filesystem::path& directory, std::uint64_t bytes, Report& report);

}  // namespace bench
