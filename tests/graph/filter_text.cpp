// Filters as text, and put together in C++.
#include <cairn/error.h>
#include <cairn/filter.h>

#include <boost/test/unit_test.hpp>

#include <bit>
#include <limits>
#include <string>

#include "graph/filter_subjects.h"
#include "random_value.h"
#include "support/errors.h"

namespace cairn::graph {
namespace {

using namespace std::chrono_literals;
using test::has_code;

constexpr auto kInvalid = ErrorCode::invalid_argument;

/// Filters of every form, at random but the same on every machine.
class RandomFilter {
 public:
  explicit RandomFilter(std::uint64_t seed) : value_(seed) {}

  Filter operator()(unsigned depth) {
    switch (depth == 0 ? 0 : value_.below(5)) {
      case 1:
        return (*this)(depth - 1) && (*this)(depth - 1);
      case 2:
        return (*this)(depth - 1) || (*this)(depth - 1);
      case 3:
        return !(*this)(depth - 1);
      case 4:
        return value_.below(8) == 0 ? Filter() : (*this)(depth - 1);
      default:
        return test();
    }
  }

 private:
  // Most of what is put together at random is refused; the rest is what can be written.
  Filter test() {
    for (;;) {
      try {
        const FilterPath where = path();
        if (value_.below(6) == 0) return Filter::exists(where);
        if (value_.below(4) == 0) return Filter::in(where, {operand(where), operand(where)});
        return Filter::where(where, static_cast<Comparison>(value_.below(7)), operand(where));
      } catch (const Error& error) {
        BOOST_REQUIRE(error.code() == kInvalid);
      }
    }
  }

  FilterPath path() {
    FilterPath path(static_cast<FilterField>(value_.below(19)));
    if (path.field() < FilterField::attributes) return path;
    for (auto steps = value_.below(4); steps > 0; --steps)
      path = value_.below(3) == 0 ? path.element(value_.below(1000)) : path.member(name());
    return path;
  }

  std::string name() {
    static const std::string kNames[] = {
        "energy", "",      "odd name",           "a.b", "\"", "\\", "\xc3\xa9", "\xc2\x85", "\n",
        "7",      "x-y_z", std::string(1, '\0'), "and"};
    return kNames[value_.below(std::size(kNames))];
  }

  FilterValue operand(const FilterPath& where) {
    switch (where.field()) {
      case FilterField::kind:
        return static_cast<NodeKind>(1 + value_.below(3));
      case FilterField::state:
        return static_cast<NodeState>(1 + value_.below(7));
      default:
        break;
    }
    switch (value_.below(6)) {
      case 0:
        return Timestamp(std::chrono::nanoseconds(static_cast<std::int64_t>(value_.below(UINT64_MAX))));
      case 1:
        return FromNow{std::chrono::seconds(static_cast<std::int64_t>(value_.below(2'000'000)) - 1'000'000)};
      case 2:
        return FromNow{std::chrono::hours(static_cast<std::int64_t>(value_.below(2'000)) - 1'000)};
      case 3:
        return name();
      default:
        return value_(0);
    }
  }

  test::RandomValue value_;
};

BOOST_AUTO_TEST_SUITE(filter_text)

BOOST_AUTO_TEST_CASE(any_filter_is_written_as_text_that_parses_to_an_equal_one) {
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    const Filter filter = RandomFilter(seed)(static_cast<unsigned>(1 + seed % 6));
    const std::string text = filter.text();
    const std::optional<FilterFault> fault = Filter::find_fault(text);
    BOOST_REQUIRE_MESSAGE(!fault, text << ": " << fault->problem);
    BOOST_REQUIRE_MESSAGE(Filter::parse(text) == filter, text);
    BOOST_REQUIRE_EQUAL(Filter::parse(text).text(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_filter_has_one_text_whatever_it_was_written_like) {
  const std::pair<const char*, const char*> texts[] = {
      {"", "true"},
      {"true and label=a", "label = \"a\""},
      {"not not true", "true"},
      {"not true", "false"},
      {" ( label=a )and( kind=data and(state!=failed))", "label = \"a\" and kind = data and state != failed"},
      {"(label=a and kind=data) or state=failed", "label = \"a\" and kind = data or state = failed"},
      {"label=a and(kind=data or state=failed)", "label = \"a\" and (kind = data or state = failed)"},
      {"not(label=a or label=b)", "not (label = \"a\" or label = \"b\")"},
      {"not label=a", "not label = \"a\""},
      {"size in(1,0x10)", "size in (1, 16)"},
      {"size=1.50", "size = 1.5"},
      {"size=1e0", "size = 1.0"},
      {"size=-inf", "size = -inf"},
      {"size=00123456789012345678901234567890", "size = 123456789012345678901234567890"},
      {"attributes.\"a\".\"b c\"[007]exists", "attributes.a.\"b c\"[7] exists"},
      {"created>2026-03-01", "created > 2026-03-01T00:00:00Z"},
      {"created>\"2026-03-01T01:00:00.50+01:00[Europe/Paris]\"", "created > 2026-03-01T00:00:00.5Z"},
      {"created>now-168h or created>now-90s or created>now+0d",
       "created > now-1w or created > now-90s or created > now"},
      {"label=\"\\u00e9\\ud83d\\ude42\\/\\n\\u0085\"", "label = \"\xc3\xa9\xf0\x9f\x99\x82/\\u000a\\u0085\""},
      {"id=0190A1B2000070008000000000000001", "id = 0190a1b2-0000-7000-8000-000000000001"}};
  for (const auto& [given, expected] : texts) BOOST_TEST(Filter::parse(given).text() == expected, given);
}

BOOST_AUTO_TEST_CASE(a_filter_is_put_together_without_text) {
  const Filter filter =
      Filter::where("attributes.energy", Comparison::less, -1.5) &&
      Filter::where("state", Comparison::equal, NodeState::failed) &&
      (Filter::where("label", Comparison::equal, "a \"b\"") ||
       !Filter::where("created", Comparison::greater_equal, FromNow{-48h})) &&
      Filter::in("kind", {NodeKind::data, NodeKind::workflow}) && Filter::exists(FilterField::content) &&
      Filter::where(FilterPath("extras").member("odd name").element(0), Comparison::matches, "x*");
  BOOST_TEST(filter.text() ==
             "attributes.energy < -1.5 and state = failed and (label = \"a \\\"b\\\"\" or not created >= "
             "now-2d) and "
             "kind in (data, workflow) and content exists and extras.\"odd name\"[0] ~ \"x*\"");
  BOOST_TEST((Filter::parse(filter.text()) == filter));
}

BOOST_AUTO_TEST_CASE(ids_and_times_are_taken_as_they_are_or_as_text) {
  const Uuid uuid = Uuid::generate();
  const Filter by_id = Filter::where("id", Comparison::equal, uuid);
  BOOST_TEST((by_id == Filter::where("id", Comparison::equal, uuid.text())));
  BOOST_TEST((by_id == Filter::where("id", Comparison::equal, NodeRef{uuid})));
  const ObjectId object = ObjectId::parse("00112233445566778899aabbccddeeff").value();
  const Filter by_content = Filter::where("content", Comparison::equal, object);
  BOOST_TEST((by_content == Filter::where("content", Comparison::equal, ArtifactId{object.digest})));
  BOOST_TEST((by_content == Filter::where("content", Comparison::equal, object.hex())));
  const Filter by_time = Filter::where("created", Comparison::less, Timestamp{});
  BOOST_TEST((by_time == Filter::where("created", Comparison::less, "1970-01-01")));
  BOOST_TEST((by_time == Filter::where("created", Comparison::less, Date{})));
  BOOST_TEST((by_time == Filter::where("created", Comparison::less,
                                       DateTime::parse("1970-01-01T01:00:00+01:00").value())));
}

BOOST_AUTO_TEST_CASE(combining_with_every_node_and_with_none_says_no_more_than_needed) {
  const Filter filter = Filter::parse("label = a");
  BOOST_TEST(((filter && Filter()) == filter));
  BOOST_TEST(((filter || !Filter()) == filter));
  BOOST_TEST(((!!filter) == filter));
  BOOST_TEST((Filter::in("label", {}) == !Filter()));
  BOOST_TEST((Filter::parse("") == Filter()));
  BOOST_TEST(((filter && filter).text() == "label = \"a\" and label = \"a\""));
  BOOST_TEST(!(filter == Filter::parse("label = b")));
  BOOST_TEST(!(filter == Filter()));
}

BOOST_AUTO_TEST_CASE(a_filter_that_was_moved_from_is_one_that_every_node_passes) {
  Filter filter = Filter::parse("label = a");
  const Filter other = std::move(filter);
  BOOST_TEST((filter == Filter()));
  BOOST_TEST(filter.text() == "true");
}

BOOST_AUTO_TEST_CASE(a_nan_compares_alike_whatever_its_bits) {
  const double nan = std::bit_cast<double>(std::uint64_t{0xfff8000000000001});
  BOOST_TEST((Filter::where("size", Comparison::equal, nan) == Filter::parse("size = nan")));
}

BOOST_AUTO_TEST_CASE(what_a_field_is_not_compared_with_is_refused) {
  const auto where = [](const FilterPath& path, Comparison comparison, const FilterValue& value) {
    return [=] { Filter::where(path, comparison, value); };
  };
  const auto refuses = [](const auto& call, const char* message) {
    BOOST_CHECK_EXCEPTION(call(), Error, has_code(kInvalid, message));
  };
  refuses(where("kind", Comparison::less, NodeKind::data), "filter kind <: expected =, !=, in or exists");
  refuses(where("kind", Comparison::equal, NodeState::failed),
          "filter kind =: expected data, calculation or workflow");
  refuses(where("label", Comparison::equal, 1), "filter label =: expected a word, or text in quotes");
  refuses(where("label", Comparison::equal, "\xff"), "filter label =: expected");
  refuses(where("size", Comparison::equal, "1"), "filter size =: expected a number");
  refuses(where("created", Comparison::equal, 0), "filter created =: expected a time");
  refuses(where("created", Comparison::equal, DateTime{}), "expected a time");
  refuses(where("created", Comparison::equal, FromNow{std::chrono::seconds::max()}), "expected a time");
  refuses(where("attributes.x", Comparison::equal, List{}), "filter attributes.x =: expected text in quotes");
  refuses(where("attributes.x", Comparison::equal, Decimal()), "expected text in quotes");
  refuses(where("attributes.x", Comparison::not_equal, nullptr),
          "filter attributes.x !=: expected = before null");
  refuses(where("attributes.x", Comparison::matches, 1), "filter attributes.x ~: expected a pattern");
  refuses(where("attributes", Comparison::equal, 1), "filter by attributes: expected a path");
  refuses([] { Filter::exists("extras"); }, "filter by extras: expected a path");
  refuses([] { Filter::in("attributes", {}); }, "filter by attributes: expected a path");
  refuses([] { Filter::in("tag", {"a", 1}); }, "filter tag =: expected");
}

BOOST_AUTO_TEST_CASE(a_path_is_read_alone) {
  BOOST_TEST(FilterPath(std::string("attributes.a[2].\"b c\"")).text() == "attributes.a[2].\"b c\"");
  BOOST_TEST((FilterPath("attributes.a[2]") == FilterPath(FilterField::attributes).member("a").element(2)));
  BOOST_CHECK_EXCEPTION(FilterPath("attributes.a b"), Error,
                        has_code(kInvalid, "filter, column 14: expected the end, found b"));
  BOOST_CHECK_EXCEPTION(FilterPath("colour"), Error,
                        has_code(kInvalid, "column 1: there is no field colour"));
  BOOST_CHECK_EXCEPTION(FilterPath("label").member("a"), Error, has_code(kInvalid, "a part of label"));
  BOOST_CHECK_EXCEPTION(FilterPath("attributes").member("\xff"), Error, has_code(kInvalid, "not UTF-8"));
}

BOOST_AUTO_TEST_CASE(filters_nest_at_most_100_deep) {
  const auto nested = [](int depth) {
    Filter filter = Filter::parse("label = a");
    for (int i = 1; i < depth; ++i)
      filter = i % 2 == 1 ? filter && Filter::parse("tag = b") : filter || Filter::parse("tag = c");
    return filter;
  };
  const Filter deepest = nested(100);
  BOOST_TEST((Filter::parse(deepest.text()) == deepest));
  BOOST_CHECK_EXCEPTION(nested(101), Error, has_code(ErrorCode::limit, "deeper than 100"));
  BOOST_CHECK_EXCEPTION(!deepest, Error, has_code(ErrorCode::limit, "deeper than 100"));
}

BOOST_AUTO_TEST_CASE(a_filter_that_is_combined_with_itself_stays_within_the_limit_of_tests) {
  Filter filter = Filter::parse("label = a");
  const auto double_it = [&] {
    filter = !((filter && Filter::parse("tag = a")) || (filter && Filter::parse("tag = b")));
  };
  BOOST_CHECK_EXCEPTION(for (;;) double_it(), Error, has_code(ErrorCode::limit, "more than 1000000 tests"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
