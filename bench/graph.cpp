// The provenance graph beside SQLite: the same graph in both, of the shape of workflows, asked in turns.
//
//   load         all nodes and links in one atomic commit (SQLite: one transaction, rows in order, synchronous=FULL)
//   ancestors    everything that data near the end came from, over input and create links, on one core
//   descendants  everything that came of data near the beginning; also when backlinks have been folded by compaction
//   hops         from a random node 1 to 8 links up or down: quartiles and the 99th percentile
//   batches      nodes with three links each, committed 1000 at a time
//
// SQLite has integer ids, both directions of a link in an index each (WITHOUT ROWID), and is asked with one recursive query.
// Both have 64 MiB of cache, and the page cache holds either file. Bytes for a link: what the store takes more, once
// compacted, than one of the same nodes without links.
//
// A calculation has 1 to 15 inputs, of which 80% are among the last 1000 data and the rest anywhere before, creates 1 to 3 data,
// and is called by a workflow, one for 1000 calculations: eleven links for three nodes.
#include <cairn/store.h>

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "plain_files.h"
#include "report.h"
#include "timing.h"

namespace {

namespace fs = std::filesystem;
using cairn::Direction;
using cairn::LinkType;
using cairn::NodeKind;

constexpr const char* kUsage = "usage: bench_graph [--directory DIR] [--rounds N] [--links COUNT] [--part load|questions|batches|all]\n"
                               "                   [--memory MIB] [--json FILE]\n"
                               "  --links   default 1000000\n"
                               "  --memory  of the store, default 64\n";

struct Options {
  fs::path directory = ".";
  std::uint64_t rounds = 3;
  std::uint64_t links = 1'000'000;
  std::uint64_t memory_bytes = 64u << 20;
  std::string part = "all";
  std::string json;
};

struct Link {
  std::uint32_t source, target;
  LinkType type;
  std::uint8_t label;
};

struct Graph {
  std::vector<NodeKind> nodes;
  std::vector<Link> links;  // in the order of their targets' birth
  std::vector<std::uint32_t> data;
};

constexpr std::size_t kInputsMost = 15, kOutputsMost = 3, kCallsOfWorkflow = 1000, kNear = 1000, kFirstData = 100;

Graph make_graph(std::uint64_t links, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Graph graph;
  const auto add = [&](NodeKind kind) {
    graph.nodes.push_back(kind);
    const auto number = static_cast<std::uint32_t>(graph.nodes.size() - 1);
    if (kind == NodeKind::data) graph.data.push_back(number);
    return number;
  };
  for (std::size_t i = 0; i < kFirstData; ++i) add(NodeKind::data);
  std::uint32_t workflow = 0;
  for (std::size_t calls = 0; graph.links.size() < links; ++calls) {
    if (calls % kCallsOfWorkflow == 0) workflow = add(NodeKind::workflow);
    const std::size_t known = graph.data.size(), near = std::min(known, kNear);
    std::vector<std::uint32_t> inputs(1 + random() % kInputsMost);
    for (std::uint32_t& input : inputs)
      input = graph.data[random() % 5 != 0 ? known - 1 - random() % near : random() % known];
    std::ranges::sort(inputs);
    inputs.erase(std::ranges::unique(inputs).begin(), inputs.end());
    const std::uint32_t calculation = add(NodeKind::calculation);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      graph.links.push_back({inputs[i], calculation, LinkType::input, static_cast<std::uint8_t>(i)});
    graph.links.push_back({workflow, calculation, LinkType::call, kInputsMost + kOutputsMost});
    for (std::size_t i = random() % kOutputsMost + 1; i != 0; --i)
      graph.links.push_back({calculation, add(NodeKind::data), LinkType::create, static_cast<std::uint8_t>(kInputsMost + i - 1)});
  }
  return graph;
}

std::string label_text(std::size_t label) {
  if (label < kInputsMost) return fmt::format("input_{}", label);
  return label < kInputsMost + kOutputsMost ? fmt::format("output_{}", label - kInputsMost) : "step";
}

std::uint64_t bytes_below(const fs::path& path) {
  std::uint64_t bytes = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file() && entry.path().filename() != "ballast") bytes += entry.file_size();
  return bytes;
}

// ---- cairn ----

class CairnGraph {
 public:
  CairnGraph(const fs::path& path, std::uint64_t memory_bytes)
      : path_(path), store_(cairn::Store::open(path, {.memory_bytes = memory_bytes})) {}

  void load(const Graph& graph, bool with_links) {
    cairn::BulkLoad load = store_.bulk_load();
    std::vector<cairn::BulkLoad::Number> labels;
    for (std::size_t i = 0; i <= kInputsMost + kOutputsMost; ++i) labels.push_back(load.label(label_text(i)));
    uuids_.clear();
    cairn::NewNode node;
    std::size_t next = 0;
    for (std::uint32_t number = 0; number < graph.nodes.size(); ++number) {
      node.kind = graph.nodes[number];
      node.type = node.kind == NodeKind::data ? "file" : node.kind == NodeKind::calculation ? "relax" : "run";
      node.state = cairn::NodeState::finished;
      node.uuid = cairn::Uuid::generate();
      uuids_.push_back(*node.uuid);
      load.add(node);
      for (; with_links && next < graph.links.size() && graph.links[next].target == number; ++next) {
        const Link& link = graph.links[next];
        load.link(link.source, link.target, link.type, labels[link.label]);
      }
    }
    if (load.commit().link_count != (with_links ? graph.links.size() : 0)) throw std::runtime_error("cairn: links are missing");
  }

  cairn::Reach reach(std::uint32_t start, Direction direction, std::uint64_t depth = UINT64_MAX) const {
    return store_.reach(std::span(&uuids_[start], 1), direction, {.depth_max = depth});
  }
  void compact() { store_.compact(); }
  std::uint64_t bytes() const { return bytes_below(path_); }
  cairn::Store& store() { return store_; }
  const std::vector<cairn::Uuid>& uuids() const { return uuids_; }

 private:
  fs::path path_;
  cairn::Store store_;
  std::vector<cairn::Uuid> uuids_;
};

// ---- SQLite ----

class SqliteGraph {
 public:
  explicit SqliteGraph(const fs::path& path) {
    if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) throw std::runtime_error("sqlite: open");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("PRAGMA cache_size=-65536");
    run("CREATE TABLE node (id INTEGER PRIMARY KEY, uuid BLOB, kind INTEGER, state INTEGER, type TEXT)");
    run("CREATE TABLE link (target INTEGER, type INTEGER, source INTEGER, label INTEGER, PRIMARY KEY (target, type, source, label)) "
        "WITHOUT ROWID");
    run("CREATE TABLE backlink (source INTEGER, type INTEGER, target INTEGER, label INTEGER, PRIMARY KEY (source, type, target, label)) "
        "WITHOUT ROWID");
  }
  ~SqliteGraph() { sqlite3_close(database_); }
  SqliteGraph(const SqliteGraph&) = delete;

  void load(const Graph& graph, const std::vector<cairn::Uuid>& uuids) {
    run("BEGIN");
    Statement node(*this, "INSERT INTO node VALUES (?, ?, ?, 5, ?)");
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      sqlite3_bind_int64(node.get(), 1, static_cast<sqlite3_int64>(i));
      sqlite3_bind_blob(node.get(), 2, uuids[i].bytes.data(), 16, SQLITE_STATIC);
      sqlite3_bind_int(node.get(), 3, static_cast<int>(graph.nodes[i]));
      sqlite3_bind_text(node.get(), 4, "relax", -1, SQLITE_STATIC);
      node.step();
    }
    insert_links(graph, "INSERT INTO link VALUES (?1, ?2, ?3, ?4)", graph.links);
    std::vector<Link> by_source = graph.links;
    std::ranges::sort(by_source, {}, [](const Link& link) { return std::tuple(link.source, link.type, link.target, link.label); });
    insert_links(graph, "INSERT INTO backlink VALUES (?3, ?2, ?1, ?4)", by_source);
    run("COMMIT");
  }

  std::uint64_t reach(std::uint32_t start, Direction direction, std::uint64_t depth = UINT64_MAX) {
    const bool up = direction == Direction::up;
    const std::string next = up ? "SELECT link.source, {} FROM reached CROSS JOIN link ON link.target = reached.id"
                                : "SELECT backlink.target, {} FROM reached CROSS JOIN backlink ON backlink.source = reached.id";
    const bool bounded = depth != UINT64_MAX;
    const std::string text =
        bounded ? fmt::format("WITH RECURSIVE reached(id, depth) AS (VALUES(?1, 0) UNION {} WHERE type IN (1, 2) AND depth < ?2) "
                              "SELECT count(DISTINCT id) FROM reached", fmt::format(fmt::runtime(next), "depth + 1"))
                : fmt::format("WITH RECURSIVE reached(id, depth) AS (VALUES(?1, 0) UNION {} WHERE type IN (1, 2)) "
                              "SELECT count(*) FROM reached", fmt::format(fmt::runtime(next), "0"));
    Statement query(*this, text);
    sqlite3_bind_int64(query.get(), 1, start);
    if (bounded) sqlite3_bind_int64(query.get(), 2, static_cast<sqlite3_int64>(depth));
    if (sqlite3_step(query.get()) != SQLITE_ROW) throw std::runtime_error(sqlite3_errmsg(database_));
    return static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 0));
  }

 private:
  class Statement {
   public:
    Statement(SqliteGraph& graph, const std::string& text) : graph_(graph) {
      if (sqlite3_prepare_v2(graph.database_, text.c_str(), -1, &statement_, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(graph.database_));
    }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    sqlite3_stmt* get() { return statement_; }
    void step() {
      if (sqlite3_step(statement_) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(graph_.database_));
      sqlite3_reset(statement_);
    }

   private:
    SqliteGraph& graph_;
    sqlite3_stmt* statement_ = nullptr;
  };

  void insert_links(const Graph&, const std::string& text, const std::vector<Link>& links) {
    Statement insert(*this, text);
    for (const Link& link : links) {
      sqlite3_bind_int64(insert.get(), 1, link.target);
      sqlite3_bind_int(insert.get(), 2, static_cast<int>(link.type));
      sqlite3_bind_int64(insert.get(), 3, link.source);
      sqlite3_bind_int(insert.get(), 4, link.label);
      insert.step();
    }
  }

  void run(const char* text) {
    if (sqlite3_exec(database_, text, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(database_));
  }

  sqlite3* database_ = nullptr;
};

// ---- What is measured ----

// Both answer, and must agree.
void measure_reach(const std::string& name, const CairnGraph& ours, SqliteGraph& theirs, std::uint32_t start, Direction direction,
                   bench::Report& report) {
  ours.reach(start, direction);  // what is read is in the page cache
  std::uint64_t links = 0, nodes = 0, others = 0;
  bench::Cost cost = bench::measure([&] {
    const cairn::Reach reach = ours.reach(start, direction);
    links = reach.link_count(), nodes = reach.size();
  });
  const double peer = bench::seconds_of([&] { others = theirs.reach(start, direction); });
  if (nodes != others) throw std::runtime_error(fmt::format("{}: {} nodes, SQLite {}", name, nodes, others));
  report.add(name + ": links", static_cast<double>(links));
  report.add(name + ": cairn M links/s", 1e-6 * static_cast<double>(links) / cost.seconds);
  report.add(name + ": cairn CPU s / s", cost.cpu_seconds / cost.seconds);
  report.add(name + ": SQLite s / cairn s", peer / cost.seconds);
}

double percentile(std::vector<double> values, std::size_t percent) {
  std::ranges::sort(values);
  return values[(values.size() - 1) * percent / 100];
}

// Each question is asked twice, and the second one counts: tables are written past the page cache, and a disk takes 100 us. Returns
// what each took, of every depth.
std::vector<double> measure_hops(const std::string& name, const CairnGraph& ours, SqliteGraph& theirs, const Graph& graph, Direction direction,
                  std::mt19937_64& random, bench::Report& report) {
  constexpr std::size_t kQuestions = 1000, kQuestionsOfPeer = 30;
  std::vector<std::uint32_t> starts(kQuestions);
  for (std::uint32_t& start : starts) start = graph.data[random() % graph.data.size()];
  std::vector<double> all_times;
  for (std::uint64_t depth = 1; depth <= 8; ++depth) {
    std::vector<double> times, links, peers;
    for (const bool counts : {false, true})
      for (const std::uint32_t start : starts) {
        std::uint64_t link_count = 0;
        const double seconds = bench::seconds_of([&] { link_count = ours.reach(start, direction, depth).link_count(); });
        if (counts) times.push_back(seconds), links.push_back(static_cast<double>(link_count));
      }
    for (const bool counts : {false, true})
      for (std::size_t i = 0; i < kQuestionsOfPeer; ++i) {
        std::uint64_t nodes = 0;
        const double seconds = bench::seconds_of([&] { nodes = theirs.reach(starts[i], direction, depth); });
        if (nodes != ours.reach(starts[i], direction, depth).size()) throw std::runtime_error("hops: SQLite disagrees");
        if (counts) peers.push_back(seconds / times[i]);
      }
    const std::string row = fmt::format("{}, {} hops", name, depth);
    report.add(row + ": median links", percentile(links, 50));
    report.add(row + ": p99 links", percentile(links, 99));
    report.add(row + ": median us", 1e6 * percentile(times, 50));
    report.add(row + ": p99 us", 1e6 * percentile(times, 99));
    report.add(row + ": SQLite / cairn, median", percentile(peers, 50));
    all_times.insert(all_times.end(), times.begin(), times.end());
  }
  return all_times;
}

void measure_batches(const fs::path& directory, bench::Report& report) {
  constexpr std::size_t kBatch = 1000, kBatches = 100;
  cairn::Store store = cairn::Store::open(directory / "batches");
  std::vector<cairn::Uuid> data;
  cairn::Run run = store.run("batches");
  cairn::Transaction first = run.transaction();
  for (int i = 0; i < 1000; ++i) data.push_back(first.add({.kind = NodeKind::data, .type = "file", .label = "given"}));
  first.commit();
  std::mt19937_64 random(1);
  const bench::Cost cost = bench::measure([&] {
    for (std::size_t batch = 0; batch < kBatches; ++batch) {
      cairn::Transaction transaction = run.transaction();
      for (std::size_t i = 0; i < kBatch; ++i) {
        const cairn::Uuid node =
            transaction.add({.kind = NodeKind::calculation, .type = "relax", .label = "step", .state = cairn::NodeState::finished});
        for (const char* label : {"a", "b", "c"}) transaction.link(data[random() % data.size()], node, LinkType::input, label);
      }
      transaction.commit();
    }
  });
  report.add("batches: nodes/s", kBatch * kBatches / cost.seconds);
  report.add("batches: CPU us a node", 1e6 * cost.cpu_seconds / (kBatch * kBatches));
}

void measure_graph(const fs::path& directory, const Graph& graph, const Options& options, std::uint64_t seed, bench::Report& report) {
  std::mt19937_64 random(seed);
  const auto links = static_cast<double>(graph.links.size());
  CairnGraph plain(directory / "nodes", options.memory_bytes);
  plain.load(graph, false);
  CairnGraph ours(directory / "cairn", options.memory_bytes);
  const bench::Cost load = bench::measure([&] { ours.load(graph, true); });
  SqliteGraph theirs(directory / "sqlite");
  const double peer_load = bench::seconds_of([&] { theirs.load(graph, ours.uuids()); });
  report.add("nodes", static_cast<double>(graph.nodes.size()));
  report.add("links", links);
  report.add("load: cairn M links/s", 1e-6 * links / load.seconds);
  report.add("load: cairn CPU s / s", load.cpu_seconds / load.seconds);
  report.add("load: cairn peak MiB", static_cast<double>(load.peak_bytes) / (1u << 20));
  report.add("load: SQLite s / cairn s", peer_load / load.seconds);
  if (options.part == "load") return;

  const std::uint32_t last = graph.data[graph.data.size() - 1], first = graph.data[random() % 10];
  measure_reach("ancestors", ours, theirs, last, Direction::up, report);
  measure_reach("descendants", ours, theirs, first, Direction::down, report);
  const double compaction = bench::seconds_of([&] { ours.compact(); });
  plain.compact();
  report.add("compaction: s", compaction);
  report.add("bytes for a link", static_cast<double>(ours.bytes() - plain.bytes()) / links);
  report.add("bytes for a node", static_cast<double>(plain.bytes()) / static_cast<double>(graph.nodes.size()));
  measure_reach("ancestors, compacted", ours, theirs, last, Direction::up, report);
  measure_reach("descendants, compacted", ours, theirs, first, Direction::down, report);
  std::vector<double> times = measure_hops("up", ours, theirs, graph, Direction::up, random, report);
  const std::vector<double> down = measure_hops("down", ours, theirs, graph, Direction::down, random, report);
  times.insert(times.end(), down.begin(), down.end());
  report.add("1 to 8 hops, up and down: p99 us", 1e6 * percentile(times, 99));
}

void measure_round(const fs::path& directory, const Options& options, std::uint64_t seed, bench::Report& report) {
  fs::create_directory(directory);
  if (options.part != "batches")
    measure_graph(directory, make_graph(options.links, seed), options, seed, report);
  if (options.part == "batches" || options.part == "all") measure_batches(directory, report);
}

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = words[i];
    if (i + 1 == count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[i + 1];
    if (name == "--directory") options.directory = value;
    else if (name == "--rounds") options.rounds = bench::parse_number(value, kUsage);
    else if (name == "--links") options.links = bench::parse_number(value, kUsage);
    else if (name == "--memory") options.memory_bytes = bench::parse_number(value, kUsage) << 20;
    else if (name == "--part") options.part = value;
    else if (name == "--json") options.json = value;
    else throw std::invalid_argument(kUsage);
  }
  const bool known = options.part == "load" || options.part == "questions" || options.part == "batches" || options.part == "all";
  if (!known || options.rounds == 0 || options.links < 1000) throw std::invalid_argument(kUsage);
  options.directory = fs::absolute(options.directory);
  return options;
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  fmt::print("{} rounds; SQLite {}\n", options.rounds, sqlite3_libversion());
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_graph");
  for (std::uint64_t round = 0; round < options.rounds; ++round) {
    const fs::path directory = scratch.path() / std::to_string(round);
    measure_round(directory, options, round + 1, report);
    fs::remove_all(directory);
  }
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) { return bench::run_command(count, words, parse, run); }
