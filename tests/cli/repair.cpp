// Repair as a user calls it: what it says, what it changes, and the exit status.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <map>

#include "damaged_pack.h"

using namespace cairn::test;
namespace fs = std::filesystem;

namespace {

struct RepairFixture : DamagedPackFixture {
  RepairFixture() { fs::copy(store(), other(), fs::copy_options::recursive); }

  fs::path other() const { return path() / "other"; }
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(store()))
      if (entry.is_regular_file() && entry.path().filename() != "ballast") all[entry.path().string()] = read_all(entry.path());
    return all;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(repairing, RepairFixture)

BOOST_AUTO_TEST_CASE(a_sound_store_needs_no_repair) {
  for (const Arguments& verb : {Arguments{"repair"}, {"repair", "--apply"}}) {
    const Outcome outcome = run(verb);
    BOOST_TEST(outcome.status == 0, outcome.err);
    BOOST_TEST(outcome.out == "nothing is wrong\n");
  }
}

BOOST_AUTO_TEST_CASE(without_being_asked_nothing_is_changed) {
  damage_second();
  const auto before = files();
  const Outcome outcome = run({"repair"});
  BOOST_TEST(outcome.status == 3);
  BOOST_TEST(outcome.out.find("would be lost chunk ") != std::string::npos, outcome.out);
  BOOST_TEST(outcome.out.find("  lost with it: run argon checkpoint " + second) != std::string::npos);
  BOOST_TEST(outcome.out.ends_with("nothing was changed: --apply does it\n"), outcome.out);
  BOOST_TEST((files() == before));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_mended_is_known_from_then_on) {
  damage_second();
  const Outcome outcome = run({"repair", "--apply"});
  BOOST_TEST(outcome.status == 3);
  BOOST_TEST(outcome.out.find("lost chunk ") != std::string::npos, outcome.out);
  BOOST_TEST(outcome.out.find("known loss ") != std::string::npos);
  BOOST_TEST(outcome.out.find(first) == std::string::npos);
  const Outcome verified = run({"verify"});
  BOOST_TEST(verified.status == 0, verified.out);
  BOOST_TEST(verified.out.find("no new damage, 1 known loss: ") != std::string::npos, verified.out);
  const Outcome restarted = run({"restart", "argon", "--into", (path() / "out").string()});
  BOOST_TEST(restarted.status == 0, restarted.err);
  BOOST_TEST(restarted.err.find("lost, found by a repair on") != std::string::npos, restarted.err);
  BOOST_TEST(run({"compact"}).status == 0);
}

BOOST_AUTO_TEST_CASE(another_store_has_what_is_missing) {
  damage_second();
  const Outcome outcome = run({"repair", "--apply", "--from", other().string()});
  BOOST_TEST(outcome.status == 0, outcome.err);
  BOOST_TEST(outcome.out.find("replaced chunk ") != std::string::npos, outcome.out);
  BOOST_TEST(outcome.out.ends_with("all was mended\n"), outcome.out);
  BOOST_TEST(run({"verify"}).out.starts_with("no damage: "));
  BOOST_TEST(run({"repair", "--from", (path() / "nowhere").string()}).status == 10);
}

BOOST_AUTO_TEST_CASE(the_report_is_a_document_too) {
  damage_second();
  const auto report = boost::json::parse(run({"repair", "--json"}).out).as_object();
  BOOST_TEST(!report.at("applied").as_bool());
  BOOST_TEST(report.at("lost_commits").to_number<int>() == 0);
  BOOST_TEST(report.at("items").at(0).at("action").as_string() == "lost");
  BOOST_TEST(report.at("damage").as_array().size() == 1u);
  BOOST_TEST(report.at("known_losses").as_array().empty());
  const auto applied = boost::json::parse(run({"repair", "--apply", "--json"}).out).as_object();
  BOOST_TEST(applied.at("applied").as_bool());
  BOOST_TEST(applied.at("damage").as_array().empty());
  BOOST_REQUIRE(applied.at("known_losses").as_array().size() == 1u);
  BOOST_TEST(applied.at("known_losses").at(0).at("affected").as_array().size() == 1u);
  const auto verified = boost::json::parse(run({"verify", "--json"}).out).as_object();
  BOOST_TEST(verified.at("damage").as_array().empty());
  BOOST_TEST(verified.at("known_losses").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_open_is_mended) {
  write_all(store() / "cairn", "rubbish");
  BOOST_TEST(run({"verify"}).status == 3);
  const Outcome planned = run({"repair"});
  BOOST_TEST(planned.status == 3);
  BOOST_TEST(planned.out.find("would be rebuilt file ") != std::string::npos, planned.out);
  const Outcome outcome = run({"repair", "--apply"});
  BOOST_TEST(outcome.status == 0, outcome.err);
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(where_there_is_no_store_that_is_said) {
  BOOST_TEST(run_command({"-s", (path() / "nowhere").string(), "repair"}).status == 10);
  BOOST_TEST(run({"repair", "--threads", "x"}).status == 2);
}

BOOST_AUTO_TEST_SUITE_END()
