// Lines of a stream, one at a time.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace cairn::interchange::json {

/// Memory: the longest line, and a small piece.
class Lines {
 public:
  /// Of a stream of at most `bytes_max` bytes.
  Lines(std::istream& in, std::uint64_t bytes_max) : in_(in), bytes_max_(bytes_max) {}

  /// Reads the next into `line`, without its end; false if there is none. Throws limit once there were too many bytes, and io.
  bool next(std::string& line);
  /// Of the line that was read last, from 1.
  std::uint64_t number() const { return number_; }

 private:
  bool fill();

  std::istream& in_;
  const std::uint64_t bytes_max_;
  std::uint64_t bytes_ = 0, number_ = 0;
  std::string piece_;
  std::size_t at_ = 0;  // in the piece
};

}  // namespace cairn::interchange::json
