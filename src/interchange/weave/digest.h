// The digests that Weave names versions, rows, tables and files by.
//
// Source: weave/shared/digest.py. Of objects and rows: SHA-256 of json.dumps(value, sort_keys=True), of files that of their
// bytes, both in URL-safe base64 without padding and with X for '-' and Y for '_'; of tables: that of the digests of their
// rows, one behind the other, in hexadecimal. Older versions of Weave had other rules, so a recorded digest is kept even if it
// follows from none.
#pragma once

#include <cairn/value.h>

#include <span>
#include <string>
#include <string_view>

namespace cairn::interchange::weave {

/// Of a plain value (see python_json, whose errors are thrown).
std::string value_digest(const Value& value);
std::string bytes_digest(std::string_view bytes);
std::string table_digest(std::span<const std::string> row_digests);

}  // namespace cairn::interchange::weave
