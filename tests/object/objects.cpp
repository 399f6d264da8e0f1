// Objects in a store: written once, read whole or by range, with all they refer to.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>

#include <boost/describe.hpp>

#include <numeric>

#include "engine/memory_engine.h"
#include "format/keys.h"
#include "memory_objects.h"
#include "object/objects.h"

using namespace cairn;
using test::error_of;

namespace {

struct Frame {
  std::int64_t step = 0;
  std::vector<double> position;
};
BOOST_DESCRIBE_STRUCT(Frame, (), (step, position))

/// A store in memory, and what is published in it.
class ObjectStore {
 public:
  ObjectId put(const Encodable& value) {
    const auto staging = engine_->stage();
    const ObjectId id = object::write_object(*staging, value);
    bytes_added = staging->bytes_added();
    engine::Commit commit;
    commit.cell = format::kFirstRunCell;
    commit.guard.version = version_++;
    BOOST_REQUIRE((engine_->publish(staging.get(), commit).outcome == engine::Outcome::ok));
    return id;
  }
  std::unique_ptr<engine::View> view() const { return engine_->view(); }
  template <class T>
  T get(const ObjectId& id) const {
    std::optional<T> value;
    object::read_object(*view(), id, [&](const Decoder& in) { value = decode<T>(in); });
    return std::move(*value);
  }

  std::uint64_t bytes_added = 0;

 private:
  std::unique_ptr<engine::Engine> engine_ = engine::make_memory_engine();
  std::uint64_t version_ = 0;
};

Frame large_frame() {
  Frame frame{5, std::vector<double>(300'000)};
  std::iota(frame.position.begin(), frame.position.end(), 0.5);
  return frame;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(objects)

BOOST_AUTO_TEST_CASE(an_object_is_read_as_it_was_written) {
  ObjectStore store;
  const ObjectId id = store.put(encodable(Frame{7, {1, 2}}));
  const Frame frame = store.get<Frame>(id);
  BOOST_TEST(frame.step == 7);
  BOOST_TEST((frame.position == std::vector{1.0, 2.0}));
}

BOOST_AUTO_TEST_CASE(equal_values_have_one_id_and_are_stored_once) {
  ObjectStore store;
  const ObjectId first = store.put(encodable(Frame{7, {1, 2}}));
  const ObjectId again = store.put(encodable(Frame{7, {1, 2}}));
  BOOST_TEST((first == again));
  BOOST_TEST(store.bytes_added == 0u);
  BOOST_TEST((store.put(encodable(Frame{8, {1, 2}})) != first));
}

BOOST_AUTO_TEST_CASE(a_large_array_is_outside_its_object_and_comes_back_whole) {
  ObjectStore store;
  const Frame frame = large_frame();
  const ObjectId id = store.put(encodable(frame));
  BOOST_TEST((store.get<Frame>(id).position == frame.position));
  const object::ObjectSummary summary = object::summarize(*store.view(), id);
  BOOST_TEST(summary.size_bytes < 300u);
  BOOST_TEST(summary.type == type_name<Frame>());
  BOOST_TEST(summary.class_version == 1u);
  BOOST_REQUIRE(summary.references.blobs.size() == 2u);
  BOOST_TEST((summary.references.blobs[0].kind == format::BlobKind::schema));
  BOOST_TEST((summary.references.blobs[1].kind == format::BlobKind::chunk_list));
  for (const auto& reference : summary.references.blobs)
    BOOST_TEST((store.view()->find_blob(reference.digest).value().kind == reference.kind));
}

BOOST_AUTO_TEST_CASE(a_range_of_a_large_array_is_read_into_the_callers_span) {
  ObjectStore store;
  const ObjectId id = store.put(encodable(large_frame()));
  object::read_object(*store.view(), id, [](const Decoder& in) {
    const ArrayDecoder array = in.object().find("position").value().array();
    BOOST_TEST(array.is_chunked());
    BOOST_TEST(array.element_count() == 300'000u);
    double part[3];
    array.read(123'456, std::as_writable_bytes(std::span(part)));
    BOOST_TEST(part[0] == 123'456.5);
    BOOST_TEST(part[2] == 123'458.5);
    BOOST_TEST(error_of(ErrorCode::invalid_argument, [&] {
                 array.read(299'998, std::as_writable_bytes(std::span(part)));
               }) == "read 24 bytes from element 299998 of an array of 300000 float64");
  });
}

BOOST_AUTO_TEST_CASE(an_array_can_be_left_in_the_store) {
  ObjectStore store;
  const ObjectId id = store.put(encodable(large_frame()));
  const Value without = object::read_value(*store.view(), id, false);
  const Value* position = without.get_if<Object>()->find("position");
  BOOST_TEST((*position == Value(StoredArray{DType::float64, {300'000}, 2'400'000})));
  const Value with = object::read_value(*store.view(), id, true);
  BOOST_TEST(with.get_if<Object>()->find("position")->is<Array>());
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)store.put(encodable(without)); }) ==
             "position: an array that was left in the store: read it with load_arrays");
}

BOOST_AUTO_TEST_CASE(arrays_that_differ_in_a_few_elements_share_the_rest) {
  ObjectStore store;
  Frame frame = large_frame();
  (void)store.put(encodable(frame));
  const std::uint64_t first = store.bytes_added;
  frame.position[150'000] = -1;
  (void)store.put(encodable(frame));
  BOOST_TEST(store.bytes_added < first / 4);
}

BOOST_AUTO_TEST_CASE(bytes_of_an_object_can_be_kept_in_a_record) {
  ObjectStore store;
  Map attributes;
  attributes.put("temperature", 300.5);
  test::MemoryObjects objects;
  const auto bytes = objects.encode(encodable(attributes));
  object::read_object_bytes(*store.view(), bytes, [&](const Decoder& in) {
    BOOST_TEST((decode<Value>(in) == Value(attributes)));
  });
}

BOOST_AUTO_TEST_CASE(a_missing_object_and_one_of_another_kind_are_refused) {
  ObjectStore store;
  const ObjectId id = store.put(encodable(large_frame()));
  BOOST_TEST(error_of(ErrorCode::not_found, [&] { (void)store.get<Frame>(ObjectId{}); }) != "");
  const Digest schema = object::summarize(*store.view(), id).references.blobs[0].digest;
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)store.get<Frame>(ObjectId{schema}); }) != "");
}

BOOST_AUTO_TEST_CASE(schemas_are_read_once_for_all_objects_of_a_cache) {
  ObjectStore store;
  const ObjectId id = store.put(encodable(Frame{1, {}}));
  const auto view = store.view();
  const Digest digest = object::summarize(*view, id).references.blobs[0].digest;
  object::SchemaCache cache;
  const auto first = cache.get(*view, digest);
  BOOST_TEST((cache.get(*view, digest) == first));
  BOOST_TEST(first->class_name == type_name<Frame>());
}

BOOST_AUTO_TEST_SUITE_END()
