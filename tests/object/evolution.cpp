// Data of other versions of a class: migrated, kept, refused.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>
#include <cairn/registry.h>

#include <boost/describe.hpp>

#include <set>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace {

// Three versions of one class, by the name that all claim.
struct First {
  int radius_mm = 0;
  std::string colour;
  bool obsolete = true;
};
BOOST_DESCRIBE_STRUCT(First, (), (radius_mm, colour, obsolete))
struct Third {
  double radius = 0;  // in metres; renamed and retyped
  std::string color;  // renamed
  std::vector<double> samples;
  int added = 42;
};
BOOST_DESCRIBE_STRUCT(Third, (), (radius, color, samples, added))

struct Renamed {
  std::string colour;
};
BOOST_DESCRIBE_STRUCT(Renamed, (), (colour))

// The same class and version, with a field that older programs do not have.
struct Narrow {
  int a = 0;
  UnknownFields unknown;
  std::string b;
};
BOOST_DESCRIBE_STRUCT(Narrow, (), (a, unknown, b))
struct Wide {
  int a = 0;
  std::vector<double> more;
  std::string b;
  std::vector<Narrow> last;
};
BOOST_DESCRIBE_STRUCT(Wide, (), (a, more, b, last))
struct Bare {
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(Bare, (), (a))

struct Holder {
  std::vector<Third> shapes;
};
BOOST_DESCRIBE_STRUCT(Holder, (), (shapes))
struct FirstHolder {
  std::vector<First> shapes;
};
BOOST_DESCRIBE_STRUCT(FirstHolder, (), (shapes))

struct Everything {
  std::pair<int, std::string> pair;
  std::set<int> set;
  std::vector<double> numbers;
  std::array<int, 2> fixed{};
  std::vector<bool> flags;
  std::vector<std::string> texts;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (pair, set, numbers, fixed, flags, texts))

}  // namespace

template <>
struct cairn::ClassTraits<First> {
  static std::string name() { return "Shape"; }
  static constexpr std::uint32_t version = 1;
};
template <>
struct cairn::ClassTraits<Third> {
  static std::string name() { return "Shape"; }
  static constexpr std::uint32_t version = 3;
};
template <>
struct cairn::ClassTraits<FirstHolder> : cairn::ClassTraits<Holder> {};
template <>
struct cairn::ClassTraits<Wide> : cairn::ClassTraits<Narrow> {};
template <>
struct cairn::ClassTraits<Bare> : cairn::ClassTraits<Narrow> {};

namespace {

void rename_and_scale(Object& shape) {
  shape.rename("colour", "color");
  const auto* millimetres = shape.find("radius_mm")->get_if<std::int64_t>();
  shape.set("radius", static_cast<double>(*millimetres) / 1000);
  shape.erase("radius_mm");
}

// 16 KiB and more: what is kept outside an object.
void add_samples(Object& shape) {
  shape.erase("obsolete");
  Array samples{DType::float64, {4096}, Bytes(4096 * 8)};
  shape.set("samples", samples);
}

std::shared_ptr<const Registry> migrations() {
  auto registry = std::make_shared<Registry>();
  registry->add<Third>().migrate(2, add_samples).migrate(1, rename_and_scale);
  return registry;
}

template <class To, class From>
To hinted(const From& from) {
  MemoryObjects objects;
  objects.options.type_hint = true;
  return objects.decode<To>(objects.encode(encodable(from)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evolution)

BOOST_AUTO_TEST_CASE(migrations_are_composed_and_add_remove_rename_and_retype_fields) {
  MemoryObjects objects;
  objects.options.registry = migrations();
  const auto bytes = objects.encode(encodable(First{1500, "red", true}));
  const Third shape = objects.decode<Third>(bytes);
  BOOST_TEST(shape.radius == 1.5);
  BOOST_TEST(shape.color == "red");
  BOOST_TEST(shape.samples.size() == 4096u);
  BOOST_TEST(shape.added == 42);
}

BOOST_AUTO_TEST_CASE(nested_objects_are_migrated_each) {
  MemoryObjects objects;
  objects.options.registry = migrations();
  FirstHolder holder;
  holder.shapes.resize(2000);  // a long list, in segments of its own
  holder.shapes[1999].radius_mm = 2000;
  const Holder loaded = objects.decode<Holder>(objects.encode(encodable(holder)));
  BOOST_TEST(loaded.shapes.size() == 2000u);
  BOOST_TEST(loaded.shapes[1999].radius == 2.0);
}

BOOST_AUTO_TEST_CASE(an_older_object_without_a_migration_is_refused_and_the_missing_one_named) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(FirstHolder{{First{}}}));
  const std::string missing = "shapes[0]: object of Shape has version 1, expected 3: no migration from version ";
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<Holder>(bytes); }) ==
             missing + "1 to 2 is registered");
  auto registry = std::make_shared<Registry>();
  registry->add<Third>().migrate(1, rename_and_scale);
  objects.options.registry = registry;
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<Holder>(bytes); }) ==
             missing + "2 to 3 is registered");
}

BOOST_AUTO_TEST_CASE(what_a_migration_throws_is_passed_on_with_the_path) {
  MemoryObjects objects;
  auto registry = std::make_shared<Registry>();
  registry->add<Third>().migrate(1, [](Object&) { throw Error(ErrorCode::type_mismatch, "no colour"); });
  objects.options.registry = registry;
  const auto bytes = objects.encode(encodable(FirstHolder{{First{}}}));
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<Holder>(bytes); }) == "shapes[0]: no colour");
}

BOOST_AUTO_TEST_CASE(an_object_too_new_is_refused_and_still_plain_data) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(Third{}));
  BOOST_TEST(error_of(ErrorCode::newer_class, [&] { (void)objects.decode<First>(bytes); }) ==
             "object of Shape: version 3 is newer than 1, the newest this program knows; it can be read as a Value");
  const Value value = objects.decode<Value>(bytes);
  BOOST_TEST(value.get_if<Object>()->class_version == 3u);
}

BOOST_AUTO_TEST_CASE(a_class_is_known_by_its_former_names) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(First{1, "red", false}));
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<Renamed>(bytes); }) ==
             "expected an object of Renamed, found one of Shape");
  auto registry = std::make_shared<Registry>();
  registry->add<Renamed>().formerly("Shape");
  objects.options.registry = registry;
  BOOST_TEST(objects.decode<Renamed>(bytes).colour == "red");
}

BOOST_AUTO_TEST_CASE(unknown_fields_are_kept_through_a_load_and_a_save) {
  MemoryObjects objects;
  Wide wide{1, std::vector<double>(5000, 2.5), "b", {}};
  wide.last.resize(1);
  wide.last[0].a = 9;
  Narrow narrow = objects.decode<Narrow>(objects.encode(encodable(wide)));
  BOOST_REQUIRE(narrow.unknown.fields.size() == 2u);
  BOOST_TEST(narrow.unknown.fields[0].type == "list<float64>");
  BOOST_TEST(narrow.b == "b");
  narrow.a = 2;
  const Wide again = objects.decode<Wide>(objects.encode(encodable(narrow)));
  BOOST_TEST(again.a == 2);
  BOOST_TEST((again.more == wide.more && again.b == "b"));
  BOOST_TEST(again.last.at(0).a == 9);
}

BOOST_AUTO_TEST_CASE(a_class_without_a_place_for_unknown_fields_passes_them_over) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(Wide{7, {}, "b", {}}));
  BOOST_TEST(objects.decode<Bare>(bytes).a == 7);
}

BOOST_AUTO_TEST_CASE(without_unknown_fields_an_object_is_stored_as_its_class_is) {
  MemoryObjects objects;
  const Value value = objects.decode<Value>(objects.encode(encodable(Narrow{})));
  BOOST_TEST(value.get_if<Object>()->fields.size() == 2u);
  BOOST_TEST(value.get_if<Object>()->find("unknown") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_type_hint_reads_a_map_an_object_of_another_class_and_a_lossy_rest_by_field_names) {
  Map map;
  map.put("a", 5);
  map.put("surplus", "kept");
  const Narrow from_map = hinted<Narrow>(Value(map));
  BOOST_TEST(from_map.a == 5);
  BOOST_TEST((from_map.unknown.fields.at(0).value == Value("kept")));
  BOOST_TEST(hinted<Bare>(Value(Object("Other", 9, {{"a", 6}}))).a == 6);
  BOOST_TEST(hinted<Bare>(Value(Lossy("Gone", Value(map)))).a == 5);
  BOOST_TEST(mismatch_of<Bare>(Value(map)) == "expected object, found map");
}

BOOST_AUTO_TEST_CASE(a_type_hint_reads_lists_as_what_they_were) {
  Map map;
  map.put("pair", List{1, "one"});
  map.put("set", List{2, 1});
  map.put("numbers", List{1, 2.5});
  map.put("fixed", Tuple{List{3, 4}});
  map.put("flags", List{true, false});
  map.put("texts", Tuple{List{"x"}});
  const Everything all = hinted<Everything>(Value(map));
  BOOST_TEST((all.pair == std::pair<int, std::string>(1, "one")));
  BOOST_TEST((all.set == std::set<int>{1, 2}));
  BOOST_TEST((all.numbers == std::vector<double>{1, 2.5}));
  BOOST_TEST((all.fixed == std::array<int, 2>{3, 4}));
  BOOST_TEST((all.flags == std::vector<bool>{true, false}));
  BOOST_TEST((all.texts == std::vector<std::string>{"x"}));
}

BOOST_AUTO_TEST_CASE(a_type_hint_does_not_lose_anything_in_silence) {
  Map map;
  map.put("other", 5);
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)hinted<Bare>(Value(map)); }).starts_with(
      "expected an object or map with fields of "));
  BOOST_CHECK_THROW((void)hinted<double>(Value((std::int64_t{1} << 53) + 1)), Error);
  BOOST_TEST(error_of(ErrorCode::newer_class, [&] { (void)hinted<First>(Third{}); }) != "");
}

BOOST_AUTO_TEST_SUITE_END()
