// Plain JSON documents of other systems, read from a stream.
#pragma once

#include <cairn/error.h>
#include <cairn/plain_json.h>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace cairn::interchange {

/// The whole document. Throws limit once it has more than `bytes_max` bytes, and io. Memory: at most twice that.
std::string read_text(std::istream& in, std::uint64_t bytes_max);

/// The value of the document, as from_plain_json() reads it. Throws what that does, limit for a document of more than `bytes_max`
/// bytes, and io.
Value read_json(std::istream& in, std::uint64_t bytes_max, const PlainJsonOptions& options = {});

/// bad_document, for who wants to know where and what apart: the message is "place: problem".
class BadDocument : public Error {
 public:
  BadDocument(std::string_view place, const std::string& problem);
  const std::string& place() const { return place_; }
  const std::string& problem() const { return problem_; }

 private:
  std::string place_, problem_;
};

/// Throws BadDocument.
[[noreturn]] void throw_bad(std::string_view place, const std::string& problem);

}  // namespace cairn::interchange
