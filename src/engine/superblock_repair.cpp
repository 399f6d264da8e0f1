#include "engine/superblock_repair.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "format/pack.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSuperblockMax = 65536;

// The value of a line, whatever stands around it.
std::string_view value_of(std::string_view text, std::string_view key) {
  const std::string begin = fmt::format("\n{} ", key);
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + begin.size());
  return text.substr(0, text.find('\n'));
}

// Each segment of each pack has the last eight bytes of the store's UUID.
std::optional<std::uint64_t> id_in_packs(const fs::path& store) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(store / "packs", error)) {
    std::array<std::byte, format::kSegmentHeaderSize> bytes{};
    const auto file = base::File::open_if_exists(entry.path(), O_RDONLY);
    if (!format::parse_pack_file_name(entry.path().filename().string()) || !file) continue;
    if (file->read_at(0, bytes) != bytes.size()) continue;
    if (const auto header = format::decode_segment_header(bytes)) return header->store;
  }
  return std::nullopt;
}

format::Superblock guess(const fs::path& store, std::string_view text) {
  format::Superblock superblock{format::kFormatVersion, Uuid::parse(value_of(text, "uuid")).value_or(Uuid::generate()),
                                base::now_nanoseconds()};
  if (const auto id = id_in_packs(store)) {
    const std::uint64_t ordered = base::big_endian(*id);
    std::memcpy(superblock.uuid.bytes.data() + 8, &ordered, sizeof ordered);
  }
  const std::string_view created = value_of(text, "created");
  std::from_chars(created.data(), created.data() + created.size(), superblock.created);
  return superblock;
}

// A digit of the format that was changed: with the right one the checksum matches.
std::optional<format::Superblock> with_older_format(std::string_view text, format::Superblock superblock) {
  for (superblock.format = format::kFormatVersion; superblock.format != 0; --superblock.format) {
    const std::string whole = format::encode_superblock(superblock);
    if (value_of(whole, "checksum") == value_of(text, "checksum")) return superblock;
  }
  return std::nullopt;
}

}  // namespace

RescuedSuperblock rescue_superblock(const fs::path& store) {
  const fs::path path = store / "cairn";
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (!fs::exists(store / "db" / "CURRENT", error))
      throw Error(ErrorCode::no_store, fmt::format("repair {}: there is no store", store.string()));
    return {guess(store, ""), "the superblock is missing"};
  }
  std::string text;
  try {
    text = base::read_file(path, kSuperblockMax);
    return {format::decode_superblock(text, path.string()), ""};
  } catch (const Error& failure) {
    if (failure.code() == ErrorCode::newer_format) {
      if (const auto older = with_older_format(text, guess(store, text))) return {*older, "the superblock has another format than its checksum"};
      throw;
    }
    if (failure.code() != ErrorCode::damaged && failure.code() != ErrorCode::limit) throw;
    return {guess(store, text), failure.what()};
  }
}

}  // namespace cairn::engine
