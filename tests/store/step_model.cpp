// Random calls of steps beside a plain model that says what each must do.
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <set>
#include <tuple>

#include "store/clocked.h"

namespace cairn::test {
namespace {

struct Key {
  int name, version, input;
  friend auto operator<=>(const Key&, const Key&) = default;
};

// What is known of a step of one run.
struct Known {
  unsigned attempts = 0;         // that were begun and are known
  std::vector<StepEnd> ends;
  bool open = false;             // an attempt was begun and not ended, and others know of it
  bool open_once = false;        // that was to be done at most once
  bool interrupted_once = false; // and it was the last one
  std::optional<int> result;
  bool reused = false;
  std::int64_t time = 0;
};

struct Invalidated {
  std::int64_t time;
  std::optional<int> name, version;
};

enum class Work { succeeds, fails, cancels, lost };

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {}

  void run(int operations) {
    for (int i = 0; i < operations; ++i) {
      store_.clock().move(std::chrono::seconds(1 + pick(5)));
      if (pick(15) == 0)
        invalidate();
      else
        call();
    }
    check_clean(*store_);
    for (const auto& [run, steps] : known_) {
      for (const auto& [key, known] : steps) check(run, key, known);
      check_list(run, steps);
    }
  }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<std::uint64_t>(count)); }
  static std::string run_name(int run) { return "run " + std::to_string(run); }
  static std::string name_of(const Key& key) { return "step " + std::to_string(key.name); }

  static StepOptions options_of(const Key& key) { return {.code_version = std::to_string(key.version)}; }

  void invalidate() {
    Invalidated made{store_.clock().now(), {}, {}};
    const int what = pick(3);
    if (what != 0) made.name = pick(2);
    if (what != 1) made.version = pick(2);
    StepInvalidation steps;
    if (made.name) steps.name = "step " + std::to_string(*made.name);
    if (made.version) steps.code_version = std::to_string(*made.version);
    store_->invalidate_steps(steps);
    invalidated_.push_back(made);
  }

  bool is_invalidated(const Key& key, const Known& known) const {
    return std::ranges::any_of(invalidated_, [&](const Invalidated& one) {
      return known.time <= one.time && (!one.name || *one.name == key.name) && (!one.version || *one.version == key.version);
    });
  }

  // The result that a call may take over.
  std::set<int> reusable(int run, const Key& key) const {
    std::set<int> results;
    for (const auto& [other, steps] : known_) {
      const auto found = steps.find(key);
      if (other == run || found == steps.end() || !found->second.result || found->second.reused) continue;
      if (!is_invalidated(key, found->second)) results.insert(*found->second.result);
    }
    return results;
  }

  void end(Known& known, StepEnd how) {
    known.ends.push_back(how);
    known.open = false;
    known.interrupted_once = how == StepEnd::interrupted && known.open_once;
  }

  void call() {
    const int run = pick(3);
    const Key key{pick(2), pick(2), pick(2)};
    Known& known = known_[run][key];
    StepOptions options = options_of(key);
    options.reuse = pick(3) == 0;
    options.at_most_once = pick(3) == 0;
    options.retry_interrupted = pick(4) == 0;
    options.attempts_max = static_cast<unsigned>(1 + pick(3));
    if (pick(3) == 0) options.lease = std::chrono::seconds(3);
    const bool claims = options.at_most_once || options.lease.count() > 0;
    const std::set<int> others = options.reuse ? reusable(run, key) : std::set<int>();

    // What must happen, as far as it does not depend on what the work does.
    const bool had_open = known.open;
    const bool takes_record = known.result.has_value(), takes_other = !takes_record && !others.empty();
    if (!takes_record && had_open) end(known, StepEnd::interrupted);
    const bool refused = !takes_record && !takes_other && !options.retry_interrupted && !known.ends.empty() &&
                         known.ends.back() == StepEnd::interrupted && (known.interrupted_once || options.at_most_once);

    int calls = 0;
    const auto work = [&](StepContext& context) {
      ++calls;
      BOOST_TEST(context.attempt() == known.attempts + 1);
      const Work how = static_cast<Work>(pick(4));
      if (how == Work::lost) {
        store_.fail_publish();
        if (claims) {
          ++known.attempts;
          known.open = true;
          known.open_once = options.at_most_once;
        }
        return ++result_;
      }
      ++known.attempts;
      known.open_once = options.at_most_once;
      if (how == Work::fails) end(known, StepEnd::failed);
      if (how == Work::cancels) end(known, StepEnd::cancelled);
      if (how == Work::fails) throw std::domain_error("no");
      if (how == Work::cancels) throw StepCancelled();
      end(known, StepEnd::finished);
      known.time = store_.clock().now();
      known.result = ++result_;
      return result_;
    };
    try {
      const auto result = store_->run(run_name(run)).step(name_of(key), {{"x", key.input}}, work, options);
      BOOST_TEST(!refused);
      BOOST_TEST(result.recorded_before() == (takes_record || takes_other));
      if (takes_other) {
        BOOST_TEST(others.contains(result.value()));
        known.result = result.value();
        known.reused = true;
        known.time = store_.clock().now();
      }
      BOOST_TEST(result.value() == known.result.value());
    } catch (const Error& error) {
      BOOST_TEST((error.code() == (refused ? ErrorCode::interrupted : ErrorCode::no_space)), error.what());
    } catch (const std::domain_error&) {
      BOOST_TEST(calls == static_cast<int>(options.attempts_max));
    } catch (const StepCancelled&) {
      BOOST_TEST((known.ends.back() == StepEnd::cancelled));
    }
    BOOST_TEST((calls == 0) == (takes_record || takes_other || refused));
    check(run, key, known);
  }

  using Ends = std::vector<StepEnd>;
  static Ends ends_of(const std::vector<StepAttemptInfo>& attempts) {
    Ends ends;
    for (const StepAttemptInfo& attempt : attempts) ends.push_back(attempt.end);
    return ends;
  }
  // No call is at what is open.
  static Ends ends_of(const Known& known) {
    Ends ends = known.ends;
    if (known.open) ends.push_back(StepEnd::interrupted);
    return ends;
  }

  void check(int run, const Key& key, const Known& known) {
    const auto attempts = store_->run(run_name(run)).attempts(name_of(key), {{"x", key.input}}, options_of(key));
    BOOST_TEST((ends_of(attempts) == ends_of(known)), run_name(run) << " " << name_of(key));
  }

  void check_list(int run, const std::map<Key, Known>& steps) {
    using Listed = std::tuple<std::string, std::string, bool, Ends>;
    std::multiset<Listed> expected, found;
    for (const auto& [key, known] : steps)
      if (known.result || !ends_of(known).empty())
        expected.emplace(name_of(key), options_of(key).code_version, known.result.has_value(), ends_of(known));
    const std::vector<StepStatus> all = store_->run(run_name(run)).steps();
    for (const StepStatus& step : all) {
      found.emplace(step.name, step.code_version, step.process.has_value(), ends_of(step.attempts));
      BOOST_TEST(step.worker.empty());
    }
    BOOST_TEST((found == expected), run_name(run));
    const auto open = std::ranges::find_if(all, [](const StepStatus& step) { return !step.process; });
    BOOST_TEST(std::ranges::is_sorted(all.begin(), open, {}, &StepStatus::recorded));
    BOOST_TEST(std::ranges::none_of(open, all.end(), [](const StepStatus& step) { return step.process.has_value(); }));
  }

  std::mt19937_64 random_;
  ClockedStore store_;
  std::map<int, std::map<Key, Known>> known_;
  std::vector<Invalidated> invalidated_;
  int result_ = 0;
};

BOOST_AUTO_TEST_SUITE(step_model)

BOOST_AUTO_TEST_CASE(random_calls_do_what_a_plain_model_says) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) BOOST_TEST_CONTEXT("seed " << seed) Model(seed).run(150);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
