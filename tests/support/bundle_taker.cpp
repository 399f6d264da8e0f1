// Takes in bundles until it is killed, and tells by lines in a file outside what it begins and what is done:
//
//   bundle_taker STORE ACKNOWLEDGEMENTS FIRST
//
// Bundle by bundle from the number FIRST on. Each is a file beside the acknowledgements, made first if it is not there: of two runs and
// a fork, with checkpoints, steps, nodes that carry the tag t<number>, and a group.
#include <cairn/bundle.h>
#include <cairn/cairn.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "acknowledgements.h"

namespace {

namespace fs = std::filesystem;
using cairn::test::Acknowledgements;

void make_nodes(cairn::Store& store, std::int64_t number, std::size_t count) {
  const std::string tag = "t" + std::to_string(number);
  cairn::Transaction transaction = store.transaction();
  std::vector<cairn::Uuid> nodes;
  for (std::size_t i = 0; i < count; ++i) {
    nodes.push_back(transaction.add({.kind = cairn::NodeKind::calculation, .type = "c", .state = cairn::NodeState::finished, .tags = {tag}}));
    if (i != 0) transaction.link(nodes.front(), nodes.back(), cairn::LinkType::reference, "n" + std::to_string(i));
    if (i == 0) nodes.push_back(transaction.add({.type = "d", .tags = {tag}, .content = transaction.put(std::string(9000, static_cast<char>('a' + number % 26)))}));
  }
  transaction.commit();
  store.put_group("group " + std::to_string(number));
  store.add_to_group("group " + std::to_string(number), nodes);
}

void make_bundle(const fs::path& file, std::int64_t number) {
  cairn::Store store = cairn::Store::in_memory();
  const std::string name = std::to_string(number);
  for (const char* kind : {"one ", "two "}) {
    cairn::Run run = store.run(kind + name);
    for (std::int64_t step = 1; step <= 20; ++step)
      run.checkpoint(step).save("state", std::vector<std::int64_t>(2000, number * step)).commit();
    run.step("relax", {{"x", number}}, [&] { return -number; });
  }
  cairn::Run fork = store.run("one " + name).fork("fork " + name);
  fork.checkpoint(21).save("state", number).commit();
  make_nodes(store, number, number % 5 == 0 ? 5000 : 30);
  const fs::path unfinished = file.string() + ".tmp";
  std::ofstream out(unfinished, std::ios::binary);
  store.bundle({.everything = true}, out, {});
  out.close();
  fs::rename(unfinished, file);
}

void take(cairn::Store& store, const Acknowledgements& acknowledged, const fs::path& file, std::int64_t number) {
  if (!fs::exists(file)) make_bundle(file, number);
  acknowledged.tell("taking", number);
  std::ifstream in(file, std::ios::binary);
  if (!store.unbundle(in, {}).merged) throw cairn::Error(cairn::ErrorCode::conflict, "bundle " + std::to_string(number) + " has conflicts");
  acknowledged.tell("taken", number);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: bundle_taker STORE ACKNOWLEDGEMENTS FIRST\n", stderr);
    return 2;
  }
  try {
    const Acknowledgements acknowledged(arguments[2]);
    cairn::Store store = cairn::Store::open(arguments[1]);
    for (std::int64_t number = std::stoll(arguments[3]);; ++number)
      take(store, acknowledged, std::string(arguments[2]) + "." + std::to_string(number) + ".bundle", number);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bundle_taker: %s\n", error.what());
    return 1;
  }
}
