#include "format/packed_links.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

namespace {

using namespace cairn;
using namespace cairn::format;

bool is_damaged(const Error& error) {
  return error.code() == ErrorCode::damaged;
}

bool in_stored_order(const PackedLink& a, const PackedLink& b) {
  return std::tuple(link_code(a.type, a.outgoing), a.label, a.other) <
         std::tuple(link_code(b.type, b.outgoing), b.label, b.other);
}

// Numbers of every magnitude are equally likely, so that each length of varint occurs.
std::uint64_t random_number(std::mt19937_64& random) {
  return random() >> (random() % 64);
}

std::vector<PackedLink> random_links(std::mt19937_64& random) {
  std::vector<PackedLink> links(random() % 40);
  for (PackedLink& link : links) {
    link.other = random_number(random);
    link.type = static_cast<LinkType>(1 + random() % 5);
    link.outgoing = random() % 2 == 0;
    link.label = static_cast<std::uint32_t>(random() % 2 == 0 ? random() % 4 : random_number(random));
  }
  return links;
}

std::vector<PackedLink> sorted_set(std::vector<PackedLink> links) {
  std::sort(links.begin(), links.end(), in_stored_order);
  links.erase(std::unique(links.begin(), links.end()), links.end());
  return links;
}

BOOST_AUTO_TEST_SUITE(packed_links)

// Pinned: stored links of every version are read with this layout (schema/FORMAT.md, "Links").
BOOST_AUTO_TEST_CASE(the_layout_is_the_documented_one) {
  BOOST_TEST(encode_links({}) == "");
  // input code 2, label 7, zigzag(1000) = 2000
  BOOST_TEST(encode_links({{1000, LinkType::input, false, 7}}) == std::string("\x02\x07\xd0\x0f"));
  // Three inputs of one label, then a reference (code 11) whose id is 5 less: zigzag(-5) = 9.
  const std::string bytes = encode_links({{1000, LinkType::input, false, 7},
                                          {995 + 10, LinkType::input, false, 7},
                                          {1001, LinkType::input, false, 7},
                                          {1000, LinkType::reference, true, 1}});
  BOOST_TEST(bytes == std::string("\x22\x07\xd0\x0f\x00\x03\x0b\x01\x09", 9));
}

BOOST_AUTO_TEST_CASE(random_links_come_back_sorted_and_distinct) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 5000; ++round) {
    const std::vector<PackedLink> links = random_links(random);
    BOOST_TEST_REQUIRE((decode_links(encode_links(links)) == sorted_set(links)));
  }
}

BOOST_AUTO_TEST_CASE(ids_and_labels_at_their_limits_come_back) {
  std::vector<PackedLink> links;
  for (const NodeId other : {NodeId{0}, NodeId{1}, NodeId{UINT64_MAX - 1}, NodeId{UINT64_MAX}})
    for (const std::uint32_t label : {0u, 1u, UINT32_MAX})
      links.push_back({other, LinkType::call, false, label});
  BOOST_TEST((decode_links(encode_links(links)) == sorted_set(links)));
}

BOOST_AUTO_TEST_CASE(links_given_twice_are_written_once) {
  const PackedLink link{5, LinkType::return_, true, 3};
  BOOST_TEST(encode_links({link, link}) == encode_links({link}));
}

BOOST_AUTO_TEST_CASE(a_link_of_a_fan_costs_one_byte) {
  std::vector<PackedLink> links;
  for (NodeId id = 1'000'000; id < 1'001'000; ++id) links.push_back({id, LinkType::reference, true, 1});
  BOOST_TEST(encode_links(links).size() < links.size() + 10);
}

BOOST_AUTO_TEST_CASE(every_cut_is_damage_or_fewer_links) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    const std::string bytes = encode_links(random_links(random));
    const std::size_t count = decode_links(bytes).size();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      try {
        BOOST_TEST_REQUIRE(decode_links(bytes.substr(0, size)).size() < count);
      } catch (const Error& error) {
        BOOST_TEST_REQUIRE(is_damaged(error));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_accepted_is_what_would_be_written) {
  std::mt19937_64 random(3);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = encode_links(random_links(random));
    for (std::uint64_t flips = 1 + random() % 3; flips != 0 && !bytes.empty(); --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1u << (random() % 8));
    try {
      BOOST_TEST_REQUIRE(encode_links(decode_links(bytes)) == bytes);
      ++accepted;
    } catch (const Error& error) {
      BOOST_TEST_REQUIRE(is_damaged(error));
    }
  }
  BOOST_TEST(accepted > 1000);  // a flip in an id is just another id: digests and checksums find it
}

BOOST_AUTO_TEST_CASE(bytes_that_no_encoder_writes_are_damage) {
  const std::string group("\x02\x07\x04", 3);
  BOOST_TEST(decode_links(group).size() == 1u);
  for (const std::string& bytes : {
           std::string("\x00\x07\x04", 3),                                       // type 0
           std::string("\x0e\x07\x04", 3),                                       // type 7
           std::string("\x02\x87\x00\x04", 4),                                   // a longer form of 7
           std::string("\x02\xff\xff\xff\xff\x1f\x04", 7),                       // a label over 32 bits
           std::string("\x02\x07\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 12),  // over 64 bits
           std::string("\xf2\xff\xff\xff\xff\xff\xff\xff\xff\x01\x07\x04", 12),  // 2^59 links
           std::string("\x12\x07\x01\x00", 4),                                   // an id after the last
           group + group,                                                        // the same group again
           std::string("\x04\x01\x04\x02\x01\x04", 6),                           // codes out of order
       })
    BOOST_CHECK_EXCEPTION(decode_links(bytes), Error, is_damaged);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
