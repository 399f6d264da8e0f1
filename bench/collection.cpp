// Collection and compaction of a store of which half is garbage, beside the disk.
//
//   garbage  checkpoints of 64 KiB that nothing shortens, every second of them pruned; then compact. Freed bytes a second, beside
//            plain files: written with O_DIRECT and one fdatasync, and read back from the disk, before and after it.
//   blobs    small objects in lists of a hundred, every second list forgotten; then compact: seconds, and memory at most.
//
// Written bytes are those that the process handed to the disk (write_bytes of /proc/self/io), records and logs included.
#include <cairn/cairn.h>

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "plain_files.h"
#include "report.h"
#include "timing.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path directory = ".";
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::uint64_t blobs = 1'000'000;
  std::string json;
};

constexpr std::size_t kStateBytes = 64 * 1024;
constexpr std::uint64_t kListObjects = 100;
constexpr std::size_t kPlainBytes = std::size_t{1} << 30;

constexpr const char* kUsage =
    "usage: bench_collection [--directory DIR] [--bytes N] [--blobs N] [--json FILE]\n"
    "  --bytes  of the checkpoints, half of which become garbage (default 1 GiB); 0 leaves them out\n"
    "  --blobs  small objects, half of which become garbage (default 1000000); 0 leaves them out\n";

double megabytes(std::uint64_t bytes) { return 1e-6 * static_cast<double>(bytes); }

std::uint64_t written_bytes() {
  std::ifstream file("/proc/self/io");
  for (std::string name, value; file >> name >> value;)
    if (name == "write_bytes:") return std::stoull(value);
  throw std::runtime_error("/proc/self/io: no write_bytes");
}

void measure_disk(const fs::path& directory, bench::Report& report) {
  const bench::Buffer buffer(kPlainBytes);
  bench::fill_random(buffer.bytes(), 1);
  const fs::path path = directory / "plain";
  const double write = bench::seconds_of([&] { bench::write_direct(path, buffer.bytes()); });
  bench::evict(path);
  const double read = bench::seconds_of([&] { bench::read_plain(path, buffer.bytes()); });
  fs::remove(path);
  report.add("disk: write, MB/s", megabytes(kPlainBytes) / write);
  report.add("disk: read, MB/s", megabytes(kPlainBytes) / read);
}

// Returns the seconds.
double measure_compaction(const std::string& name, const fs::path& path, bench::Report& report) {
  cairn::Store store = cairn::Store::open(path);
  const std::uint64_t before = bench::disk_bytes(path), written = written_bytes();
  cairn::CompactReport done;
  const bench::Cost cost = bench::measure([&] { done = store.compact(); });
  const std::uint64_t after = bench::disk_bytes(path);
  report.add(name + ": blobs kept", static_cast<double>(done.collected.kept_count));
  report.add(name + ": blobs freed", static_cast<double>(done.collected.freed_count));
  report.add(name + ": on disk before, MB", megabytes(before));
  report.add(name + ": on disk after, MB", megabytes(after));
  report.add(name + ": moved, MB", megabytes(done.collected.moved_bytes));
  report.add(name + ": written, MB", megabytes(written_bytes() - written));
  report.add(name + ": s", cost.seconds);
  report.add(name + ": CPU s", cost.cpu_seconds);
  report.add(name + ": peak MiB", static_cast<double>(cost.peak_bytes) / (1u << 20));
  return cost.seconds;
}

void make_garbage(const fs::path& path, std::uint64_t bytes) {
  cairn::Store store = cairn::Store::open(path, {.compression = cairn::Compression::none});
  cairn::Run run = store.run("garbage");
  cairn::Bytes state(kStateBytes);
  for (std::uint64_t step = 1; step <= bytes / kStateBytes; ++step) {
    bench::fill_random(state, step);
    run.checkpoint(static_cast<std::int64_t>(step)).save("state", state).commit({.durability = cairn::Durability::async});
  }
  run.flush();
  run.prune({.every = 2});
}

void make_blobs(const fs::path& path, std::uint64_t count) {
  cairn::Store store = cairn::Store::open(path);
  std::vector<std::uint64_t> values(kListObjects);
  for (std::uint64_t first = 0; first < count; first += kListObjects) {
    for (std::uint64_t i = 0; i < kListObjects; ++i) values[i] = first + i;
    store.put_all(values);
  }
  std::vector<cairn::Uuid> garbage;
  cairn::NodeQuery query{.filter = cairn::Filter::parse("kind = data"), .limit = 10'000};
  for (bool more = true, odd = true; more;) {
    const cairn::NodePage page = store.query(query);
    for (const cairn::Node& node : page.nodes)
      if (odd = !odd; odd) garbage.push_back(node.uuid);
    query.after = page.next;
    more = !page.next.empty();
  }
  store.forget(garbage);
}

// By a process of its own: memory that this one has used before would not count. No thread of this one runs yet.
void make_in_child(const std::function<void()>& make) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    try {
      make();
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("the store was not made");
}

void measure_garbage(const fs::path& directory, const fs::path& path, bench::Report& report) {
  bench::evict_all(path);
  measure_disk(directory, report);
  const std::uint64_t before = bench::disk_bytes(path);
  const double seconds = measure_compaction("garbage", path, report);
  report.add("garbage: freed MB/s", megabytes(before - bench::disk_bytes(path)) / seconds);
  measure_disk(directory, report);
}

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (i + 1 >= count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[++i];
    if (word == "--directory") options.directory = value;
    else if (word == "--bytes") options.bytes = bench::parse_number(value, kUsage);
    else if (word == "--blobs") options.blobs = bench::parse_number(value, kUsage);
    else if (word == "--json") options.json = value;
    else throw std::invalid_argument(kUsage);
  }
  return options;
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_collection");
  const fs::path garbage = scratch.path() / "garbage.cairn", blobs = scratch.path() / "blobs.cairn";
  if (options.bytes != 0) make_in_child([&] { make_garbage(garbage, options.bytes); });
  if (options.blobs != 0) make_in_child([&] { make_blobs(blobs, options.blobs); });
  if (options.blobs != 0) bench::evict_all(blobs);
  if (options.blobs != 0) measure_compaction("blobs", blobs, report);
  if (options.bytes != 0) measure_garbage(scratch.path(), garbage, report);
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) { return bench::run_command(count, words, parse, run); }
