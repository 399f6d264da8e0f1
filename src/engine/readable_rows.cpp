#include "engine/readable_rows.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/disk_core.h"
#include "format/keys.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kProbesMost = 4096;  // seeks into what could not be walked through
constexpr std::uint64_t kNumbersMost = 1u << 30;  // that are looked up one by one
constexpr std::size_t kMiddleBytes = 40;      // keys that differ only behind them are one

// A key about in the middle between two; that of `low` if there is none.
std::string middle(std::string_view low, std::string_view high) {
  std::array<unsigned, kMiddleBytes> sum{};
  unsigned carry = 0;
  const auto byte = [](std::string_view key, std::size_t i) { return i < key.size() ? static_cast<unsigned char>(key[i]) : 0u; };
  for (std::size_t i = kMiddleBytes; i-- > 0;) {
    const unsigned total = byte(low, i) + byte(high, i) + carry;
    sum[i] = total & 0xff;
    carry = total >> 8;
  }
  std::string half(kMiddleBytes, '\0');
  for (std::size_t i = 0; i < kMiddleBytes; ++i) {
    half[i] = static_cast<char>(carry << 7 | sum[i] >> 1);
    carry = sum[i] & 1;
  }
  return half;
}

class Walk {
 public:
  Walk(const Records& records, Family family, VisitRow visit) : visit_(std::move(visit)) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    rows_.reset(records.db().NewIterator(options, records.family(family)));
  }

  std::string run() {
    rows_->SeekToFirst();
    std::string low, high(kMiddleBytes + 1, '\xff');
    if (forward(low, high)) return {};
    const std::string problem = rows_->status().ToString();
    rows_->SeekToLast();
    if (!backward(low, high)) look_between(low, high);
    return problem;
  }

 private:
  // Visits rows from where it stands up to `high`. True if it came there; else `low` is the last that it visited.
  bool forward(std::string& low, const std::string& high) {
    for (; rows_->Valid() && rows_->key().compare(high) < 0; rows_->Next()) {
      visit_(rows_->key().ToStringView(), rows_->value().ToStringView());
      low = rows_->key().ToString();
    }
    return rows_->status().ok();
  }
  // The same downwards, to `low`, which was visited, or is where nothing begins.
  bool backward(const std::string& low, std::string& high) {
    for (; rows_->Valid() && rows_->key().compare(low) > 0; rows_->Prev()) {
      visit_(rows_->key().ToStringView(), rows_->value().ToStringView());
      high = rows_->key().ToString();
    }
    return rows_->status().ok();
  }

  // Both were visited, and something between them cannot be.
  void look_between(const std::string& low, const std::string& high) {
    const std::string at = middle(low, high);
    if (at <= low || at >= high || probes_ == kProbesMost) return;
    ++probes_;
    std::string below = at, above = at;
    rows_->Seek(at);
    const bool is_above_done = forward(above, high);
    rows_->SeekForPrev(at);
    if (rows_->Valid() && rows_->key() == at) rows_->Prev();
    const bool is_below_done = backward(low, below);
    if (!is_below_done) look_between(low, below);
    if (!is_above_done) look_between(above, high);
  }

  const VisitRow visit_;
  std::unique_ptr<rocksdb::Iterator> rows_;
  std::size_t probes_ = 0;
};

}  // namespace

namespace {

std::string get(const Records& records, Family family, const std::string& key) {
  std::string value;
  return records.db().Get({}, records.family(family), key, &value).ok() ? value : std::string();
}

// The first number that no key of the family has; 0 if its keys are no numbers, or nobody knows.
std::uint64_t end_of_numbers(const Records& records, Family family) {
  const std::string state = family == Family::blob ? get(records, Family::engine, std::string(engine_key::kState)) : std::string();
  if (state.size() == 16) return format::parse_be64(std::string_view(state).substr(8));
  if (family != Family::node && family != Family::links) return 0;
  const std::string next = get(records, Family::cell, format::be64_text(format::kRootCell) + format::row::next_node());
  return next.size() == 8 ? format::parse_be64(next) : 0;
}

}  // namespace

// A block that cannot be read stands in the way of a walk from each key before it, also to rows of other tables; a look-up goes past it.
std::string visit_readable_rows(const Records& records, Family family, const VisitRow& visit) {
  std::vector<bool> visited(std::min(end_of_numbers(records, family), kNumbersMost));
  const std::string problem = Walk(records, family, [&](std::string_view key, std::string_view value) {
                                if (key.size() == 8)
                                  if (const std::uint64_t number = format::parse_be64(key); number < visited.size()) visited[number] = true;
                                visit(key, value);
                              }).run();
  for (std::uint64_t number = 0; !problem.empty() && number < visited.size(); ++number) {
    if (visited[number]) continue;
    std::string value;
    const std::string key = format::be64_text(number);
    if (records.db().Get({}, records.family(family), key, &value).ok()) visit(key, value);
  }
  return problem;
}

}  // namespace cairn::engine
