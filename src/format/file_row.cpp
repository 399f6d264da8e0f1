#include "format/file_row.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <cstring>

#include "base/bytes.h"

namespace cairn::format {

namespace {

constexpr std::size_t kRowBytes = 8 + 2 * (8 + 4) + 1 + sizeof(Digest::bytes);

void append(std::string& bytes, const FileTime& time) {
  base::append_big_endian(bytes, static_cast<std::uint64_t>(time.seconds));
  base::append_big_endian(bytes, time.nanoseconds);
}

FileTime load_time(const char* bytes) {
  return {static_cast<std::int64_t>(base::load_big_endian<std::uint64_t>(bytes)),
          base::load_big_endian<std::uint32_t>(bytes + 8)};
}

}  // namespace

std::string encode_file_row(const FileRow& row) {
  std::string bytes;
  base::append_big_endian(bytes, row.content.size);
  append(bytes, row.modified);
  append(bytes, row.changed);
  bytes.push_back(static_cast<char>(row.content.form));
  bytes.append(reinterpret_cast<const char*>(row.content.digest.bytes.data()), row.content.digest.bytes.size());
  return bytes;
}

FileRow decode_file_row(std::string_view bytes) {
  if (bytes.size() != kRowBytes || static_cast<unsigned char>(bytes[32]) > static_cast<unsigned>(ContentRef::Form::hole))
    throw Error(ErrorCode::damaged, fmt::format("read what a file held: expected {} bytes with a form", kRowBytes));
  FileRow row{load_time(bytes.data() + 8), load_time(bytes.data() + 20), {}};
  row.content.size = base::load_big_endian<std::uint64_t>(bytes.data());
  row.content.form = static_cast<ContentRef::Form>(bytes[32]);
  std::memcpy(row.content.digest.bytes.data(), bytes.data() + 33, row.content.digest.bytes.size());
  return row;
}

}  // namespace cairn::format
