// Zip archives, written to a stream from front to back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>

namespace cairn::interchange::aiida {

/// Members have no times, so that the same members are the same bytes. Throws io if the stream refuses.
class ZipWriter {
 public:
  /// `level` is that of deflate, 1 to 9; 0: members are stored as they are.
  ZipWriter(std::ostream& out, int level);
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  /// A member of that many bytes, which write() has to be called with before the next one begins.
  void begin(const std::string& name, std::uint64_t size);
  void write(std::span<const std::byte> bytes);
  /// Writes the directory. To be called once, at the end.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::interchange::aiida
