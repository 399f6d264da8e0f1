// purge, purges and forget.
#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;

BOOST_FIXTURE_TEST_SUITE(removal, CommandFixture)

BOOST_AUTO_TEST_CASE(what_was_purged_says_so_to_every_verb_that_reads_it) {
  const std::string object = run_line({"put", file("o", "bytes of it"), "--type", "bytes"});
  const std::string artifact = run_json({"add", file("a", "a file")}).at(0).at("id").as_string().c_str();
  const auto planned = run_json({"purge", object.substr(0, 12), "--dry-run"}).at(0);
  BOOST_TEST(planned.at("dry_run").as_bool());
  BOOST_TEST(run({"get", object}).status == 0);
  const auto purged = run_json({"purge", object.substr(0, 12), "--reason", "too large"}).at(0);
  BOOST_TEST(purged.at("purged").at("id").as_string() == object);
  BOOST_TEST(purged.at("purged").at("kind").as_string() == "object");
  BOOST_TEST(purged.at("nodes").as_array().size() == 1u);
  const Outcome text = run({"purge", artifact});
  BOOST_TEST(lines(text.out).back() == "artifact " + artifact + " purged, 6 B");
  for (const Arguments& verb : {Arguments{"get", object}, {"show", object}, {"cat", artifact}, {"list", artifact}, {"show", artifact},
                                {"restore", artifact, "--into", (path() / "out").string()}}) {
    const Outcome outcome = run(verb);
    BOOST_TEST(outcome.status == 1, verb[0]);
    BOOST_TEST(outcome.err.find("was purged 20") != std::string::npos, outcome.err);
  }
  BOOST_TEST(run({"get", object}).err.find("too large") != std::string::npos);
  const auto all = run_json({"purges"});
  BOOST_TEST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[0].at("reason").as_string() == "too large");
  BOOST_TEST(all[1].at("size_bytes").as_int64() == 6);
  BOOST_TEST(lines(run({"purges"}).out).size() == 3u);
  BOOST_TEST(run_line({"put", file("o", "bytes of it"), "--type", "bytes"}) == object);
  BOOST_TEST(run({"get", object}).out == "bytes of it");
  BOOST_TEST(run({"verify"}).status == 0);
  BOOST_TEST(run({"purge", "00000000"}).status == 4);
}

BOOST_AUTO_TEST_CASE(a_purged_checkpoint_is_shown_as_such_and_passed_over) {
  run_line({"checkpoint", "argon", "--step", "1", "--state", "s=" + file("s", "one")});
  const std::string second = run_line({"checkpoint", "argon", "--step", "2", "--state", "s=" + file("s", "two")});
  const auto report = run_json({"purge", "argon@2"}).at(0);
  BOOST_TEST(report.at("checkpoints").as_array().at(0).as_string() == second);
  BOOST_TEST(run_json({"log", "argon"}).at(0).at("purged").as_bool());
  BOOST_TEST(!run_json({"log", "argon"}).at(0).at("damaged").as_bool());
  BOOST_TEST(lines(run({"log", "argon"}).out).at(1).find("purged") != std::string::npos);
  const auto restarted = run_json({"restart", "argon", "--into", (path() / "out").string()}).at(0);
  BOOST_TEST(restarted.at("checkpoint").at("step").as_int64() == 1);
  BOOST_TEST(restarted.at("skipped").as_array().size() == 1u);
  BOOST_TEST(run({"show", second}).err.find("was purged") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(forgotten_nodes_go_with_what_the_rules_lead_to) {
  const std::string in = run_line({"node", "--label", "structure", "--type", "t"});
  const std::string calculation = run_line({"node", "--kind", "calculation", "--type", "relax", "--input", "structure=" + in});
  const std::string out = run_line({"node", "--type", "energy", "--creator", "energy=" + calculation});
  const std::string other = run_line({"node", "--label", "other", "--type", "t"});
  const auto planned = run_json({"forget", in, "--dry-run"}).at(0);
  BOOST_TEST(planned.at("nodes").as_array().size() == 3u);
  BOOST_TEST(planned.at("link_count").as_int64() == 2);
  BOOST_TEST(run_json({"forget", in, "--no-create-forward", "--dry-run"}).at(0).at("nodes").as_array().size() == 2u);
  const Outcome forgotten = run({"forget", in});
  BOOST_TEST(lines(forgotten.out).back() == "3 nodes, 2 links, 0 runs and 0 checkpoints forgotten");
  BOOST_TEST(forgotten.out.find("has as input " + in) != std::string::npos);
  for (const std::string& id : {in, calculation, out}) BOOST_TEST(run({"show", id}).status == 4);
  BOOST_TEST(run({"show", other}).status == 0);
  BOOST_TEST(run({"forget", in}).status == 4);
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(everything_that_carries_a_content_is_forgotten_when_that_is_asked_for) {
  const std::string object = run_line({"put", file("o", "secret"), "--type", "bytes"});
  const std::string id = run_line({"checkpoint", "argon", "--step", "1", "--state", "s=" + file("s", "secret")});
  BOOST_TEST(run_json({"forget", object, "--dry-run"}).at(0).at("checkpoints").as_array().empty());
  const auto report = run_json({"forget", object, "--content"}).at(0);
  BOOST_TEST(report.at("nodes").as_array().size() == 1u);
  BOOST_TEST(report.at("checkpoints").as_array().at(0).as_string() == id);
  BOOST_TEST(run_json({"log", "argon"}).empty());
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
