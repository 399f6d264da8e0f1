// Changes histories until it is killed, and tells by lines in a file outside what it begins and what is done:
//
//   history_writer STORE ACKNOWLEDGEMENTS FIRST
//
// Round by round from the number FIRST on, in the run "main": a checkpoint and a pending write of it, a fork with a checkpoint of
// its own, a prune of both, and the deletion of the fork of some rounds before.
#include <cairn/cairn.h>

#include <cstdio>
#include <string>

#include "acknowledgements.h"

namespace {

using cairn::test::Acknowledgements;

void change_histories(cairn::Store& store, const Acknowledgements& acknowledged, std::int64_t number) {
  cairn::Run main = store.run("main");
  const cairn::CheckpointId id = main.checkpoint(number).save("state", number).commit().id;
  acknowledged.tell("checkpoint", number);
  main.put_writes(id, "task", {{"channel", number}});
  acknowledged.tell("write", number);
  const std::string name = "fork " + std::to_string(number);
  if (!store.find_run(name)) {
    cairn::Run fork = main.fork(name);
    acknowledged.tell("fork", number);
    fork.checkpoint(-number).save("state", -number).commit();
    acknowledged.tell("own", number);
    fork.prune({.last = 1});
  }
  main.prune({.last = 2});
  const std::string old = "fork " + std::to_string(number - 3);
  if (!store.find_run(old)) return;
  acknowledged.tell("deleting", number - 3);
  store.delete_run(old);
  acknowledged.tell("deleted", number - 3);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: history_writer STORE ACKNOWLEDGEMENTS FIRST\n", stderr);
    return 2;
  }
  try {
    const Acknowledgements acknowledged(arguments[2]);
    cairn::Store store = cairn::Store::open(arguments[1]);
    for (std::int64_t number = std::stoll(arguments[3]);; ++number) change_histories(store, acknowledged, number);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "history_writer: %s\n", error.what());
    return 1;
  }
}
