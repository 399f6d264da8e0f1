// Many small described objects in batches beside plain RocksDB, in turns; and one large array beside the same file.
//
//   put     distinct objects by put_all, against a RocksDB batch of as many (16-byte key, the object's bytes as value), both
//           durable when the call returns
//   again   the same batches once more: every object is encoded, found and compared, none is stored
//   get     get_all of each batch, in the order of putting, and of a third of all objects, shuffled, against RocksDB's MultiGet of the
//           same keys, which gives bytes and no objects
//   one     get of single objects, shuffled, against RocksDB's Get
//   array   --bytes of random numbers by put and get, against add and restore of a file of the same bytes
//
// All of it with the whole process on one core, then on all cores; memory is at rest when a round begins. "cold" is after
// the store was opened again and its files left the page cache. Each ratio is taken within one round; a line shows its
// quartiles over the rounds. Ratios of time: below 1 is faster than the peer. CPU is that of all threads.
#include <cairn/cairn.h>

#include <boost/describe/class.hpp>
#include <boost/describe/operators.hpp>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>

#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "plain_files.h"
#include "report.h"
#include "timing.h"

namespace {

namespace fs = std::filesystem;
using boost::describe::operators::operator==;

// Twenty fields of the kinds that records of simulations have; about 750 bytes as an object.
struct Event {
  std::int64_t number = 0;
  std::int32_t run = 0, module = 0;
  std::uint64_t trigger = 0;
  bool accepted = false;
  double time = 0, x = 0, y = 0, z = 0, px = 0, py = 0, pz = 0, energy = 0, mass = 0, weight = 0;
  std::int16_t charge = 0;
  std::string detector, quality;
  std::optional<std::int64_t> parent;
  std::vector<std::string> stages;
};
BOOST_DESCRIBE_STRUCT(Event, (),
                      (number, run, module, trigger, accepted, time, x, y, z, px, py, pz, energy, mass, weight, charge,
                       detector, quality, parent, stages))

struct Options {
  fs::path directory = ".";
  std::uint64_t objects = 300'000;
  std::uint64_t batch = 50'000;
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::uint64_t rounds = 5;
  std::string cores = "both";
  std::string json;
};

constexpr std::uint64_t kSingleReads = 20'000;

constexpr const char* kUsage =
    "usage: bench_objects [--directory DIR] [--objects N] [--batch N] [--bytes N] [--rounds N] [--cores one|all|both]\n"
    "                     [--json FILE]\n"
    "  --objects  in a round, a multiple of --batch (default 300000); 0 leaves them out\n"
    "  --batch    objects in a batch (default 50000)\n"
    "  --bytes    of the array and file, a multiple of 4096 (default 1 GiB); 0 leaves them out\n";

std::vector<Event> make_events(std::uint64_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, 10);
  static constexpr const char* kDetectors[] = {"barrel", "endcap-a", "endcap-c", "forward"};
  static constexpr const char* kStages[] = {"seeded", "fitted", "refitted", "matched"};
  std::vector<Event> events(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    Event& event = events[i];
    event.number = static_cast<std::int64_t>(seed << 32 | i);
    event.run = 4711;
    event.module = static_cast<std::int32_t>(random() % 20'000);
    event.trigger = random();
    event.accepted = random() % 2 == 0;
    for (double* real : {&event.time, &event.x, &event.y, &event.z, &event.px, &event.py, &event.pz, &event.energy,
                         &event.mass, &event.weight})
      *real = normal(random);
    event.charge = static_cast<std::int16_t>(random() % 3) ;
    event.detector = kDetectors[random() % 4];
    event.quality = "tight";
    if (random() % 2 == 0) event.parent = static_cast<std::int64_t>(random() >> 8);
    for (const char* stage : kStages) event.stages.push_back(stage);
  }
  return events;
}

// ---- Cores ----

// For this thread, and through it for all threads that are started later.
class Cores {
 public:
  Cores() { ::sched_getaffinity(0, sizeof all_, &all_); }

  void use_one() const {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &all_)) {
        CPU_SET(cpu, &one);
        break;
      }
    set(one);
  }
  void use_all() const { set(all_); }

 private:
  // RocksDB shares its background threads between databases and keeps them, so they have to move as well.
  static void set(const cpu_set_t& cores) {
    for (const fs::directory_entry& thread : fs::directory_iterator("/proc/self/task"))
      ::sched_setaffinity(std::stoi(thread.path().filename().string()), sizeof cores, &cores);
  }

  cpu_set_t all_{};
};

// ---- The peer ----

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

// As a program would use RocksDB that has the same memory, and no other wishes.
class PlainRecords {
 public:
  explicit PlainRecords(const fs::path& path) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.max_background_jobs = 2;
    options.db_write_buffer_size = 16u << 20;
    options.use_direct_io_for_flush_and_compaction = true;
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(32u << 20);
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, path.string(), &db));
    db_.reset(db);
  }

  void put(std::span<const cairn::ObjectId> ids, std::span<const std::string> values) {
    rocksdb::WriteBatch batch;
    for (std::size_t i = 0; i < ids.size(); ++i) check(batch.Put(key(ids[i]), values[i]));
    rocksdb::WriteOptions options;
    options.sync = true;
    check(db_->Write(options, &batch));
  }

  void get(std::span<const cairn::ObjectId> ids) const {
    std::vector<rocksdb::Slice> keys;
    for (const cairn::ObjectId& id : ids) keys.push_back(key(id));
    std::vector<rocksdb::PinnableSlice> values(ids.size());
    std::vector<rocksdb::Status> statuses(ids.size());
    db_->MultiGet({}, db_->DefaultColumnFamily(), keys.size(), keys.data(), values.data(), statuses.data());
    for (const rocksdb::Status& status : statuses) check(status);
  }

  void get_one(const cairn::ObjectId& id) const {
    rocksdb::PinnableSlice value;
    check(db_->Get({}, db_->DefaultColumnFamily(), key(id), &value));
  }

 private:
  static rocksdb::Slice key(const cairn::ObjectId& id) {
    return {reinterpret_cast<const char*>(id.digest.bytes.data()), id.digest.bytes.size()};
  }

  std::unique_ptr<rocksdb::DB> db_;
};

// ---- Objects ----

class ObjectRound {
 public:
  ObjectRound(const fs::path& directory, const Options& options, std::uint64_t seed, std::string cores,
              bench::Report& report)
      : directory_(directory), options_(options), cores_(std::move(cores)), report_(report),
        events_(make_events(options.objects, seed)), store_(cairn::Store::open(store_path())),
        plain_(std::make_unique<PlainRecords>(directory / "plain")) {}
  ~ObjectRound() {
    store_.reset();
    plain_.reset();
    fs::remove_all(store_path());
    fs::remove_all(directory_ / "plain");
  }

  void run_all() {
    put();
    fill_plain_values();
    put_plain();
    again();
    get("in order", ids_);
    std::mt19937_64 random(7);
    std::vector<std::size_t> order(ids_.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<cairn::ObjectId> shuffled;
    order.resize(order.size() / options_.batch / 3 * options_.batch + options_.batch);
    for (const std::size_t i : order) shuffled.push_back(ids_[i]);
    get("shuffled", shuffled);
    get_one(std::span(shuffled).first(std::min<std::size_t>(kSingleReads, shuffled.size())));
    cold();
  }

 private:
  fs::path store_path() const { return directory_ / "objects.cairn"; }
  std::span<const Event> events(std::size_t at) const { return std::span(events_).subspan(at, options_.batch); }

  template <class Work>
  bench::Cost batches(std::size_t count, Work&& work) {
    return bench::measure([&] {
      for (std::size_t at = 0; at < count; at += options_.batch) work(at);
    });
  }

  void put() {
    ids_.reserve(events_.size());
    put_cost_ = batches(events_.size(), [&](std::size_t at) {
      const std::vector<cairn::ObjectId> ids = store_->put_all(events(at));
      ids_.insert(ids_.end(), ids.begin(), ids.end());
    });
  }

  // What the peer stores is as long as the objects, and compresses as they do.
  void fill_plain_values() {
    values_.resize(events_.size());
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      values_[i] = plain_bytes(events_[i]);
      total += values_[i].size();
    }
    cairn::Store some = cairn::Store::in_memory();
    some.put_all(events(0));
    const cairn::StoredType type = some.types().types.back();
    report_.add("bytes of an object", static_cast<double>(type.bytes) / static_cast<double>(type.count));
    report_.add("bytes of a value of the peer", static_cast<double>(total) / static_cast<double>(values_.size()));
  }

  static std::string plain_bytes(const Event& event) {
    std::string bytes(750, '\0');
    std::size_t at = 0;
    const auto put = [&](const auto& value) {
      std::memcpy(bytes.data() + at, &value, sizeof value);
      at += 24;  // a tagged value takes as much
    };
    for (const double real : {event.time, event.x, event.y, event.z, event.px, event.py, event.pz, event.energy, event.mass,
                              event.weight})
      put(real);
    put(event.number);
    put(event.trigger);
    put(event.module);
    put(event.parent.value_or(0));
    return bytes;
  }

  void put_plain() {
    const bench::Cost plain = batches(events_.size(), [&](std::size_t at) {
      plain_->put(std::span(ids_).subspan(at, options_.batch), std::span<const std::string>(values_).subspan(at, options_.batch));
    });
    add("put", put_cost_, plain, events_.size());
  }

  void again() {
    const bench::Cost ours = batches(events_.size(), [&](std::size_t at) {
      const std::vector<cairn::ObjectId> ids = store_->put_all(events(at));
      if (!std::equal(ids.begin(), ids.end(), ids_.begin() + static_cast<std::ptrdiff_t>(at)))
        throw std::runtime_error("put again: other ids than before");
    });
    add("put again", ours, {}, events_.size());
  }

  void get(const std::string& order, const std::vector<cairn::ObjectId>& ids) {
    std::vector<Event> last;
    const auto read = [&](std::size_t at) { last = store_->get_all<Event>(std::span(ids).subspan(at, options_.batch)); };
    const auto read_plain = [&](std::size_t at) { plain_->get(std::span(ids).subspan(at, options_.batch)); };
    batches(ids.size(), read_plain);  // its blocks come into the page cache
    const bench::Cost plain = batches(ids.size(), read_plain);
    const bench::Cost ours = batches(ids.size(), read);
    add("get " + order, ours, plain, ids.size());
    if (order != "in order") return;
    check_events(ids);
  }

  void check_events(std::span<const cairn::ObjectId> ids) const {
    for (std::size_t at = 0; at < ids.size(); at += options_.batch) {
      const std::vector<Event> found = store_->get_all<Event>(ids.subspan(at, options_.batch));
      if (!std::equal(found.begin(), found.end(), events_.begin() + static_cast<std::ptrdiff_t>(at)))
        throw std::runtime_error("get: other objects than were put");
    }
  }

  void get_one(std::span<const cairn::ObjectId> ids) {
    const bench::Cost plain = bench::measure([&] {
      for (const cairn::ObjectId& id : ids) plain_->get_one(id);
    });
    const bench::Cost ours = bench::measure([&] {
      for (const cairn::ObjectId& id : ids) store_->get<Event>(id);
    });
    add("get one", ours, plain, ids.size());
  }

  void cold() {
    store_.reset();
    bench::evict_all(store_path());
    store_ = cairn::Store::open(store_path());
    const bench::Cost ours = batches(events_.size(), [&](std::size_t at) {
      store_->get_all<Event>(std::span<const cairn::ObjectId>(ids_).subspan(at, options_.batch));
    });
    add("get in order, cold", ours, {}, ids_.size());
  }

  void add(const std::string& what, const bench::Cost& ours, const bench::Cost& plain, std::size_t count) {
    const auto objects = static_cast<double>(count);
    const std::string name = fmt::format("{}, {}", cores_, what);
    report_.add(name + ": thousand objects/s", 1e-3 * objects / ours.seconds);
    report_.add(name + ": CPU us an object", 1e6 * ours.cpu_seconds / objects);
    if (plain.seconds == 0) return;
    report_.add(name + ": time / peer", ours.seconds / plain.seconds);
    report_.add(name + ": peer, thousand objects/s", 1e-3 * objects / plain.seconds);
    report_.add(name + ": peer, CPU us an object", 1e6 * plain.cpu_seconds / objects);
  }

  const fs::path& directory_;
  const Options& options_;
  const std::string cores_;
  bench::Report& report_;
  const std::vector<Event> events_;
  std::vector<std::string> values_;
  std::optional<cairn::Store> store_;
  std::unique_ptr<PlainRecords> plain_;
  std::vector<cairn::ObjectId> ids_;
  bench::Cost put_cost_;
};

// ---- One large array ----

class ArrayRound {
 public:
  ArrayRound(const fs::path& directory, bench::Buffer& buffer, std::uint64_t seed, std::string cores,
             bench::Report& report)
      : directory_(directory), buffer_(buffer), seed_(seed), cores_(std::move(cores)), report_(report),
        store_(cairn::Store::open(directory / "array.cairn")) {}
  ~ArrayRound() {
    fs::remove_all(directory_ / "array.cairn");
    fs::remove_all(directory_ / "restored");
    fs::remove(file_path());
  }

  void run_all() {
    const bench::Cost add_file = this->add_file();
    const bench::Cost put_array = this->put_array();
    add("put array", put_array, add_file);
    bench::evict_all(directory_ / "array.cairn");
    const bench::Cost restore = bench::measure([&] { store_.restore(artifact_, directory_ / "restored"); });
    bench::evict_all(directory_ / "array.cairn");
    std::vector<double> array;
    const bench::Cost get = bench::measure([&] { array = store_.get<std::vector<double>>(object_); });
    add("get array", get, restore);
    if (std::memcmp(array.data(), buffer_.bytes().data(), size()) != 0)
      throw std::runtime_error("get: another array than was put");
  }

 private:
  fs::path file_path() const { return directory_ / "array.bin"; }
  std::size_t size() const { return buffer_.bytes().size(); }

  bench::Cost add_file() {
    bench::fill_random(buffer_.bytes(), 2 * seed_ + 1);
    bench::write_direct(file_path(), buffer_.bytes());
    bench::read_plain(file_path(), buffer_.bytes());  // as if it had just been written
    return bench::measure([&] { artifact_ = store_.add(file_path()).id; });
  }

  bench::Cost put_array() {
    bench::fill_random(buffer_.bytes(), 2 * seed_ + 2);
    std::vector<double> array(size() / sizeof(double));
    std::memcpy(array.data(), buffer_.bytes().data(), size());
    return bench::measure([&] { object_ = store_.put(array); });
  }

  void add(const std::string& what, const bench::Cost& ours, const bench::Cost& file) {
    const double size_gb = 1e-9 * static_cast<double>(size());
    const std::string name = fmt::format("{}, {}", cores_, what);
    report_.add(name + ": GB/s", size_gb / ours.seconds);
    report_.add(name + ": CPU s/GB", ours.cpu_seconds / size_gb);
    report_.add(name + ": time / file", ours.seconds / file.seconds);
    report_.add(name + ": file, GB/s", size_gb / file.seconds);
  }

  const fs::path& directory_;
  bench::Buffer& buffer_;
  const std::uint64_t seed_;
  const std::string cores_;
  bench::Report& report_;
  cairn::Store store_;
  cairn::ArtifactId artifact_;
  cairn::ObjectId object_;
};

// ---- Command ----

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = words[i];
    if (i + 1 == count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[i + 1];
    if (name == "--directory") options.directory = value;
    else if (name == "--objects") options.objects = bench::parse_number(value, kUsage);
    else if (name == "--batch") options.batch = bench::parse_number(value, kUsage);
    else if (name == "--bytes") options.bytes = bench::parse_number(value, kUsage);
    else if (name == "--rounds") options.rounds = bench::parse_number(value, kUsage);
    else if (name == "--cores") options.cores = value;
    else if (name == "--json") options.json = value;
    else throw std::invalid_argument(kUsage);
  }
  const bool cores_known = options.cores == "one" || options.cores == "all" || options.cores == "both";
  if (!cores_known || options.bytes % 4096 != 0 || options.batch == 0 || options.objects % options.batch != 0)
    throw std::invalid_argument(kUsage);
  return options;
}

void run_rounds(const Options& options, const fs::path& directory, bench::Report& report) {
  const Cores cores;
  std::optional<bench::Buffer> buffer;
  if (options.bytes != 0) buffer.emplace(options.bytes);
  for (std::uint64_t round = 0; round < options.rounds; ++round)
    for (const char* name : {"one core", "all cores"}) {
      const bool one = std::string_view(name) == "one core";
      if (options.cores == (one ? "all" : "one")) continue;
      one ? cores.use_one() : cores.use_all();
      if (options.objects != 0) ObjectRound(directory, options, round + 1, name, report).run_all();
      if (buffer) ArrayRound(directory, *buffer, round, name, report).run_all();
    }
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  fmt::print("{} rounds of {} objects in batches of {}, and of an array of {} bytes\n", options.rounds, options.objects,
             options.batch, options.bytes);
  std::fflush(stdout);
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_objects");
  run_rounds(options, scratch.path(), report);
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) { return bench::run_command(count, words, parse, run); }
