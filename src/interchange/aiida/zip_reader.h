// Zip and tar.gz archives, read from a stream member by member.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace cairn::interchange::aiida {

enum class ArchiveForm : std::uint8_t { zip, tar_gz };

enum class MemberKind : std::uint8_t { file, directory, other };

/// Members in the order of their bytes. Of a zip, the stream must have positions: what its directory says of a member, what
/// the member says itself, and its bytes must be the same. Not thread-safe. Throws bad_document for what is damaged, does not
/// end, or lies about sizes; limit for an archive that expands more than deflate can; io if the stream refuses.
class ZipReader {
 public:
  /// `expansion_most`: how many times more bytes may come out than the archive has. Deflate has 1032.
  ZipReader(std::istream& in, ArchiveForm form, std::uint64_t expansion_most = 1100);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  /// False at the end.
  bool next();
  /// As it is in the archive, without "./" before and '/' behind it.
  const std::string& name() const;
  MemberKind kind() const;
  /// All bytes of the member, in pieces.
  void read(const std::function<void(std::span<const std::byte>)>& visit);
  /// All bytes of a member that has at most `most`; else throws limit.
  std::string read_text(std::uint64_t most);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::interchange::aiida
