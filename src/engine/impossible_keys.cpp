#include "engine/impossible_keys.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "engine/quarantine.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kCellKeyLeast = 9;  // be64 cell and a letter
constexpr std::size_t kNameBytesMost = 64;  // of a key, in the name of a file

std::optional<std::size_t> key_size(Family family) {
  switch (family) {
    case Family::digest: return 16;
    case Family::node:
    case Family::links:
    case Family::blob: return 8;
    default: return std::nullopt;
  }
}

std::string hex_of(std::string_view bytes) { return base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}); }

std::string problem_with(Family family, std::string_view key) {
  const auto expected = key_size(family);
  return fmt::format("a key of {} bytes in family {}, expected {}", key.size(), family_name(family),
                     expected ? std::to_string(*expected) : fmt::format("{} or more", kCellKeyLeast));
}

}  // namespace

bool is_possible_key(Family family, std::string_view key) {
  if (const auto expected = key_size(family)) return key.size() == *expected;
  return family != Family::cell || key.size() >= kCellKeyLeast;
}

bool is_refused_by_walks(Family family) { return family == Family::node || family == Family::links; }

void ImpossibleKeys::look_at(Family family, std::string_view key, std::string_view value) {
  if (!is_possible_key(family, key)) rows_.push_back({family, std::string(key), std::string(value)});
}

std::string ImpossibleKeys::obstacle() const {
  const auto found = std::ranges::find_if(rows_, is_refused_by_walks, &Row::family);
  return found == rows_.end() ? std::string() : problem_with(found->family, found->key);
}

std::vector<RepairItem> ImpossibleKeys::items() const {
  std::vector<RepairItem> items;
  for (const Row& row : rows_) items.push_back({"given up", "row", hex_of(row.key), 1, problem_with(row.family, row.key)});
  return items;
}

void ImpossibleKeys::remove(const std::filesystem::path& store, const Records& records) const {
  rocksdb::WriteBatch batch;
  for (const Row& row : rows_) {
    keep_aside(store, fmt::format("{}-{}.row", family_name(row.family), hex_of(std::string_view(row.key).substr(0, kNameBytesMost))), row.value);
    check(batch.Delete(records.family(row.family), row.key), "build a commit");
  }
  if (batch.Count() == 0) return;
  rocksdb::WriteOptions options;
  options.sync = true;
  check(records.db().Write(options, &batch), "remove rows with impossible keys");
}

}  // namespace cairn::engine
