// A store with some of everything, to be damaged and repaired again and again.
#pragma once

#include <cairn/cairn.h>
#include <cairn/repair.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "store/answers.h"
#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {

/// Different for each number, and large enough for chunks in a pack.
inline std::vector<std::int64_t> large_array(std::int64_t number) {
  std::vector<std::int64_t> array(20'000);
  for (std::uint64_t i = 0; i < array.size(); ++i)
    array[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(number + 1) * 0x9e3779b97f4a7c1u * (i + 1));
  return array;
}

/// Checkpoints, forks, tags, pending writes, steps, a graph with names, groups and an index of attributes: a part of it.
inline void write_part(Store& store, const std::filesystem::path& file, int part) {
  Run run = store.run("run " + std::to_string(part % 2));
  for (int i = 0; i < 3; ++i) {
    std::ofstream(file) << std::string(static_cast<std::size_t>(20'000 * (i + 1)), static_cast<char>('a' + part)) << i;
    const std::int64_t step = part * 10 + i;
    run.checkpoint(step).save("array", large_array(step)).save("step", step).attach("file", file).note("energy", static_cast<double>(step)).commit();
  }
  run.tag(run.latest()->id, "part " + std::to_string(part));
  run.put_writes(run.latest()->id, "task", {{"channel", Value("pending")}});
  const auto read = run.step("read " + std::to_string(part), {}, [&] { return large_array(100 + part); });
  run.step("sum " + std::to_string(part), {{"numbers", read}}, [&] { return part; });
  run.fork("fork " + std::to_string(part)).checkpoint(500).save("step", part).commit();
  Transaction transaction = store.transaction();
  std::vector<Uuid> made;
  for (int i = 0; i < 60; ++i) {
    NewNode node;
    node.type = "point";
    node.label = std::to_string(part) + "/" + std::to_string(i);
    node.attributes = Map{{Value("energy"), Value(static_cast<double>(i) / 10)}};
    node.unique_ids = {{"points", node.label}};
    if (i % 2 == 0) node.tags = {"even"};
    made.push_back(transaction.add(node));
    if (i > 0) transaction.link(made.back(), made[static_cast<std::size_t>(i - 1)], LinkType::reference, "next");
    if (i > 0) transaction.link(made.back(), made.front(), LinkType::reference, "first_" + std::to_string(i));
  }
  transaction.commit();
  if (part == 0) store.put_group("some", "described", Map{{"by", "nobody"}});
  store.add_to_group("some", std::vector<Uuid>{made[1], made[2]});
}

/// Every byte of a store, by file; without that space which is kept back, and without the name of who held its lock last: a repair
/// that only looks holds it while it looks for what could be salvaged.
inline std::map<std::string, std::string> bytes_of(const std::filesystem::path& store) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store)) {
    if (!entry.is_regular_file() || entry.path().filename() == "ballast") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    constexpr std::size_t kHolderBytes = 1024;
    const std::string bytes = text.str();
    const bool is_lock = entry.path() == store / "lock" && bytes.size() >= kHolderBytes;
    files[std::filesystem::relative(entry.path(), store).string()] = is_lock ? bytes.substr(kHolderBytes) : bytes;
  }
  return files;
}

/// Made once; each copy of it may be damaged.
class RepairedStore {
 public:
  RepairedStore() {
    copy_files(original().path, path());
    answers_ = original().answers;
  }

  std::filesystem::path path() const { return directory_.path() / "store"; }
  std::filesystem::path beside(const std::string& name) const { return directory_.path() / name; }
  /// A copy of it that is whole.
  static const std::filesystem::path& whole() { return original().path; }
  const Answers& answers() const { return answers_; }

  /// All but the space that is kept back.
  static void copy_files(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::create_directories(to);
    for (const auto& entry : std::filesystem::directory_iterator(from))
      if (entry.path().filename() != "ballast")
        std::filesystem::copy(entry.path(), to / entry.path().filename(), std::filesystem::copy_options::recursive);
  }

  void edit(const std::function<void(engine::Records&)>& edit) const { edit_records(path(), edit); }
  Store open() const { return Store::open(path(), {.create = false}); }
  RepairReport repair(RepairOptions options = {.apply = true}) const { return Store::repair(path(), options); }

  /// Answers that are not given any more, and some that were not before; prints them.
  std::size_t wrong_answers() const {
    const Answers now = answers_of(open());
    std::size_t wrong = 0;
    const auto compare = [&](const Answers& one, const Answers& other, const char* what) {
      for (const std::string& answer : one)
        if (!other.contains(answer) && ++wrong < 6) BOOST_TEST_MESSAGE(what << answer);
    };
    compare(answers_, now, "lost: ");
    compare(now, answers_, "new: ");
    return wrong;
  }

 private:
  struct Original {
    Original() {
      const auto file = directory.path() / "file";
      Store store = Store::open(path);
      write_part(store, file, 0);
      store.index_attribute("attributes.energy");
      write_part(store, file, 1);
      store.compact();
      for (int part = 2; part < 4; ++part) write_part(store, file, part);
      answers = answers_of(store);
    }

    TemporaryDirectory directory;
    std::filesystem::path path = directory.path() / "store";
    Answers answers;
  };
  static const Original& original() {
    static const Original made;
    return made;
  }

  TemporaryDirectory directory_;
  Answers answers_;
};

}  // namespace cairn::test
