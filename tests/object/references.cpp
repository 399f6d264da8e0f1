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

  hold_closure(staging, {BlobKind::object, outer.digest});
  BOOST_TEST(staging.held.size() == needed);
  MapStaging other(map);
  write_object(other, encodable(std::vector<ObjectId>{outer}));
  BOOST_TEST(other.held.size() == needed);
}

BOOST_AUTO_TEST_CASE(what_is_absent_is_not_found_and_what_is_missing_below_is_damage) {
  const ObjectId inner = write(1), outer = write(inner);
  const auto code_of = [&](const BlobReference& root) {
    try {
      hold_closure(staging, root);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::unknown_outcome;
  };
  BOOST_TEST((code_of({BlobKind::object, Digest{}}) == ErrorCode::not_found));
  BOOST_TEST((code_of({BlobKind::artifact, outer.digest}) == ErrorCode::not_found));
  map.blobs.erase(inner.digest);
  BOOST_TEST((code_of({BlobKind::object, outer.digest}) == ErrorCode::damaged));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
