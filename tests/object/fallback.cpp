// Values that have no way back: refused with their path, or kept as what a fallback leaves of them.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>

#include <boost/describe.hpp>

#include <functional>
#include <ostream>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace {

struct Solver {
  double tolerance = 0.5;
  std::function<void(int)> callback;
};
BOOST_DESCRIBE_STRUCT(Solver, (), (tolerance, callback))

struct State {
  std::vector<double> large = std::vector<double>(10'000, 1.5);
  std::vector<Solver> solvers;
};
BOOST_DESCRIBE_STRUCT(State, (), (large, solvers))

// Described, and yet nothing can make one again.
struct Connection {
  explicit Connection(int number) : port(number) {}
  int port;
};
BOOST_DESCRIBE_STRUCT(Connection, (), (port))

struct Handle {
  int descriptor = 3;
  friend std::ostream& operator<<(std::ostream& out, const Handle& handle) { return out << "handle " << handle.descriptor; }
};

struct Node {
  std::vector<Node> children;
  std::map<std::string, std::unique_ptr<Node>> named;
};
BOOST_DESCRIBE_STRUCT(Node, (), (children, named))

template <class T>
struct Leaf {
  T held{};
};
BOOST_DESCRIBE_STRUCT(Leaf<Handle>, (), (held))

template <class T>
Value stored(const T& value, Fallback fallback) {
  MemoryObjects objects;
  objects.options.fallback = fallback;
  return objects.decode<Value>(objects.encode(encodable(value)));
}

const Lossy& lossy(const Value& value) {
  const Lossy* found = value.get_if<Lossy>();
  BOOST_REQUIRE(found != nullptr);
  return *found;
}

}  // namespace

template <>
struct cairn::Codec<Handle> : cairn::NoCodec<Handle> {};

BOOST_AUTO_TEST_SUITE(fallback)

BOOST_AUTO_TEST_CASE(what_has_no_way_back_is_refused_with_its_path) {
  State state;
  state.solvers.resize(2);
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(state); }) ==
             "solvers[0].callback: std::function has no codec");
}

BOOST_AUTO_TEST_CASE(nothing_is_written_of_what_is_refused) {
  MemoryObjects objects;
  State state;
  state.solvers.resize(1);
  BOOST_CHECK_THROW((void)objects.encode(encodable(state)), Error);
  BOOST_TEST(objects.blobs.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_refused_is_looked_at_once) {
  BOOST_TEST(!encodable(Node()).may_be_refused());
  BOOST_TEST(!encodable(std::map<std::string, std::vector<double>>()).may_be_refused());
  BOOST_TEST(encodable(State()).may_be_refused());
  BOOST_TEST((encodable(std::map<int, std::vector<Leaf<Handle>>>()).may_be_refused()));
  const std::vector<std::array<Connection, 1>> connections;
  BOOST_TEST(encodable(connections).may_be_refused());
}

BOOST_AUTO_TEST_CASE(a_function_pointer_has_no_codec_even_if_it_is_null) {
  void (*pointer)() = nullptr;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(pointer); }).ends_with("has no codec"));
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(std::any(1)); }) == "std::any has no codec");
}

BOOST_AUTO_TEST_CASE(a_class_that_cannot_be_made_again_is_refused) {
  const std::vector<Connection> connections{Connection(1)};
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(connections); }) ==
             "[0]: Connection has no way back: it has no default constructor and no codec of its own");
}

BOOST_AUTO_TEST_CASE(dictify_keeps_the_members_of_a_described_class_and_marks_the_value_as_lossy) {
  const Value value = stored(Connection(7), Fallback::dictify);
  BOOST_TEST(lossy(value).type() == "Connection");
  const Object* rest = lossy(value).rest().get_if<Object>();
  BOOST_REQUIRE(rest != nullptr);
  BOOST_TEST((*rest->find("port") == Value(7)));
}

BOOST_AUTO_TEST_CASE(dictify_refuses_what_is_not_described) {
  MemoryObjects objects;
  objects.options.fallback = Fallback::dictify;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)objects.encode(encodable(Solver())); }) ==
             "callback: std::function has no codec");
}

BOOST_AUTO_TEST_CASE(describe_keeps_what_a_stream_says_or_the_type_alone) {
  BOOST_TEST((stored(Handle(), Fallback::describe) == Value(Lossy("Handle", "handle 3"))));
  const Value value = stored(Solver(), Fallback::describe);
  const Value* callback = value.get_if<Object>()->find("callback");
  BOOST_REQUIRE(callback != nullptr);
  BOOST_TEST((*callback == Value(Lossy("std::function<void(int)>", Value()))));
}

BOOST_AUTO_TEST_CASE(what_has_a_way_back_is_the_same_with_every_fallback) {
  const std::vector<std::string> value{"a", "b"};
  for (const Fallback fallback : {Fallback::strict, Fallback::dictify, Fallback::describe})
    BOOST_TEST((stored(value, fallback) == to_value(encodable(value))));
}

BOOST_AUTO_TEST_CASE(what_is_left_is_not_taken_for_the_value) {
  MemoryObjects objects;
  objects.options.fallback = Fallback::describe;
  const auto bytes = objects.encode(encodable(Solver()));
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<Solver>(bytes); }) ==
             "callback: expected a std::function<void(int)>, which nothing stored can become, found lossy value");
}

BOOST_AUTO_TEST_CASE(a_type_hint_makes_anew_what_was_lost) {
  MemoryObjects objects;
  objects.options = {.fallback = Fallback::describe, .type_hint = true};
  const auto bytes = objects.encode(encodable(Solver{0.25, [](int) {}}));
  const Solver solver = objects.decode<Solver>(bytes);
  BOOST_TEST(solver.tolerance == 0.25);
  BOOST_TEST(!solver.callback);
}

BOOST_AUTO_TEST_SUITE_END()
