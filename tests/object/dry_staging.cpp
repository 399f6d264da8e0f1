// What storing would come to: the digests that a staging gives, and nothing stored.
#include "object/dry_staging.h"

#include <cairn/codec.h>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

#include "engine/memory_engine.h"
#include "object/blob_map.h"
#include "object/objects.h"
#include "object/random_bytes.h"
#include "support/errors.h"

namespace cairn::object {
namespace {

using engine::BlobKind;
using engine::StageResult;
using test::has_code;

engine::Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

// Values of which parts are kept outside of them: schemas, segments of lists, chunks.
template <class Use>
void for_each_value(const Use& use) {
  use(encodable(7));
  const std::vector<std::string> list(3000, "a text");
  use(encodable(list));
  const std::vector<double> array(1'000'000, 2.5);
  use(encodable(array));
  const Value map = Map{{"list", List{1, "two"}}, {"array", Array{DType::int8, {200'000}, Bytes(200'000)}}};
  use(encodable(map));
}

BOOST_AUTO_TEST_SUITE(dry_staging)

BOOST_AUTO_TEST_CASE(an_object_gets_the_digest_that_storing_it_gives) {
  for_each_value([](const Encodable& value) {
    BlobMap map;
    const MapView view(map);
    DryStaging dry(view);
    const ObjectId expected = write_object(dry, value);
    BOOST_TEST(map.blobs.empty());
    BOOST_TEST(dry.bytes_added() > 0u);
    MapStaging staging(map);
    BOOST_TEST((write_object(staging, value) == expected));
    const MapView after(map);
    DryStaging again(after);
    BOOST_TEST((write_object(again, value) == expected));
    BOOST_TEST(again.bytes_added() == 0u);
    BOOST_TEST(again.bytes_existed() == dry.bytes_added() + dry.bytes_existed());
  });
}

BOOST_AUTO_TEST_CASE(a_digest_that_other_bytes_have_is_stepped_aside_from) {
  const engine::Bytes one = bytes_of("one"), two = bytes_of("two"), longer = bytes_of("of another size");
  const Digest digest = format::blob_digest(BlobKind::object, 0, two);
  for (const auto& [kind, bytes] :
       {std::pair(BlobKind::object, one), std::pair(BlobKind::object, longer), std::pair(BlobKind::schema, two)}) {
    const auto engine = engine::make_memory_engine();  // which takes any digest
    const auto staging = engine->stage();
    staging->stage(kind, 0, digest, bytes);
    engine->publish(staging.get(), {7, {}, {}});
    const auto view = engine->view();
    DryStaging dry(*view);
    BOOST_TEST((stage_blob(dry, BlobKind::object, two) == format::blob_digest(BlobKind::object, 1, two)));
  }
}

BOOST_AUTO_TEST_CASE(what_was_staged_is_compared_with_what_comes_later) {
  const engine::Bytes one = bytes_of("one"), two = bytes_of("two");
  const BlobMap map;
  const MapView view(map);
  DryStaging dry(view);
  BOOST_TEST((dry.stage(BlobKind::object, 0, Digest{{1}}, one) == StageResult::added));
  BOOST_TEST((dry.stage(BlobKind::object, 0, Digest{{1}}, one) == StageResult::existed));
  BOOST_TEST((dry.stage(BlobKind::object, 0, Digest{{1}}, two) == StageResult::clash));
  BOOST_TEST((dry.stage(BlobKind::schema, 0, Digest{{1}}, one) == StageResult::clash));
}

BOOST_AUTO_TEST_CASE(a_damaged_copy_would_be_repaired) {
  const engine::Bytes one = bytes_of("one");
  BlobMap map;
  MapStaging staging(map);
  const Digest digest = stage_blob(staging, BlobKind::object, one);
  map.damage(digest);
  const MapView view(map);
  DryStaging dry(view);
  BOOST_TEST((dry.stage(BlobKind::object, 0, digest, one) == StageResult::repaired));
  BOOST_TEST(dry.bytes_added() == 3u);
}

BOOST_AUTO_TEST_CASE(what_was_staged_and_what_is_stored_can_be_read) {
  const engine::Bytes one = bytes_of("one"), two = bytes_of("two"), chunk = random_bytes(5000, 1);
  BlobMap map;
  MapStaging staging(map);
  const Digest stored = stage_blob(staging, BlobKind::object, one);
  const MapView view(map);
  DryStaging dry(view);
  const Digest staged = stage_blob(dry, BlobKind::object, two), staged_chunk = stage_blob(dry, BlobKind::chunk, chunk);
  BOOST_TEST((dry.read(BlobKind::object, stored) == one));
  BOOST_TEST((dry.read(BlobKind::object, staged) == two));
  BOOST_CHECK_EXCEPTION(dry.read(BlobKind::schema, staged), Error, has_code(ErrorCode::not_found));
  BOOST_CHECK_EXCEPTION(dry.read(BlobKind::chunk, staged_chunk), Error, has_code(ErrorCode::not_found));  // its bytes are not kept
  BOOST_TEST(dry.hold(BlobKind::object, stored)->size == 3u);
  BOOST_TEST(dry.hold(BlobKind::chunk, staged_chunk)->size == 5000u);
  BOOST_TEST(!dry.hold(BlobKind::schema, stored).has_value());
  BOOST_TEST(!dry.hold(BlobKind::object, Digest{{9}}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
