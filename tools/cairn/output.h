// Standard output: results and nothing else, as text or as JSON.
#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace cairn::cli {

/// Nobody reads standard output any more (`cairn log ... | head`). Ends the command without a message.
struct OutputClosed {};

/// Collects results and writes them to descriptor 1. Throws OutputClosed if the reader is gone, Error(io) if the
/// system refuses; what was not flushed when the object goes is dropped.
class Output {
 public:
  /// Bytes as they are.
  void raw(std::string_view bytes);
  void line(std::string_view text);
  /// A document on one line, so that lists of them are JSON lines.
  void json(const boost::json::value& document);
  void flush();

 private:
  std::string pending_;
};

/// The text as valid UTF-8: bytes that are not become U+FFFD.
std::string json_text(std::string_view text);

}  // namespace cairn::cli
