// Limits: each holds for writing and for reading.
#include <boost/test/unit_test.hpp>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace {

Value nested(unsigned depth) {
  Value value;
  for (; depth > 0; --depth) value = Value(List{std::move(value)});
  return value;
}

/// The error of writing `value` within `limits`, and of reading it within them after it was written without.
std::pair<std::string, std::string> refusals(const Value& value, const Limits& limits) {
  MemoryObjects objects;
  objects.options.limits.depth = kDepthMost;
  const auto bytes = objects.encode(encodable(value));
  objects.options.limits = limits;
  return {error_of(ErrorCode::limit, [&] { (void)objects.encode(encodable(value)); }),
          error_of(ErrorCode::limit, [&] { (void)objects.decode<Value>(bytes); })};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(of_depth) {
  for (const unsigned depth : {1u, 10u, kDepthMax, kDepthMost}) {
    const auto [written, read] = refusals(nested(depth), {.depth = depth});
    BOOST_TEST(written == "");
    BOOST_TEST(read == "");
    if (depth == kDepthMost) break;
    const std::string expected = "values nest deeper than " + std::to_string(depth);
    const auto [not_written, not_read] = refusals(nested(depth + 1), {.depth = depth});
    BOOST_TEST(not_written.ends_with(expected));
    BOOST_TEST(not_read.find(expected) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(of_size) {
  const Value value(std::string(1'000, 'a'));
  BOOST_TEST(refusals(value, {.object_bytes = 1'200}).first == "");
  BOOST_TEST(refusals(value, {.object_bytes = 1'200}).second == "");
  const auto [written, read] = refusals(value, {.object_bytes = 1'000});
  BOOST_TEST(written.find("object of 1040 bytes, expected at most 1000") != std::string::npos, written);
  BOOST_TEST(read.find("object of 1040 bytes, expected at most 1000") != std::string::npos, read);
}

BOOST_AUTO_TEST_CASE(of_the_number_of_elements) {
  Map map;
  for (int i = 0; i < 10; ++i) map.put(i, Tuple{List(5)});
  const Value value(List{map, Value(List(40)), Value(List(2'000))});  // 3 + 10 + 50 + 40 + 2000
  BOOST_TEST(refusals(value, {.elements = 2'103}).first == "");
  BOOST_TEST(refusals(value, {.elements = 2'103}).second == "");
  for (const std::uint64_t most : {2u, 12u, 62u, 102u, 2'102u}) {
    const auto [written, read] = refusals(value, {.elements = most});
    BOOST_TEST(written.find("object of more than " + std::to_string(most)) != std::string::npos, written);
    BOOST_TEST(read.find("object: more than " + std::to_string(most)) != std::string::npos, read);
  }
}

BOOST_AUTO_TEST_CASE(of_traversal) {
  const Value value(List(100, Value("a text of some length")));
  BOOST_TEST(refusals(value, {.traversal_words = 10'000}).second == "");
  const auto [written, read] = refusals(value, {.traversal_words = 100});
  BOOST_TEST(written == "");  // writing does not traverse
  BOOST_TEST(read.find("object: Exceeded message traversal limit") != std::string::npos, read);

  // What is read again and again counts each time.
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(value));
  objects.options.limits.traversal_words = 10'000;
  const auto look = [&](const Decoder& in) {
    for (int i = 0; i < 10'000; ++i) (void)in.list()[99].text();
  };
  BOOST_TEST(error_of(ErrorCode::limit, [&] {
               format::decode_object(bytes, objects, look, objects.options);
             }).find("traversal limit") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
