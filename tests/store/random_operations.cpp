// Random operations beside a plain model of what they should come to, on every kind of store.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>

#include "store/stores.h"

namespace cairn::test {
namespace {

// What a run should hold.
struct ModelRun {
  struct Entry {
    CheckpointId id;
    std::int64_t step;
    std::int64_t state;
    bool has_file;
  };
  std::vector<Entry> history;  // oldest first
  std::map<std::string, std::size_t> tags;
  std::map<std::int64_t, std::int64_t> steps;  // input -> result

  const Entry* at(std::int64_t step) const {
    const auto found = std::find_if(history.rbegin(), history.rend(), [&](const Entry& entry) { return entry.step == step; });
    return found == history.rend() ? nullptr : &*found;
  }
};

class Simulation {
 public:
  Simulation(TestStore& store, std::uint32_t seed) : store_(store), random_(seed) {}

  void run(int count) {
    for (int i = 0; i < count; ++i) {
      BOOST_TEST_CONTEXT("operation " << i) { operate(); }
      if (i % 50 == 49) check();
    }
    check();
    check_clean(*store_);
  }

 private:
  std::int64_t below(std::int64_t end) { return std::uniform_int_distribution<std::int64_t>(0, end - 1)(random_); }
  std::string name() { return "run " + std::to_string(below(4)); }

  // Written once: the time of its last change is part of an artifact.
  std::filesystem::path file_of(const std::string& bytes) {
    const auto [file, is_new] = files_.try_emplace(bytes, store_.beside("file " + std::to_string(files_.size())));
    if (is_new) store_.write_file(file->second.filename().string(), bytes);
    return file->second;
  }

  void operate() {
    switch (below(12)) {
      case 0: case 1: case 2: case 3: return checkpoint();
      case 4: case 5: case 6: return step();
      case 7: return put();
      case 8: return add();
      case 9: return drop();
      case 10: return store_.reopen();
      default: return check_one(name());
    }
  }

  void checkpoint() {
    const std::string run = name();
    ModelRun& model = model_[run];
    ModelRun::Entry entry{{}, below(5) - 2, below(3), below(3) == 0};
    auto builder = store_->run(run).checkpoint(entry.step);
    builder.save("state", entry.state);
    if (entry.has_file) builder.attach("file", file_of(std::string(6000, static_cast<char>('a' + entry.state))));
    const std::string tag = below(3) == 0 ? "tag " + std::to_string(below(3)) : "";
    if (!tag.empty()) builder.tag(tag);
    const Receipt receipt = builder.commit();
    const ModelRun::Entry* before = model.at(entry.step);
    const bool existed = before != nullptr && before->state == entry.state && before->has_file == entry.has_file;
    BOOST_TEST(receipt.existed == existed);
    BOOST_TEST((!existed || receipt.id == before->id));
    entry.id = receipt.id;
    if (!existed) model.history.push_back(entry);
    BOOST_TEST(receipt.sequence <= model.history.size());
    if (!tag.empty()) model.tags[tag] = receipt.sequence - 1;
  }

  void step() {
    const std::string run = name();
    ModelRun& model = model_[run];
    const std::int64_t input = below(20), result = below(1000);
    const bool fails = below(5) == 0;
    const auto work = [&]() -> std::int64_t {
      if (fails) throw std::runtime_error("no convergence");
      return result;
    };
    const bool known = model.steps.contains(input);
    try {
      const auto done = store_->run(run).step("work", {{"x", input}}, work);
      BOOST_TEST((known || !fails));
      BOOST_TEST(done.recorded_before() == known);
      BOOST_TEST(done.value() == model.steps.try_emplace(input, result).first->second);
    } catch (const std::runtime_error& error) {
      BOOST_TEST(std::string(error.what()) == "no convergence");
      BOOST_TEST(!known);
    }
  }

  void put() {
    const std::int64_t value = below(10);
    objects_[store_->put(value)] = value;
  }

  void add() {
    const std::string bytes(static_cast<std::size_t>(below(3) * 5000), 'x');
    artifacts_[store_->add(file_of(bytes)).id] = bytes;
  }

  void drop() {
    const std::string run = name();
    model_[run];
    store_->run(run).checkpoint(below(3)).save("state", below(1000));
  }

  void check_one(const std::string& run) {
    const auto found = store_->find_run(run);
    BOOST_TEST(found.has_value() == model_.contains(run));
    if (!found) return;
    const ModelRun& model = model_[run];
    const auto history = found->history();
    BOOST_REQUIRE(history.size() == model.history.size());
    for (std::size_t i = 0; i < history.size(); ++i) BOOST_TEST((history[i].id == model.history[history.size() - 1 - i].id));
    for (std::int64_t step = -3; step < 4; ++step) {
      const auto at = found->at(step);
      BOOST_TEST(at.has_value() == (model.at(step) != nullptr));
      BOOST_TEST((!at || at->id == model.at(step)->id));
    }
    for (const auto& [tag, index] : model.tags) BOOST_TEST((found->tagged(tag).value().id == model.history[index].id));
    const auto state = found->restart<std::int64_t>("state");
    BOOST_TEST(state.has_value() == !model.history.empty());
    BOOST_TEST((!state || *state == model.history.back().state));
    BOOST_TEST(nodes_of(*store_, "kind = calculation and state = finished and run = \"" + run + "\"").size() == model.steps.size());
  }

  void check() {
    for (const auto& [run, model] : model_) check_one(run);
    for (const auto& [id, value] : objects_) BOOST_TEST(store_->get<std::int64_t>(id) == value);
    for (const auto& [id, bytes] : artifacts_) BOOST_TEST((store_->read_file(id) == bytes));
  }

  TestStore& store_;
  std::mt19937 random_;
  std::map<std::string, ModelRun> model_;
  std::map<std::string, std::filesystem::path> files_;
  std::map<ObjectId, std::int64_t> objects_;
  std::map<ArtifactId, std::string> artifacts_;
};

BOOST_AUTO_TEST_SUITE(random_operations)

BOOST_AUTO_TEST_CASE(a_store_does_what_a_plain_model_does) {
  for (const std::uint32_t seed : {1u, 2u})
    for_each_store([&](TestStore& store) {
      BOOST_TEST_CONTEXT("seed " << seed) { Simulation(store, seed).run(300); }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
