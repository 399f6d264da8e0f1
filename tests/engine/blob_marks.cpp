// Blobs numbered in the order of their digests, in memory and in a file.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <vector>

#include "engine/blob_marks.h"
#include "engine/digest_log.h"
#include "support/errors.h"
#include "support/temporary_directory.h"

namespace cairn::test {
namespace {

using engine::BlobMarks;

std::vector<Digest> digests(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Digest> all(count);
  for (Digest& digest : all)
    for (std::uint8_t& byte : digest.bytes) byte = static_cast<std::uint8_t>(random());
  std::ranges::sort(all);
  return all;
}

void check(BlobMarks& marks, const std::vector<Digest>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) marks.add(all[i], 8 * i);
  marks.finish();
  BOOST_REQUIRE(marks.size() == all.size());
  for (std::size_t i = 0; i < all.size(); i += 7) {
    const auto found = marks.find(all[i]);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->number == i);
    BOOST_TEST(found->stored_bytes == 8 * i);
    BOOST_TEST((marks.digest(i) == all[i]));
    BOOST_TEST(!marks.is_marked(i));
    BOOST_TEST(marks.mark(i));
    BOOST_TEST(!marks.mark(i));
    BOOST_TEST(marks.is_marked(i));
    if (i + 1 < all.size()) BOOST_TEST(!marks.is_marked(i + 1));
  }
  for (const Digest& other : digests(1000, 99)) BOOST_TEST(!marks.find(other).has_value());
}

BOOST_AUTO_TEST_SUITE(blob_marks)

BOOST_AUTO_TEST_CASE(each_blob_is_found_by_its_digest) {
  for (const std::size_t count : {0u, 1u, 203u, 204u, 205u, 5000u}) {
    BlobMarks marks("");
    check(marks, digests(count, count));
  }
}

BOOST_AUTO_TEST_CASE(many_are_in_a_file) {
  const TemporaryDirectory directory;
  BlobMarks marks(directory.path());
  check(marks, digests(1'000'000, 1));
  BOOST_TEST(std::filesystem::is_empty(directory.path()));  // it has no name
}

BOOST_AUTO_TEST_CASE(digests_that_do_not_ascend_are_refused) {
  BlobMarks marks("");
  const auto two = digests(2, 3);
  marks.add(two[1], 0);
  BOOST_CHECK_EXCEPTION(marks.add(two[0], 0), Error, has_code(ErrorCode::internal));
  BOOST_CHECK_EXCEPTION(marks.add(two[1], 0), Error, has_code(ErrorCode::internal));
}

BOOST_AUTO_TEST_CASE(a_log_gives_back_each_digest_once) {
  const TemporaryDirectory directory;
  for (const std::size_t count : {0u, 1u, 65536u, 300'000u}) {
    engine::DigestLog log(directory.path());
    const auto all = digests(count, 5);
    for (const Digest& digest : all) log.add(digest);
    std::vector<Digest> visited, taken;
    log.visit([&](std::span<const Digest> some) { visited.insert(visited.end(), some.begin(), some.end()); });
    BOOST_TEST((visited == all));
    for (auto some = log.take(); !some.empty(); some = log.take()) taken.insert(taken.end(), some.begin(), some.end());
    std::ranges::sort(taken);
    BOOST_TEST((taken == all));
    BOOST_TEST(log.is_empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
