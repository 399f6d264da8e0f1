// backup.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;
namespace fs = std::filesystem;

namespace {

class BackupFixture : public CommandFixture {
 public:
  BackupFixture() { checkpoint(1); }

  void checkpoint(int step) const {
    std::string bytes(200'000, ' ');
    std::uint64_t state = static_cast<std::uint64_t>(step);
    for (char& byte : bytes) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<char>(state >> 56);
    }
    run_line({"checkpoint", "argon", "--step", std::to_string(step), "--state", "model=" + file("m", bytes)});
  }
  std::string backup() const { return (path() / "backup").string(); }
  std::uint64_t number(const boost::json::object& report, const char* name) const { return report.at(name).to_number<std::uint64_t>(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(backups, BackupFixture)

BOOST_AUTO_TEST_CASE(a_backup_is_a_store_for_every_verb) {
  run_line({"backup", backup()});
  for (const Arguments& verb : {Arguments{"log", "argon"}, {"nodes"}, {"runs"}, {"types"}}) {
    Arguments of_backup = verb;
    of_backup.insert(of_backup.end(), {"--store", backup()});
    BOOST_TEST(run_command(of_backup).out == run(verb).out);
  }
  const Outcome verified = run_command({"verify", "--store", backup()});
  BOOST_TEST(verified.status == 0, verified.out);
}

BOOST_AUTO_TEST_CASE(it_says_what_it_did) {
  const Outcome first = run({"backup", backup()});
  BOOST_TEST(first.status == 0, first.err);
  BOOST_TEST(lines(first.out).size() == 3u);
  BOOST_TEST(lines(first.out).at(0).find(" commits, as of 20") != std::string::npos, first.out);
  BOOST_TEST(lines(first.out).at(2).find(" read back and compared") != std::string::npos, first.out);
  checkpoint(2);
  const Outcome second = run({"backup", "--no-verify", backup()});
  BOOST_TEST(lines(second.out).size() == 2u);
  BOOST_TEST(lines(second.out).at(0).find(" new, as of 20") != std::string::npos, second.out);
  BOOST_TEST(lines(second.out).at(1).find(" there already") != std::string::npos, second.out);
}

BOOST_AUTO_TEST_CASE(its_report_is_a_document) {
  const boost::json::object first = run_json({"backup", backup()}).at(0);
  BOOST_TEST(first.at("first").as_bool());
  BOOST_TEST(first.at("uuid").as_string().size() == 36u);
  BOOST_TEST(first.at("moment").as_string().ends_with("Z"));
  BOOST_TEST(number(first, "copied_bytes") + number(first, "reflinked_bytes") > 200'000u);
  BOOST_TEST(number(first, "verified_bytes") > 200'000u);
  checkpoint(2);
  const boost::json::object second = run_json({"backup", backup(), "--threads", "1"}).at(0);
  BOOST_TEST(!second.at("first").as_bool());
  BOOST_TEST(number(second, "commits") > number(first, "commits"));
  BOOST_TEST(number(second, "commits_new") == number(second, "commits") - number(first, "commits"));
  BOOST_TEST(number(second, "shared_bytes") > 200'000u);
  BOOST_TEST(number(second, "row_count") > 0u);
}

BOOST_AUTO_TEST_CASE(it_works_beside_a_writer) {
  const cairn::Store writer = cairn::Store::open(store(), {.create = false});
  run_line({"backup", backup()});
  BOOST_TEST(run_command({"verify", "--store", backup()}).status == 0);
}

BOOST_AUTO_TEST_CASE(what_is_refused_has_its_status_and_a_reason) {
  BOOST_TEST(run({"backup"}).status == 2);
  BOOST_TEST(run({"backup", backup(), "--threads", "many"}).status == 2);
  BOOST_TEST(run_command({"backup", backup(), "--store", (path() / "nowhere").string()}).status == 10);
  BOOST_TEST(!fs::exists(backup()));
  const Outcome inside = run({"backup", (store() / "backup").string()});
  BOOST_TEST(inside.status == 2);
  BOOST_TEST(inside.err.find("it is in the store") != std::string::npos, inside.err);
  BOOST_TEST(run({"backup", path().string()}).status == 1);
  run_line({"backup", backup()});
  {
    const cairn::Store opened = cairn::Store::open(backup(), {.create = false});
    BOOST_TEST(run({"backup", backup()}).status == 11);
  }
  run_command({"put", file("f", "x"), "--store", backup()});
  const Outcome changed = run({"backup", backup()});
  BOOST_TEST(changed.status == 1);
  BOOST_TEST(changed.err.find("it was written to since") != std::string::npos, changed.err);
}

BOOST_AUTO_TEST_SUITE_END()
