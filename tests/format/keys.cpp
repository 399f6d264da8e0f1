#include "format/keys.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

namespace cairn::format {
namespace {

constexpr std::uint64_t kNumbers[] = {0, 1, 127, 128, 255, 256, 65535, 1ull << 31, 1ull << 32, 1ull << 63, ~0ull};
constexpr std::int64_t kSteps[] = {std::numeric_limits<std::int64_t>::min(), -256, -255, -1, 0, 1, 255, 256,
                                   std::numeric_limits<std::int64_t>::max()};

// Orders are compared inside parentheses: Boost.Test would compare the characters of strings as signed ones.
bool is_damaged(const Error& error) { return error.code() == ErrorCode::damaged; }

BOOST_AUTO_TEST_SUITE(keys)

BOOST_AUTO_TEST_CASE(the_order_of_checkpoint_keys_is_the_order_of_sequences) {
  for (std::size_t i = 1; i < std::size(kNumbers); ++i) {
    BOOST_TEST((row::checkpoint(kNumbers[i - 1]) < row::checkpoint(kNumbers[i])));
    BOOST_TEST((row::lease(kNumbers[i - 1]) < row::lease(kNumbers[i])));
    BOOST_TEST((be64_text(kNumbers[i - 1]) < be64_text(kNumbers[i])));
  }
}

BOOST_AUTO_TEST_CASE(negative_steps_come_before_positive_ones) {
  for (std::size_t i = 1; i < std::size(kSteps); ++i)
    BOOST_TEST((row::by_step(kSteps[i - 1], ~0ull) < row::by_step(kSteps[i], 0)));
}

BOOST_AUTO_TEST_CASE(one_step_is_ordered_by_sequence) {
  BOOST_TEST((row::by_step(-5, 1) < row::by_step(-5, 2)));
  BOOST_TEST((row::by_step(-5, 255) < row::by_step(-5, 256)));
}

BOOST_AUTO_TEST_CASE(numbers_come_back_from_row_keys) {
  for (const std::uint64_t number : kNumbers) {
    BOOST_TEST(row::parse_checkpoint(row::checkpoint(number)) == number);
    BOOST_TEST(row::parse_lease(row::lease(number)) == number);
    BOOST_TEST(row::parse_label(row::label(static_cast<std::uint32_t>(number))) == static_cast<std::uint32_t>(number));
    BOOST_TEST(parse_be64(be64_text(number)) == number);
    BOOST_TEST(be64_pair(7, number) == be64_text(7) + be64_text(number));
  }
}

BOOST_AUTO_TEST_CASE(step_and_sequence_come_back_from_a_step_key) {
  for (const std::int64_t step : kSteps) {
    const auto parsed = row::parse_by_step(row::by_step(step, 42));
    BOOST_TEST(parsed.step == step);
    BOOST_TEST(parsed.sequence == 42u);
  }
}

BOOST_AUTO_TEST_CASE(a_backlink_comes_back_from_its_key) {
  const index::Backlink link{.far = 1ull << 40, .code = 0x84, .label = 0xdeadbeef, .holder = 77};
  const std::string key = index::backlink(link);
  const index::Backlink parsed = index::parse_backlink(key);
  BOOST_TEST(parsed.far == link.far);
  BOOST_TEST(parsed.code == link.code);
  BOOST_TEST(parsed.holder == link.holder);
  BOOST_TEST(parsed.label == link.label);
  BOOST_TEST(key.starts_with(index::backlinks_of(link.far)));
  BOOST_TEST(!key.starts_with(index::backlinks_of(link.far + 1)));
}

BOOST_AUTO_TEST_CASE(the_node_ends_every_index_key) {
  Digest digest;
  digest.bytes.fill(0xab);
  BOOST_TEST(index::trailing_node(index::content(digest, 1234)) == 1234u);
  BOOST_TEST(index::content(digest, 1234).starts_with(index::contents_of(digest)));
  BOOST_TEST(index::trailing_node(index::type("Float", 1234)) == 1234u);
  BOOST_TEST(index::trailing_node(index::state(5, 1234)) == 1234u);
}

BOOST_AUTO_TEST_CASE(entries_of_steps_come_back_from_their_keys) {
  for (const std::uint64_t number : kNumbers)
    for (const std::int64_t time : kSteps) {
      const std::string by_name = index::step(number, "relax", number), by_time = index::step_time("relax", time, number);
      BOOST_TEST(by_name.starts_with(index::steps_of(number, "relax")));
      BOOST_TEST((index::parse_step(by_name).name == "relax" && index::parse_step(by_name).process == number));
      const index::StepTime parsed = index::parse_step_time(by_time);
      BOOST_TEST((parsed.name == "relax" && parsed.time == time && parsed.process == number));
      Digest key;
      key.bytes.fill(0xab);
      BOOST_TEST((index::parse_step_place(index::step_place({number, key})) == index::StepPlace{number, key}));
      BOOST_TEST((row::parse_step(row::step(key)) == key));
      BOOST_TEST((row::parse_attempt(row::attempt(key)) == key));
    }
}

BOOST_AUTO_TEST_CASE(steps_are_ordered_by_name_then_as_they_were_recorded) {
  BOOST_TEST((index::step(1, "a", ~0ull) < index::step(1, "aa", 0)));
  BOOST_TEST((index::step(1, "a", 255) < index::step(1, "a", 256)));
  BOOST_TEST((index::step(1, "z", 0) < index::step(2, "a", 0)));
  for (std::size_t i = 1; i < std::size(kSteps); ++i)
    BOOST_TEST((index::step_time("a", kSteps[i - 1], ~0ull) < index::step_time("a", kSteps[i], 0)));
}

BOOST_AUTO_TEST_CASE(a_type_that_begins_another_does_not_mix_with_it) {
  // All of "a" stand before all of "aa", although node ids follow.
  BOOST_TEST((index::type("a", ~0ull) < index::type("aa", 0)));
}

BOOST_AUTO_TEST_CASE(rows_of_different_types_never_have_equal_keys) {
  const Digest digest;
  const std::vector<std::string> keys = {row::run(),       row::checkpoint(0), row::by_step(0, 0), row::step(digest),
                                         row::tag(""),     row::next_cell(),   row::next_node(),   row::lease(0),
                                         row::label(0)};
  std::set<char> first_bytes;
  for (const std::string& key : keys) first_bytes.insert(key.front());
  BOOST_TEST(first_bytes.size() == keys.size());
}

BOOST_AUTO_TEST_CASE(claims_keep_their_names_as_they_are) {
  BOOST_TEST(claim::run_name("argon-864") == "rargon-864");
  BOOST_TEST(claim::node(Uuid{}).size() == 17u);
  BOOST_TEST(claim::checkpoint(CheckpointId{}).size() == 17u);
}

BOOST_AUTO_TEST_CASE(a_key_of_the_wrong_length_or_type_is_damage) {
  BOOST_CHECK_EXCEPTION(row::parse_checkpoint(""), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(row::parse_checkpoint("c1234567"), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(row::parse_checkpoint(row::lease(1)), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(row::parse_by_step(row::checkpoint(1)), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(index::parse_backlink(index::backlinks_of(1)), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(index::trailing_node("t1234567"), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(parse_be64("1234567"), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(row::parse_step("w123"), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(row::parse_attempt(row::step(Digest{})), Error, is_damaged);
  for (const std::string key : {"", "w", "w12345678", "w1234567812345678 ", "x1234567812345678", "w12345678nameX12345678"})
    BOOST_CHECK_EXCEPTION(index::parse_step(key), Error, is_damaged);
  for (const std::string key : {"", "x", "x1234567812345678", "xnameX1234567812345678"})
    BOOST_CHECK_EXCEPTION(index::parse_step_time(key), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(index::parse_step_place("12345678"), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(every_kind_of_blob_has_its_own_name) {
  std::set<std::string_view> names;
  for (const BlobKind kind : kBlobKinds) names.insert(blob_kind_name(kind));
  BOOST_TEST(names.size() == std::size(kBlobKinds));
  BOOST_TEST(names.count("unknown") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::format
