// How two stored values differ: beside a plain comparison of values in memory, and what is not read for it.
#include "object/value_difference.h"

#include <cairn/codec.h>
#include <cairn/error.h>
#include <cairn/text.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>
#include <random>

#include "format/part_name.h"
#include "object/blob_map.h"
#include "object/objects.h"
#include "random_value.h"

namespace cairn::object {
namespace {

/// Objects whose blobs are in a map.
class Objects {
 public:
  ObjectId put(const Value& value) {
    struct Anything : MapStaging {
      using MapStaging::MapStaging;
      std::optional<engine::BlobInfo> hold(engine::BlobKind kind, const Digest&) override {
        return engine::BlobInfo{kind, 0, 0, 0, true};
      }
    };
    Anything staging(map);
    return write_object(staging, encodable(value));
  }
  ValueDifference diff(const Value& before, const Value& after, const DifferenceOptions& options = {}) {
    const ObjectId one = put(before), other = put(after);
    map.reads = 0;
    return compare_objects(MapView(map), one, other, options);
  }

  BlobMap map;
};

std::vector<std::string> lines(const ValueDifference& difference) {
  std::vector<std::string> lines;
  for (const ValueChange& change : difference.changes) lines.push_back(to_text(change));
  return lines;
}

std::vector<std::string> diff(const Value& before, const Value& after) { return lines(Objects().diff(before, after)); }

using Lines = std::vector<std::string>;

/// Says what should be found, from values that are loaded.
class Model {
 public:
  void compare(const Value& a, const Value& b, const std::string& path) {
    if (a == b) return;
    if (a.storage().index() != b.storage().index()) return add("changed", path);
    if (const auto* list = a.get_if<List>()) return lists(*list, *b.get_if<List>(), path);
    if (const auto* tuple = a.get_if<Tuple>()) return lists(tuple->elements, b.get_if<Tuple>()->elements, path);
    if (const auto* set = a.get_if<Set>()) return sets(set->elements(), b.get_if<Set>()->elements(), path);
    if (const auto* map = a.get_if<Map>()) return maps(*map, *b.get_if<Map>(), path);
    if (const auto* object = a.get_if<Object>()) return objects(*object, *b.get_if<Object>(), path);
    if (const auto* one = a.get_if<Quantity>(); one != nullptr && one->unit() == b.get_if<Quantity>()->unit())
      return inside(one->magnitude(), b.get_if<Quantity>()->magnitude(), path);
    if (const auto* one = a.get_if<Lossy>(); one != nullptr && one->type() == b.get_if<Lossy>()->type())
      return inside(one->rest(), b.get_if<Lossy>()->rest(), path);
    if (const auto* one = a.get_if<Enumerator>(); one != nullptr && one->type() == b.get_if<Enumerator>()->type() &&
                                                  one->name() == b.get_if<Enumerator>()->name())
      return inside(one->value(), b.get_if<Enumerator>()->value(), path);
    add("changed", path);
  }

  std::vector<std::string> found;

 private:
  void add(std::string_view kind, const std::string& path) { found.push_back(std::string(kind) + " " + path); }

  static bool has_parts(const Value& value) {
    return value.is<List>() || value.is<Tuple>() || value.is<Set>() || value.is<Map>() || value.is<Object>() ||
           value.is<Array>();
  }
  void inside(const Value& a, const Value& b, const std::string& path) {
    if (has_parts(a) || has_parts(b)) return compare(a, b, path);
    add("changed", path);
  }

  static std::string at(const std::string& path, std::size_t index) { return path + "[" + std::to_string(index) + "]"; }
  static std::string at(std::string path, const Value& key) {
    if (const auto* text = key.get_if<std::string>()) format::append_part_name(path, *text);
    else
      path += "{" +
              to_text(key, {.form = TextForm::line, .elements_max = 8, .text_max = 120, .depth_max = 3, .bytes_max = 300}) +
              "}";
    return path;
  }

  void lists(const List& a, const List& b, const std::string& path) {
    std::size_t begin = 0, a_end = a.size(), b_end = b.size();
    if (a.size() != b.size()) {
      while (begin < a_end && begin < b_end && a[begin] == b[begin]) ++begin;
      while (a_end > begin && b_end > begin && a[a_end - 1] == b[b_end - 1]) --a_end, --b_end;
    }
    for (std::size_t i = begin; i < std::max(a_end, b_end); ++i)
      if (i < a_end && i < b_end) compare(a[i], b[i], at(path, i));
      else add(i < a_end ? "removed" : "added", at(path, i));
  }
  void sets(const List& a, const List& b, const std::string& path) {
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
      if (j == b.size() || (i < a.size() && a[i] < b[j])) add("removed", at(path, i++));
      else if (i == a.size() || b[j] < a[i]) add("added", at(path, j++));
      else ++i, ++j;
    }
  }
  void maps(const Map& a, const Map& b, const std::string& path) {
    std::vector<Value> keys;
    for (const MapEntry& entry : a) keys.push_back(entry.key);
    for (const MapEntry& entry : b)
      if (a.find(entry.key) == nullptr) keys.push_back(entry.key);
    std::ranges::sort(keys, [](const Value& x, const Value& y) { return x < y; });
    for (const Value& key : keys) {
      const Value *one = a.find(key), *other = b.find(key);
      if (one != nullptr && other != nullptr) compare(*one, *other, at(path, key));
      else add(one != nullptr ? "removed" : "added", at(path, key));
    }
  }
  void objects(const Object& a, const Object& b, const std::string& path) {
    if (a.class_name != b.class_name) return add("changed", path);
    if (a.class_version != b.class_version) add("changed", path);
    for (const Field& field : a.fields) {
      const Value* other = b.find(field.name);
      if (other != nullptr) compare(field.value, *other, at(path, Value(field.name)));
      else add("removed", at(path, Value(field.name)));
    }
    for (const Field& field : b.fields)
      if (a.find(field.name) == nullptr) add("added", at(path, Value(field.name)));
  }
};

// Changes some places of a value.
class Editor {
 public:
  explicit Editor(std::uint64_t seed) : random_(seed), values_(seed + 1'000'000) {}

  Value edit(const Value& value, unsigned depth = 0) {
    if (random_() % 6 == 0 || depth > 6) return values_(2);
    if (const auto* list = value.get_if<List>()) return edited(*list, depth);
    if (const auto* tuple = value.get_if<Tuple>()) return Tuple{edited(tuple->elements, depth)};
    if (const auto* map = value.get_if<Map>()) {
      Map changed;
      for (const MapEntry& entry : *map)
        if (random_() % 8 != 0) changed.put(entry.key, maybe(entry.value, depth));
      if (random_() % 4 == 0) changed.put(values_(1), values_(1));
      return changed;
    }
    if (const auto* object = value.get_if<Object>()) {
      Object changed = *object;
      for (Field& field : changed.fields) field.value = maybe(field.value, depth);
      if (random_() % 8 == 0) changed.class_version += 1;
      if (random_() % 8 == 0) changed.set("new", values_(1));
      if (random_() % 8 == 0) changed.erase("x");
      return changed;
    }
    if (const auto* set = value.get_if<Set>()) {
      Set changed;
      for (const Value& element : set->elements())
        if (random_() % 4 != 0) changed.insert(element);
      if (random_() % 2 == 0) changed.insert(values_(1));
      return changed;
    }
    if (const auto* quantity = value.get_if<Quantity>()) return Quantity(maybe(quantity->magnitude(), depth), quantity->unit());
    return value;
  }

 private:
  Value maybe(const Value& value, unsigned depth) { return random_() % 2 == 0 ? edit(value, depth + 1) : value; }
  List edited(List list, unsigned depth) {
    for (Value& element : list) element = maybe(element, depth);
    if (!list.empty() && random_() % 3 == 0) list.erase(list.begin() + static_cast<std::ptrdiff_t>(random_() % list.size()));
    if (random_() % 3 == 0) list.insert(list.begin() + static_cast<std::ptrdiff_t>(random_() % (list.size() + 1)), values_(1));
    return list;
  }

  std::mt19937_64 random_;
  test::RandomValue values_;
};

BOOST_AUTO_TEST_SUITE(value_difference)

BOOST_AUTO_TEST_CASE(what_differs_between_random_values_is_found_and_nothing_else) {
  int with_changes = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    test::RandomValue random(seed);
    const Value before = Map{{"a", random()}, {"b", List{random(), random(), random()}}}, after = Editor(seed).edit(before);
    Model model;
    model.compare(before, after, "");
    std::vector<std::string> found;
    Objects objects;
    const ValueDifference difference = objects.diff(before, after, {.changes_max = SIZE_MAX});
    for (const ValueChange& change : difference.changes)
      found.push_back(std::string(change_name(change.kind)) + " " + change.path);
    BOOST_TEST_REQUIRE(difference.change_count == difference.changes.size());
    BOOST_TEST_REQUIRE(difference.empty() == (before == after));
    BOOST_TEST_CONTEXT("seed " << seed << "\n" << to_text(before) << "\n" << to_text(after))
    BOOST_TEST_REQUIRE(found == model.found, boost::test_tools::per_element());
    with_changes += found.empty() ? 0 : 1;
  }
  BOOST_TEST(with_changes > 1500);
}

BOOST_AUTO_TEST_CASE(values_that_share_are_compared_by_what_they_refer_to) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const Value before = test::RandomValue(seed).graph(), after = test::RandomValue(seed % 2 == 0 ? seed : seed + 1).graph();
    Objects objects;
    const bool same = objects.put(before) == objects.put(after);
    BOOST_TEST_REQUIRE(objects.diff(before, after).empty() == same);
  }
  const Value shared = Graph({Value(List{1, 2})}, Value(List{SharedRef{0}, SharedRef{0}}));
  BOOST_TEST((diff(shared, Graph({Value(List{1, 3})}, Value(List{SharedRef{0}, SharedRef{0}}))) == Lines{"[0][1]: 2 -> 3"}));
  BOOST_TEST((diff(shared, List{List{1, 2}, List{1, 4}}) == Lines{"[1][1]: 2 -> 4"}));
  BOOST_TEST(
      (diff(shared, List{List{1, 2}, List{1, 2}}) == Lines{"the value: a value -> the same value, stored in another form"}));
}

// Each of 60 values refers twice to the next one, so that there are 2^60 ways through them.
BOOST_AUTO_TEST_CASE(values_that_are_shared_again_and_again_are_compared_once) {
  const auto doubling = [](std::int64_t last) {
    List shared;
    for (std::uint32_t i = 1; i < 60; ++i) shared.push_back(List{SharedRef{i}, SharedRef{i}});
    shared.push_back(List{last});
    return Value(Graph(std::move(shared), Value(List{SharedRef{0}, SharedRef{0}})));
  };
  Objects objects;
  BOOST_TEST(objects.diff(doubling(1), doubling(2)).change_count == 1u);
  const Value once = doubling(1);
  const Value longer = Graph(once.get_if<Graph>()->shared(), Value(List{SharedRef{0}, SharedRef{0}, 7}));
  BOOST_TEST((lines(objects.diff(doubling(1), longer)) == Lines{"[2]: added 7"}));
}

BOOST_AUTO_TEST_CASE(changes_are_told_by_path) {
  const Value before = Map{{"cutoff", 30}, {"box", List{1.5, 2.5}}, {"a b", "x"}, {"old", nullptr}, {7, 1}};
  const Value after = Map{{"cutoff", 40}, {"box", List{1.5, 2.0, 2.5}}, {"a b", "y"}, {"new", Map{{"k", true}}}, {7, 2}};
  BOOST_TEST((diff(before, after) == Lines{"{7}: 1 -> 2", R"(["a b"]: "x" -> "y")", "box[1]: added 2.0", "cutoff: 30 -> 40",
                                           R"(new: added {"k": true})", "old: removed null"}));
  BOOST_TEST((diff(1, "1") == Lines{R"(the value: 1 -> "1")"}));
  BOOST_TEST((diff(Object("Point", 1, {{"x", 1}, {"y", 2}}), Object("Point", 2, {{"x", 1}, {"z", 3}})) ==
              Lines{"the value: Point (version 1) -> Point (version 2)", "y: removed 2", "z: added 3"}));
  BOOST_TEST(
      (diff(Quantity(1.5, "eV"), Quantity(2.5, "eV")) == Lines{R"(the value: quantity(1.5, "eV") -> quantity(2.5, "eV"))"}));
  BOOST_TEST((diff(0.0, -0.0) == Lines{"the value: 0.0 -> -0.0"}));
}

BOOST_AUTO_TEST_CASE(what_is_long_is_abbreviated) {
  const std::string text(1'000'000, 't');
  List deep{1};
  for (int i = 0; i < 100; ++i) deep = List{deep, deep.size() == 1 ? Value(i) : Value()};
  for (const Value& value : {Value(text), Value(Bytes(1'000'000)), Value(deep), Value(List(5000, "x")), Value(Path{text}),
                             Value(Map{{text, text}}), Value(Array{DType::int8, {1000}, Bytes(1000)})}) {
    const ValueChange change = Objects().diff(nullptr, value).changes.at(0);
    BOOST_TEST(change.after.size() < 500u);
    BOOST_TEST((change.after.find("...") != std::string::npos || value.is<Bytes>() || value.is<Path>()), change.after);
  }
  BOOST_TEST((diff(nullptr, List(20, 1)) == Lines{"the value: null -> [1, 1, 1, 1, 1, 1, 1, 1, ...]"}));
}

BOOST_AUTO_TEST_CASE(control_characters_do_not_reach_the_terminal) {
  for (const std::string& line : diff(Map{{"a\x1B[2J", "\x1B[2J"}}, Map{{"a\x1B[2J", 1}, {List{"\x1B"}, 1}}))
    BOOST_TEST((line.find('\x1B') == std::string::npos), line);
}

BOOST_AUTO_TEST_CASE(findings_beyond_the_limit_are_counted) {
  const ValueDifference few = Objects().diff(List(100, 1), List(100, 2), {.changes_max = 3});
  BOOST_TEST(few.changes.size() == 3u);
  BOOST_TEST(few.change_count == 100u);
  BOOST_TEST(Objects().diff(1, 2, {.changes_max = 0}).change_count == 1u);
}

BOOST_AUTO_TEST_CASE(arrays_are_compared_element_by_element) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 60; ++round) {
    const std::size_t count = round % 2 == 0 ? 1 + random() % 1000 : 100'000 + random() % 100'000;
    std::vector<std::int64_t> before(count), after;
    for (std::int64_t& element : before) element = static_cast<std::int64_t>(random());
    after = before;
    std::vector<std::uint64_t> places(random() % 4);
    for (std::uint64_t& place : places) after[place = random() % count] ^= 1;
    if (round % 6 == 1)  // all of them: ranges of chunks meet within elements
      for (std::int64_t& element : after) element = ~element;
    ArrayChange expected{count, 0, 0, 0};
    for (std::uint64_t i = 0; i < count; ++i) {
      if (before[i] == after[i]) continue;
      if (expected.differing_count++ == 0) expected.first = i;
      expected.last = i;
    }
    const auto array = [](const std::vector<std::int64_t>& elements) {
      return Array::from_bytes(DType::int64, {elements.size()}, std::as_bytes(std::span(elements)));
    };
    const ValueDifference found = Objects().diff(array(before), array(after));
    BOOST_TEST_REQUIRE(found.change_count == (expected.differing_count == 0 ? 0u : 1u));
    if (found.empty()) continue;
    BOOST_TEST_REQUIRE((found.changes[0].array == expected));
    BOOST_TEST(found.changes[0].before == std::to_string(before[expected.first]));
    BOOST_TEST(found.changes[0].after == std::to_string(after[expected.first]));
  }
  const Array two{DType::int8, {2}, Bytes(2)}, wide{DType::int8, {1, 2}, Bytes(2)};
  BOOST_TEST((diff(two, wide) == Lines{"the value: int8[2](0, 0) -> int8[1, 2](0, 0)"}));
}

BOOST_AUTO_TEST_CASE(of_large_arrays_only_chunks_that_differ_are_read) {
  std::vector<double> numbers(4'000'000);
  std::iota(numbers.begin(), numbers.end(), 0.5);
  const auto array = [&] { return Array::from_bytes(DType::float64, {numbers.size()}, std::as_bytes(std::span(numbers))); };
  Objects objects;
  const Value before = Map{{"x", array()}, {"y", array()}};
  numbers[1'000'000] = -1;
  numbers[3'999'999] = -1;
  const Value after = Map{{"x", *before.get_if<Map>()->find("x")}, {"y", array()}};
  const ValueDifference found = objects.diff(before, after);
  BOOST_TEST((lines(found) == Lines{"y: 2 of 4000000 elements differ, [1000000] to [3999999], the first 1000000.5 -> -1"}));
  BOOST_TEST(objects.map.count(engine::BlobKind::chunk) > 1000u);
  BOOST_TEST(objects.map.reads < 60u);
}

List numbered(std::size_t count) {
  List list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(Map{{"number", static_cast<std::int64_t>(i)}});
  return list;
}

BOOST_AUTO_TEST_CASE(of_long_lists_only_segments_that_differ_are_read) {
  const List before = numbered(100'000);
  List after = before;
  after.insert(after.begin() + 20'000, "inserted");
  after[50'000] = Map{{"number", -1}};
  after.erase(after.begin() + 90'000);
  after.insert(after.begin(), {"first", "second"});
  Objects objects;
  const ValueDifference found = objects.diff(before, after);
  BOOST_TEST((lines(found) == Lines{R"([0]: added "first")", R"([1]: added "second")", R"([20002]: added "inserted")",
                                    "[50002].number: 49999 -> -1", R"([89999]: removed {"number": 89999})"}));
  BOOST_TEST(objects.map.count(engine::BlobKind::list_segment) > 100u);
  BOOST_TEST(objects.map.reads < 40u);
}

BOOST_AUTO_TEST_CASE(a_long_list_beside_a_short_one) {
  List after = numbered(1030);
  BOOST_TEST(Objects().diff(numbered(1000), after).change_count == 30u);
  BOOST_TEST(Objects().diff(after, numbered(0)).change_count == 1030u);
}

BOOST_AUTO_TEST_CASE(equal_objects_are_not_read) {
  Objects objects;
  BOOST_TEST(objects.diff(numbered(2000), numbered(2000)).empty());
  BOOST_TEST(objects.map.reads == 0u);
}

BOOST_AUTO_TEST_CASE(a_missing_or_damaged_object_is_said_to_be_so) {
  Objects objects;
  const ObjectId one = objects.put(List{1, 2, 3}), other = objects.put(List{1, 2, 4});
  BOOST_CHECK_EXCEPTION(compare_objects(MapView(objects.map), one, ObjectId{}), Error,
                        [](const Error& error) { return error.code() == ErrorCode::not_found; });
  objects.map.damage(other.digest);
  BOOST_CHECK_EXCEPTION(compare_objects(MapView(objects.map), one, other), Error,
                        [](const Error& error) { return error.code() == ErrorCode::damaged; });
}

BOOST_AUTO_TEST_CASE(embedded_maps_begin_with_the_path_given) {
  BlobMap map;
  MapStaging staging(map);
  const auto bytes = [&](const Value& value) { return write_object_bytes(staging, encodable(value)); };
  const auto one = bytes(Map{{"cutoff", 30}, {"deep", Map{{"x", 1}}}}),
             other = bytes(Map{{"cutoff", 40}, {"deep", Map{{"x", 1}}}});
  const auto compare = [&](std::span<const std::byte> a, std::span<const std::byte> b) {
    return lines(compare_maps(MapView(map), a, b, "parameters"));
  };
  BOOST_TEST((compare(one, other) == Lines{"parameters.cutoff: 30 -> 40"}));
  BOOST_TEST((compare({}, one) == Lines{"parameters.cutoff: added 30", R"(parameters.deep: added {"x": 1})"}));
  BOOST_TEST((compare(one, {}).size() == 2u));
  BOOST_TEST(compare(one, one).empty());
  BOOST_TEST(compare({}, {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
