// Parts of stored values.
#include <boost/test/unit_test.hpp>

#include <cairn/part.h>

#include <boost/describe.hpp>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace {

struct Solver {
  double tolerance = 1e-9;
  std::vector<double> history = std::vector<double>(100'000, 0.5);
};
BOOST_DESCRIBE_STRUCT(Solver, (), (tolerance, history))

struct State {
  Solver solver;
  std::vector<std::string> atoms = std::vector<std::string>(50'000, "H");
  std::map<std::string, std::tuple<int, std::set<int>>> results{{"run 5", {7, {1, 2}}}, {"a\"\\]b", {8, {}}}};
};
BOOST_DESCRIBE_STRUCT(State, (), (solver, atoms, results))

struct Stored {
  MemoryObjects objects;
  MemoryObjects::Blob bytes = objects.encode(encodable(State()));

  Value part(std::string_view path) {
    Value value;
    format::decode_object(bytes, objects, [&](const Decoder& whole) {
      read_part(whole, path, [&](const Decoder& in) { value = decode_value(in, false); });
    });
    return value;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(parts, Stored)

BOOST_AUTO_TEST_CASE(a_path_leads_to_a_part) {
  BOOST_TEST((part("solver.tolerance") == Value(1e-9)));
  BOOST_TEST((part("solver.history") == Value(StoredArray{DType::float64, {100'000}, 800'000})));
  BOOST_TEST((part("atoms[49999]") == Value("H")));
  BOOST_TEST((part("[\"atoms\"][0]") == Value("H")));
  BOOST_TEST((part("results[\"run 5\"][0]") == Value(7)));
  BOOST_TEST((part("results[\"run 5\"][1][1]") == Value(2)));
  BOOST_TEST((part(R"(results["a\"\\]b"][0])") == Value(8)));
  BOOST_TEST(part("").is<Object>());
}

BOOST_AUTO_TEST_CASE(nothing_beside_the_way_is_read) {
  (void)part("solver.tolerance");
  (void)part("solver.history");
  (void)part("results");
  BOOST_TEST(objects.bytes_read == 0u);
  BOOST_TEST(objects.segments_read == 0u);
  (void)part("atoms[30000]");
  BOOST_TEST(objects.segments_read == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_named) {
  const auto absent = [&](std::string_view path) { return error_of(ErrorCode::not_found, [&] { (void)part(path); }); };
  BOOST_TEST(absent("solver.steps") == "there is no solver.steps: the object there has none of that name");
  BOOST_TEST(absent("results.run.x") == "there is no results.run: the map there has none of that name");
  BOOST_TEST(absent("atoms[50000].x") == "there is no atoms[50000]: there are 50000 elements");
  const auto mismatch = [&](std::string_view path) {
    return error_of(ErrorCode::type_mismatch, [&] { (void)part(path); });
  };
  BOOST_TEST(mismatch("solver.tolerance.x") ==
             "path \"solver.tolerance.x\": around its part .x: expected an object or a map, found real");
  BOOST_TEST(mismatch("solver[0]").ends_with("around its part [0]: expected a list, a tuple or a set, found object of Solver"));
}

BOOST_AUTO_TEST_CASE(what_is_no_path_is_refused_with_the_place) {
  const auto refused = [&](std::string_view path) {
    return error_of(ErrorCode::invalid_argument, [&] { (void)part(path); });
  };
  BOOST_TEST(refused("solver..x") == "path \"solver..x\": expected a name at character 8");
  BOOST_TEST(refused(".solver") == "path \".solver\": expected a name at character 1");
  BOOST_TEST(refused("solver.") == "path \"solver.\": expected a name at character 8");
  BOOST_TEST(refused("atoms[") == "path \"atoms[\": expected a number or a name in quotes at character 7");
  BOOST_TEST(refused("atoms[-1]") == "path \"atoms[-1]\": expected a number or a name in quotes at character 7");
  BOOST_TEST(refused("atoms[99999999999999999999]").find("expected a number") != std::string::npos);
  BOOST_TEST(refused("atoms[1") == "path \"atoms[1\": expected ']' at character 8");
  BOOST_TEST(refused("atoms[\"x\\") == "path \"atoms[\"x\\\": expected '\"' at character 10");
  BOOST_TEST(refused("atoms[1]x") == "path \"atoms[1]x\": expected '.' at character 9");
  BOOST_TEST(refused("atoms 1") == "path \"atoms 1\": expected '.' at character 6");
}

BOOST_AUTO_TEST_SUITE_END()
