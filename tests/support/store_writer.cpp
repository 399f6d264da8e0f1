// A process of its own that writes to a store, for tests of two processes. RocksDB's threads do not survive a fork, so
// the tests start this program instead. Modes: see kModes.
#include <cairn/cairn.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/disk_engine.h"
#include "support/rows.h"

namespace cairn::test {
namespace {

// Tells the one who started us that we have come this far.
void announce() {
  if (::write(STDOUT_FILENO, "x", 1) != 1) ::_exit(3);
}

int hold(const std::string& path, std::uint64_t) {
  const auto engine = engine::open_disk_engine(path, {});
  announce();
  for (;;) ::pause();
}

// Each commit writes one number to two rows, and a blob that is made from it.
int commit(const std::string& path, std::uint64_t count) {
  const auto engine = engine::open_disk_engine(path, {});
  announce();
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto staging = engine->stage();
    engine::Commit commit = row_commit(kWriterCell, i, "a", std::to_string(i));
    commit.edit.rows.push_back({"b", std::to_string(i)});
    stage(*staging, engine::BlobKind::chunk, writer_blob(i));
    engine->publish(staging.get(), commit);
  }
  return 0;
}

// Each checkpoint saves one number twice: by itself, and as a large array of it.
int checkpoint(const std::string& path, std::uint64_t count) {
  Store store = Store::open(path);
  Run run = store.run("writer");
  announce();
  for (std::uint64_t i = 1; i <= count; ++i) {
    const auto step = static_cast<std::int64_t>(i);
    run.checkpoint(step).save("number", step).save("array", std::vector<std::int64_t>(5000, step)).tag("newest").commit();
  }
  return 0;
}

// Each transaction adds a calculation that used the number before, and the number that it made.
int chain(const std::string& path, std::uint64_t count) {
  Store store = Store::open(path);
  store.index_attribute("attributes.number");
  Run run = store.run("writer");
  Transaction first = run.transaction();
  Uuid number = first.add({.type = "number", .attributes = Map{{"number", 0}}});
  first.commit();
  announce();
  for (std::uint64_t i = 1; i <= count; ++i) {
    Transaction transaction = run.transaction();
    const Uuid calculation = transaction.add({.kind = NodeKind::calculation, .type = "count", .state = NodeState::finished});
    transaction.link(number, calculation, LinkType::input, "before");
    number = transaction.add({.type = "number", .attributes = Map{{"number", static_cast<std::int64_t>(i)}}});
    transaction.link(calculation, number, LinkType::create, "next");
    transaction.commit();
  }
  return 0;
}

// Fills the disk with a file at the path, removes it, and again.
int fill(const std::string& path, std::uint64_t) {
  const std::string block(65536, 'x');
  announce();
  for (;;) {
    std::ofstream out(path, std::ios::binary);
    while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
    out.close();
    ::unlink(path.c_str());
  }
}

struct Mode {
  std::string_view name;
  int (*run)(const std::string& path, std::uint64_t count);
};
constexpr std::array<Mode, 5> kModes = {{
    {"hold", hold},              // PATH: has the store open until it is killed
    {"commit", commit},          // PATH COUNT: commits to an engine
    {"checkpoint", checkpoint},  // PATH COUNT: commits checkpoints to a store
    {"chain", chain},            // PATH COUNT: commits transactions, each of which goes on with a chain of nodes
    {"fill", fill},              // PATH: fills a disk, again and again, until it is killed
}};

}  // namespace
}  // namespace cairn::test

int main(int count, char** arguments) {
  try {
    for (const cairn::test::Mode& mode : cairn::test::kModes)
      if (count >= 3 && mode.name == arguments[1]) return mode.run(arguments[2], count > 3 ? std::stoull(arguments[3]) : 0);
    std::fputs("usage: store_writer MODE PATH [COUNT]\n", stderr);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "store_writer: %s\n", error.what());
    return 1;
  }
}
