// bundle, unbundle and copy.
#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;

namespace {

// A second store beside that of the fixture.
class TwoStores : public CommandFixture {
 public:
  TwoStores() { BOOST_TEST_REQUIRE(run_command({"init", other()}).status == 0); }

  std::string other() const { return (path() / "other").string(); }
  std::string bundle_file() const { return (path() / "argon.bundle").string(); }
  Outcome there(Arguments arguments, const CommandOptions& options = {}) const {
    arguments.insert(arguments.end(), {"--store", other()});
    return run_command(arguments, options);
  }
  boost::json::object there_json(Arguments arguments) const {
    arguments.push_back("--json");
    const Outcome outcome = there(std::move(arguments));
    return boost::json::parse(outcome.out).as_object();
  }
  void make_argon() const {
    run_line({"checkpoint", "argon", "--step", "1", "--state", "s=" + file("s", "one"), "--tag", "good"});
    run_line({"checkpoint", "argon", "--step", "2", "--state", "s=" + file("s", std::string(20'000, 'x'))});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bundles, TwoStores)

BOOST_AUTO_TEST_CASE(a_run_goes_to_another_store_in_a_file) {
  make_argon();
  const auto written = run_json({"bundle", "argon", "-o", bundle_file()}).at(0);
  BOOST_TEST(written.at("runs").as_array().at(0).at("name").as_string() == "argon");
  BOOST_TEST(written.at("runs").as_array().at(0).at("checkpoint_count").as_int64() == 2);
  BOOST_TEST(written.at("bundle_bytes").as_int64() == static_cast<std::int64_t>(std::filesystem::file_size(bundle_file())));
  BOOST_TEST(run_json({"bundle", "--list", bundle_file()}).at(0) == written);
  BOOST_TEST(run({"bundle", "--list", "-"}, {.input = read_all(bundle_file())}).out == run({"bundle", "--list", bundle_file()}).out);
  const auto planned = there_json({"unbundle", bundle_file(), "--dry-run"});
  BOOST_TEST((planned.at("dry_run").as_bool() && !planned.at("merged").as_bool()));
  BOOST_TEST(there({"runs"}).out.find("argon") == std::string::npos);
  const auto merged = there_json({"unbundle", bundle_file()});
  BOOST_TEST(merged.at("merged").as_bool());
  BOOST_TEST(merged.at("checkpoints").at("new").as_int64() == 2);
  BOOST_TEST(there({"log", "argon"}).out == run({"log", "argon"}).out);
  BOOST_TEST(there({"restart", "argon", "--tag", "good", "--into", (path() / "back").string()}).status == 0);
  BOOST_TEST(there({"verify"}).status == 0);
  const auto again = there_json({"unbundle", bundle_file()});
  BOOST_TEST(again.at("checkpoints").at("known").as_int64() == 2);
  BOOST_TEST(again.at("bytes_new").as_int64() == 0);
}

BOOST_AUTO_TEST_CASE(a_bundle_goes_through_a_pipe) {
  make_argon();
  const Outcome piped = run({"bundle", "argon", "-o", "-"});
  BOOST_TEST(piped.status == 0);
  const Outcome merged = there({"unbundle", "-"}, {.input = piped.out});
  BOOST_TEST(merged.status == 0, merged.err);
  BOOST_TEST(merged.out.find("checkpoints  2") != std::string::npos, merged.out);
  BOOST_TEST(there({"log", "argon"}).out == run({"log", "argon"}).out);
}

BOOST_AUTO_TEST_CASE(conflicts_are_shown_and_a_new_name_helps) {
  make_argon();
  run_line({"bundle", "argon@1", "-o", bundle_file()});
  BOOST_TEST(there({"checkpoint", "argon", "--step", "9", "--state", "s=" + file("t", "nine")}).status == 0);
  const Outcome refused = there({"unbundle", bundle_file()});
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(refused.out.find("run       argon  another run of this name is here") != std::string::npos, refused.out);
  BOOST_TEST(refused.out.find("nothing taken in: 1 conflict") != std::string::npos);
  BOOST_TEST(there({"unbundle", bundle_file(), "--rename", "argon=argon-2"}).status == 0);
  BOOST_TEST(lines(there({"log", "argon-2"}).out).size() == 2u);
  BOOST_TEST(there({"unbundle", bundle_file(), "--rename", "argon"}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_copy_needs_no_file_and_leaves_out_what_is_there) {
  make_argon();
  const auto copied = there_json({"copy", "--from", store().string(), "argon"});
  BOOST_TEST(copied.at("merged").as_bool());
  BOOST_TEST(there({"log", "argon"}).out == run({"log", "argon"}).out);
  run_line({"fork", "argon:latest", "hot"});
  const auto second = there_json({"copy", "--from", store().string(), "hot"});
  BOOST_TEST(second.at("runs").at("new").as_int64() == 1);
  BOOST_TEST(second.at("bytes_new").as_int64() == 0);
  BOOST_TEST(there({"copy", "--from", store().string(), "--everything"}).status == 0);
  BOOST_TEST(there({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(wrong_usage_and_wrong_files_are_told_apart) {
  make_argon();
  BOOST_TEST(run({"bundle", "argon"}).status == 2);
  BOOST_TEST(run({"bundle", "-o", bundle_file()}).status == 2);
  BOOST_TEST(run({"bundle", "argon", "--everything", "-o", bundle_file()}).status == 2);
  BOOST_TEST(run({"bundle", "neon", "-o", bundle_file()}).status != 0);
  BOOST_TEST(run({"bundle", "deadbeef", "-o", bundle_file()}).status == 4);
  BOOST_TEST(!std::filesystem::exists(bundle_file()));
  BOOST_TEST(run({"unbundle", file("text", "this is no bundle, only some text that is long enough")}).status == 1);
  BOOST_TEST(run({"unbundle", (path() / "none").string()}).status == 1);
  run_line({"bundle", "argon", "-o", bundle_file()});
  const Outcome cut = there({"unbundle", file("cut", read_all(bundle_file()).substr(0, 500))});
  BOOST_TEST(cut.status == 1);
  BOOST_TEST(cut.err.find("at byte 500") != std::string::npos, cut.err);
  BOOST_TEST(there({"runs"}).out.empty());
}

BOOST_AUTO_TEST_SUITE_END()
