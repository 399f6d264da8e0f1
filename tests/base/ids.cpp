// Digests and UUIDs: their text forms, and the published test vectors of XXH3.
#include <cairn/digest.h>
#include <cairn/uuid.h>

#include <boost/test/unit_test.hpp>

#include <set>

#include "base/bytes.h"
#include "base/hash.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(ids)

// XXH3-128 of nothing with seed 0, from xxHash's own sanity checks (tests/sanity_test_vectors.h, xxHash 0.8.1).
BOOST_AUTO_TEST_CASE(the_hash_is_xxh3) {
  BOOST_TEST(base::hash128({}, 0).hex() == "99aa06d3014798d86001c324468d497f");
  BOOST_TEST(base::hash64({}) == 0x2d06800538d394c2u);
}

BOOST_AUTO_TEST_CASE(a_digest_reads_back_and_nothing_else_does) {
  const Digest digest = base::hash128(base::as_bytes("x"), 7);
  BOOST_TEST((Digest::parse(digest.hex()) == digest));
  for (const char* bad : {"", "99aa", "99aa06d3014798d86001c324468d497g", "99aa06d3014798d86001c324468d497f0"})
    BOOST_TEST(!Digest::parse(bad).has_value());
}

BOOST_AUTO_TEST_CASE(uuids_are_of_version_7_distinct_and_in_order_of_time) {
  std::set<Uuid> seen;
  Uuid last{};
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = Uuid::generate();
    BOOST_TEST((uuid.bytes[6] >> 4) == 7);
    BOOST_TEST((uuid.bytes[8] >> 6) == 2);
    BOOST_TEST(std::memcmp(last.bytes.data(), uuid.bytes.data(), 6) <= 0);
    BOOST_TEST(seen.insert(uuid).second);
    last = uuid;
  }
}

BOOST_AUTO_TEST_CASE(a_uuid_reads_back_in_its_forms) {
  const auto uuid = Uuid::parse("01A1F8F4-6153-74d7-81e8-15b0b4981657");
  BOOST_REQUIRE(uuid.has_value());
  BOOST_TEST(uuid->text() == "01a1f8f4-6153-74d7-81e8-15b0b4981657");
  BOOST_TEST((Uuid::parse("01a1f8f4615374d781e815b0b4981657") == uuid));
  for (const char* bad : {"", "01a1f8f4", "01a1f8f4-6153-74d7-81e8-15b0b498165", "01a1f8f4x6153-74d7-81e8-15b0b4981657"})
    BOOST_TEST(!Uuid::parse(bad).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
