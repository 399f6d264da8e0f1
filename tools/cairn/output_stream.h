// Standard output as a stream.
#pragma once

#include <ostream>
#include <streambuf>

#include "output.h"

namespace cairn::cli {

/// Passes on what Output throws.
class OutputStream {
 public:
  explicit OutputStream(Output& out) : buffer_(out), stream_(&buffer_) { stream_.exceptions(std::ios::badbit); }
  std::ostream& get() { return stream_; }

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(Output& out) : out_(out) {}

   protected:
    int_type overflow(int_type byte) override {
      const char c = traits_type::to_char_type(byte);
      out_.raw({&c, 1});
      return traits_type::not_eof(byte);
    }
    std::streamsize xsputn(const char* bytes, std::streamsize count) override {
      out_.raw({bytes, static_cast<std::size_t>(count)});
      return count;
    }

   private:
    Output& out_;
  };

  Buffer buffer_;
  std::ostream stream_;
};

}  // namespace cairn::cli
