// What went wrong in extractors of archives and in checkouts of git, tried on restoring: each row of the table is one
// attack, as a manifest that no adding could have made, with the number of a vulnerability where one was published. None writes outside its directory, whatever is to
// become of what is there.
#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <functional>

#include "blob_map.h"
#include "format/artifact.h"
#include "object/artifacts.h"
#include "object/content.h"
#include "scratch_directory.h"

namespace cairn::object {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using engine::BlobKind;
using format::Entry;

constexpr const char* kEvil = "evil";

struct Attack {
  std::string number;  // where it was published, if it was, and what it is
  std::vector<Entry> entries;
  std::vector<std::vector<std::string>> hard_links;
  bool is_refused;  // as damage; else what it asks for is done, inside the directory
  std::function<void(const fs::path& tree)> prepare;  // what an earlier step of the attack has left
};

struct Totals {
  std::uint64_t size = 0, count = 1;
};

struct Fixture {
  ScratchDirectory scratch;
  BlobMap map;
  MapStaging staging{map};
  MapView view{map};
  std::map<Digest, Totals> directories;
  const fs::path into = scratch / "into";
  const fs::path victim = scratch / "victim";

  Fixture() {
    fs::create_directories(victim / "directory");
    write_file(victim / "passwd", "untouched");
    set_time(victim / "passwd", 1, 1);
    set_time(victim / "directory", 2, 2);
    set_time(victim, 2, 2);
  }

  Entry file(std::string name, std::uint32_t mode = 0644) {
    const std::string_view bytes(kEvil);
    return {std::move(name), mode, 7, 7, write_content(staging, std::as_bytes(std::span(bytes)))};
  }
  Entry directory(std::string name, std::vector<Entry> entries) {
    Totals totals;
    for (const Entry& entry : entries) {
      totals.size += totals_of(entry).size;
      totals.count += totals_of(entry).count;
    }
    const Digest digest = stage_blob(staging, BlobKind::directory, format::encode_directory({std::move(entries)}));
    directories[digest] = totals;
    return {std::move(name), 0755, 7, 7, format::DirectoryRef{digest}};
  }
  // What the artifact has to say, so that nothing but the attack is wrong with it.
  Totals totals_of(const Entry& entry) const {
    if (const auto* below = std::get_if<format::DirectoryRef>(&entry.what)) return directories.at(below->digest);
    const auto* content = std::get_if<format::ContentRef>(&entry.what);
    return {content == nullptr ? 0 : content->size, 1};
  }
  static Entry link(std::string name, const fs::path& target) {
    return {std::move(name), 0777, 7, 7, format::SymlinkTarget{target.string()}};
  }

  std::vector<Attack> attacks() {
    std::vector<Attack> all;
    const auto add = [&](std::string number, std::vector<Entry> entries, bool is_refused,
                         std::function<void(const fs::path&)> prepare = nullptr,
                         std::vector<std::vector<std::string>> hard_links = {}) {
      all.push_back({std::move(number), std::move(entries), std::move(hard_links), is_refused, std::move(prepare)});
    };
    const auto path = victim.string();
    for (const std::string& name : {"../victim/passwd"s, "a/../../victim/passwd"s, ".."s, "."s, ""s, "a//b"s, "a\0b"s})
      add("CVE-2007-4559 (tarfile), zip-slip: the name " + name, {file(name)}, true);
    add("CVE-2007-4559 (tarfile): an absolute name", {file(path + "/passwd")}, true);
    add("zip-slip: backslashes, which are no separators here", {file("..\\..\\victim\\passwd")}, false);
    add("CVE-2021-21300 (git), CVE-2026-44471 (gitoxide), CVE-2026-62268 (borg): a link, then a directory of its name",
        {link("evil", victim), directory("evil", {file("passwd")})}, true);
    add("the same, the other way round", {directory("evil", {file("passwd")}), link("evil", victim)}, true);
    add("the same in two steps: the link is there, the directory comes", {directory("evil", {file("passwd")})}, false,
        [=](const fs::path& tree) { fs::create_directory_symlink(path, tree / "evil"); });
    add("a link in the place of a file", {file("passwd")}, false,
        [=](const fs::path& tree) { fs::create_symlink(path + "/passwd", tree / "passwd"); });
    add("CVE-2025-4517 (tarfile): links that lead up, one through the other",
        {link("a", ".."), link("b", "a/.."), link("c", "b/victim"), directory("d", {link("e", "../c/passwd")})}, false);
    add("CVE-2025-4330, CVE-2025-4138 (tarfile): a hard link to a link that leads out", {link("a", victim / "passwd"), file("b")},
        true, nullptr, {{"a", "b"}});
    add("CVE-2025-4138: a hard link to a file outside", {file("b")}, true, nullptr, {{"../../victim/passwd", "b"}});
    add("a hard link to a name that a link was put in the place of", {file("a"), file("b")}, false,
        [=](const fs::path& tree) { fs::create_symlink(path + "/passwd", tree / "a"); }, {{"a", "b"}});
    add("CVE-2025-4330 (tarfile): a file whose other name is outside", {file("passwd")}, false,
        [=](const fs::path& tree) { fs::create_hard_link(path + "/passwd", tree / "passwd"); });
    add("CVE-2024-12088 (rsync): modes and times of a link", {link("passwd", victim / "passwd")}, false);
    add("CVE-2014-9390 (git): names that differ in case only", {file("A"), file("a")}, false);
    add("set-user-id and set-group-id", {file("shell", 06755)}, false);
    return all;
  }
};

BOOST_FIXTURE_TEST_SUITE(artifact_attacks, Fixture)

BOOST_AUTO_TEST_CASE(no_known_attack_leads_out_of_the_directory) {
  for (const Attack& attack : attacks()) {
    for (const RestoreOptions& options : {RestoreOptions{}, {.existing = Existing::overwrite}, {.existing = Existing::keep_equal},
                                          {.resumable = true}, {.existing = Existing::overwrite, .threads = 3}}) {
      BOOST_TEST_CONTEXT(attack.number << ", existing " << static_cast<int>(options.existing) << ", resumable " << options.resumable) {
        const bool is_new = options.existing == Existing::refuse;
        if (attack.prepare && is_new) continue;
        fs::create_directories(is_new ? into : into / "tree");
        if (attack.prepare) attack.prepare(into / "tree");
        const auto before = snapshot(victim);
        const Entry root = directory("tree", attack.entries);
        const ArtifactId id{
            stage_blob(staging, BlobKind::artifact, format::encode_artifact({root, totals_of(root).size, totals_of(root).count, attack.hard_links}))};
        if (attack.is_refused) {
          BOOST_CHECK_EXCEPTION(restore_artifact(view, id, into, options), Error,
                                [](const Error& error) { return error.code() == ErrorCode::damaged; });
        } else {
          BOOST_CHECK_NO_THROW(restore_artifact(view, id, into, options));
        }
        BOOST_TEST((snapshot(victim) == before));
        if (fs::exists(into / "tree/shell")) {
          const fs::perms perms = fs::status(into / "tree/shell").permissions();
          BOOST_TEST(((perms & (fs::perms::set_uid | fs::perms::set_gid)) == fs::perms::none));
        }
        fs::remove_all(into);
      }
    }
  }
}

// Times of a directory change when something is made in it: the victim's did not, so nothing was, even for a moment.
BOOST_AUTO_TEST_CASE(the_check_would_see_a_file_that_was_made_and_removed) {
  const auto before = snapshot(victim);
  write_file(victim / "directory/x", "x");
  fs::remove(victim / "directory/x");
  BOOST_TEST((snapshot(victim) != before));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
