// What hangs together: the blobs below an object, kept with it by a commit that only names it.
#include "object/references.h"

#include <cairn/codec.h>
#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include "blob_map.h"
#include "object/content.h"
#include "object/objects.h"
#include "random_bytes.h"

namespace cairn::object {
namespace {

using engine::BlobKind;

struct Fixture {
  BlobMap map;
  MapStaging writing{map}, staging{map};

  template <class T>
  ObjectId write(const T& value) {
    return write_object(writing, encodable(value));
  }
};

BOOST_FIXTURE_TEST_SUITE(references, Fixture)

BOOST_AUTO_TEST_CASE(all_below_an_object_is_held_with_it) {
  const Array large{DType::uint8, {3'000'000}, random_bytes(3'000'000, 1)};
  const ObjectId inner = write(Value(Object("Inner", 1, {{"array", large}})));
  const ObjectId outer = write(Value(Object("Outer", 1, {{"inner", inner}})));
  const std::size_t needed = map.blobs.size();
  BOOST_TEST(map.count(BlobKind::chunk_list) > 0u);
  BOOST_TEST(map.count(BlobKind::schema) == 2u);
  write(Value("something else"));

  write_object(staging, encodable(std::vector<ObjectId>{outer}));
  hold_needed(staging);
  BOOST_TEST(staging.held_digests.size() == 1u);  // a small commit needs no more
  staging.to_pack = true;
  hold_needed(staging);
  BOOST_TEST(staging.held_digests.size() == needed);
}

BOOST_AUTO_TEST_CASE(what_is_absent_is_not_found_and_what_is_missing_below_is_damage) {
  const auto is = [](ErrorCode code) { return [code](const Error& error) { return error.code() == code; }; };
  const ObjectId inner = write(1), outer = write(inner);
  BOOST_CHECK_EXCEPTION(hold(staging, {BlobKind::object, Digest{}}), Error, is(ErrorCode::not_found));
  BOOST_CHECK_EXCEPTION(hold(staging, {BlobKind::artifact, outer.digest}), Error, is(ErrorCode::not_found));
  hold(staging, {BlobKind::object, outer.digest});
  staging.to_pack = true;
  BOOST_CHECK_NO_THROW(hold_needed(staging));
  map.blobs.erase(inner.digest);
  BOOST_CHECK_EXCEPTION(hold_needed(staging), Error, is(ErrorCode::damaged));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
