// Takes in bundles until it is killed, and tells by lines in a file outside what it begins and what is done:
//
//   bundle_taker STORE ACKNOWLEDGEMENTS FIRST
//
// Bundle by bundle from the number FIRST on. Each is a file beside the acknowledgements, made first if it is not there: of two runs and
// a fork, with checkpoints, steps, nodes that carry the tag t<number>, and a group. Behind each comes another one of the same runs, which have
// gone on, so that those that are there grow: by checkpoints, a step, and nodes with the tag g<number>.
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

void write_bundle(const cairn::Store& store, const fs::path& file) {
  const fs::path unfinished = file.string() + ".tmp";
  std::ofstream out(unfinished, std::ios::binary);
  store.bundle({.everything = true}, out, {});
  out.close();
  fs::rename(unfinished, file);
}

void go_on(cairn::Store& store, std::int64_t number) {
  const std::string name = std::to_string(number);
  for (const char* kind : {"one ", "two "}) {
    cairn::Run run = store.run(kind + name);
    for (std::int64_t step = 21; step <= 30; ++step)
      run.checkpoint(step).save("state", std::vector<std::int64_t>(2000, number * step)).commit();
    const auto relaxed = run.step("relax", {{"x", number}}, [&] { return -number; });
    run.step("use", {{"relaxed", relaxed}}, [&] { return number; });
    cairn::Transaction transaction = run.transaction();
    for (int i = 0; i < 5; ++i) {
      const auto node = transaction.add({.kind = cairn::NodeKind::calculation, .type = "c", .tags = {"g" + name}});
      transaction.link(relaxed.data(), node, cairn::LinkType::input, "relaxed");
    }
    transaction.commit();
  }
}

// The second file is renamed last: if it is there, both are.
void make_bundles(const fs::path& file, const fs::path& grown, std::int64_t number) {
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
  write_bundle(store, file);
  go_on(store, number);
  write_bundle(store, grown);
}

void take(cairn::Store& store, const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  for (const cairn::MergeConflict& conflict : store.unbundle(in, {}).conflicts)
    throw cairn::Error(cairn::ErrorCode::conflict, file.string() + ": " + conflict.kind + " " + conflict.name + ": " + conflict.problem);
}

void take_both(cairn::Store& store, const Acknowledgements& acknowledged, const fs::path& files, std::int64_t number) {
  const fs::path file = files.string() + ".bundle", grown = files.string() + ".grown.bundle";
  if (!fs::exists(grown)) make_bundles(file, grown, number);
  acknowledged.tell("taking", number);
  take(store, file);
  acknowledged.tell("taken", number);
  take(store, grown);
  acknowledged.tell("grown", number);
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
      take_both(store, acknowledged, std::string(arguments[2]) + "." + std::to_string(number), number);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bundle_taker: %s\n", error.what());
    return 1;
  }
}
