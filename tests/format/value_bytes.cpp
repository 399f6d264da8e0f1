// Values as bytes: equal ones have equal bytes, and only those; damaged bytes are found out.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>

#include "memory_objects.h"
#include "random_value.h"

using namespace cairn;
using namespace cairn::test;

namespace {

constexpr int kRounds = 3'000;

/// A map whose keys are written in the order given.
struct KeysAsTheyCome {
  std::vector<Value> keys;
};

/// A set whose elements are written in the order given.
struct ElementsAsTheyCome {
  std::vector<Value> elements;
};

/// A map that says it has three entries, and the calls that write fewer.
struct PartOfAMap {
  std::function<void(MapEncoder&)> write;
};

}  // namespace

template <>
struct cairn::Codec<PartOfAMap> {
  static void encode(const Encoder& out, const PartOfAMap& value) {
    MapEncoder entries = out.list(1)[0].map(3);
    value.write(entries);
  }
};

template <>
struct cairn::Codec<KeysAsTheyCome> {
  static void encode(const Encoder& out, const KeysAsTheyCome& value) {
    MapEncoder entries = out.map(value.keys.size());
    for (const Value& key : value.keys) {
      cairn::encode(entries.key(), key);
      cairn::encode(entries.value(), 1);
    }
  }
};

template <>
struct cairn::Codec<ElementsAsTheyCome> {
  static void encode(const Encoder& out, const ElementsAsTheyCome& value) {
    const auto write = [&](std::size_t i, const Encoder& place) { cairn::encode(place, value.elements[i]); };
    out.set(value.elements.size(), write);
  }
};

BOOST_AUTO_TEST_SUITE(value_bytes)

BOOST_AUTO_TEST_CASE(every_value_comes_back_from_its_bytes) {
  RandomValue random(1);
  for (int round = 0; round < kRounds; ++round) {
    const Value value = random();
    MemoryObjects objects;
    const auto bytes = objects.encode(encodable(value));
    const Value loaded = objects.decode<Value>(bytes);
    BOOST_TEST_REQUIRE((loaded == value), "round " << round);
    BOOST_TEST_REQUIRE((objects.encode(encodable(loaded)) == bytes), "round " << round);
  }
}

BOOST_AUTO_TEST_CASE(values_are_equal_exactly_if_their_bytes_are) {
  RandomValue random(2);
  std::map<Value, std::vector<std::byte>> bytes_of_value;
  std::map<std::vector<std::byte>, Value> value_of_bytes;
  for (int round = 0; round < kRounds; ++round) {
    const Value value = random(2);
    const auto bytes = bytes_of(value);
    BOOST_TEST_REQUIRE((bytes_of_value.emplace(value, bytes).first->second == bytes), "round " << round);
    BOOST_TEST_REQUIRE((value_of_bytes.emplace(bytes, value).first->second == value), "round " << round);
  }
  BOOST_TEST(bytes_of_value.size() < static_cast<std::size_t>(kRounds));  // some were drawn twice
}

BOOST_AUTO_TEST_CASE(what_is_empty_has_one_spelling) {
  BOOST_TEST((bytes_of(std::string()) == bytes_of(Value(""))));
  BOOST_TEST((bytes_of(std::vector<std::string>()) == bytes_of(Value(List{}))));
  BOOST_TEST((bytes_of(std::map<int, int>()) == bytes_of(Value(Map{}))));
  BOOST_TEST((bytes_of(std::vector<double>()) == bytes_of(Value(Array{DType::float64, {0}, {}}))));
  BOOST_TEST((bytes_of(std::string()) != bytes_of(Bytes{})));
  BOOST_TEST((bytes_of(List{}) != bytes_of(Map{})));
  // A text whose characters were there and are gone must not leave an allocated, empty pointer behind.
  std::string shrunk = "text";
  shrunk.clear();
  BOOST_TEST((bytes_of(std::vector<std::string>{shrunk, "a"}) == bytes_of(Value(List{"", "a"}))));
  BOOST_TEST(bytes_of(std::string()).size() == bytes_of(std::vector<std::string>()).size());
}

BOOST_AUTO_TEST_CASE(a_reader_of_bytes_at_an_odd_address_is_served) {
  MemoryObjects objects;
  const Value value(List{"a", 1, 2.5});
  const auto bytes = objects.encode(encodable(value));
  std::vector<std::byte> shifted(bytes.size() + 1);
  std::copy(bytes.begin(), bytes.end(), shifted.begin() + 1);
  format::decode_object(std::span(shifted).subspan(1), objects,
                        [&](const Decoder& in) { BOOST_TEST((decode<Value>(in) == value)); });
}

BOOST_AUTO_TEST_CASE(a_map_written_out_of_order_or_with_a_key_twice_is_refused) {
  const auto refusal = [](std::vector<Value> keys) {
    return error_of(ErrorCode::invalid_argument, [&] { (void)bytes_of(KeysAsTheyCome{std::move(keys)}); });
  };
  BOOST_TEST(refusal({"a", "b"}) == "");
  BOOST_TEST(refusal({"b", "a"}) == "map: a key that is there twice or out of order");
  BOOST_TEST(refusal({"a", "a"}) == "map: a key that is there twice or out of order");
  BOOST_TEST(refusal({Value(List{1}), Value(List{1, 2}), Value(List{2})}) == "");
  BOOST_TEST(refusal({1.0, -1.0}) == "");
  BOOST_TEST(refusal({-1.0, 1.0}) != "");
}

BOOST_AUTO_TEST_CASE(a_set_written_out_of_order_or_with_an_element_twice_is_refused) {
  const auto refusal = [](std::vector<Value> elements) {
    return error_of(ErrorCode::invalid_argument, [&] { (void)bytes_of(ElementsAsTheyCome{std::move(elements)}); });
  };
  BOOST_TEST(refusal({"a", "b"}) == "");
  BOOST_TEST(refusal({"b", "a"}) == "set: an element that is there twice or out of order");
  BOOST_TEST(refusal({1, 1}) == "set: an element that is there twice or out of order");
}

BOOST_AUTO_TEST_CASE(a_map_with_fewer_entries_than_it_said_is_refused) {
  const auto refusal = [](std::function<void(MapEncoder&)> write) {
    const PartOfAMap value{std::move(write)};
    const std::string message = error_of(ErrorCode::invalid_argument, [&] { (void)bytes_of(value); });
    BOOST_TEST(error_of(ErrorCode::invalid_argument, [&] { (void)to_value(encodable(value)); }) == message);
    return message;
  };
  const auto entry = [](MapEncoder& entries, int key) {
    entries.key().integer(key);
    entries.value().null();
  };
  BOOST_TEST(refusal([&](auto& entries) { entry(entries, 1), entry(entries, 2), entry(entries, 3); }) == "");
  BOOST_TEST(refusal([](auto&) {}) == "map: 3 entries fewer than it was said to have");
  BOOST_TEST(refusal([&](auto& entries) {
    entry(entries, 1);
  }) == "map: 2 entries fewer than it was said to have");
  BOOST_TEST(refusal([&](auto& entries) {
    entry(entries, 1), entry(entries, 2);
    entries.key().integer(0);  // its place is looked at when its value comes
  }) == "map: 1 entries fewer than it was said to have");
  BOOST_TEST(refusal([&](auto& entries) {
    entry(entries, 1), entry(entries, 2);
    entries.value().null(), entries.value().null();  // the same one again
  }) == "map: 1 entries fewer than it was said to have");
}

BOOST_AUTO_TEST_CASE(booleans_of_an_array_are_0_or_1) {
  MemoryObjects objects;
  const auto array = [](unsigned last) {
    return Array{DType::boolean, {2}, {std::byte{1}, std::byte(last)}};
  };
  BOOST_TEST(error_of(ErrorCode::invalid_argument, [&] { (void)bytes_of(array(7)); }) ==
             "array of boolean: an element that is neither 0 nor 1");
  auto bytes = objects.encode(encodable(array(1)));
  const auto last = std::find(bytes.rbegin(), bytes.rend(), std::byte{1});
  *last = std::byte{7};
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)objects.decode<Value>(bytes); }) ==
             "array: a boolean that is neither 0 nor 1");
}

BOOST_AUTO_TEST_CASE(names_of_classes_and_fields_are_utf8) {
  const auto refusal = [](const Value& value) {
    return error_of(ErrorCode::invalid_argument, [&] { (void)bytes_of(value); });
  };
  BOOST_TEST(refusal(Object("Größe", 1, {{"µ", 1}})) == "");
  BOOST_TEST(refusal(Object("A\xff", 1, {})) == "schema: a class whose name is not UTF-8");
  BOOST_TEST(refusal(Object("A", 1, {{"x\xff", 1}})) ==
             "schema of A: a field whose name, type or codec is not UTF-8");
}

BOOST_AUTO_TEST_CASE(a_tuple_of_nulls_takes_no_room_but_has_a_limit) {
  const Tuple nulls{List(100'000)};
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(nulls));
  BOOST_TEST(bytes.size() < 100u);
  BOOST_TEST((objects.decode<Tuple>(bytes) == nulls));
  const Tuple many{List(format::kEmptyElementsMax + 1'000)};
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)bytes_of(many); }) != "");
}

BOOST_AUTO_TEST_CASE(references_are_found_without_the_schemas) {
  const ObjectId object{*Digest::parse("000102030405060708090a0b0c0d0e0f")};
  const ArtifactId artifact{*Digest::parse("ff0102030405060708090a0b0c0d0e0f")};
  const Uuid node = Uuid::generate();
  Map map;
  map.put(object, NodeRef{node});
  const Array large{DType::uint8, {kArrayInlineMax}, Bytes(kArrayInlineMax)};
  const Value value(List{artifact, map, Value(Object("A", 1, {{"x", large}})), Value(List(5))});
  MemoryObjects objects;
  const auto found = format::object_references(objects.encode(encodable(value)));
  BOOST_TEST((objects.kept == std::vector<format::BlobReference>{{format::BlobKind::artifact, artifact.digest},
                                                                {format::BlobKind::object, object.digest}}));
  BOOST_REQUIRE(found.blobs.size() == 4u);
  BOOST_TEST((found.blobs[0].kind == format::BlobKind::schema));
  BOOST_TEST(objects.blobs.contains(found.blobs[0].digest));
  BOOST_TEST((found.blobs[1] == format::BlobReference{format::BlobKind::artifact, artifact.digest}));
  BOOST_TEST((found.blobs[2] == format::BlobReference{format::BlobKind::object, object.digest}));
  BOOST_TEST((found.blobs[3].kind == format::BlobKind::chunk));
  BOOST_TEST(objects.blobs.contains(found.blobs[3].digest));
  BOOST_TEST((found.nodes == std::vector{node}));
}

BOOST_AUTO_TEST_SUITE_END()
