// checkpoint, restart, runs and log.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <fstream>

#include "command.h"
#include "store/damage.h"

using namespace cairn::test;
namespace fs = std::filesystem;

namespace {

// Changes one byte in the middle of the given content, wherever the store keeps it.
void damage(const fs::path& store, std::string_view content) {
  for (const auto& entry : fs::recursive_directory_iterator(store)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = read_all(entry.path());
    const std::size_t found = bytes.find(content.substr(content.size() / 2, 64));
    if (found == std::string::npos) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(found));
    file.put(static_cast<char>(bytes[found] ^ 1));
    return;
  }
  BOOST_FAIL("the content is in no file of the store");
}

// Bytes that no compression shortens and that no other seed has.
std::string noise(std::uint64_t seed, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    bytes += static_cast<char>(seed >> 56);
  }
  return bytes;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(checkpoints, CommandFixture)

BOOST_AUTO_TEST_CASE(what_is_in_the_store_already_goes_into_a_checkpoint_by_its_id) {
  const std::string object = run_line({"put", "--json-value", file("v.json", "[1,2]")});
  const std::string artifact(run_json({"add", file("f", "bytes")}).at(0).at("id").as_string());
  run_line({"checkpoint", "r", "--step", "1", "--state-id", "list=" + object.substr(0, 20), "--artifact-id", "file=" + artifact,
            "--metadata-json", "loss=0.25", "--metadata", "kind=best"});
  const auto shown = run_json({"show", "r@1"}).at(0);
  BOOST_TEST(shown.at("state").at("list").as_string() == object);
  BOOST_TEST(shown.at("artifacts").at("file").as_string() == artifact);
  BOOST_TEST(shown.at("metadata").at("loss").as_double() == 0.25);
  BOOST_TEST(shown.at("metadata").at("kind").as_string() == "best");
  for (const Arguments& wrong :
       {Arguments{"--state-id", "list=" + object, "--state", "list=" + file("g", "x")},
        {"--artifact-id", "a=" + artifact, "--artifact-id", "a=" + artifact},
        {"--metadata-json", "loss={"}, {"--state-id", object}}) {
    Arguments arguments{"checkpoint", "new", "--step", "1"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    BOOST_TEST(run(arguments).status == 2, wrong.back());
  }
  BOOST_TEST(run({"checkpoint", "new", "--step", "1", "--state-id", "list=ffffffff"}).status == 4);
  BOOST_TEST(run({"checkpoint", "new", "--step", "1", "--state-id", "list=" + artifact}).status != 0);
  BOOST_TEST(run_json({"runs"}).size() == 1u);  // what is wrong is found before the run is made
}

BOOST_AUTO_TEST_CASE(files_come_back_from_the_newest_checkpoint) {
  fs::create_directories(path() / "tree");
  file("tree/a", "alpha");
  const std::string id =
      run_line({"checkpoint", "argon", "--step", "7", "--state", "model=" + file("m", std::string("\0\xFFx", 3)),
                "--state-json", "config=" + file("c.json", R"({"a":[1,2.5]})"), "--artifact",
                "data=" + (path() / "tree").string(), "--tag", "good", "--metadata", "note=a=b"});
  BOOST_TEST(id.size() == 32u);
  const std::string into = (path() / "out").string();
  const auto restarted = run_json({"restart", "argon", "--into", into}).at(0);
  BOOST_TEST(restarted.at("checkpoint").at("id").as_string() == id);
  BOOST_TEST(restarted.at("skipped").as_array().empty());
  BOOST_TEST(read_all(path() / "out/state/model") == std::string("\0\xFFx", 3));
  BOOST_TEST(read_all(path() / "out/state/config.json") == "{\"a\":[1,2.5]}\n");
  BOOST_TEST(read_all(path() / "out/artifacts/data/tree/a") == "alpha");

  const auto shown = run_json({"show", "argon:latest"}).at(0);
  BOOST_TEST(shown.at("metadata").at("note").as_string() == "a=b");
  BOOST_TEST(shown.at("tags").as_array().at(0).as_string() == "good");
  for (const char* name : {"argon@7", "argon:good"})
    BOOST_TEST(run_json({"show", name}).at(0).at("id").as_string() == id);
  BOOST_TEST(run({"show", id}).out.starts_with("checkpoint " + id));
}

BOOST_AUTO_TEST_CASE(a_step_or_a_tag_names_an_older_one) {
  for (int step = -1; step < 3; ++step)
    run_line({"checkpoint", "r", "--step", std::to_string(step), "--state", "s=" + file("s", std::to_string(step)),
              "--tag", "t" + std::to_string(step)});
  const auto state_after = [&](const char* name, Arguments options) {
    options.insert(options.begin(), {"restart", "r", "--into", (path() / name).string()});
    run_line(std::move(options));
    return read_all(path() / name / "state/s");
  };
  BOOST_TEST(state_after("a", {}) == "2");
  BOOST_TEST(state_after("b", {"--step", "-1"}) == "-1");
  BOOST_TEST(state_after("c", {"--tag", "t1"}) == "1");
  for (const Arguments& missing : {Arguments{"--step", "9"}, Arguments{"--tag", "none"}}) {
    Arguments arguments{"restart", "r", "--into", (path() / "d").string()};
    arguments.insert(arguments.end(), missing.begin(), missing.end());
    BOOST_TEST(run(arguments).status == 4);
  }
  BOOST_TEST(!fs::exists(path() / "d"));
}

BOOST_AUTO_TEST_CASE(no_name_leads_out_of_the_directory) {
  const std::string content = file("f", "content");
  run_line({"checkpoint", "../../run", "--step", "1", "--state", "../../../evil=" + content, "--state", "..=" + content,
            "--state", "/etc/evil=" + content, "--state", ".hidden%=" + content, "--artifact", "../up=" + content});
  run_line({"restart", "../../run", "--into", (path() / "deep/er/out").string()});
  const fs::path state = path() / "deep/er/out/state";
  for (const char* name : {"%2E.%2F..%2F..%2Fevil", "%2E.", "%2Fetc%2Fevil", "%2Ehidden%25"})
    BOOST_TEST(read_all(state / name) == "content", name);
  BOOST_TEST(read_all(path() / "deep/er/out/artifacts/%2E.%2Fup/f") == "content");
  BOOST_TEST(!fs::exists(path() / "deep/evil"));
  BOOST_TEST(!fs::exists(path() / "evil"));
}

BOOST_AUTO_TEST_CASE(names_that_would_meet_in_one_file_do_not) {
  run_line({"checkpoint", "r", "--step", "1", "--state", "c.json=" + file("f", "bytes"), "--state-json",
            "c=" + file("v", "[1]")});
  run_line({"restart", "r", "--into", (path() / "out").string()});
  BOOST_TEST(read_all(path() / "out/state/c.json") == "bytes");
  BOOST_TEST(read_all(path() / "out/state/c%2Ejson") == "[1]\n");
}

BOOST_AUTO_TEST_CASE(show_says_which_states_are_lossy) {
  std::string list = "[0";
  for (int i = 1; i < 3000; ++i) list += ",0";
  const std::string lossy = R"({"$tuple":[{"a":{"$lossy":{"type":"Handle","rest":null}}}]})";
  const std::string id = run_line({"checkpoint", "r", "--step", "1", "--state-json", "whole=" + file("w", list + "]"),
                                   "--state-json", "left=" + file("l", list + "," + lossy + "]")});
  BOOST_TEST((run_json({"show", id}).at(0).at("lossy") == boost::json::array{"left"}));
  const std::string text = run({"show", id}).out;
  BOOST_TEST(text.find("  left  (lossy)\n") != std::string::npos, text);
  BOOST_TEST(text.find("  whole\n") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_empty_is_left_alone) {
  run_line({"checkpoint", "r", "--step", "1", "--state", "s=" + file("s", "x")});
  fs::create_directories(path() / "full");
  file("full/mine", "mine");
  BOOST_TEST(run({"restart", "r", "--into", (path() / "full").string()}).status == 1);
  BOOST_TEST(std::distance(fs::directory_iterator(path() / "full"), {}) == 1);
  fs::create_directories(path() / "empty");
  BOOST_TEST(run({"restart", "r", "--into", (path() / "empty").string() + "/"}).status == 0);
  BOOST_TEST(read_all(path() / "empty/state/s") == "x");
}

BOOST_AUTO_TEST_CASE(a_damaged_checkpoint_is_passed_over_and_reported) {
  const std::string old_content = noise(1, 300'000), new_content = noise(2, 300'000);
  run_line({"checkpoint", "r", "--step", "1", "--state", "s=" + file("old", old_content)});
  const std::string newest = run_line({"checkpoint", "r", "--step", "2", "--state", "s=" + file("new", new_content)});
  damage(store(), new_content);

  const Outcome outcome = run({"restart", "r", "--into", (path() / "out").string(), "--json"});
  BOOST_REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  BOOST_TEST(outcome.err.find("skipped checkpoint " + newest) != std::string::npos);
  BOOST_TEST(boost::json::parse(outcome.out).at("skipped").as_array().at(0).at("id").as_string() == newest);
  BOOST_TEST(read_all(path() / "out/state/s") == old_content);

  // The one that was asked for by its step is not replaced by another, and nothing is left of the attempt.
  BOOST_TEST(run({"restart", "r", "--step", "2", "--into", (path() / "step").string()}).status == 1);
  BOOST_TEST(!fs::exists(path() / "step"));
  for (const auto& entry : fs::directory_iterator(path()))
    BOOST_TEST(!entry.path().filename().string().starts_with(".cairn"), entry.path());

  const Outcome verified = run({"verify", "--json"});
  BOOST_TEST(verified.status == 3);
  BOOST_TEST(!boost::json::parse(verified.out).at("damage").as_array().empty());
  BOOST_TEST(run({"verify"}).out.find("damaged ") == 0u);
}

BOOST_AUTO_TEST_CASE(a_named_one_is_replaced_by_another_only_if_that_is_asked_for) {
  const std::string old_content = noise(1, 300'000), new_content = noise(2, 300'000);
  const std::string oldest = run_line({"checkpoint", "r", "--step", "1", "--state", "s=" + file("old", old_content)});
  const std::string newest = run_line({"checkpoint", "r", "--step", "2", "--state", "s=" + file("new", new_content), "--tag", "t"});
  damage(store(), new_content);
  for (const Arguments& name : {Arguments{"--step", "2"}, {"--tag", "t"}, {"--id", newest}}) {
    Arguments arguments{"restart", "r"};
    arguments.insert(arguments.end(), name.begin(), name.end());
    BOOST_TEST(run(arguments).status == 1);
    arguments.push_back("--fall-back");
    const auto found = run_json(arguments).at(0);
    BOOST_TEST(found.at("checkpoint").at("id").as_string() == oldest);
    BOOST_TEST(found.at("skipped").as_array().at(0).at("id").as_string() == newest);
  }
  BOOST_TEST(run({"restart", "r", "--id", oldest.substr(0, 8)}).out.starts_with(oldest + "  step 1, 1 state, 0 artifacts"));
  BOOST_TEST(run({"restart", "r", "--id", oldest, "--step", "1"}).status == 2);
  run_line({"checkpoint", "other", "--step", "1"});
  BOOST_TEST(run({"restart", "other", "--id", oldest}).status == 4);
}

BOOST_AUTO_TEST_CASE(a_restart_without_a_directory_says_what_it_found_and_what_was_left_open) {
  run_line({"checkpoint", "r", "--step", "1", "--state", "s=" + file("s", "x")});
  const std::string input = run_line({"node", "--run", "r", "--label", "structure"});
  const std::string node = run_line({"node", "--run", "r", "--kind", "calculation", "--type", "relax", "--label", "first", "--state",
                                     "running", "--input", "structure=" + input});
  const auto found = run_json({"restart", "r"}).at(0);
  BOOST_TEST(found.at("directory").is_null());
  BOOST_TEST(found.at("pending_writes").as_array().empty());
  BOOST_REQUIRE(found.at("unfinished").as_array().size() == 1u);
  const auto& unfinished = found.at("unfinished").as_array().at(0);
  BOOST_TEST(unfinished.at("node").at("uuid").as_string() == node);
  BOOST_TEST(unfinished.at("inputs").as_array().at(0).at("label").as_string() == "structure");
  BOOST_TEST(unfinished.at("inputs").as_array().at(0).at("node").as_string() == input);
  const std::string text = run({"restart", "r"}).out;
  BOOST_TEST(text.find("unfinished  " + node + "  running calculation  relax \"first\"\n    input structure: " + input) != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(runs_and_log_list_what_is_there) {
  for (int step = 1; step <= 3; ++step)
    run_line({"checkpoint", "a", "--step", std::to_string(step), "--state", "s=" + file("s", std::to_string(step))});
  run_line({"checkpoint", "b", "--step", "9"});
  const auto runs = run_json({"runs"});
  BOOST_REQUIRE_EQUAL(runs.size(), 2u);
  BOOST_TEST(runs[0].at("name").as_string() == "a");
  BOOST_TEST(runs[0].at("checkpoint_count").to_number<int>() == 3);
  BOOST_TEST(runs[0].at("latest").at("step").to_number<int>() == 3);
  BOOST_TEST(lines(run({"runs"}).out).size() == 3u);

  const auto log = run_json({"log", "a"});
  BOOST_REQUIRE_EQUAL(log.size(), 3u);
  BOOST_TEST(log[0].at("step").to_number<int>() == 3);
  BOOST_TEST(log[0].at("parent").as_string() == log[1].at("id").as_string());
  BOOST_TEST(run_json({"log", "a", "--limit", "1"}).size() == 1u);
  const auto older = run_json({"log", "a", "--before", std::string(log[1].at("id").as_string()).substr(0, 12)});
  BOOST_REQUIRE_EQUAL(older.size(), 1u);
  BOOST_TEST(older[0].at("id").as_string() == log[2].at("id").as_string());
  BOOST_TEST(lines(run({"log", "a"}).out).size() == 4u);
  BOOST_TEST(run({"log", "c"}).status == 4);
}

BOOST_AUTO_TEST_CASE(wrong_arguments_make_no_run) {
  const std::string missing = (path() / "missing").string(), directory = path().string(), good = file("good", "1");
  const std::string long_name(256, 'n');
  for (const Arguments& wrong : {Arguments{"--state", "s=" + missing}, {"--artifact", "a=" + missing}, {"--state", "s"},
                                 {"--metadata", "=v"}, {"--state-json", "s=" + file("bad", "{")},
                                 {"--state", "s=" + directory}, {"--state-json", "s=" + directory},
                                 {"--artifact", "a=/dev/null"},
                                 {"--state", long_name + "=" + good}, {"--state-json", long_name + "=" + good},
                                 {"--artifact", long_name + "=" + good}, {"--metadata", long_name + "=1"},
                                 {"--tag", long_name}, {"--tag", ""}, {"--tag", "\xff"},
                                 {"--state", "\xff=" + good},
                                 {"--state", "s=" + good, "--state", "s=" + good},
                                 {"--state", "s=" + good, "--state-json", "s=" + good},
                                 {"--artifact", "a=" + good, "--artifact", "a=" + good},
                                 {"--state", "a=-", "--state", "b=-"}, {"--state", "a=-", "--state-json", "b=-"}}) {
    Arguments arguments{"checkpoint", "r", "--step", "1"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const int status = run(arguments, {.input = "1"}).status;
    BOOST_TEST((status == 1 || status == 2), wrong.back() << ": " << status);
    BOOST_TEST(run_json({"runs"}).empty(), wrong.back());
  }
}

BOOST_AUTO_TEST_CASE(standard_input_can_be_one_state) {
  run_line({"checkpoint", "r", "--step", "1", "--state", "a=-", "--state", "b=" + file("b", "2")}, {.input = "1"});
  run_line({"restart", "r", "--into", (path() / "out").string()});
  BOOST_TEST(read_all(path() / "out/state/a") == "1");
  BOOST_TEST(read_all(path() / "out/state/b") == "2");
}

BOOST_AUTO_TEST_CASE(the_same_again_is_the_same_checkpoint) {
  const Arguments arguments{"checkpoint", "r", "--step", "1", "--state", "s=" + file("s", "x")};
  const std::string id = run_line(arguments);
  const auto again = run_json(arguments).at(0);
  BOOST_TEST(again.at("id").as_string() == id);
  BOOST_TEST(again.at("existed").as_bool());
}

BOOST_AUTO_TEST_CASE(a_damaged_checkpoint_is_listed_as_such) {
  const std::string state = file("s", "x");
  run_line({"checkpoint", "r", "--step", "1", "--state", "s=" + state});
  const std::string id = run_line({"checkpoint", "r", "--step", "2", "--state", "s=" + state});
  damage_blob(store(), cairn::Digest::parse(id).value());
  const auto log = run_json({"log", "r"});
  BOOST_REQUIRE_EQUAL(log.size(), 2u);
  BOOST_TEST(log[0].at("damaged").as_bool());
  BOOST_TEST(!log[1].at("damaged").as_bool());
  const auto text = lines(run({"log", "r"}).out);
  BOOST_TEST(text.at(1).find("damaged") != std::string::npos);
  BOOST_TEST(text.at(2).find("damaged") == std::string::npos);
  run_line({"checkpoint", "sound", "--step", "1"});
  const auto runs = lines(run({"runs"}).out);
  BOOST_TEST(runs.at(1).find(id.substr(0, 12) + " (damaged)") != std::string::npos, runs.at(1));
  BOOST_TEST(runs.at(2).find("damaged") == std::string::npos, runs.at(2));
  BOOST_TEST(run({"restart", "r", "--into", (path() / "out").string()}).status == 0);
  BOOST_TEST(run({"verify"}).status == 3);
}

BOOST_AUTO_TEST_SUITE_END()
