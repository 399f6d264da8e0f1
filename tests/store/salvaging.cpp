// Stores that lost their records: what comes back from the packs alone.
#include <boost/test/unit_test.hpp>

#include "store/salvage.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "engine/lock_file.h"
#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<std::int64_t>;

// One that goes to a pack, whatever else is stored, and one that does not.
Numbers large(std::int64_t number) {
  Numbers numbers(5000, number);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = number * 1'000'003 + static_cast<std::int64_t>(i * i);
  return numbers;
}
Numbers small(std::int64_t number) { return {number, 2, 3}; }

store::SalvageReport salvage(const fs::path& path, const store::SalvageOptions& options = {}) {
  const engine::LockFile lock(path);
  return store::salvage(path, lock, options);
}

/// Closes it, removes its records, salvages it and opens it again. No Run of it may be left.
store::SalvageReport lose_and_salvage(TestStore& store) {
  store.close();
  fs::remove_all(store.path() / "db");
  store::SalvageReport report = salvage(store.path());
  store.reopen();
  check_clean(*store);
  return report;
}

bool tells(const std::vector<std::string>& lines, std::string_view part) {
  return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

std::vector<CheckpointId> ids_of(const Run& run) {
  std::vector<CheckpointId> ids;
  for (const Checkpoint& checkpoint : run.history()) ids.push_back(checkpoint.id);
  return ids;
}

BOOST_AUTO_TEST_SUITE(salvaging)

BOOST_AUTO_TEST_CASE(checkpoints_come_back_as_they_were) {
  on_disk([](TestStore& store) {
    std::vector<Checkpoint> before;
    {
      Run run = store->run("argon");
      for (int step = 1; step <= 4; ++step)
        run.checkpoint(step).save("numbers", large(step)).save("particles", particles(step)).note("energy", 0.5 * step)
            .tag(step % 2 == 0 ? "even" : "odd").attach("file", store.write_file("file", std::string(50'000, static_cast<char>('a' + step))))
            .commit();
      before = run.history();
    }
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST(report.checkpoint_count == 4u);
    BOOST_TEST(report.lost_checkpoint_count == 0u);
    BOOST_TEST(report.problems.empty());
    BOOST_TEST(report.former_records.empty());
    BOOST_REQUIRE(report.runs.size() == 1u);
    BOOST_TEST((report.runs[0].name == "argon" && report.runs[0].missing_count == 0 && report.runs[0].newest_step == 4));

    const Run run = store->find_run("argon").value();
    const auto after = run.history();
    BOOST_REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
      const Checkpoint &one = after[i], &other = before[i];
      BOOST_TEST((one.id == other.id && one.sequence == other.sequence && one.step == other.step && one.parent == other.parent));
      BOOST_TEST((one.time == other.time && Value(one.metadata) == Value(other.metadata) && one.tags == other.tags));
      BOOST_TEST((store->get<Numbers>(one.state.at("numbers")) == large(one.step)));
      BOOST_TEST((store->get<Particles>(one.state.at("particles")) == particles(one.step)));
      BOOST_TEST(store->read_file(one.artifacts.at("file")) == std::string(50'000, static_cast<char>('a' + one.step)));
    }
    BOOST_TEST((run.restart<Numbers>("numbers").value() == large(4)));
    const Node node = store->get_node(report.runs[0].uuid);
    BOOST_TEST((node.kind == NodeKind::workflow && node.type == "run" && node.label == "argon" && node.state == NodeState::running));
  });
}

BOOST_AUTO_TEST_CASE(what_is_small_comes_back_with_what_is_large_and_not_alone) {
  on_disk([](TestStore& store) {
    {
      Run run = store->run("argon"), other = store->run("small");
      run.checkpoint(1).save("small", small(1)).commit();
      run.checkpoint(2).save("small", small(2)).save("large", large(2)).commit();
      run.checkpoint(3).save("small", small(1)).save("large", large(3)).commit();
      run.checkpoint(4).save("small", small(4)).commit();
      other.checkpoint(1).save("small", small(1)).commit();
    }
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST((steps_of(store->find_run("argon").value()) == Steps{3, 2}));
    BOOST_TEST(!store->find_run("small").has_value());
    BOOST_TEST(report.runs.at(0).missing_count == 1u);
    BOOST_TEST(tells(report.lost, "1 checkpoint before the newest"));
    Run run = store->run("argon");
    BOOST_TEST((store->get<Numbers>(run.latest()->state.at("small")) == small(1)));
    const Receipt receipt = run.checkpoint(5).save("small", small(5)).commit();
    BOOST_TEST(receipt.sequence == 4u);
    BOOST_TEST((run.latest()->parent == run.at(3)->id));
    check_clean(*store);
  });
}

// Objects that were committed beside the records before, and need others that were.
ObjectId nested_objects(Store& store, std::int64_t number) {
  const ObjectId leaf = store.put(particles(number));
  const ObjectId middle = store.put(Value(Map{{Value("leaf"), Value(leaf)}, {Value("number"), Value(number)}}));
  return store.put(Value(Map{{Value("middle"), Value(middle)}}));
}

void check_nested(const Store& store, const ObjectId& root, std::int64_t number) {
  const Value top = store.get<Value>(root);
  const Value middle = store.get<Value>(*top.get_if<Map>()->find("middle")->get_if<ObjectId>());
  BOOST_TEST((store.get<Particles>(*middle.get_if<Map>()->find("leaf")->get_if<ObjectId>()) == particles(number)));
}

BOOST_AUTO_TEST_CASE(what_it_needs_of_earlier_commits_is_brought_along) {
  on_disk([](TestStore& store) {
    const ObjectId one = nested_objects(*store, 1), two = nested_objects(*store, 2);
    const ArtifactId file = store->add(store.write_file("a", "small")).id;
    store->run("argon").checkpoint(1).save("one", one).save("large", large(1)).attach("file", file)
        .note("two", Value(two)).commit();
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST(report.checkpoint_count == 1u);
    check_nested(*store, one, 1);
    check_nested(*store, two, 2);
    BOOST_TEST(store->read_file(file) == "small");
  });
}

// The record itself may be what is too large to stand beside the others.
BOOST_AUTO_TEST_CASE(a_checkpoint_with_many_small_values_brings_along_what_they_need) {
  on_disk([](TestStore& store) {
    std::vector<ObjectId> objects;
    for (std::int64_t i = 0; i < 150; ++i) objects.push_back(nested_objects(*store, i));
    {
      auto builder = store->run("argon").checkpoint(1);
      for (std::size_t i = 0; i < objects.size(); ++i) builder.save("value " + std::to_string(i), objects[i]);
      builder.commit();
    }
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST(report.checkpoint_count == 1u);
    BOOST_TEST(report.lost_checkpoint_count == 0u);
    for (std::size_t i = 0; i < objects.size(); ++i) check_nested(*store, objects[i], static_cast<std::int64_t>(i));
  });
}

// Whatever it was that brought an object to a pack.
BOOST_AUTO_TEST_CASE(what_a_group_or_a_node_brought_to_a_pack_is_there_with_all_it_needs) {
  on_disk([](TestStore& store) {
    const ObjectId one = nested_objects(*store, 1), two = nested_objects(*store, 2);
    const auto with_array = [](const ObjectId& object, std::int64_t number) {
      return Value(Map{{Value("array"), to_value(encodable(large(number)))}, {Value("object"), Value(object)}});
    };
    store->put_group("group", "", with_array(one, 1));
    {
      Transaction transaction = store->transaction();
      transaction.add({.type = "thing", .attributes = with_array(two, 2)});
      transaction.commit();
    }
    store->run("argon").checkpoint(1).save("one", one).save("two", two).save("large", large(3)).commit();
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST(report.checkpoint_count == 1u);
    check_nested(*store, one, 1);
    check_nested(*store, two, 2);
  });
}

BOOST_AUTO_TEST_CASE(checkpoints_that_waited_come_back) {
  on_disk([](TestStore& store) {
    {
      Run run = store->run("argon");
      run.checkpoint(1).save("large", large(1)).commit({Durability::async});
      run.checkpoint(2).save("small", small(2)).commit({Durability::on_close});
      run.checkpoint(3).save("large", large(3)).commit({Durability::on_close});
      run.checkpoint(4, {.background = true}).save("large", large(4)).commit_async();
      Numbers region = large(5);
      run.protect("region", std::span(region));
      run.commit_async(5);
      run.flush();
    }
    lose_and_salvage(store);
    const Run run = store->find_run("argon").value();
    BOOST_TEST((steps_of(run) == Steps{5, 4, 3, 1}));
    BOOST_TEST((run.restart<Numbers>("region").value() == large(5)));
    BOOST_TEST((store->get<Numbers>(run.at(4)->state.at("large")) == large(4)));
    BOOST_TEST((run.at(3)->parent != run.at(1)->id));
  });
}

BOOST_AUTO_TEST_CASE(forks_go_on_from_where_they_were_forked) {
  on_disk([](TestStore& store) {
    std::vector<CheckpointId> main, fork, of_fork;
    {
      Run run = store->run("main");
      for (int step = 1; step <= 4; ++step) run.checkpoint(step).save("large", large(step)).commit();
      Run forked = run.fork("fork", {.at = run.at(3)->id});
      forked.checkpoint(10).save("large", large(10)).tag("ten").commit();
      forked.checkpoint(11).save("large", large(11)).commit();
      Run again = forked.fork("fork of fork", {.at = forked.at(10)->id});
      again.checkpoint(20).save("large", large(20)).commit();
      main = ids_of(run), fork = ids_of(forked), of_fork = ids_of(again);
    }
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST(report.checkpoint_count == 7u);
    BOOST_TEST((ids_of(store->find_run("main").value()) == main));
    BOOST_TEST((ids_of(store->find_run("fork").value()) == fork));
    BOOST_TEST((ids_of(store->find_run("fork of fork").value()) == of_fork));
    BOOST_TEST((store->find_run("fork")->forked_from() == std::pair(std::string("main"), store->find_run("main")->at(3)->id)));
    BOOST_TEST((store->find_run("fork of fork")->tagged("ten")->step == 10));
    BOOST_TEST((store->run("main").prune({.last = 1}).kept.size() == 4u));  // what forks need stays
    check_clean(*store);
  });
}

// Neither its fork point nor its first checkpoint is in a pack, nor anything of the run between: what comes later tells all the same.
BOOST_AUTO_TEST_CASE(a_fork_whose_fork_point_is_lost_goes_on_from_the_one_before) {
  on_disk([](TestStore& store) {
    {
      Run run = store->run("main");
      run.checkpoint(1).save("large", large(1)).commit();
      run.checkpoint(2).save("small", small(2)).commit();
      Run forked = run.fork("between").fork("fork");
      run.checkpoint(3).save("large", large(3)).commit();
      forked.checkpoint(10).save("small", small(10)).commit();
      forked.checkpoint(11).save("large", large(11)).commit();
    }
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST((steps_of(store->find_run("main").value()) == Steps{3, 1}));
    BOOST_TEST((steps_of(store->find_run("fork").value()) == Steps{11, 1}));
    BOOST_TEST(report.runs.at(1).forked_from == "main");
    Run fork = store->run("fork");
    fork.checkpoint(12).save("large", large(12)).commit();
    BOOST_TEST((steps_of(fork) == Steps{12, 11, 1}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(of_what_was_pruned_and_compacted_the_kept_ones_come_back) {
  on_disk([](TestStore& store) {
    const ObjectId nested = nested_objects(*store, 1);
    {
      Run run = store->run("argon");
      for (int step = 1; step <= 12; ++step) run.checkpoint(step).save("own", large(step)).save("common", large(100)).save("nested", nested).commit();
      run.prune({.last = 2, .every = 4});
    }
    store->compact();
    store->compact({.zstd_level = 3});
    const Steps kept = steps_of(store->run("argon"));
    BOOST_REQUIRE(kept.size() == 4u);
    const store::SalvageReport report = lose_and_salvage(store);
    const Run run = store->find_run("argon").value();
    for (const std::int64_t step : kept) {
      BOOST_REQUIRE(run.at(step).has_value());
      BOOST_TEST((store->get<Numbers>(run.at(step)->state.at("own")) == large(step)));
      BOOST_TEST((store->get<Numbers>(run.at(step)->state.at("common")) == large(100)));
    }
    check_nested(*store, nested, 1);
    BOOST_TEST((steps_of(run) == kept));
    BOOST_TEST(report.runs.at(0).missing_count == 8u);
  });
}

BOOST_AUTO_TEST_CASE(a_checkpoint_whose_bytes_are_damaged_is_listed_and_the_others_come_back) {
  on_disk([](TestStore& store) {
    std::optional<Checkpoint> damaged;
    {
      Run run = store->run("argon");
      for (int step = 1; step <= 3; ++step) run.checkpoint(step).save("large", large(step)).commit();
      damaged = run.at(2);
    }
    store.close();
    damage_chunk_of(store.path(), damaged->state.at("large"));
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST((steps_of(store->find_run("argon").value()) == Steps{3, 1}));
    BOOST_REQUIRE(report.lost_checkpoints.size() == 1u);
    BOOST_TEST((report.lost_checkpoints[0].id == damaged->id && report.lost_checkpoints[0].step == 2));
    BOOST_TEST(report.broken_count == 1u);
    // The same content once more repairs it.
    store->run("argon").checkpoint(4).save("large", large(2)).commit();
    BOOST_TEST(lose_and_salvage(store).checkpoint_count == 4u);
  });
}

BOOST_AUTO_TEST_CASE(of_runs_that_had_one_name_the_last_keeps_it) {
  on_disk([](TestStore& store) {
    store->run("argon").checkpoint(1).save("large", large(1)).commit();
    const Uuid first = store->run("argon").uuid();
    store->delete_run("argon");
    store->run("argon").checkpoint(2).save("large", large(2)).commit();
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST((steps_of(store->find_run("argon").value()) == Steps{2}));
    BOOST_TEST((steps_of(store->find_run("argon (" + first.text() + ")").value()) == Steps{1}));
    const auto renamed = std::ranges::find(report.runs, first, &store::SalvagedRun::uuid);
    BOOST_REQUIRE(renamed != report.runs.end());
    BOOST_TEST(renamed->former_name == "argon");
  });
}

BOOST_AUTO_TEST_CASE(the_records_that_were_there_are_kept_beside) {
  on_disk([](TestStore& store) {
    store->run("argon").checkpoint(1).save("large", large(1)).commit();
    store.close();
    for (const fs::directory_entry& entry : fs::directory_iterator(store.path() / "db"))
      if (entry.path().filename().string().starts_with("MANIFEST")) fs::resize_file(entry.path(), 10);
    const store::SalvageReport report = salvage(store.path());
    BOOST_TEST(report.former_records == store.path() / "db.lost-1");
    BOOST_TEST(fs::exists(store.path() / "db.lost-1" / "CURRENT"));
    BOOST_TEST(salvage(store.path()).former_records == store.path() / "db.lost-2");
    BOOST_TEST(!fs::exists(store.path() / "db.building"));
    BOOST_TEST(!fs::exists(store.path() / "db.new"));
    store.reopen();
    check_clean(*store);
    BOOST_TEST((store->run("argon").restart<Numbers>("large").value() == large(1)));
  });
}

BOOST_AUTO_TEST_CASE(a_dry_run_tells_the_same_and_changes_nothing) {
  on_disk([](TestStore& store) {
    store->run("argon").checkpoint(1).save("large", large(1)).commit();
    store->run("argon").checkpoint(2).save("small", small(1)).commit();
    store.close();
    const store::SalvageReport dry = salvage(store.path(), {.is_dry = true});
    BOOST_TEST(dry.checkpoint_count == 1u);
    BOOST_TEST(!fs::exists(store.path() / "db.building"));
    store.reopen();
    BOOST_TEST((steps_of(store->run("argon")) == Steps{2, 1}));
  });
}

BOOST_AUTO_TEST_CASE(a_store_without_a_superblock_gets_a_new_one) {
  on_disk([](TestStore& store) {
    store->run("argon").checkpoint(1).save("large", large(1)).commit();
    store.close();
    fs::remove(store.path() / "cairn");
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST(tells(report.problems, "the superblock is missing"));
    BOOST_TEST((store->run("argon").restart<Numbers>("large").value() == large(1)));
    store->run("argon").checkpoint(2).save("large", large(2)).commit();
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_damaged_witness_and_a_missing_lock_are_mended) {
  on_disk([](TestStore& store) {
    store->run("argon").checkpoint(1).save("large", large(1)).commit();
    store.close();
    {
      std::fstream lock(store.path() / "lock", std::ios::in | std::ios::out | std::ios::binary);
      lock.seekp(1028);
      lock.write("damage", 6);
    }
    BOOST_TEST(tells(lose_and_salvage(store).problems, "no number of commits"));
    store.close();
    fs::remove(store.path() / "lock");
    lose_and_salvage(store);
    BOOST_TEST((steps_of(store->run("argon")) == Steps{1}));
  });
}

BOOST_AUTO_TEST_CASE(without_superblock_and_packs_there_is_nothing_to_salvage) {
  const TemporaryDirectory directory;
  BOOST_CHECK_EXCEPTION(salvage(directory.path()), Error, has_code(ErrorCode::no_store));
  fs::create_directory(directory.path() / "packs");
  BOOST_CHECK_EXCEPTION(salvage(directory.path()), Error, has_code(ErrorCode::no_store));
  std::ofstream(directory.path() / "cairn") << "cairn store\n";
  BOOST_CHECK_EXCEPTION(salvage(directory.path()), Error, has_code(ErrorCode::damaged));
  BOOST_TEST(!fs::exists(directory.path() / "db"));
}

BOOST_AUTO_TEST_CASE(a_store_that_never_had_a_pack_becomes_an_empty_one) {
  on_disk([](TestStore& store) {
    store->run("argon").checkpoint(1).save("small", small(1)).commit();
    const store::SalvageReport report = lose_and_salvage(store);
    BOOST_TEST(report.checkpoint_count == 0u);
    BOOST_TEST(store->runs().empty());
    store->run("argon").checkpoint(1).save("large", large(1)).commit();
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(stores_of_every_format_are_salvaged) {
  for (const fs::directory_entry& golden : fs::directory_iterator(fs::path(CAIRN_SOURCE_DIR) / "tests" / "golden")) {
    if (!golden.is_directory() || !golden.path().filename().string().starts_with("format-")) continue;
    BOOST_TEST_CONTEXT(golden.path().filename()) {
      const TemporaryDirectory directory;
      const fs::path path = directory.path() / "store";
      fs::copy(golden.path(), path, fs::copy_options::recursive);
      fs::remove_all(path / "db");
      const store::SalvageReport report = salvage(path);
      BOOST_TEST(report.blob_count > 0u);
      BOOST_TEST(report.problems.empty());
      const Store store = Store::open(path, {.create = false});
      check_clean(store);
      std::uint64_t count = 0;
      for (const RunInfo& run : store.runs()) count += store.find_run(run.name)->history().size();
      BOOST_TEST(count >= report.checkpoint_count);
    }
  }
}

// Runs with a history each as lists of what was committed: all that was large comes back unless it was removed.
class SalvagedHistories {
 public:
  SalvagedHistories(TestStore& store, std::uint32_t seed) : store_(store), random_(seed) {}

  void run(int count) {
    for (int i = 0; i < count; ++i) operate();
    lose_and_salvage(store_);
    check();
    forget_lost();
    for (int i = 0; i < count / 2; ++i) operate();
    lose_and_salvage(store_);
    check();
  }

 private:
  struct Made {
    CheckpointId id;
    std::uint64_t sequence = 0;
    std::int64_t number = 0;
    bool is_large = false;
    std::optional<std::int64_t> nested;
  };
  struct Model {
    std::vector<Made> history;  // with that of the runs it was forked from
    std::uint64_t forked_at = 0;
    bool has_large = false;     // of its own
  };

  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

  void operate() {
    if (runs_.empty()) return begin();
    switch (below(12)) {
      case 0: return begin();
      case 1: return fork();
      case 2: return prune();
      case 3: return below(3) == 0 ? remove() : compact();
      case 4: return store_.reopen();
      case 5: objects_.emplace(static_cast<std::int64_t>(objects_.size()), nested_objects(*store_, static_cast<std::int64_t>(objects_.size()))); return;
      default: return checkpoint();
    }
  }

  std::pair<const std::string, Model>& any_run() { return *std::next(runs_.begin(), static_cast<std::ptrdiff_t>(below(runs_.size()))); }

  void begin() { runs_.try_emplace("run " + std::to_string(++names_)); store_->run("run " + std::to_string(names_)); }

  void checkpoint() {
    auto& [name, model] = any_run();
    Made made;
    made.number = ++numbers_;
    made.is_large = below(2) == 0;
    auto builder = store_->run(name).checkpoint(made.number);
    builder.save("state", made.is_large ? large(made.number) : small(made.number)).save("common", small(7)).save("particles", particles(3));
    if (!objects_.empty() && below(2) == 0) {
      made.nested = static_cast<std::int64_t>(below(objects_.size()));
      builder.save("nested", objects_.at(*made.nested));
    }
    const Receipt receipt = builder.commit({below(3) == 0 ? Durability::async : Durability::sync});
    receipt.durable.get();
    made.id = receipt.id;
    made.sequence = receipt.sequence;
    model.history.push_back(made);
    model.has_large = model.has_large || made.is_large;
  }

  void fork() {
    auto& [name, model] = any_run();
    if (model.history.empty()) return;
    Model forked;
    const std::size_t at = below(model.history.size());
    forked.history.assign(model.history.begin(), model.history.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    forked.forked_at = model.history[at].sequence;
    const std::string other = "run " + std::to_string(++names_);
    store_->run(name).fork(other, {.at = model.history[at].id});
    runs_.emplace(other, forked);
  }

  void prune() {
    auto& [name, model] = any_run();
    std::set<CheckpointId> gone;
    for (const RemovedCheckpoint& removed : store_->run(name).prune({.last = 1 + below(4)}).removed) gone.insert(removed.id);
    std::erase_if(model.history, [&](const Made& made) { return gone.contains(made.id); });
    model.has_large = std::ranges::any_of(model.history, [&, after = model.forked_at](const Made& made) { return made.is_large && made.sequence > after; });
  }

  void remove() {
    const std::string name = any_run().first;
    store_->delete_run(name);
    runs_.erase(name);
  }

  void compact() { store_->compact(); }

  // Of a run that has none of its own in a pack nothing tells.
  void check() {
    for (const auto& [name, model] : runs_) {
      BOOST_TEST_CONTEXT(name) {
        for (const Made& made : model.history)
          if (made.is_large) check(made, model.has_large ? store_->find_run(name) : std::nullopt);
        BOOST_TEST((!model.has_large || store_->find_run(name).has_value()));
      }
    }
  }

  void check(const Made& made, const std::optional<Run>& run) {
    const auto checkpoint = store_->find_checkpoint(made.id);
    BOOST_REQUIRE_MESSAGE(checkpoint.has_value(), "lost: number " << made.number);
    BOOST_TEST(checkpoint->sequence == made.sequence);
    BOOST_TEST((store_->get<Numbers>(checkpoint->state.at("state")) == large(made.number)));
    BOOST_TEST((store_->get<Particles>(checkpoint->state.at("particles")) == particles(3)));
    if (made.nested) check_nested(*store_, checkpoint->state.at("nested"), *made.nested);
    if (run) BOOST_TEST((run->at(made.number).has_value() && run->at(made.number)->id == made.id), "not in its history: " << made.number);
  }

  // Goes on with what is there.
  void forget_lost() {
    std::erase_if(runs_, [&](const auto& run) { return !store_->find_run(run.first).has_value(); });
    for (auto& [name, model] : runs_) {
      const auto run = store_->find_run(name).value();
      std::erase_if(model.history, [&](const Made& made) { return !run.at(made.number).has_value(); });
      model.forked_at = run.forked_from() ? store_->find_checkpoint(run.forked_from()->second)->sequence : 0;
    }
    objects_.clear();
  }

  TestStore& store_;
  std::mt19937 random_;
  std::map<std::string, Model> runs_;
  std::map<std::int64_t, ObjectId> objects_;
  std::int64_t numbers_ = 0;
  int names_ = 0;
};

BOOST_AUTO_TEST_CASE(all_that_was_committed_to_packs_and_not_removed_comes_back) {
  for (std::uint32_t seed = 1; seed <= 12; ++seed)
    on_disk([&](TestStore& store) {
      BOOST_TEST_CONTEXT("seed " << seed) { SalvagedHistories(store, seed).run(60); }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
