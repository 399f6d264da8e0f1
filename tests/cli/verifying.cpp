// Verify as a user calls it: what is looked at, what is said, and the exit status.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include "damaged_pack.h"

using namespace cairn::test;
namespace fs = std::filesystem;

namespace {

struct VerifyingFixture : DamagedPackFixture {
  boost::json::object report(Arguments more) const {
    more.insert(more.begin(), "verify");
    more.push_back("--json");
    return boost::json::parse(run(more).out).as_object();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(verifying, VerifyingFixture)

BOOST_AUTO_TEST_CASE(a_sound_store_is_said_to_be_so_in_every_way) {
  for (const Arguments& more : {Arguments{}, {"--read-data"}, {"--structure"}, {"--no-data"}, {"--sample", "0.5"}, {"--sample", "5%"},
                                {"--since", "1h"}, {"--since", "2026-01-01T00:00:00Z"}, {"--threads", "3"}, {first}, {first, second},
                                {"argon@2"}, {"--sample", "10%", "--since", "1d", second.substr(0, 10)}}) {
    Arguments verb{"verify"};
    verb.insert(verb.end(), more.begin(), more.end());
    const Outcome outcome = run(verb);
    BOOST_TEST(outcome.status == 0, (more.empty() ? "" : more.front()) << outcome.err);
    BOOST_TEST(outcome.out.starts_with("no damage: "), outcome.out);
  }
}

BOOST_AUTO_TEST_CASE(damage_is_found_where_it_is_looked_for) {
  damage_second();
  for (const Arguments& more : {Arguments{}, {"--read-data"}, {"--since", "1h"}, {"--threads", "3"}, {second}, {"argon@2"}, {first, second}}) {
    Arguments verb{"verify"};
    verb.insert(verb.end(), more.begin(), more.end());
    const Outcome outcome = run(verb);
    BOOST_TEST(outcome.status == 3, (more.empty() ? "" : more.front()));
    BOOST_TEST(outcome.out.starts_with("damaged chunk "), outcome.out);
    BOOST_TEST(outcome.out.find("\n  lost with it: run argon checkpoint " + second) != std::string::npos);
    BOOST_TEST(outcome.out.find(first) == std::string::npos);
  }
  for (const Arguments& more : {Arguments{"--structure"}, {"--no-data"}, {"--sample", "0"}, {"--since", "2100-01-01T00:00:00Z"}, {first}}) {
    Arguments verb{"verify"};
    verb.insert(verb.end(), more.begin(), more.end());
    BOOST_TEST(run(verb).status == 0, more.front());
  }
}

BOOST_AUTO_TEST_CASE(a_report_says_how_much_was_read) {
  const auto all = report({}), one = report({first}), none = report({"--sample", "0"});
  BOOST_TEST(all.at("blobs_read").to_number<int>() == all.at("blob_count").to_number<int>());
  BOOST_TEST(one.at("blobs_read").to_number<int>() < all.at("blobs_read").to_number<int>());
  BOOST_TEST(one.at("checkpoint_count").to_number<int>() == 1);
  BOOST_TEST(none.at("blobs_read").to_number<int>() == 0);
  BOOST_TEST(none.at("blob_count").to_number<int>() == all.at("blob_count").to_number<int>());
  BOOST_TEST(run({"verify", "--sample", "0"}).out.find(" (0 of them, 0 B read)") != std::string::npos);
  damage_second();
  const auto damaged = report({second});
  BOOST_REQUIRE(damaged.at("damage").as_array().size() == 1u);
  BOOST_TEST(damaged.at("damage").at(0).at("affected").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_refused) {
  for (const Arguments& more : {Arguments{"--sample", "2"}, {"--sample", "x"}, {"--sample", "-1"}, {"--sample", "101%"}, {"--sample", "%"},
                                {"--sample", "nan"}, {"--since", "yesterday"}, {"--read-data", "--structure"}, {"--threads", "x"}}) {
    Arguments verb{"verify"};
    verb.insert(verb.end(), more.begin(), more.end());
    BOOST_TEST(run(verb).status == 2, more.back());
  }
  BOOST_TEST(run({"verify", std::string(32, '0')}).status == 4);
  BOOST_TEST(run({"verify", "argon@7"}).status == 4);
}

BOOST_AUTO_TEST_SUITE_END()
