// compact.
#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;

namespace {

// Bytes that no compression shortens and that no other seed has.
std::string noise(std::uint64_t seed, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    bytes += static_cast<char>(seed >> 56);
  }
  return bytes;
}

class PrunedFixture : public CommandFixture {
 public:
  PrunedFixture() {
    for (int step = 1; step <= 5; ++step)
      run_line({"checkpoint", "argon", "--step", std::to_string(step), "--state",
                "model=" + file("m", noise(static_cast<std::uint64_t>(step), 200'000))});
    run_line({"prune", "argon", "--last", "1"});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(compaction, PrunedFixture)

BOOST_AUTO_TEST_CASE(a_dry_run_tells_what_would_be_freed_and_frees_nothing) {
  const boost::json::object first = run_json({"compact", "--dry-run"}).at(0), second = run_json({"compact", "--dry-run"}).at(0);
  BOOST_TEST(first.at("dry_run").as_bool());
  BOOST_TEST(first.at("collected").at("freed_bytes").to_number<std::uint64_t>() > 800'000u);
  BOOST_TEST(first.at("disk_bytes_before") == first.at("disk_bytes_after"));
  BOOST_TEST(second.at("collected").at("freed_bytes") == first.at("collected").at("freed_bytes"));
}

BOOST_AUTO_TEST_CASE(what_was_pruned_goes_and_the_rest_is_whole) {
  const boost::json::object report = run_json({"compact"}).at(0);
  BOOST_TEST(!report.at("dry_run").as_bool());
  BOOST_TEST(report.at("complete").as_bool());
  BOOST_TEST(report.at("collected").at("freed_bytes").to_number<std::uint64_t>() > 800'000u);
  BOOST_TEST(report.at("collected").at("returned_bytes").to_number<std::uint64_t>() > 700'000u);
  BOOST_TEST(report.at("collected").at("kept").as_array().at(0).at("name").as_string() == "argon");
  BOOST_TEST(report.at("disk_bytes_after").to_number<std::uint64_t>() < report.at("disk_bytes_before").to_number<std::uint64_t>());
  run_line({"verify"});
  run_line({"restart", "argon", "--into", (path() / "back").string()});
  BOOST_TEST(read_all(path() / "back" / "state" / "model") == noise(5, 200'000));
}

BOOST_AUTO_TEST_CASE(it_says_in_words_what_it_did) {
  const Outcome done = run({"compact"});
  BOOST_TEST(done.status == 0);
  BOOST_TEST(done.out.find(" freed, ") != std::string::npos);
  BOOST_TEST(done.out.find("run  argon") != std::string::npos);
  BOOST_TEST(done.out.find("on disk: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_time_is_told_and_is_no_failure) {
  const Outcome done = run({"compact", "--max-time", "0"});
  BOOST_TEST(done.status == 0);
  BOOST_TEST(done.out.find("not all was done") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(wrong_levels_are_wrong) {
  BOOST_TEST(run({"compact", "--zstd", "20"}).status == 2);
  BOOST_TEST(run({"compact", "--zstd", "x"}).status == 2);
  BOOST_TEST(run({"compact", "--zstd", "9"}).status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
