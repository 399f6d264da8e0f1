// The bytes of a file, as documents write them: text, {"$hex": text}, {"$base64": text}, or a list of these, which are chunks.
#pragma once

#include <cairn/value.h>

#include <optional>

namespace cairn::interchange::weave {

struct FileContent {
  Bytes bytes;
  /// How they are written: "text", "hex" or "base64", or a map with that as "as" and the sizes of the chunks as "chunks".
  Value spelling;
};

/// True for what has the form of a content, whatever is in it.
bool is_content(const Value& value);

/// Empty for what is none, and for chunks that are not all written in one way.
std::optional<FileContent> read_file_content(const Value& value);

/// What was read.
Value written_file_content(const FileContent& content);

/// As a new document writes bytes: as text if they are UTF-8, else base64.
Value plain_file_content(const Bytes& bytes);

}  // namespace cairn::interchange::weave
