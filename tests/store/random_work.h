// Random work on a store: all that a bundle may have to carry.
#pragma once

#include <cairn/cairn.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace cairn::test {

class RandomWork {
 public:
  RandomWork(Store& store, std::uint32_t seed, std::string prefix = {}) : store_(store), random_(seed), prefix_(std::move(prefix)) {}

  void run(int count) {
    for (int i = 0; i < count; ++i) operate();
  }
  const std::vector<CheckpointId>& checkpoints() const { return checkpoints_; }

 private:
  std::int64_t below(std::int64_t end) { return std::uniform_int_distribution<std::int64_t>(0, end - 1)(random_); }
  std::string run_name() { return prefix_ + "run " + std::to_string(below(4)); }
  // Small, of the size of a page, and an array that is cut into chunks.
  Value value() {
    const std::int64_t number = below(5);
    if (number < 2) return Value(number);
    if (number == 2) return Value(std::string(5000, static_cast<char>('a' + below(3))));
    if (number == 3) return Value(Map{{"made", below(3)}, {"list", Value(List{Value(1), Value("two")})}});
    Bytes bytes(40'000);
    std::mt19937 noise(static_cast<std::uint32_t>(below(3)));
    for (auto& byte : bytes) byte = static_cast<Bytes::value_type>(noise());
    return Value(std::move(bytes));
  }

  void operate() {
    switch (below(20)) {
      case 0: case 1: case 2: case 3: return checkpoint();
      case 4: return tag();
      case 5: return write();
      case 6: case 7: return fork();
      case 8: store_.run(run_name()).prune({.last = static_cast<std::size_t>(1 + below(3))}); return;
      case 9: return remove();
      case 10: case 11: case 12: return step();
      case 13: case 14: return nodes();
      case 15: return loose_nodes();
      case 16: return group();
      case 17: return edit();
      case 18: return attempt();
      default: return rare();
    }
  }

  void checkpoint() {
    Run run = store_.run(run_name());
    auto builder = run.checkpoint(below(5));
    builder.save("state", value()).note("n", below(3));
    if (below(3) == 0) builder.save("other", value());
    if (below(4) == 0) builder.tag("tag " + std::to_string(below(3)));
    checkpoints_.push_back(builder.commit().id);
  }
  void tag() {
    Run run = store_.run(run_name());
    if (const auto latest = run.latest()) run.tag(latest->id, "tag " + std::to_string(below(3)));
    if (below(3) == 0) run.untag("tag " + std::to_string(below(3)));
  }
  void write() {
    Run run = store_.run(run_name());
    if (const auto latest = run.latest()) run.put_writes(latest->id, "task " + std::to_string(below(3)), {{"channel", value()}});
  }
  void fork() {
    Run run = store_.run(run_name());
    const auto history = run.history();
    const std::string name = prefix_ + "fork " + std::to_string(below(4));
    if (history.empty() || store_.find_run(name)) return;
    Run fork = run.fork(name, {.at = history[static_cast<std::size_t>(below(static_cast<std::int64_t>(history.size())))].id});
    if (below(2) == 0) fork.checkpoint(below(5)).save("state", value()).commit();
    if (below(2) == 0) fork.put_writes(fork.latest()->id, "task", {{"channel", value()}});
  }
  void remove() {
    const std::string name = below(2) == 0 ? run_name() : prefix_ + "fork " + std::to_string(below(4));
    if (below(2) == 0 && store_.find_run(name)) store_.delete_run(name);
  }
  void step() {
    Run run = store_.run(run_name());
    const auto made = run.step("make", {{"seed", below(4)}}, [&] { return below(100); },
                               {.parameters = Value(Map{{"cutoff", below(2)}}), .reuse = below(2) == 0});
    run.step("use", {{"made", made}}, [&] { return std::string(static_cast<std::size_t>(made.value()), 'x'); },
             {.code_version = std::to_string(below(2))});
  }
  void attempt() {
    Run run = store_.run(run_name());
    try {
      run.step("fails", {{"x", below(3)}}, [&]() -> std::int64_t {
        if (below(2) == 0) throw std::runtime_error("not today");
        return 1;
      }, {.attempts_max = 2});
    } catch (const std::runtime_error&) {
    }
  }
  void nodes() {
    Run run = store_.run(run_name());
    add_nodes(run.transaction());
  }
  void loose_nodes() { add_nodes(store_.transaction()); }
  void add_nodes(Transaction transaction) {
    const Uuid in = transaction.add({.type = "structure", .label = "in", .tags = {"t" + std::to_string(below(3))},
                                     .content = transaction.put(value())});
    const Uuid process = transaction.add({.kind = NodeKind::calculation, .type = "relax", .label = "relax",
                                          .attributes = Value(Map{{"energy", static_cast<double>(below(100))}})});
    transaction.link(in, process, LinkType::input, "structure");
    if (!data_.empty() && below(2) == 0)
      if (const Uuid& old = data_[static_cast<std::size_t>(below(static_cast<std::int64_t>(data_.size())))]; store_.find_node(old))
        transaction.link(old, process, LinkType::input, "old");
    const Uuid out = transaction.add({.type = "energy", .label = "out", .extras = Value(Map{{"note", "n"}}),
                                      .unique_ids = {{"lab", prefix_ + std::to_string(++ids_)}}});
    transaction.link(process, out, LinkType::create, "energy");
    const Uuid workflow = transaction.add({.kind = NodeKind::workflow, .type = "flow", .state = NodeState::finished});
    transaction.link(workflow, out, LinkType::return_, "energy");
    transaction.link(out, in, below(2) == 0 ? LinkType::reference : LinkType::mutual, "origin");
    transaction.commit();
    data_.push_back(out);
  }
  void edit() {
    if (data_.empty()) return;
    const Uuid& node = data_.back();
    const auto found = store_.find_node(node);
    if (!found) return;
    Transaction transaction = found->run.empty() ? store_.transaction() : store_.run(found->run).transaction();
    transaction.edit(node, {.label = "edited", .add_tags = {"late"}});
    try {
      transaction.commit();
    } catch (const Error&) {  // of a run that was deleted
    }
  }
  void group() {
    const std::string name = prefix_ + "group " + std::to_string(below(2));
    store_.put_group(name, "of " + prefix_, Value(Map{{"n", below(2)}}));
    for (const Uuid& node : data_)
      if (below(3) == 0 && store_.find_node(node)) store_.add_to_group(name, std::vector{node});
  }
  void rare() {
    switch (below(3)) {
      case 0: return store_.invalidate_steps({.name = "make", .code_version = "v" + std::to_string(below(2))});
      case 1: {
        const ObjectId id = store_.put(Value(prefix_ + "purged " + std::to_string(below(3))));
        store_.purge(id, {.reason = "too large"});
        return;
      }
      default:
        if (!data_.empty() && store_.find_node(data_.front())) store_.forget(std::vector{data_.front()});
        if (!data_.empty()) data_.erase(data_.begin());
        return;
    }
  }

  Store& store_;
  std::mt19937 random_;
  const std::string prefix_;
  std::vector<CheckpointId> checkpoints_;
  std::vector<Uuid> data_;
  int ids_ = 0;
};

}  // namespace cairn::test
