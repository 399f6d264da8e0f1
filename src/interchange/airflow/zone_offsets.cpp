#include "interchange/airflow/zone_offsets.h"

#include <algorithm>
#include <cstdint>
#include <fstream>

#include "interchange/airflow/zone_rule.h"

namespace cairn::interchange::airflow {
namespace {

constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kHeaderBytes = 44;
constexpr int kOffsetMax = 26 * 3600;

// Big-endian, of `size` bytes, with the sign of the first.
std::int64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = static_cast<unsigned char>(bytes[at]) >= 0x80 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<std::int64_t>(number);
}

/// A header and the block of data behind it.
struct Block {
  std::size_t leap_count, transition_count, type_count, name_bytes, standard_count, universal_count;
  std::size_t time_bytes;
  std::string_view data;
  std::size_t size;  // of the data

  static std::optional<Block> at_front(std::string_view file, std::size_t time_bytes) {
    if (file.size() < kHeaderBytes || !file.starts_with("TZif")) return std::nullopt;
    const auto count = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<std::uint32_t>(number(file, 20 + 4 * i, 4)));
    };
    Block block{count(2), count(3), count(4), count(5), count(1), count(0), time_bytes, file.substr(kHeaderBytes), 0};
    block.size = block.transition_count * (time_bytes + 1) + block.type_count * 6 + block.name_bytes +
                 block.leap_count * (time_bytes + 4) + block.standard_count + block.universal_count;
    if (block.size > block.data.size() || block.type_count == 0) return std::nullopt;
    return block;
  }

  std::int64_t transition(std::size_t i) const { return number(data, i * time_bytes, time_bytes); }
  std::optional<std::chrono::seconds> offset(std::size_t type) const {
    if (type >= type_count) return std::nullopt;
    const std::int64_t offset = number(data, transition_count * (time_bytes + 1) + 6 * type, 4);
    return offset < -kOffsetMax || offset > kOffsetMax ? std::nullopt : std::optional(std::chrono::seconds(offset));
  }
  std::optional<std::chrono::seconds> offset_after(std::size_t transition) const {
    return offset(static_cast<unsigned char>(data[transition_count * time_bytes + transition]));
  }
};

std::string read_file(const std::string& zone) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' ||
           c == '/';
  };
  if (zone.empty() || zone.size() > 255 || zone.front() == '/' || !std::ranges::all_of(zone, is_plain)) return {};
  std::ifstream file("/usr/share/zoneinfo/" + zone, std::ios::binary);
  std::string bytes(kFileBytesMax, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes.substr(0, static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
}

}  // namespace

std::optional<std::chrono::seconds> utc_offset_in(std::string_view tzif, std::chrono::sys_seconds at) {
  const auto old = Block::at_front(tzif, 4);  // of 32-bit times: what follows it has them all
  if (!old || tzif[4] < '2') return std::nullopt;
  const auto block = Block::at_front(tzif.substr(kHeaderBytes + old->size), 8);
  if (!block) return std::nullopt;
  std::size_t first = 0, last = block->transition_count;  // the number of transitions up to that time is between them
  while (first < last) {
    const std::size_t middle = (first + last) / 2;
    if (block->transition(middle) <= at.time_since_epoch().count())
      first = middle + 1;
    else
      last = middle;
  }
  if (first < block->transition_count || block->data.size() == block->size)
    return first == 0 ? block->offset(0) : block->offset_after(first - 1);
  std::string_view rule = block->data.substr(block->size);
  if (!rule.starts_with('\n') || rule.find('\n', 1) == std::string_view::npos) return std::nullopt;
  rule = rule.substr(1, rule.find('\n', 1) - 1);
  if (rule.empty()) return first == 0 ? block->offset(0) : block->offset_after(first - 1);
  return offset_by_rule(rule, at);
}

std::optional<std::chrono::seconds> ZoneDatabase::utc_offset(const std::string& zone, std::chrono::sys_seconds at) {
  auto file = files_.find(zone);
  if (file == files_.end()) file = files_.emplace(zone, read_file(zone)).first;
  return utc_offset_in(file->second, at);
}

}  // namespace cairn::interchange::airflow
