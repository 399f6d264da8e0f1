// How two runs differ: beside a plain comparison of lists of steps.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "store/step_rows.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

/// A step as the model knows it.
struct Plain {
  std::string name;
  int input = 0;
  std::string version;
  int cutoff = 0;
  int result = 0;

  auto key() const { return std::tuple(name, input, version, cutoff); }
};

using Plains = std::vector<Plain>;

void record(Store& store, const std::string& run_name, const Plains& steps) {
  Run run = store.run(run_name);
  for (const Plain& step : steps)
    run.step(step.name, {{"x", step.input}}, [&] { return step.result; },
             {.code_version = step.version, .parameters = Map{{"cutoff", step.cutoff}}});
}

struct Counts {
  std::uint64_t equal = 0, only_before = 0, only_after = 0, changed = 0, inputs = 0, outputs = 0, code = 0, parameters = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

Counts counts_of(const RunDifference& found) {
  return {found.equal_count, found.only_before_count, found.only_after_count, found.changed_count,
          found.other_inputs_count, found.other_outputs_count, found.other_code_count, found.other_parameters_count};
}

// Steps of equal keys first, then the rest by their order.
Counts expected(const Plains& before, const Plains& after) {
  std::set<std::string> names;
  for (const Plains* steps : {&before, &after})
    for (const Plain& step : *steps) names.insert(step.name);
  Counts counts;
  const auto compare = [&](const Plain& a, const Plain& b) {
    if (a.key() == b.key() && a.result == b.result) {
      ++counts.equal;
      return;
    }
    ++counts.changed;
    counts.inputs += a.input != b.input;
    counts.outputs += a.result != b.result;
    counts.code += a.version != b.version;
    counts.parameters += a.cutoff != b.cutoff;
  };
  for (const std::string& name : names) {
    Plains left, right;
    const auto find = [](const Plains& steps, const Plain& step) {
      return std::ranges::find_if(steps, [&](const Plain& other) { return other.key() == step.key(); });
    };
    for (const Plain& step : before) {
      if (step.name != name) continue;
      const auto same = find(after, step);
      if (same == after.end()) left.push_back(step);
      else compare(step, *same);
    }
    for (const Plain& step : after)
      if (step.name == name && find(before, step) == before.end()) right.push_back(step);
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i)
      if (i < left.size() && i < right.size()) compare(left[i], right[i]);
      else ++(i < left.size() ? counts.only_before : counts.only_after);
  }
  return counts;
}

Plains random_steps(std::mt19937_64& random) {
  Plains steps;
  std::set<decltype(Plain().key())> keys;
  for (auto count = random() % 14; count > 0; --count) {
    Plain step{std::string(1, static_cast<char>('a' + random() % 4)), static_cast<int>(random() % 3),
               std::to_string(random() % 2), static_cast<int>(random() % 2), static_cast<int>(random() % 3)};
    if (keys.insert(step.key()).second) steps.push_back(step);
  }
  return steps;
}

RunDifference diff(Store& store, std::string_view before, std::string_view after, const DifferenceOptions& options = {}) {
  return store.diff(*store.find_run(before), *store.find_run(after), options);
}

BOOST_AUTO_TEST_SUITE(run_differences)

BOOST_AUTO_TEST_CASE(random_runs_differ_as_the_model_says) {
  for_each_store([](TestStore& store) {
    std::mt19937_64 random(21);
    for (int round = 0; round < 25; ++round) {
      const Plains before = random_steps(random), after = random_steps(random);
      const std::string one = "before " + std::to_string(round), other = "after " + std::to_string(round);
      record(*store, one, before);
      record(*store, other, after);
      const RunDifference found = diff(*store, one, other);
      BOOST_TEST_REQUIRE((counts_of(found) == expected(before, after)));
      BOOST_TEST_REQUIRE(found.changes.size() == found.change_count());
      BOOST_TEST_REQUIRE(std::ranges::is_sorted(found.changes, {}, [](const StepChange& change) {
        return (change.before ? *change.before : *change.after).name;
      }));
      const RunDifference back = diff(*store, other, one);
      BOOST_TEST_REQUIRE((counts_of(back) == expected(after, before)));
      BOOST_TEST_REQUIRE(diff(*store, one, one).change_count() == 0u);
    }
  });
}

BOOST_AUTO_TEST_CASE(runs_of_an_older_format_differ_alike) {
  on_disk([](TestStore& store) {
    std::mt19937_64 random(22);
    const Plains before = random_steps(random), after = random_steps(random);
    record(*store, "one", before);
    record(*store, "other", after);
    store.close();
    forget_step_indexes(store.path());
    store.reopen();
    BOOST_TEST((counts_of(diff(*store, "one", "other")) == expected(before, after)));
    store->compact();
    BOOST_TEST((counts_of(diff(*store, "one", "other")) == expected(before, after)));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_changed_step_says_what_is_other) {
  for_each_store([](TestStore& store) {
    record(*store, "one", {{"relax", 1, "1.2", 30, 5}, {"gone", 1, "", 0, 1}});
    record(*store, "other", {{"relax", 1, "1.3", 40, 6}, {"new", 1, "", 0, 1}});
    const RunDifference found = diff(*store, "one", "other");
    BOOST_TEST_REQUIRE(found.changes.size() == 3u);
    BOOST_TEST(
        (found.changes[0].kind == ChangeKind::removed && found.changes[0].before->name == "gone" && !found.changes[0].after));
    BOOST_TEST((found.changes[1].kind == ChangeKind::added && found.changes[1].after->run == "other"));
    const StepChange& relax = found.changes[2];
    const std::vector<std::string> lines = to_lines(relax.difference);
    BOOST_TEST_REQUIRE(lines.size() == 3u);
    BOOST_TEST(lines[0] == "code version 1.2 -> 1.3");
    BOOST_TEST(lines[1] == "parameters.cutoff: 30 -> 40");
    BOOST_TEST(lines[2].starts_with("output result is "));
    BOOST_TEST(store->get<int>(ObjectId{relax.after->outputs.at(0).content}) == 6);
  });
}

BOOST_AUTO_TEST_CASE(findings_beyond_the_limit_are_counted) {
  for_each_store([](TestStore& store) {
    Plains steps;
    for (int i = 0; i < 30; ++i) steps.push_back({"s" + std::to_string(i), 1, "", i, 1});
    record(*store, "one", steps);
    record(*store, "none", {});
    for (Plain& step : steps) ++step.cutoff;
    record(*store, "other", steps);
    const RunDifference few = diff(*store, "one", "other", {.changes_max = 6});
    BOOST_TEST(few.changes.size() == 3u);  // each has one finding inside
    BOOST_TEST(few.change_count() == 30u);
    BOOST_TEST(few.other_parameters_count == 30u);
    BOOST_TEST(diff(*store, "one", "none", {.changes_max = 6}).changes.size() == 6u);
    BOOST_TEST(diff(*store, "one", "none", {.changes_max = 0}).only_before_count == 30u);
  });
}

Uuid add_calculation(Store& store, const std::string& run_name, const NewNode& node, std::int64_t input, std::int64_t output) {
  Transaction transaction = store.run(run_name).transaction();
  const Uuid given = transaction.add({.content = transaction.put(input)});
  const Uuid calculation = transaction.add(node);
  const Uuid made = transaction.add({.attributes = Map{{"energy", output}}});
  transaction.link(given, calculation, LinkType::input, "x");
  transaction.link(calculation, made, LinkType::create, "energy");
  transaction.commit();
  return calculation;
}

BOOST_AUTO_TEST_CASE(processes_that_are_no_recorded_steps_are_compared_too) {
  for_each_store([](TestStore& store) {
    const NewNode relax{.kind = NodeKind::calculation, .type = "relax", .label = "first", .attributes = Map{{"cutoff", 30}}};
    NewNode other = relax;
    for (const char* run : {"one", "other"}) {
      record(*store, run, {{"step", 1, "", 1, 1}});
      add_calculation(*store, run, relax, 1, 2);  // alike, whatever their UUIDs are
    }
    BOOST_TEST(diff(*store, "one", "other").equal_count == 2u);
    BOOST_TEST(diff(*store, "one", "other").change_count() == 0u);
    other.attributes = Map{{"cutoff", 40}};
    other.state = NodeState::failed;
    other.exit_status = 3;
    add_calculation(*store, "one", relax, 1, 2);
    add_calculation(*store, "other", other, 5, 6);
    add_calculation(*store, "other", {.kind = NodeKind::calculation, .type = "relax", .label = "second"}, 1, 2);
    const RunDifference found = diff(*store, "one", "other");
    BOOST_TEST(found.equal_count == 2u);
    BOOST_TEST(found.only_after_count == 1u);
    BOOST_TEST_REQUIRE(found.changes.size() == 2u);
    BOOST_TEST(!found.changes[0].before->recorded);
    const std::vector<std::string> lines = to_lines(found.changes[0].difference);
    BOOST_TEST_REQUIRE(lines.size() == 4u);
    BOOST_TEST(lines[0].starts_with("input x is "));
    BOOST_TEST(lines[1] == "attributes.cutoff: 30 -> 40");
    BOOST_TEST(lines[2] == "state created -> failed (exit status 3)");
    BOOST_TEST(lines[3].starts_with("output energy is "));
    BOOST_TEST((found.changes[1].kind == ChangeKind::added && found.changes[1].after->name == "second"));
  });
}

BOOST_AUTO_TEST_CASE(a_run_of_another_store_is_refused) {
  Store one = Store::in_memory(), other = Store::in_memory();
  const Run mine = one.run("r"), theirs = other.run("r");
  BOOST_CHECK_EXCEPTION(one.diff(mine, theirs), Error, has_code(ErrorCode::invalid_argument, "another store"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
