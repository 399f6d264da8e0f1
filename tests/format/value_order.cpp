// Value: equality, total order, and the one form that each number and text has.
#include <boost/test/unit_test.hpp>

#include <cairn/error.h>
#include <cairn/value.h>

#include <bit>
#include <limits>

using namespace cairn;

namespace {

double nan_with(std::uint64_t bits) { return std::bit_cast<double>(bits); }

}  // namespace

BOOST_AUTO_TEST_SUITE(value_order)

BOOST_AUTO_TEST_CASE(a_natural_below_2_to_the_63_is_an_integer) {
  BOOST_TEST(Value(std::uint64_t{7}).is<std::int64_t>());
  BOOST_TEST((Value(std::uint64_t{7}) == Value(7)));
  BOOST_TEST(Value(std::uint64_t{1} << 63).is<std::uint64_t>());
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_bytes) {
  BOOST_TEST(Value("caf\xc3\xa9").is<std::string>());
  BOOST_TEST(Value("caf\xe9").is<Bytes>());
}

BOOST_AUTO_TEST_CASE(an_integer_and_a_real_of_equal_amount_differ) { BOOST_TEST((Value(1) != Value(1.0))); }

BOOST_AUTO_TEST_CASE(both_zeros_differ) { BOOST_TEST((Value(0.0) != Value(-0.0))); }

BOOST_AUTO_TEST_CASE(a_nan_equals_only_a_nan_of_the_same_payload) {
  BOOST_TEST((Value(nan_with(0x7ff8000000000001)) == Value(nan_with(0x7ff8000000000001))));
  BOOST_TEST((Value(nan_with(0x7ff8000000000001)) != Value(nan_with(0x7ff8000000000002))));
}

BOOST_AUTO_TEST_CASE(kinds_come_before_content_in_the_order) {
  const Value ascending[] = {Value(),
                             Value(false),
                             Value(true),
                             Value(-5),
                             Value(std::numeric_limits<std::int64_t>::max()),
                             Value(std::uint64_t{1} << 63),
                             Value(0.0),
                             Value(1.5),
                             Value(-0.0),
                             Value(""),
                             Value("a"),
                             Value("ab"),
                             Value("\xc3\xa9"),
                             Value(Bytes{}),
                             Value(List{}),
                             Value(List{Value(1)}),
                             Value(List{Value(1), Value()}),
                             Value(Map{}),
                             Value(Object{}),
                             Value(Object("A", 1, {})),
                             Value(Object("A", 2, {})),
                             Value(Array{}),
                             Value(ObjectId{}),
                             Value(ArtifactId{}),
                             Value(NodeRef{}),
                             Value(BigInteger::parse("-18446744073709551617").value()),
                             Value(BigInteger::parse("-18446744073709551616").value()),
                             Value(BigInteger::parse("18446744073709551616").value()),
                             Value(BigInteger::parse("1000000000000000000000000").value()),
                             Value(Tuple{}),
                             Value(Tuple{{Value()}}),
                             Value(Set{}),
                             Value(Decimal::parse("1").value()),
                             Value(Decimal::parse("1.0").value()),
                             Value(std::complex<double>(0, 0)),
                             Value(std::complex<double>(0, -0.0)),
                             Value(Date{}),
                             Value(TimeOfDay{}),
                             Value(TimeOfDay{{}, {std::chrono::nanoseconds(-1), {}}}),
                             Value(TimeOfDay{{}, {std::chrono::nanoseconds(0), {}}}),
                             Value(TimeOfDay{{}, {std::chrono::nanoseconds(0), "UTC"}}),
                             Value(DateTime{}),
                             Value(Duration{std::chrono::seconds(-1), {}}),
                             Value(Duration{}),
                             Value(Uuid{}),
                             Value(Path{}),
                             Value(Path{"\xff"}),
                             Value(Enumerator("A", "x", 1)),
                             Value(Enumerator("A", "x", 2)),
                             Value(Quantity(1, "eV")),
                             Value(Quantity(1, "m")),
                             Value(Identity{}),
                             Value(Identity{"a", ""}),
                             Value(Lossy("A", Value()))};
  for (std::size_t i = 0; i + 1 < std::size(ascending); ++i) {
    BOOST_TEST((ascending[i] < ascending[i + 1]), "at " << i);
    BOOST_TEST((ascending[i + 1] > ascending[i]), "at " << i);
  }
}

BOOST_AUTO_TEST_CASE(a_map_keeps_its_entries_sorted_and_its_keys_distinct) {
  Map map;
  map.put("b", 1);
  map.put("a", 2);
  map.put("c", 3);
  map.put("a", 4);
  BOOST_REQUIRE(map.size() == 3u);
  BOOST_TEST((map.begin()[0].key == Value("a")));
  BOOST_TEST((map.begin()[2].key == Value("c")));
  BOOST_TEST((*map.find("a") == Value(4)));
  BOOST_TEST((map.find("d") == nullptr));
}

BOOST_AUTO_TEST_CASE(an_object_finds_its_fields_by_name) {
  const Object object("Point", 1, {{"x", 1}, {"y", 2}});
  BOOST_TEST((*object.find("y") == Value(2)));
  BOOST_TEST((object.find("z") == nullptr));
}

BOOST_AUTO_TEST_CASE(every_element_type_has_a_size_and_a_name_that_leads_back) {
  for (int number = 1; number <= 14; ++number) {
    const auto dtype = static_cast<DType>(number);
    BOOST_TEST(dtype_size(dtype) > 0u);
    BOOST_TEST((parse_dtype(dtype_name(dtype)) == dtype));
  }
  BOOST_TEST(!parse_dtype("int128").has_value());
  BOOST_CHECK_THROW(dtype_size(static_cast<DType>(0)), Error);
  BOOST_CHECK_THROW(dtype_name(static_cast<DType>(15)), Error);
}

BOOST_AUTO_TEST_SUITE_END()
