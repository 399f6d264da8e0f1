// The registry: what it lists and refuses, what it allows, pointers to bases, ports.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>
#include <cairn/registry.h>

#include <boost/describe.hpp>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace sim {

struct Point {
  double x = 0;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x))

struct Grid {
  std::vector<Point> points;
};
BOOST_DESCRIBE_STRUCT(Grid, (), (points))

struct Money {
  long cents = 0;
};
struct Price {
  Money money;
};
BOOST_DESCRIBE_STRUCT(Price, (), (money))

struct Both {
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(Both, (), (a))

struct Other {
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(Other, (), (a))

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
  std::string label;
};
BOOST_DESCRIBE_STRUCT(Shape, (), (label))
struct Square : Shape {
  double area() const override { return side * side; }
  double side = 1;
};
BOOST_DESCRIBE_STRUCT(Square, (Shape), (side))
struct Box : Square {
  double height = 1;
};
BOOST_DESCRIBE_STRUCT(Box, (Square), (height))
struct Drawing {
  std::vector<std::unique_ptr<Shape>> shapes;
  std::unique_ptr<Square> square;
};
BOOST_DESCRIBE_STRUCT(Drawing, (), (shapes, square))

using Pixels = std::vector<std::uint8_t>;

// The pixels with this added to each, so that one codec does not read what another wrote.
template <std::uint8_t Added>
struct Shifted {
  static std::string name() { return "shifted " + std::to_string(Added); }
  static void encode(const Encoder& out, const Pixels& value) {
    Pixels shifted = value;
    for (auto& pixel : shifted) pixel = static_cast<std::uint8_t>(pixel + Added);
    cairn::encode(out, shifted);
  }
  static Pixels decode(const Decoder& in) {
    Pixels pixels = cairn::decode<Pixels>(in);
    for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(pixel - Added);
    return pixels;
  }
};

// One class as three programs have it: with a port, with another, with none.
struct Frame {
  Pixels pixels;
};
BOOST_DESCRIBE_STRUCT(Frame, (), (pixels))
struct OtherFrame {
  Pixels pixels;
};
BOOST_DESCRIBE_STRUCT(OtherFrame, (), (pixels))
struct PlainFrame {
  Pixels pixels;
};
BOOST_DESCRIBE_STRUCT(PlainFrame, (), (pixels))
struct NextFrame {
  Pixels pixels;
  std::vector<Frame> before;
};
BOOST_DESCRIBE_STRUCT(NextFrame, (), (pixels, before))
struct FrameBefore {
  Pixels pixels;
  std::vector<Frame> before;
};
BOOST_DESCRIBE_STRUCT(FrameBefore, (), (pixels, before))

}  // namespace sim

using namespace sim;

template <>
struct cairn::Codec<Money> {
  static void encode(const Encoder& out, const Money& value) { cairn::encode(out, value.cents); }
  static Money decode(const Decoder& in) { return {cairn::decode<long>(in)}; }
};
template <>
struct cairn::Codec<Both> {
  static void encode(const Encoder& out, const Both& value) { cairn::encode(out, value.a); }
  static Both decode(const Decoder& in) { return {cairn::decode<int>(in)}; }
};
template <>
struct cairn::ClassTraits<Other> {
  static std::string name() { return "sim::Point"; }
  static constexpr std::uint32_t version = 3;
};
template <>
struct cairn::ClassTraits<OtherFrame> : cairn::ClassTraits<Frame> {};
template <>
struct cairn::ClassTraits<PlainFrame> : cairn::ClassTraits<Frame> {};
template <>
struct cairn::ClassTraits<NextFrame> {
  static std::string name() { return "Next"; }
  static constexpr std::uint32_t version = 2;
};
template <>
struct cairn::ClassTraits<FrameBefore> {
  static std::string name() { return "Next"; }
  static constexpr std::uint32_t version = 1;
};
template <>
struct cairn::Port<&Frame::pixels> {
  using Codec = Shifted<1>;
};
template <>
struct cairn::Port<&OtherFrame::pixels> {
  using Codec = Shifted<2>;
};
template <>
struct cairn::Port<&NextFrame::pixels> {
  using Codec = Shifted<1>;
};
template <>
struct cairn::Port<&FrameBefore::pixels> {
  using Codec = Shifted<1>;
};

namespace {

std::shared_ptr<const Registry> shared(Registry registry) { return std::make_shared<const Registry>(std::move(registry)); }

MemoryObjects with_shapes() {
  Registry registry;
  registry.add<Square>().as<Shape>();
  registry.add<Box>().as<Shape>().as<Square>();
  MemoryObjects objects;
  objects.options.registry = shared(std::move(registry));
  return objects;
}

Drawing drawing() {
  Drawing drawing;
  auto box = std::make_unique<Box>();
  box->label = "box";
  box->side = 2;
  box->height = 3;
  drawing.shapes.push_back(std::move(box));
  drawing.shapes.push_back(std::make_unique<Square>());
  drawing.shapes.push_back(nullptr);
  drawing.square = std::make_unique<Square>();
  drawing.square->side = 5;
  return drawing;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(registry)

BOOST_AUTO_TEST_CASE(it_lists_classes_in_order_with_which_codec_stores_them_and_why) {
  Registry registry;
  registry.add<Grid>().formerly("Mesh");
  registry.add<Both>();
  registry.add<Money>();
  registry.add<Other>().migrate(2, [](Object&) {}).migrate(1, [](Object&) {});
  registry.add<Box>().as<Square>();
  registry.add<Pixels>().codec<Shifted<1>>("shifted 1");
  registry.add<Frame>();
  const std::vector<RegistryEntry> entries = registry.entries();
  BOOST_REQUIRE(entries.size() == 7u);
  BOOST_TEST((entries[0].class_name == "sim::Grid" && entries[0].codec == "described"));
  BOOST_TEST(entries[0].former_names.at(0) == "Mesh");
  BOOST_TEST((entries[0].fields.at(0).name == "points" && entries[0].fields.at(0).type == "list<sim::Point>"));
  BOOST_TEST(entries[1].codec == "Codec specialisation");
  BOOST_TEST(entries[1].reason == "cairn::Codec is specialised for it, which goes before its description");
  BOOST_TEST(entries[2].reason == "cairn::Codec is specialised for it");
  BOOST_TEST((entries[3].class_version == 3u && entries[3].migrations == std::vector<std::uint32_t>{1, 2}));
  BOOST_TEST(entries[3].cpp_type == "sim::Other");
  BOOST_TEST(entries[4].bases.at(0) == "sim::Square");
  BOOST_TEST(entries[5].codecs.at(0) == "shifted 1");
  BOOST_TEST(entries[6].fields.at(0).codec == "port shifted 1");
}

BOOST_AUTO_TEST_CASE(a_class_that_is_there_twice_is_refused) {
  Registry registry;
  registry.add<Point>();
  BOOST_TEST(error_of(ErrorCode::exists, [&] { registry.add<Point>(); }) ==
             "registry: type sim::Point (class sim::Point) is there already");
}

BOOST_AUTO_TEST_CASE(a_stored_name_that_two_types_claim_is_refused_with_both) {
  Registry registry;
  registry.add<Point>();
  const std::string message = "registry: the stored name sim::Point is ambiguous: types sim::Point and ";
  BOOST_TEST(error_of(ErrorCode::exists, [&] { registry.add<Other>(); }) == message + "sim::Other claim it");
  auto grid = registry.add<Grid>();
  BOOST_TEST(error_of(ErrorCode::exists, [&] { grid.formerly("sim::Point"); }) == message + "sim::Grid claim it");
  grid.formerly("Mesh");
  BOOST_TEST(error_of(ErrorCode::exists, [&] { registry.add<Both>().formerly("Mesh"); }) ==
             "registry: the stored name Mesh is ambiguous: types sim::Grid and sim::Both claim it");
}

BOOST_AUTO_TEST_CASE(a_codec_name_or_a_base_that_is_there_twice_is_refused) {
  Registry registry;
  auto pixels = registry.add<Pixels>();
  pixels.codec<Shifted<1>>("png");
  BOOST_TEST(error_of(ErrorCode::exists, [&] { pixels.codec<Shifted<2>>("png"); }).ends_with("a codec called png is there already"));
  BOOST_CHECK_THROW(pixels.codec<Shifted<2>>(""), Error);
  auto square = registry.add<Square>();
  square.as<Shape>();
  BOOST_TEST(error_of(ErrorCode::exists, [&] { square.as<Shape>(); }) ==
             "registry: class sim::Square is held as sim::Shape already");
}

BOOST_AUTO_TEST_CASE(a_migration_that_cannot_be_used_is_refused) {
  const auto nothing = [](Object&) {};
  Registry registry;
  auto other = registry.add<Other>();
  BOOST_TEST(error_of(ErrorCode::invalid_argument, [&] { other.migrate(3, nothing); }) ==
             "registry: class sim::Point has version 3: a migration from version 3, expected 1 to 2");
  BOOST_CHECK_THROW(other.migrate(0, nothing), Error);
  BOOST_CHECK_THROW(other.migrate(1, nullptr), Error);
  other.migrate(1, nothing);
  BOOST_TEST(error_of(ErrorCode::exists, [&] { other.migrate(1, nothing); }) ==
             "registry: class sim::Point: a migration from version 1 to 2 is there already");
  BOOST_TEST(error_of(ErrorCode::invalid_argument, [&] { registry.check(); }) ==
             "registry: class sim::Point has a migration from version 1 and none from 2 to 3");
  other.migrate(2, nothing);
  registry.check();
}

BOOST_AUTO_TEST_CASE(without_an_allow_list_every_class_is_decoded) {
  BOOST_TEST(round_trip(Grid{{{1}}}).points.at(0).x == 1.0);
}

BOOST_AUTO_TEST_CASE(a_class_that_the_allow_list_does_not_name_is_refused_wherever_it_is) {
  Registry registry;
  registry.allow({"sim::Grid", "Other"});
  MemoryObjects objects;
  objects.options.registry = shared(registry);
  const auto grid = objects.encode(encodable(Grid{{{1}}}));
  BOOST_TEST(error_of(ErrorCode::not_allowed, [&] { (void)objects.decode<Grid>(grid); }) ==
             "points[0]: object of sim::Point: the allow list (sim::Grid, Other) does not name this class; it can be read "
             "as a Value");
  BOOST_TEST(objects.decode<Value>(grid).is<Object>());
  objects.options.type_hint = true;
  BOOST_CHECK_THROW((void)objects.decode<Grid>(grid), Error);
}

BOOST_AUTO_TEST_CASE(a_registered_class_with_a_codec_of_its_own_is_to_be_allowed_too) {
  Registry registry;
  registry.add<Money>();
  registry.allow({"sim::Price"});
  MemoryObjects objects;
  objects.options.registry = shared(registry);
  const auto price = objects.encode(encodable(Price{{5}}));
  BOOST_TEST(error_of(ErrorCode::not_allowed, [&] { (void)objects.decode<Price>(price); }).starts_with("money: object of sim::Money"));
  registry.allow({"sim::M*"});
  objects.options.registry = shared(registry);
  BOOST_TEST(objects.decode<Price>(price).money.cents == 5);
}

BOOST_AUTO_TEST_CASE(patterns_match_whole_names) {
  Registry registry;
  BOOST_TEST(registry.allows("anything"));
  registry.allow({"Point", "sim.*", "a?c", "V[12]", "Grid<int[3]>"});
  for (const char* name : {"Point", "sim.", "sim.a.b::C<d/e>", "abc", "V1", "Grid<int[3]>"})
    BOOST_TEST(registry.allows(name), name);
  for (const char* name : {"", "Points", "a Point", "point", "asim.x", "sim", "ac", "V3", "V12", "Grid<int3"})
    BOOST_TEST(!registry.allows(name), name);
  BOOST_CHECK_THROW(registry.allow({""}), Error);
  Registry none;
  none.allow({});
  BOOST_TEST(!none.allows("Point"));
}

BOOST_AUTO_TEST_CASE(objects_behind_pointers_to_bases_keep_their_class) {
  MemoryObjects objects = with_shapes();
  const Drawing loaded = objects.decode<Drawing>(objects.encode(encodable(drawing())));
  BOOST_REQUIRE(loaded.shapes.size() == 3u);
  const auto* box = dynamic_cast<const Box*>(loaded.shapes[0].get());
  BOOST_REQUIRE(box != nullptr);
  BOOST_TEST((box->label == "box" && box->side == 2 && box->height == 3));
  BOOST_TEST(typeid(*loaded.shapes[1]).name() == typeid(Square).name());
  BOOST_TEST(loaded.shapes[2].get() == nullptr);
  BOOST_TEST((typeid(*loaded.square) == typeid(Square) && loaded.square->side == 5));
}

BOOST_AUTO_TEST_CASE(a_class_that_is_not_registered_as_the_base_is_refused_with_its_path) {
  MemoryObjects objects;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)objects.encode(encodable(drawing())); }) ==
             "shapes[0]: sim::Box, which is not registered as a sim::Shape, behind a pointer to that");
  BOOST_TEST(objects.blobs.empty());
}

BOOST_AUTO_TEST_CASE(a_fallback_keeps_what_an_unregistered_class_has_of_its_base) {
  MemoryObjects objects;
  objects.options.fallback = Fallback::dictify;
  const Value value = objects.decode<Value>(objects.encode(encodable(drawing())));
  const Value& first = value.get_if<Object>()->find("shapes")->get_if<List>()->at(0);
  BOOST_REQUIRE(first.is<Lossy>());
  BOOST_TEST(first.get_if<Lossy>()->type() == "sim::Box");
  BOOST_TEST((*first.get_if<Lossy>()->rest().get_if<Object>()->find("label") == Value("box")));
}

BOOST_AUTO_TEST_CASE(data_cannot_name_a_class_that_is_not_registered_as_the_base) {
  MemoryObjects objects = with_shapes();
  const auto read = [&](std::string class_name) {
    const Object object(std::move(class_name), 1, {{"label", "x"}});
    const auto bytes = objects.encode(encodable(Value(object)));
    return error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<std::unique_ptr<Shape>>(bytes); });
  };
  BOOST_TEST(read("sim::Point") == "expected an object of sim::Shape or of a class that is registered as one, found one of sim::Point");
  BOOST_TEST(read("sim::Shape") != "");  // which is abstract
}

BOOST_AUTO_TEST_CASE(a_class_behind_a_pointer_is_to_be_allowed) {
  MemoryObjects objects = with_shapes();
  const auto bytes = objects.encode(encodable(drawing()));
  Registry registry = *objects.options.registry;
  registry.allow({"sim::Drawing", "sim::Square"});
  objects.options.registry = shared(std::move(registry));
  BOOST_TEST(error_of(ErrorCode::not_allowed, [&] { (void)objects.decode<Drawing>(bytes); }).starts_with("shapes[0]: object of sim::Box"));
}

BOOST_AUTO_TEST_CASE(an_object_is_not_stored_as_its_base) {
  const Box box;
  const Square& square = box;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(square); }) ==
             "sim::Box as a sim::Square, which would lose the rest of it: save what a pointer to it holds");
}

BOOST_AUTO_TEST_CASE(a_port_stores_its_field_and_its_name) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(Frame{{1, 2, 3}}));
  const Schema schema = format::decode_schema(objects.blobs.begin()->second);
  BOOST_TEST(schema.fields.at(0).codec == "shifted 1");
  BOOST_TEST(schema.fields.at(0).type == "list<uint8>");
  BOOST_TEST((objects.decode<Frame>(bytes).pixels == Pixels{1, 2, 3}));
  const Value value = objects.decode<Value>(bytes);
  BOOST_TEST((value.get_if<Object>()->find("pixels")->get_if<Array>()->data[0] == std::byte{2}));
}

BOOST_AUTO_TEST_CASE(the_codec_that_wrote_a_field_reads_it_whatever_the_program_chooses_now) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(Frame{{1, 2, 3}}));
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<OtherFrame>(bytes); }) ==
             "pixels: stored with the codec shifted 1, expected one that this program knows: shifted 2");
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<PlainFrame>(bytes); }) ==
             "pixels: stored with the codec shifted 1, expected one that this program knows: that of its type");
  Registry registry;
  registry.add<Pixels>().codec<Shifted<1>>("shifted 1");
  objects.options.registry = shared(std::move(registry));
  BOOST_TEST((objects.decode<OtherFrame>(bytes).pixels == Pixels{1, 2, 3}));
  BOOST_TEST((objects.decode<PlainFrame>(bytes).pixels == Pixels{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(a_field_that_no_port_wrote_is_read_by_the_codec_of_its_type) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(PlainFrame{{1, 2, 3}}));
  BOOST_TEST((objects.decode<Frame>(bytes).pixels == Pixels{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(a_migration_leaves_fields_to_the_codecs_that_wrote_them) {
  Registry registry;
  registry.add<NextFrame>().migrate(1, [](Object& frame) { frame.set("added", 1); });
  MemoryObjects objects;
  objects.options.registry = shared(std::move(registry));
  const auto bytes = objects.encode(encodable(FrameBefore{{1, 2}, {Frame{{3}}}}));
  const NextFrame frame = objects.decode<NextFrame>(bytes);
  BOOST_TEST((frame.pixels == Pixels{1, 2}));
  BOOST_TEST((frame.before.at(0).pixels == Pixels{3}));
}

BOOST_AUTO_TEST_SUITE_END()
