// Lists that are kept outside their object, in segments.
#include <boost/test/unit_test.hpp>

#include <boost/describe.hpp>

#include <set>

#include "format/references.h"
#include "memory_objects.h"
#include "random_value.h"

using namespace cairn;
using namespace cairn::test;

namespace {

struct Atom {
  std::string element;
  std::array<double, 3> position{};
  std::optional<int> charge;
  friend bool operator==(const Atom&, const Atom&) = default;
};
BOOST_DESCRIBE_STRUCT(Atom, (), (element, position, charge))

struct Molecule {
  std::string name;
  std::vector<Atom> atoms;
  std::vector<std::string> remarks;
  friend bool operator==(const Molecule&, const Molecule&) = default;
};
BOOST_DESCRIBE_STRUCT(Molecule, (), (name, atoms, remarks))

std::vector<Atom> atoms(std::size_t count) {
  std::vector<Atom> atoms(count);
  for (std::size_t i = 0; i < count; ++i) atoms[i] = {i % 3 == 0 ? "O" : "H", {0.5 * double(i), 1, 2}, int(i)};
  return atoms;
}

std::set<Digest> segments_of(const MemoryObjects& objects, const MemoryObjects::Blob& bytes) {
  std::set<Digest> digests;
  for (const auto& [kind, digest] : format::object_references(bytes).blobs)
    if (kind == format::BlobKind::list_segment && objects.blobs.contains(digest)) digests.insert(digest);
  return digests;
}

/// Writes a list of `size` integers, the places asked for in the given order.
struct Places {
  std::size_t size;
  std::vector<std::size_t> order;
};

}  // namespace

template <>
struct cairn::Codec<Places> {
  static void encode(const Encoder& out, const Places& value) {
    const ListEncoder list = out.list(value.size);
    for (const std::size_t at : value.order) list[at].integer(at);
  }
  static std::string type_name() { return "places"; }
};

BOOST_AUTO_TEST_SUITE(long_lists)

BOOST_AUTO_TEST_CASE(the_number_of_elements_decides_where_a_list_is_kept) {
  for (const std::size_t count : {std::size_t{0}, kListInlineMax - 1, kListInlineMax, 10 * kListInlineMax}) {
    MemoryObjects objects;
    const auto bytes = objects.encode(encodable(atoms(count)));
    BOOST_TEST((objects.decode<std::vector<Atom>>(bytes) == atoms(count)));
    BOOST_TEST(segments_of(objects, bytes).empty() == (count < kListInlineMax));
    if (count >= kListInlineMax) BOOST_TEST(bytes.size() < 1'000u);
  }
}

BOOST_AUTO_TEST_CASE(equal_lists_have_equal_bytes_whatever_type_wrote_them) {
  const Molecule molecule{"water", atoms(3'000), std::vector<std::string>(2'000, "none")};
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(molecule));
  BOOST_TEST((objects.decode<Molecule>(bytes) == molecule));
  const auto value = objects.decode<Value>(bytes);
  BOOST_TEST(value.get_if<Object>()->find("atoms")->get_if<List>()->size() == 3'000u);
  // As a Value, fields are of type "value", so the schemas differ; the segments of what has none are the same.
  const auto remarks = objects.encode(encodable(molecule.remarks));
  const auto as_value = objects.encode(encodable(*value.get_if<Object>()->find("remarks")));
  BOOST_TEST((remarks == as_value));
}

BOOST_AUTO_TEST_CASE(random_elements_come_back_at_any_index) {
  RandomValue random(7);
  List list;
  for (std::size_t i = 0; i < 5'000; ++i) list.push_back(random(2));
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(Value(list)));
  BOOST_TEST((objects.decode<Value>(bytes) == Value(list)));
  format::decode_object(bytes, objects, [&](const Decoder& in) {
    const ListDecoder stored = in.list();
    BOOST_TEST(stored.size() == list.size());
    for (int i = 0; i < 300; ++i) {
      const auto at = random.below(list.size());
      BOOST_TEST_REQUIRE((decode_value(stored[at]) == list[at]));
    }
    BOOST_TEST(error_of(ErrorCode::invalid_argument, [&] { (void)stored[list.size()]; }) ==
               "read past the end of a list or map of 5000");
  });
}

BOOST_AUTO_TEST_CASE(one_element_costs_its_segment_and_a_walk_reads_each_once) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(atoms(100'000)));
  const std::size_t segments = segments_of(objects, bytes).size();
  BOOST_TEST(segments > 50u);
  format::decode_object(bytes, objects, [&](const Decoder& in) {
    const ListDecoder list = in.list();
    BOOST_TEST(objects.segments_read == 0u);
    BOOST_TEST((decode<Atom>(list[77'777]) == atoms(100'000)[77'777]));
    BOOST_TEST(objects.segments_read == 1u);
    for (std::size_t i = 0; i < list.size(); ++i) (void)list[i].object();
    BOOST_TEST(objects.segments_read == 1u + segments);
  });
}

BOOST_AUTO_TEST_CASE(a_change_stores_the_segments_around_it_again) {
  MemoryObjects objects;
  std::vector<Atom> changed = atoms(100'000);
  const auto before = segments_of(objects, objects.encode(encodable(changed)));
  changed.insert(changed.begin() + 50'000, Atom{"C", {}, std::nullopt});
  changed[10].charge = -1;
  const auto after = segments_of(objects, objects.encode(encodable(changed)));
  std::size_t fresh = 0;
  for (const Digest& digest : after) fresh += !before.contains(digest);
  BOOST_TEST(fresh >= 2u);
  BOOST_TEST(fresh <= 6u);
}

BOOST_AUTO_TEST_CASE(long_lists_nest) {
  std::vector<std::vector<std::vector<std::string>>> lists(1'100);
  for (std::size_t i = 0; i < lists.size(); i += 100) {
    lists[i].resize(1'030, {std::to_string(i)});
    lists[i][500].assign(1'025, "deep");
  }
  BOOST_TEST((round_trip(lists) == lists));
}

BOOST_AUTO_TEST_CASE(lists_in_keys_and_sets_stay_inside) {
  std::map<std::vector<std::string>, int> map{{std::vector<std::string>(2'000, "a"), 1}, {{}, 2}};
  std::set<std::vector<std::string>> set{std::vector<std::string>(2'000, "b")};
  MemoryObjects objects;
  BOOST_TEST(segments_of(objects, objects.encode(encodable(map))).empty());
  BOOST_TEST(segments_of(objects, objects.encode(encodable(set))).empty());
  BOOST_TEST((round_trip(map) == map));
  BOOST_TEST((round_trip(set) == set));
}

BOOST_AUTO_TEST_CASE(places_are_written_in_order) {
  const auto refused = [](std::vector<std::size_t> order) {
    return error_of(ErrorCode::invalid_argument, [&] { (void)bytes_of(Places{2'000, std::move(order)}); });
  };
  BOOST_TEST(refused({0, 1, 2}) == "");
  BOOST_TEST(refused({0, 0, 1}) == "");  // the last place again
  BOOST_TEST(refused({1}) == "element 1 of a list of 2000 after element 0, expected them in order");
  BOOST_TEST(refused({0, 1, 0}) == "element 0 of a list of 2000 after element 2, expected them in order");
  MemoryObjects objects;
  const auto value = objects.decode<Value>(objects.encode(encodable(Places{2'000, {0, 1}})));
  BOOST_TEST(value.get_if<List>()->size() == 2'000u);
  BOOST_TEST(((*value.get_if<List>())[1] == Value(1)));
  BOOST_TEST(((*value.get_if<List>())[1'999] == Value()));  // not written
}

BOOST_AUTO_TEST_CASE(an_error_names_the_element) {
  std::vector<std::vector<std::variant<int, std::string>>> lists(2'000);
  lists[1'500].resize(1'200, 5);
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(lists));
  using Texts = std::vector<std::vector<std::variant<std::string, int>>>;
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<Texts>(bytes); }).starts_with("[1500][0]"));
}

BOOST_AUTO_TEST_CASE(segments_that_are_missing_or_wrong_are_damage) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(atoms(5'000)));
  const auto refused = [&](const MemoryObjects& spoiled) {
    MemoryObjects copy = spoiled;
    return error_of(ErrorCode::damaged, [&] { (void)copy.decode<Value>(bytes); });
  };
  const Digest segment = *segments_of(objects, bytes).begin();
  MemoryObjects spoiled = objects;
  spoiled.blobs.erase(segment);
  BOOST_TEST(refused(spoiled) != "");
  spoiled.blobs[segment] = objects.encode(encodable(Value(5)));
  BOOST_TEST(refused(spoiled).find("object: a segment of a list that is no list") != std::string::npos);
  spoiled.blobs[segment] = objects.encode(encodable(Value(List{1, 2})));
  BOOST_TEST(refused(spoiled).find("object: a segment of 2 elements, expected") != std::string::npos);
  spoiled.blobs[segment].resize(12);
  BOOST_TEST(refused(spoiled).find("object: its size is not whole words") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
