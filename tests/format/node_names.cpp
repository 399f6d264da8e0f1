// The names of nodes and links, and times as text.
#include <boost/test/unit_test.hpp>

#include <cairn/node.h>

using namespace cairn;

BOOST_AUTO_TEST_SUITE(node_names)

BOOST_AUTO_TEST_CASE(every_name_leads_back_to_its_number) {
  for (int number = 1; number <= 3; ++number)
    BOOST_TEST((parse_kind(kind_name(static_cast<NodeKind>(number))) == static_cast<NodeKind>(number)));
  for (int number = 1; number <= 7; ++number)
    BOOST_TEST((parse_state(state_name(static_cast<NodeState>(number))) == static_cast<NodeState>(number)));
  for (int number = 1; number <= 5; ++number)
    BOOST_TEST((parse_link(link_name(static_cast<LinkType>(number))) == static_cast<LinkType>(number)));
  BOOST_TEST(link_name(LinkType::return_) == "return");
}

BOOST_AUTO_TEST_CASE(a_number_without_a_name_is_unknown) {
  BOOST_TEST(state_name(static_cast<NodeState>(99)) == "unknown");
  BOOST_TEST(!parse_state("unknown").has_value());
}

BOOST_AUTO_TEST_CASE(finished_failed_and_killed_are_terminal) {
  BOOST_TEST(is_terminal(NodeState::finished));
  BOOST_TEST(is_terminal(NodeState::failed));
  BOOST_TEST(is_terminal(NodeState::killed));
  BOOST_TEST(!is_terminal(NodeState::paused));
}

BOOST_AUTO_TEST_CASE(times_are_rfc_3339_with_nanoseconds) {
  BOOST_TEST(format_time(Timestamp{}) == "1970-01-01T00:00:00.000000000Z");
  BOOST_TEST(format_time(Timestamp(std::chrono::nanoseconds(1772366400'000000001))) ==
             "2026-03-01T12:00:00.000000001Z");
  BOOST_TEST(format_time(Timestamp(std::chrono::nanoseconds(-1))) == "1969-12-31T23:59:59.999999999Z");
}

BOOST_AUTO_TEST_SUITE_END()
