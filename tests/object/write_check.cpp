// What is written decodes again, or is refused.
#include <boost/test/unit_test.hpp>

#include <boost/describe.hpp>

#include <limits>
#include <span>

#include "memory_objects.h"
#include "object/blob_map.h"
#include "object/objects.h"

using namespace cairn;
using namespace cairn::object;
using cairn::test::error_of;

namespace {

/// Its codec forgets the unit.
struct Length {
  double value = 0;
  std::string unit = "m";
};

/// Its codec gives another value every time it is asked.
struct Counter {
  mutable int asked = 0;
};

struct Wire {
  std::string name;
  std::vector<Length> pieces;
};
BOOST_DESCRIBE_STRUCT(Wire, (), (name, pieces))

/// Can be stored, not loaded.
struct Borrowed {
  std::string_view name;
  std::span<const double> numbers;
};
BOOST_DESCRIBE_STRUCT(Borrowed, (), (name, numbers))

struct Tree {
  std::vector<Tree> children;
  std::vector<double> large;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (children, large))

/// Spoils the blobs of one kind as they are staged.
class SpoilingStaging : public MapStaging {
 public:
  SpoilingStaging(BlobMap& map, engine::BlobKind kind) : MapStaging(map), spoiled_(map), kind_(kind) {}
  engine::StageResult stage(engine::BlobKind kind, std::uint8_t probe, const Digest& digest,
                            std::span<const std::byte> bytes) override {
    const engine::StageResult result = MapStaging::stage(kind, probe, digest, bytes);
    if (kind == kind_) spoiled_.damage(digest);
    return result;
  }

 private:
  BlobMap& spoiled_;
  engine::BlobKind kind_;
};

std::string refusal(engine::Staging& staging, const Encodable& value, bool check) {
  return error_of(ErrorCode::unstorable, [&] { write_object(staging, value, {.limits = {}, .check_writes = check}); });
}

std::string refusal(const Encodable& value, bool check = true) {
  BlobMap map;
  MapStaging staging(map);
  return refusal(staging, value, check);
}

}  // namespace

template <>
struct cairn::Codec<Length> {
  static void encode(const Encoder& out, const Length& value) {
    out.real(value.unit == "km" ? value.value * 1000 : value.value);
  }
  static Length decode(const Decoder& in) { return {in.real() == 0 ? 1 : in.real(), "m"}; }
};

template <>
struct cairn::Codec<Counter> {
  static void encode(const Encoder& out, const Counter& value) { out.integer(++value.asked); }
  static Counter decode(const Decoder& in) { return {in.integer<int>()}; }
};

BOOST_AUTO_TEST_SUITE(write_check)

BOOST_AUTO_TEST_CASE(what_loads_as_another_value_is_refused) {
  const Wire wire{"w", {{1, "m"}, {0, "m"}}};
  BOOST_TEST(refusal(encodable(wire)) == "what was written does not decode again: it was loaded as another value");
  BOOST_TEST(refusal(encodable(wire), false) == "");
  BOOST_TEST(refusal(encodable(Wire{"w", {{1, "m"}, {2, "m"}}})) == "");
  BOOST_TEST(refusal(encodable(Counter())) == "what was written does not decode again: it was loaded as another value");
}

BOOST_AUTO_TEST_CASE(values_of_every_size_pass) {
  const double nan = std::numeric_limits<double>::signaling_NaN();
  BOOST_TEST(refusal(encodable(std::vector{nan, -0.0})) == "");
  BOOST_TEST(refusal(encodable(std::vector<double>(1'000'000, nan))) == "");
  BOOST_TEST(refusal(encodable(std::vector<std::string>(100'000, "text"))) == "");
  Tree tree{{Tree(), Tree{{}, std::vector<double>(10'000)}}, {}};
  BOOST_TEST(refusal(encodable(tree)) == "");
}

BOOST_AUTO_TEST_CASE(what_can_only_be_stored_is_read_as_plain_data) {
  const std::vector<double> numbers(100'000, 0.5);
  BOOST_TEST(!encodable(Borrowed()).can_recode());
  BOOST_TEST(!encodable("text").can_recode());
  BOOST_TEST(encodable(Tree()).can_recode());
  BOOST_TEST(refusal(encodable(Borrowed{"b", numbers})) == "");
  BOOST_TEST(refusal(encodable("text")) == "");
}

BOOST_AUTO_TEST_CASE(what_was_staged_is_what_is_looked_at) {
  const std::vector<std::string> list(5'000, "text");
  const std::vector<double> array(100'000, 0.5);
  for (const engine::BlobKind kind : {engine::BlobKind::list_segment, engine::BlobKind::chunk, engine::BlobKind::chunk_list}) {
    BlobMap map;
    SpoilingStaging staging(map, kind);
    BOOST_TEST(refusal(staging, encodable(std::pair(list, array)), true).starts_with("what was written does not decode"));
  }
}

BOOST_AUTO_TEST_CASE(it_counts_nothing_as_stored_twice) {
  BlobMap map;
  MapStaging staging(map);
  write_object(staging, encodable(std::vector<double>(100'000, 0.5)), {.limits = {}, .check_writes = true});
  MapStaging without(map);
  const auto added = staging.bytes_added(), existed = staging.bytes_existed();
  BlobMap other;
  MapStaging plain(other);
  write_object(plain, encodable(std::vector<double>(100'000, 0.5)));
  BOOST_TEST(added == plain.bytes_added());
  BOOST_TEST(existed == plain.bytes_existed());
}

BOOST_AUTO_TEST_SUITE_END()
