// Described classes: fields by name, evolution, and errors that say where.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>

#include <boost/describe.hpp>

#include <atomic>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace {

struct Particle {
  std::string name;
  std::vector<double> position;
  friend bool operator==(const Particle&, const Particle&) = default;
};
BOOST_DESCRIBE_STRUCT(Particle, (), (name, position))

struct Base {
  int id = 0;
  friend bool operator==(const Base&, const Base&) = default;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))

struct Simulation : Base {
  std::int64_t step = 0;
  std::vector<Particle> particles;
  std::map<std::string, Particle> named;
  std::optional<Particle> best;
  double box[3] = {1, 2, 3};
  std::unique_ptr<Particle> owned;
};
BOOST_DESCRIBE_STRUCT(Simulation, (Base), (step, particles, named, best, box, owned))

struct Tree {
  int value = 0;
  std::vector<Tree> children;
  friend bool operator==(const Tree&, const Tree&) = default;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (value, children))

class Hidden {
 public:
  Hidden() = default;
  explicit Hidden(int secret) : secret_(secret) {}
  int secret() const { return secret_; }

 private:
  int secret_ = 0;
  BOOST_DESCRIBE_CLASS(Hidden, (), (), (), (secret_))
};

struct Empty {};
BOOST_DESCRIBE_STRUCT(Empty, (), ())

// Two versions of one class, by the name that both claim.
struct Before {
  int a = 1;
  std::string b = "b";
  int gone = 3;
};
BOOST_DESCRIBE_STRUCT(Before, (), (a, b, gone))
struct After {
  std::string b;
  int added = 42;
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(After, (), (b, added, a))
struct Newer {
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(Newer, (), (a))

struct Money {
  long cents = 0;
};

struct Wallet {
  std::vector<Money> coins;
};
BOOST_DESCRIBE_STRUCT(Wallet, (), (coins))

}  // namespace

template <>
struct cairn::ClassTraits<Before> {
  static std::string name() { return "Evolving"; }
  static constexpr std::uint32_t version = 1;
};
template <>
struct cairn::ClassTraits<After> : cairn::ClassTraits<Before> {};
template <>
struct cairn::ClassTraits<Newer> {
  static std::string name() { return "Evolving"; }
  static constexpr std::uint32_t version = 2;
};

template <>
struct cairn::Codec<Money> {
  static void encode(const Encoder& out, const Money& value) {
    if (value.cents < 0) throw Error(ErrorCode::unstorable, "money is not negative");
    cairn::encode(out, value.cents);
  }
  static Money decode(const Decoder& in) { return {cairn::decode<long>(in)}; }
};

BOOST_AUTO_TEST_SUITE(described)

BOOST_AUTO_TEST_CASE(a_class_with_a_base_and_nested_classes_survives) {
  Simulation simulation;
  simulation.id = 7;
  simulation.step = -3;
  simulation.particles = {{"a", {1, 2}}, {"b", {}}};
  simulation.named = {{"x", {"c", {3}}}};
  simulation.best = Particle{"d", {}};
  simulation.box[1] = 9;
  simulation.owned = std::make_unique<Particle>(Particle{"e", {4}});
  const Simulation loaded = round_trip(simulation);
  BOOST_TEST((loaded.id == 7 && loaded.step == -3));
  BOOST_TEST((loaded.particles == simulation.particles));
  BOOST_TEST((loaded.named == simulation.named));
  BOOST_TEST((loaded.best == simulation.best));
  BOOST_TEST(loaded.box[1] == 9.0);
  BOOST_TEST((*loaded.owned == *simulation.owned));
}

BOOST_AUTO_TEST_CASE(private_members_and_empty_classes_survive) {
  BOOST_TEST(round_trip(Hidden(5)).secret() == 5);
  (void)round_trip(Empty{});
  BOOST_TEST(round_trip(std::vector<Empty>(3)).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_class_is_plain_data_with_names_to_who_does_not_know_it) {
  const Value value = to_value(encodable(Particle{"a", {1}}));
  const Object* object = value.get_if<Object>();
  BOOST_REQUIRE(object != nullptr);
  BOOST_TEST(object->class_name == type_name<Particle>());
  BOOST_TEST((*object->find("name") == Value("a")));
}

BOOST_AUTO_TEST_CASE(the_schema_names_the_types_of_the_fields) {
  MemoryObjects objects;
  (void)objects.encode(encodable(std::vector<Particle>{{"a", {}}, {"b", {}}}));
  BOOST_REQUIRE(objects.blobs.size() == 1u);
  BOOST_TEST(objects.schemas_put == 1u);
  const Schema schema = format::decode_schema(objects.blobs.begin()->second);
  BOOST_REQUIRE(schema.fields.size() == 2u);
  BOOST_TEST(schema.fields[1].name == "position");
  BOOST_TEST(schema.fields[1].type == "list<float64>");
}

BOOST_AUTO_TEST_CASE(a_field_that_is_not_stored_keeps_its_default_and_one_that_is_gone_is_passed_over) {
  MemoryObjects objects;
  const After after = objects.decode<After>(objects.encode(encodable(Before{10, "text", 30})));
  BOOST_TEST(after.a == 10);
  BOOST_TEST(after.b == "text");
  BOOST_TEST(after.added == 42);
}

BOOST_AUTO_TEST_CASE(a_newer_version_of_the_class_is_refused_with_both_versions) {
  BOOST_TEST(mismatch_of<Before>(Newer{}, ErrorCode::newer_class) ==
             "object of Evolving: version 2 is newer than 1, the newest this program knows; it can be read as a Value");
}

BOOST_AUTO_TEST_CASE(another_class_is_refused_with_both_names) {
  const std::string message = mismatch_of<Particle>(Before{});
  BOOST_TEST(message == "expected an object of " + type_name<Particle>() + ", found one of Evolving");
}

BOOST_AUTO_TEST_CASE(an_error_says_where_in_the_value_it_is) {
  Value value = to_value(encodable(Simulation{}));
  Object object = *value.get_if<Object>();
  const auto set = [&](std::string_view field, Value to) {
    for (Field& candidate : object.fields)
      if (candidate.name == field) candidate.value = std::move(to);
  };
  const auto particle = [](Value position) {
    return Value(Object(type_name<Particle>(), 1, {{"name", "a"}, {"position", std::move(position)}}));
  };
  const Value good = particle(List{});
  set("particles", List{good, good, particle(List{1.5, "text"})});
  BOOST_TEST(mismatch_of<Simulation>(Value(object)) == "particles[2].position[1]: expected real, found text");
  set("particles", List{});
  Map named;
  named.put("k", particle(5));
  set("named", named);
  BOOST_TEST(mismatch_of<Simulation>(Value(object)) ==
             "named.k.position: expected array of float64 with shape [*], found integer");
}

BOOST_AUTO_TEST_CASE(what_has_no_lossless_form_is_refused_with_its_path_when_it_is_saved) {
  BOOST_TEST(error_of(ErrorCode::unstorable, [] { (void)bytes_of(Wallet{{{5}, {-1}}}); }) ==
             "coins[1]: money is not negative");
}

BOOST_AUTO_TEST_CASE(a_recursive_class_survives_down_to_the_limit_of_depth) {
  Tree tree{1, {{2, {}}, {3, {{4, {}}}}}};
  BOOST_TEST((round_trip(tree) == tree));
  Tree deepest;
  for (unsigned depth = 0; depth + 2 < kDepthMax / 2; ++depth) deepest = Tree{1, {std::move(deepest)}};
  BOOST_TEST((round_trip(deepest) == deepest));
  for (unsigned depth = 0; depth < 3; ++depth) deepest = Tree{1, {std::move(deepest)}};
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)bytes_of(deepest); }).ends_with("values nest deeper than 256"));
}

BOOST_AUTO_TEST_SUITE_END()
