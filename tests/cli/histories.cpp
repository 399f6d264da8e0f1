// log with filters, fork, tag, untag, prune and delete-run.
#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;

namespace {

class HistoryFixture : public CommandFixture {
 public:
  std::string commit(const std::string& name, int step, const Arguments& more = {}) const {
    Arguments arguments{"checkpoint", name, "--step", std::to_string(step), "--state", "s=" + file("s", name + std::to_string(step))};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_line(arguments);
  }
  std::vector<int> steps(Arguments arguments) const {
    arguments.insert(arguments.begin(), "log");
    std::vector<int> found;
    for (const auto& checkpoint : run_json(arguments)) found.push_back(checkpoint.at("step").to_number<int>());
    return found;
  }
};

using Steps = std::vector<int>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(histories, HistoryFixture)

BOOST_AUTO_TEST_CASE(log_lists_what_passes_its_filters) {
  std::vector<std::string> ids;
  for (int step = 1; step <= 4; ++step) ids.push_back(commit("r", step % 3, {"--metadata", step % 2 == 0 ? "kind=even" : "kind=odd"}));
  BOOST_TEST((steps({"r"}) == (Steps{1, 0, 2, 1})));
  BOOST_TEST((steps({"r", "--after", ids[1]}) == (Steps{1, 0})));
  BOOST_TEST((steps({"r", "--after", ids[0].substr(0, 12), "--before", ids[3]}) == (Steps{0, 2})));
  BOOST_TEST((steps({"r", "--step", "1"}) == (Steps{1, 1})));
  BOOST_TEST((steps({"r", "--metadata", "kind=odd"}) == (Steps{0, 1})));
  BOOST_TEST((steps({"r", "--metadata", "kind=odd", "--limit", "1"}) == (Steps{0})));
  BOOST_TEST((steps({"r", "--metadata-json", "kind=\"even\"", "--step", "1"}) == (Steps{1})));
  BOOST_TEST(steps({"--metadata", "kind=none", "r"}).empty());
  BOOST_TEST(run({"log", "r", "--metadata", "kind"}).status == 2);
  BOOST_TEST(run({"log", "r", "--metadata-json", "kind={"}).status == 2);
  BOOST_TEST(run({"log", "r", "--after", "0000000000000000"}).status == 4);
}

BOOST_AUTO_TEST_CASE(a_fork_goes_on_from_a_checkpoint_and_shares_what_was_before) {
  const std::string one = commit("r", 1), two = commit("r", 2);
  const auto forked = run_json({"fork", one.substr(0, 10), "what-if"}).at(0);
  BOOST_TEST(forked.at("run").as_string() == "what-if");
  BOOST_TEST(forked.at("forked_from").at("run").as_string() == "r");
  BOOST_TEST(forked.at("forked_from").at("checkpoint").as_string() == one);
  BOOST_TEST(run_json({"show", std::string(forked.at("uuid").as_string())}).at(0).at("run").as_string() == "what-if");
  commit("what-if", 5);
  BOOST_TEST((steps({"what-if"}) == (Steps{5, 1})));
  BOOST_TEST((steps({"r"}) == (Steps{2, 1})));
  BOOST_TEST(run_line({"fork", "what-if@1", "again"}).size() == 36u);
  BOOST_TEST(run_json({"fork", one, "third", "--of", "again"}).at(0).at("forked_from").at("run").as_string() == "again");
  BOOST_TEST(run({"fork", "r:latest", "again"}).status == 1);
  BOOST_TEST(run({"fork", "nothing:latest", "new"}).status == 4);
  BOOST_TEST(run({"fork", two, "new", "--of", "what-if"}).status == 4);
  BOOST_TEST(run_json({"runs"}).size() == 4u);
}

BOOST_AUTO_TEST_CASE(tags_are_given_moved_and_taken_away) {
  const std::string one = commit("r", 1), two = commit("r", 2);
  BOOST_TEST(run({"tag", "r@1", "good"}).out.empty());
  BOOST_TEST(run_json({"show", "r:good"}).at(0).at("id").as_string() == one);
  const auto moved = run_json({"tag", two, "good"}).at(0);
  BOOST_TEST(moved.at("checkpoint").as_string() == two);
  BOOST_TEST(run_json({"show", "r:good"}).at(0).at("id").as_string() == two);
  BOOST_TEST(run_json({"untag", "r", "good"}).at(0).at("checkpoint").is_null());
  BOOST_TEST(run({"show", "r:good"}).status == 4);
  BOOST_TEST(run({"untag", "r", "good"}).status == 4);
  BOOST_TEST(run({"tag", "r@1", ""}).status != 0);
  BOOST_TEST(run({"tag", "r@7", "good"}).status == 4);
}

BOOST_AUTO_TEST_CASE(prune_removes_what_no_rule_keeps_and_says_which_does) {
  for (int step = 1; step <= 5; ++step) commit("r", step, {"--metadata", "run_id=" + std::to_string(step % 2)});
  run_line({"fork", "r@1", "what-if"});
  run({"tag", "r@2", "good"});
  const auto dry = run_json({"prune", "r", "--last", "1", "--dry-run"}).at(0);
  BOOST_TEST(dry.at("dry_run").as_bool());
  BOOST_TEST(dry.at("removed").as_array().size() == 2u);
  BOOST_TEST(steps({"r"}).size() == 5u);
  const Outcome pruned = run({"prune", "r", "--last", "1"});
  BOOST_TEST(pruned.out.find("last 1") != std::string::npos);
  BOOST_TEST(pruned.out.find("tag good") != std::string::npos);
  BOOST_TEST(pruned.out.find("fork what-if") != std::string::npos);
  BOOST_TEST(pruned.out.ends_with("2 checkpoints removed, 3 kept\n"), pruned.out);
  BOOST_TEST((steps({"r"}) == (Steps{5, 2, 1})));
  BOOST_TEST(run_json({"prune", "r", "--without", "run_id=1", "--also-tagged"}).at(0).at("removed").as_array().size() == 1u);
  BOOST_TEST((steps({"r"}) == (Steps{2, 1})));
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(prune_reads_its_rules) {
  for (int step = 1; step <= 6; ++step) commit("r", step);
  BOOST_TEST(run_json({"prune", "r", "--every", "3", "--dry-run"}).at(0).at("kept").as_array().size() == 2u);
  BOOST_TEST(run_json({"prune", "r", "--newer-than", "7d", "--dry-run"}).at(0).at("kept").as_array().size() == 6u);
  BOOST_TEST(run_json({"prune", "r", "--newer-than", "2200-01-01T00:00:00+02:00", "--dry-run"}).at(0).at("kept").as_array().empty());
  BOOST_TEST(run_json({"prune", "r", "--best", "loss", "--best-count", "2", "--largest", "--dry-run"}).at(0).at("kept").as_array().empty());
  for (const Arguments& wrong : {Arguments{"prune", "r"}, {"prune", "r", "--also-tagged"}, {"prune", "r", "--all", "--last", "1"},
                                 {"prune", "r", "--every", "0"}, {"prune", "r", "--newer-than", "yesterday"},
                                 {"prune", "r", "--newer-than", "2200-01-01T00:00:00"}, {"prune", "r", "--last", "-1"}})
    BOOST_TEST(run(wrong).status == 2, wrong.back());
  BOOST_TEST(run({"prune", "none", "--last", "1"}).status == 4);
  BOOST_TEST(steps({"r"}).size() == 6u);
  run({"prune", "r", "--all"});
  BOOST_TEST(steps({"r"}).empty());
  commit("r", 7);
  BOOST_TEST((steps({"r"}) == (Steps{7})));
}

BOOST_AUTO_TEST_CASE(a_deleted_run_is_gone_but_for_what_forks_have) {
  const std::string one = commit("r", 1), two = commit("r", 2);
  run_line({"fork", "r@1", "what-if"});
  const auto deleted = run_json({"delete-run", "r"}).at(0);
  BOOST_TEST(deleted.at("removed_count").to_number<int>() == 1);
  BOOST_TEST(deleted.at("kept").as_array().at(0).at("id").as_string() == one);
  BOOST_TEST(deleted.at("kept").as_array().at(0).at("runs").as_array().at(0).as_string() == "what-if");
  BOOST_TEST(run_json({"runs"}).size() == 1u);
  BOOST_TEST(run({"log", "r"}).status == 4);
  BOOST_TEST(run({"show", two}).status == 4);
  BOOST_TEST((steps({"what-if"}) == (Steps{1})));
  BOOST_TEST(run({"delete-run", "r"}).status == 4);
  BOOST_TEST(run({"delete-run", "what-if"}).out == "1 checkpoint removed, 0 kept\n");
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
