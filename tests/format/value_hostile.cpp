// Objects that somebody has tampered with: every byte string is read, or refused with an Error.
#include <boost/test/unit_test.hpp>

#include <boost/describe.hpp>

#include <algorithm>
#include <cstring>

#include "memory_objects.h"
#include "random_value.h"

using namespace cairn;
using namespace cairn::test;

namespace {

enum class Read { whole, refused };

// Reads the bytes in every way there is. Anything but an Error ends the test.
Read read_all(MemoryObjects& objects, const std::vector<std::byte>& bytes) {
  try {
    (void)format::object_references(bytes);
    (void)objects.decode<Value>(bytes);
    return Read::whole;
  } catch (const Error& error) {
    BOOST_TEST_REQUIRE((error.code() == ErrorCode::damaged || error.code() == ErrorCode::limit), error.what());
    return Read::refused;
  }
}

void mutate(std::vector<std::byte>& bytes, RandomValue& random) {
  for (auto count = 1 + random.below(4); count > 0; --count) {
    const auto at = random.below(bytes.size());
    switch (random.below(4)) {
      case 0: bytes[at] = static_cast<std::byte>(random.below(256)); break;
      case 1: bytes[at] ^= static_cast<std::byte>(1u << random.below(8)); break;
      case 2: bytes[at] = std::byte{0xff}; break;
      default: bytes[at] = bytes[random.below(bytes.size())]; break;
    }
  }
  if (random.below(10) == 0) bytes.resize(8 * (1 + random.below(bytes.size() / 8)));
}

struct Particle {
  std::string name;
  std::vector<double> position;
  std::map<std::string, std::optional<int>> facts;
};
BOOST_DESCRIBE_STRUCT(Particle, (), (name, position, facts))

std::vector<std::byte> words(std::initializer_list<std::uint64_t> values) {
  std::vector<std::byte> bytes(values.size() * 8);
  if (!bytes.empty()) std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(value_hostile)

BOOST_AUTO_TEST_CASE(random_mutations_of_values_never_do_more_than_throw_an_error) {
  RandomValue random(3);
  int refused = 0, rounds = 0;
  for (int round = 0; round < 1'000; ++round) {
    MemoryObjects objects;
    const auto bytes = objects.encode(encodable(round % 3 == 0 ? random.graph() : random()));
    for (int variant = 0; variant < 20; ++variant, ++rounds) {
      auto mutant = bytes;
      mutate(mutant, random);
      if (read_all(objects, mutant) == Read::refused) ++refused;
    }
  }
  BOOST_TEST(refused > rounds / 4);  // the mutations do bite
}

BOOST_AUTO_TEST_CASE(random_mutations_of_a_described_class_never_do_more_than_throw_an_error) {
  RandomValue random(4);
  MemoryObjects objects;
  const std::vector<Particle> particles{{"a", {1, 2, 3}, {{"x", 1}, {"y", {}}}}, {"", {}, {}}};
  const auto bytes = objects.encode(encodable(particles));
  for (int round = 0; round < 20'000; ++round) {
    auto mutant = bytes;
    mutate(mutant, random);
    try {
      (void)objects.decode<std::vector<Particle>>(mutant);
    } catch (const Error&) {
    }
  }
}

BOOST_AUTO_TEST_CASE(random_mutations_of_a_schema_never_do_more_than_throw_an_error) {
  RandomValue random(5);
  const auto bytes = format::encode_schema({"Class", 3, {{"first", "int64"}, {"second", "text"}}});
  for (int round = 0; round < 20'000; ++round) {
    auto mutant = bytes;
    mutate(mutant, random);
    try {
      (void)format::decode_schema(mutant);
    } catch (const Error& error) {
      BOOST_TEST_REQUIRE((error.code() == ErrorCode::damaged || error.code() == ErrorCode::limit), error.what());
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_message_are_damaged) {
  MemoryObjects objects;
  for (const auto& bytes : {words({}), std::vector<std::byte>(7), words({UINT64_MAX}), words({0, 0, 0})})
    BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)objects.decode<Value>(bytes); }) != "");
}

BOOST_AUTO_TEST_CASE(two_pointers_to_one_place_are_damaged) {
  // Lists that share their elements, level over level, would take exponentially longer to read than their size says.
  MemoryObjects objects;
  const Value value(List{List{1}, List{1}});
  auto bytes = objects.encode(encodable(value));
  std::vector<std::size_t> list_pointers;
  const auto word_at = [&](std::size_t at) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    return word;
  };
  for (std::size_t at = 0; at < bytes.size(); at += 8)
    if ((word_at(at) & 3) == 1 && word_at(at) >> 32 != 0) list_pointers.push_back(at);
  BOOST_REQUIRE(list_pointers.size() == 3u);  // the outer list and two inner ones of equal content
  const std::size_t first = list_pointers[1], second = list_pointers[2];
  const std::uint64_t words_back = (second - first) / 8;
  const std::uint64_t shared = word_at(first) - (words_back << 2);  // what the first points to, seen from the second
  std::memcpy(bytes.data() + second, &shared, sizeof shared);
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)objects.decode<Value>(bytes); }) ==
             "object: it is not in canonical form");
}

BOOST_AUTO_TEST_CASE(an_object_needs_a_schema_that_is_there_and_fits) {
  MemoryObjects objects, empty;
  const auto bytes = objects.encode(encodable(Value(Object("A", 1, {{"x", 1}}))));
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)empty.decode<Value>(bytes); }).starts_with("no blob"));
  for (auto& [digest, blob] : objects.blobs) blob = format::encode_schema({"A", 1, {}});
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)objects.decode<Value>(bytes); }) ==
             "object: an object of A with 1 fields, its schema has 0");
}

BOOST_AUTO_TEST_CASE(objects_without_content_have_a_limit) {
  // A few words for each object, and as many nulls as its schema has fields.
  constexpr std::uint64_t kFewFields = 1234, kManyFields = 65'535;
  const auto fields = [](std::uint64_t count) {
    std::vector<Field> nulls;
    for (std::uint64_t i = 0; i < count; ++i) nulls.push_back({std::to_string(i), {}});
    return nulls;
  };
  MemoryObjects objects;
  auto bytes = objects.encode(encodable(Value(List(300, Value(Object("A", 1, fields(kFewFields)))))));
  BOOST_TEST(bytes.size() < 20'000u);
  std::size_t changed = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    const std::uint64_t few = kFewFields << 2, many = kManyFields << 2;  // words that say how long a list is
    if (std::memcmp(bytes.data() + at, &few, sizeof few) != 0) continue;
    std::memcpy(bytes.data() + at, &many, sizeof many);
    ++changed;
  }
  BOOST_REQUIRE_EQUAL(changed, 300u);
  Schema schema{"A", 1, {}};
  for (const Field& field : fields(kManyFields)) schema.fields.push_back({field.name, "value"});
  objects.blobs.begin()->second = format::encode_schema(schema);
  const auto look_at_all = [](const Decoder& in) {
    for (std::size_t i = 0; i < in.list().size(); ++i) (void)in.list()[i].object();
  };
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { format::decode_object(bytes, objects, look_at_all); })
                 .ends_with("list elements without content"));
  // Looking twice at what is there once is no claim.
  const auto look_again = [](const Decoder& in) {
    for (int i = 0; i < 1'000; ++i) (void)in.list()[0].object();
  };
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { format::decode_object(bytes, objects, look_again); }) == "");
}

BOOST_AUTO_TEST_CASE(keys_that_do_not_ascend_are_damaged) {
  MemoryObjects objects;
  Map map;
  for (const char* key : {"key 1", "key 2", "key 3"}) map.put(key, {});
  const auto sound = objects.encode(encodable(map));
  const auto with_middle_key = [&](char digit) {
    auto bytes = sound;
    const std::string_view middle = "key 2";
    const auto at = std::search(bytes.begin(), bytes.end(), middle.begin(), middle.end(),
                                [](std::byte byte, char c) { return byte == static_cast<std::byte>(c); });
    BOOST_REQUIRE((at != bytes.end()));
    at[4] = static_cast<std::byte>(digit);
    return error_of(ErrorCode::damaged, [&] { (void)objects.decode<Value>(bytes); });
  };
  BOOST_TEST(with_middle_key('2') == "");
  for (const char digit : {'0', '1', '3', '4'})
    BOOST_TEST(with_middle_key(digit) == "object: a map whose keys do not ascend");
}

BOOST_AUTO_TEST_CASE(a_number_has_one_form) {
  MemoryObjects objects;
  auto bytes = objects.encode(encodable(std::uint64_t{1} << 63));
  BOOST_TEST((objects.decode<Value>(bytes) == Value(std::uint64_t{1} << 63)));
  bytes.back() = std::byte{0x7f};  // now below 2^63, where integers are
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)objects.decode<Value>(bytes); }) ==
             "object: a natural below 2^63");
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)objects.decode<std::uint64_t>(bytes); }) != "");
}

BOOST_AUTO_TEST_CASE(a_schema_with_names_that_are_not_utf8_is_damaged) {
  const auto sound = format::encode_schema({"Class", 1, {{"field", "type"}}});
  for (const std::string_view name : {"Class", "field", "type"}) {
    auto bytes = sound;
    const auto at = std::search(bytes.begin(), bytes.end(), name.begin(), name.end(),
                                [](std::byte byte, char c) { return byte == static_cast<std::byte>(c); });
    BOOST_REQUIRE((at != bytes.end()));
    *at = std::byte{0xff};
    BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)format::decode_schema(bytes); }) != "");
  }
}

BOOST_AUTO_TEST_CASE(an_array_that_is_shorter_than_its_shape_is_damaged) {
  MemoryObjects objects;
  const Array large{DType::uint8, {kArrayInlineMax}, Bytes(kArrayInlineMax)};
  const auto bytes = objects.encode(encodable(large));
  objects.blobs.begin()->second.pop_back();
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)objects.decode<Value>(bytes); }) == "content: too short");
}

BOOST_AUTO_TEST_SUITE_END()
