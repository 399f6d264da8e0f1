// Pages of links: their bytes, and bytes that are none.
#include "format/link_page.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cairn::format {
namespace {

using namespace std::string_literals;

std::vector<std::pair<NodeId, std::string>> nodes_of(NodeId first, std::string_view page) {
  std::vector<std::pair<NodeId, std::string>> nodes;
  visit_page(first, page, [&](NodeId node, std::string_view packed) { nodes.emplace_back(node, packed); });
  return nodes;
}

BOOST_AUTO_TEST_SUITE(link_page)

BOOST_AUTO_TEST_CASE(a_page_has_place_size_and_links_of_each_node) {
  std::string page;
  append_to_page(page, 128, "\x02\x02\x0a");
  append_to_page(page, 131, std::string(200, 'x'));
  append_to_page(page, 191, "y");
  BOOST_TEST(page == "\x00\x03\x02\x02\x0a"s + "\x03\xc8\x01" + std::string(200, 'x') + "\x3f\x01y");
  const auto nodes = nodes_of(128, page);
  BOOST_REQUIRE(nodes.size() == 3u);
  BOOST_TEST((nodes[0] == std::pair<NodeId, std::string>(128, "\x02\x02\x0a")));
  BOOST_TEST((nodes[2] == std::pair<NodeId, std::string>(191, "y")));
  BOOST_TEST(find_in_page(page, 131).value() == std::string(200, 'x'));
  BOOST_TEST(!find_in_page(page, 130).has_value());
  BOOST_TEST(link_page_of(191) == 128u);
  BOOST_TEST(link_page_of(192) == 192u);
}

BOOST_AUTO_TEST_CASE(what_is_no_page_is_damage) {
  for (const std::string& page : {"\x00"s, "\x00\x03\x02\x02"s, "\x40\x01x"s, "\x05\x01x\x05\x01y"s, "\x05\x01x\x04\x01y"s,
                                  "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"s, "\x00\x80"s})
    BOOST_CHECK_EXCEPTION(nodes_of(64, page), Error, [](const Error& error) { return error.code() == ErrorCode::damaged; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::format
