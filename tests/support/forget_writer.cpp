// Makes nodes and forgets them until it is killed, and tells by lines in a file outside what it begins and what is done:
//
//   forget_writer STORE ACKNOWLEDGEMENTS FIRST
//
// Round by round from the number FIRST on: a run with a step, a checkpoint and a fork of it, and nodes in a group that use what the step
// made; every few rounds so many nodes that they do not go in one commit. What is made is forgotten two rounds later. A value is purged
// and stored again.
#include <cairn/cairn.h>

#include <cstdio>
#include <string>
#include <vector>

#include "acknowledgements.h"

namespace {

using cairn::test::Acknowledgements;

constexpr std::size_t kManyNodes = 33'000;

std::string run_name(std::int64_t number) { return "run " + std::to_string(number); }

void make(cairn::Store& store, const Acknowledgements& acknowledged, std::int64_t number) {
  const std::string tag = "t" + std::to_string(number);
  cairn::Run run = store.run(run_name(number));
  const auto made = run.step("relax", {{"x", number}}, [&] { return -number; });
  run.checkpoint(number).save("state", number).commit();
  if (number % 3 == 0 && !store.find_run("fork " + std::to_string(number))) run.fork("fork " + std::to_string(number));
  if (!store.query({.filter = cairn::Filter::where("tag", cairn::Comparison::equal, tag)}).nodes.empty()) return;
  cairn::Transaction transaction = store.transaction();
  std::vector<cairn::Uuid> nodes;
  for (std::size_t i = number % 4 == 0 ? kManyNodes : 20; i != 0; --i) {
    nodes.push_back(transaction.add({.kind = cairn::NodeKind::calculation, .type = "c", .state = cairn::NodeState::finished, .tags = {tag}}));
    transaction.link(made.data(), nodes.back(), cairn::LinkType::input, "x");
  }
  transaction.commit();
  store.put_group("g");
  store.add_to_group("g", std::vector{nodes.front(), nodes.back()});
  acknowledged.tell("made", number);
}

void forget(cairn::Store& store, const Acknowledgements& acknowledged, std::int64_t number) {
  cairn::Uuid node;
  {
    const auto run = store.find_run(run_name(number));
    if (!run) return;
    node = run->uuid();
  }
  acknowledged.tell("forgetting", number);
  store.forget(std::vector{node});
  acknowledged.tell("forgotten", number);
}

void purge(cairn::Store& store, const Acknowledgements& acknowledged, std::int64_t number) {
  const cairn::ObjectId id = store.put(std::string("purged"));
  acknowledged.tell("stored", number);
  store.purge(id);
  acknowledged.tell("purged", number);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: forget_writer STORE ACKNOWLEDGEMENTS FIRST\n", stderr);
    return 2;
  }
  try {
    const Acknowledgements acknowledged(arguments[2]);
    cairn::Store store = cairn::Store::open(arguments[1]);
    for (std::int64_t number = std::stoll(arguments[3]);; ++number) {
      make(store, acknowledged, number);
      purge(store, acknowledged, number);
      if (number > 2) forget(store, acknowledged, number - 2);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "forget_writer: %s\n", error.what());
    return 1;
  }
}
