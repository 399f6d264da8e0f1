// Random operations on histories beside a plain model: checkpoints, tags, pending writes, forks, prunes, deletions, reopening.
#include <boost/test/unit_test.hpp>

#include <random>

#include "store/history_model.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

class Histories {
 public:
  Histories(TestStore& store, std::uint32_t seed) : store_(store), random_(seed) {}

  void run(int count) {
    for (int i = 0; i < count; ++i) {
      BOOST_TEST_CONTEXT("operation " << i) { operate(); }
      if (i % 25 == 24) BOOST_TEST_CONTEXT("after operation " << i) { check(); }
    }
    check();
  }

 private:
  using Model = std::shared_ptr<HistoryModelRun>;

  std::int64_t below(std::int64_t end) { return std::uniform_int_distribution<std::int64_t>(0, end - 1)(random_); }
  template <class Container>
  const auto& any_of(const Container& container) {
    return *std::next(container.begin(), below(static_cast<std::int64_t>(container.size())));
  }
  std::string new_name() { return "run " + std::to_string(below(7)); }
  std::string tag() { return "tag " + std::to_string(below(3)); }

  void operate() {
    if (runs_.empty()) return begin();
    switch (below(20)) {
      case 0: case 1: case 2: case 3: case 4: case 5: case 6: return checkpoint();
      case 7: case 8: return tag_one();
      case 9: return untag();
      case 10: case 11: return write();
      case 12: case 13: case 14: return fork();
      case 15: case 16: return prune();
      case 17: return remove();
      case 18: return store_.reopen();
      default: return begin();
    }
  }

  void begin() {
    const std::string name = new_name();
    store_->run(name);
    if (runs_.contains(name)) return;
    runs_[name] = std::make_shared<HistoryModelRun>();
    runs_[name]->number = ++numbers_;
  }

  void checkpoint() {
    const auto& [name, model] = any_of(runs_);
    ModelCheckpoint made{{}, below(4), below(3), model->head + 1, {}, model->number};
    if (!model->history.empty()) made.parent = model->history.back().id;
    const std::string given = below(4) == 0 ? tag() : std::string();
    auto builder = store_->run(name).checkpoint(made.step);
    builder.save("state", made.state).note("state", made.state);
    if (!given.empty()) builder.tag(given);
    const Receipt receipt = builder.commit();
    const ModelCheckpoint* before = model->at(made.step);
    const bool existed = before != nullptr && before->state == made.state;
    BOOST_TEST(receipt.existed == existed);
    BOOST_TEST(receipt.sequence == (existed ? before->sequence : made.sequence));
    made.id = receipt.id;
    if (!given.empty()) model->tags[given] = receipt.id;
    BOOST_TEST((!existed || receipt.id == before->id));
    if (existed) return;
    model->head = made.sequence;
    model->history.push_back(made);
  }

  void tag_one() {
    const auto& [name, model] = any_of(runs_);
    if (model->history.empty()) return;
    const CheckpointId id = any_of(model->history).id;
    const std::string given = tag();
    store_->run(name).tag(id, given);
    model->tags[given] = id;
  }

  void untag() {
    const auto& [name, model] = any_of(runs_);
    const std::string taken = tag();
    const bool had = model->tagged(taken).has_value();
    BOOST_TEST(store_->run(name).untag(taken) == had);
    if (!had) return;
    if (model->parent != nullptr) model->tags[taken] = std::nullopt;
    else model->tags.erase(taken);
  }

  void write() {
    const auto& [name, model] = any_of(runs_);
    if (model->history.empty()) return;
    const CheckpointId id = below(2) == 0 ? model->history.back().id : any_of(model->history).id;
    const std::string task = "task " + std::to_string(below(3));
    std::vector<std::pair<std::string, Value>> writes;
    for (std::uint32_t index = 0; index < below(3); ++index) {
      const std::int64_t value = below(100);
      writes.emplace_back("channel", value);
      model->writes[id].try_emplace({task, index}, value);
    }
    store_->run(name).put_writes(id, task, writes);
  }

  void fork() {
    const auto& [name, model] = any_of(runs_);
    const std::string other = new_name();
    Run run = store_->run(name);
    if (runs_.contains(other) || model->history.empty()) {
      BOOST_CHECK_EXCEPTION(run.fork(other), Error, has_code(runs_.contains(other) ? ErrorCode::exists : ErrorCode::not_found));
      return;
    }
    const bool at_head = below(2) == 0;
    const ModelCheckpoint at = at_head ? model->history.back() : any_of(model->history);
    const Run made = run.fork(other, at_head ? ForkOptions{} : ForkOptions{.at = at.id});
    BOOST_TEST((made.forked_from() == std::pair(name, at.id)));
    const auto forked = std::make_shared<HistoryModelRun>(*model);
    forked->number = ++numbers_;
    forked->head = at.sequence;
    std::erase_if(forked->history, [&](const ModelCheckpoint& checkpoint) { return checkpoint.sequence > at.sequence; });
    forked->tags.clear();
    forked->parent = model;
    runs_[other] = forked;
  }

  // Whether a run other than `but` has it.
  bool is_in_another(const CheckpointId& id, const std::string& but) const {
    return std::ranges::any_of(runs_, [&](const auto& run) { return run.first != but && run.second->find(id) != nullptr; });
  }

  void prune() {
    const auto& [name, model] = any_of(runs_);
    RetentionPolicy policy;
    if (below(2) == 0) policy.last = static_cast<std::size_t>(below(4));
    if (below(3) == 0) policy.every = static_cast<std::uint64_t>(1 + below(3));
    if (below(3) == 0) policy.without = Map{{"state", below(3)}};
    policy.tagged = below(3) != 0;
    std::vector<CheckpointId> kept;
    std::set<CheckpointId> gone;
    for (auto checkpoint = model->history.rbegin(); checkpoint != model->history.rend(); ++checkpoint) {
      const bool keeps = (policy.last && static_cast<std::size_t>(checkpoint - model->history.rbegin()) < *policy.last) ||
                         (policy.every && checkpoint->step % static_cast<std::int64_t>(*policy.every) == 0) ||
                         (policy.without && *policy.without->find("state") != Value(checkpoint->state)) ||
                         (policy.tagged && !model->tags_of(checkpoint->id).empty()) || checkpoint->maker != model->number ||
                         is_in_another(checkpoint->id, name);
      if (keeps) kept.push_back(checkpoint->id);
      else gone.insert(checkpoint->id);
    }
    const bool is_dry = below(4) == 0;
    const PruneReport report = store_->run(name).prune(policy, is_dry);
    BOOST_REQUIRE(report.kept.size() == kept.size());
    BOOST_REQUIRE(report.removed.size() == gone.size());
    for (std::size_t i = 0; i < kept.size(); ++i) BOOST_TEST((report.kept[i].id == kept[i] && !report.kept[i].rule.empty()));
    for (const RemovedCheckpoint& removed : report.removed) BOOST_TEST(gone.contains(removed.id));
    if (!is_dry) model->remove(gone);
  }

  std::set<CheckpointId> stored() const {
    std::set<CheckpointId> ids;
    for (const auto& [name, model] : runs_)
      for (const ModelCheckpoint& checkpoint : model->history) ids.insert(checkpoint.id);
    return ids;
  }

  void remove() {
    const std::string name = any_of(runs_).first;
    const Model model = runs_.at(name);
    const std::size_t before = stored().size();
    runs_.erase(name);
    const std::set<CheckpointId> after = stored();
    const DeletedRun report = store_->delete_run(name);
    BOOST_TEST(report.removed_count == before - after.size());
    std::map<CheckpointId, std::vector<std::string>> kept;
    for (const ModelCheckpoint& checkpoint : model->history)
      for (const auto& [other, of_other] : runs_)
        if (checkpoint.maker == model->number && of_other->find(checkpoint.id) != nullptr) kept[checkpoint.id].push_back(other);
    BOOST_TEST((std::map(report.kept.begin(), report.kept.end()) == kept));
  }

  void check() {
    for (const auto& [name, model] : runs_) BOOST_TEST_CONTEXT(name) { check_run(store_->find_run(name).value(), *model); }
    const auto listed = store_->runs();
    BOOST_REQUIRE(listed.size() == runs_.size());
    for (const RunInfo& run : listed) BOOST_TEST(run.checkpoint_count == runs_.at(run.name)->history.size());
    const std::set<CheckpointId> ids = stored();
    BOOST_TEST(store_->stats().checkpoint_count == ids.size());
    BOOST_TEST(store_->stats().run_count == runs_.size());
    for (const CheckpointId& id : seen_) BOOST_TEST(store_->find_checkpoint(id).has_value() == ids.contains(id));
    seen_.insert(ids.begin(), ids.end());
    check_clean(*store_);
  }

  void check_run(const Run& run, const HistoryModelRun& model) {
    const auto history = run.history();
    BOOST_REQUIRE(history.size() == model.history.size());
    for (std::size_t i = 0; i < history.size(); ++i) {
      const ModelCheckpoint& expected = model.history[history.size() - 1 - i];
      BOOST_TEST((history[i].id == expected.id && history[i].step == expected.step && history[i].sequence == expected.sequence));
      BOOST_TEST((history[i].parent == expected.parent));
      BOOST_TEST((history[i].tags == model.tags_of(expected.id)));
      check_writes(run, model, expected.id);
    }
    for (std::int64_t step = 0; step < 4; ++step) {
      const auto at = run.at(step);
      BOOST_TEST(at.has_value() == (model.at(step) != nullptr));
      BOOST_TEST((!at || at->id == model.at(step)->id));
      const auto of_step = std::ranges::count(model.history, step, &ModelCheckpoint::step);
      BOOST_TEST(static_cast<std::ptrdiff_t>(run.history({.step = step}).size()) == of_step);
    }
    for (int i = 0; i < 3; ++i) {
      const std::string name = "tag " + std::to_string(i);
      const auto tagged = run.tagged(name);
      BOOST_TEST(((tagged ? std::optional(tagged->id) : std::nullopt) == model.tagged(name)));
    }
    check_newest(run, model);
    check_page(run, model);
  }

  void check_writes(const Run& run, const HistoryModelRun& model, const CheckpointId& id) {
    ModelWrites found;
    for (const PendingWrite& write : run.pending_writes(id)) found[{write.task, write.index}] = store_->get<std::int64_t>(write.value);
    const auto expected = model.writes.find(id);
    BOOST_TEST((found == (expected == model.writes.end() ? ModelWrites() : expected->second)));
  }

  static void check_newest(const Run& run, const HistoryModelRun& model) {
    const auto state = run.restart<std::int64_t>("state");
    const auto latest = run.latest();
    BOOST_TEST(state.has_value() == !model.history.empty());
    BOOST_TEST(latest.has_value() == !model.history.empty());
    if (model.history.empty()) return;
    BOOST_TEST(*state == model.history.back().state);
    BOOST_TEST((latest->id == model.history.back().id && run.latest_valid()->id == latest->id));
  }

  // A page between two places, of those with a note.
  void check_page(const Run& run, const HistoryModelRun& model) {
    if (model.history.empty()) return;
    const ModelCheckpoint &before = any_of(model.history), &after = any_of(model.history);
    const std::int64_t state = below(3);
    std::vector<CheckpointId> expected;
    for (auto checkpoint = model.history.rbegin(); checkpoint != model.history.rend(); ++checkpoint)
      if (checkpoint->sequence < before.sequence && checkpoint->sequence > after.sequence && checkpoint->state == state && expected.size() < 2)
        expected.push_back(checkpoint->id);
    const auto page = run.history({.before = before.id, .after = after.id, .metadata = Map{{"state", state}}, .limit = 2});
    BOOST_REQUIRE(page.size() == expected.size());
    for (std::size_t i = 0; i < page.size(); ++i) BOOST_TEST((page[i].id == expected[i]));
  }

  TestStore& store_;
  std::mt19937 random_;
  std::map<std::string, Model> runs_;
  std::set<CheckpointId> seen_;  // ever
  int numbers_ = 0;
};

BOOST_AUTO_TEST_SUITE(random_histories)

BOOST_AUTO_TEST_CASE(histories_do_what_a_plain_model_does) {
  for (const std::uint32_t seed : {1u, 2u, 3u, 4u})
    for_each_store([&](TestStore& store) {
      BOOST_TEST_CONTEXT("seed " << seed) { Histories(store, seed).run(400); }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
