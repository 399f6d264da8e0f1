// Files that a codec writes and reads: kept beside the object, as one artifact with several names.
//
//   template <> struct cairn::Codec<Picture> {
//     static void encode(const Encoder& out, const Picture& value) {
//       const ListEncoder parts = out.tuple(2);
//       cairn::encode(parts[0], value.title);
//       parts[1].files([&](FileWriter& files) { files.add("pixels.png", value.png); });
//     }
//     static Picture decode(const Decoder& in) {
//       const ListDecoder parts = in.tuple();
//       return {cairn::decode<std::string>(parts[0]), parts[1].files()->read("pixels.png")};
//     }
//     static std::string type_name() { return "picture"; }
//   };
#pragma once

#include <cairn/value.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// Where a codec puts files. Names are relative: parts of 1 to 255 bytes with '/' between them, none of them "." or "..".
/// Of a file only its bytes are kept, so that equal files make equal objects.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  /// Throws invalid_argument for a bad name, and one that is there already as a file or a directory.
  virtual void add(std::string_view name, std::span<const std::byte> bytes) = 0;
  /// A copy of the file at `path`. Throws as the other, and what adding an artifact throws.
  virtual void add(std::string_view name, const std::filesystem::path& path) = 0;
};

/// Stored files. Lives as long as the Decoder it comes from. Reads of the store what it is asked for, no other file.
class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Of all files, sorted by their bytes.
  virtual std::vector<std::string> names() const = 0;
  /// These throw not_found, naming it, if there is no such file.
  virtual std::uint64_t size_bytes(std::string_view name) const = 0;
  /// Throws limit if it has more bytes than Limits::object_bytes.
  virtual Bytes read(std::string_view name) const = 0;
  /// Makes a new file `path`; throws exists.
  virtual void copy(std::string_view name, const std::filesystem::path& path) const = 0;
  /// Makes a new directory `path` with all files; complete, or not at all. Throws exists.
  virtual void restore(const std::filesystem::path& path) const = 0;
};

}  // namespace cairn
