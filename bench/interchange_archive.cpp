#include "interchange_archive.h"

#include <cairn/cairn.h>

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "interchange/aiida/database_writer.h"
#include "interchange/aiida/schema.h"
#include "interchange/aiida/zip_reader.h"
#include "interchange/aiida/zip_writer.h"
#include "interchange/sha256.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using namespace cairn::interchange;
using namespace cairn::interchange::aiida;
using cairn::Map;
using cairn::Value;

constexpr std::uint64_t kCallsOfWorkflow = 1000, kInputs = 8, kOutputs = 3, kFiles = 100;

std::string file_text(std::uint64_t number) { return fmt::format("energy {}\n{:>2000}\n", number, "forces"); }

// ---- The archive ----

class ArchiveMaker {
 public:
  explicit ArchiveMaker(const fs::path& directory) : database_path_(directory / "made.sqlite3"), database_(database_path_) {
    database_.add(term_of(Table::user), 1, {"someone@example.org", "Some", "One", ""});
    database_.add(term_of(Table::computer), 1, {uuid(), "cluster", "cluster.example.org", "", "core.slurm", "core.ssh", Map()});
    for (std::uint64_t i = 0; i < kFiles; ++i) keys_.push_back(sha256_hex(file_text(i)));
  }

  void make(std::uint64_t nodes, const fs::path& path) {
    for (std::uint64_t i = 0; i < kInputs; ++i) add_data();
    for (std::uint64_t calls = 0; count_ < nodes; ++calls) {
      if (calls % kCallsOfWorkflow == 0) workflow_ = add("process.workflow.workchain.WorkChainNode.", process(), Map());
      add_calculation();
    }
    database_.close();
    write(path);
  }

  std::uint64_t link_count() const { return links_; }

 private:
  std::string uuid() {
    cairn::Uuid made;
    for (std::uint8_t& byte : made.bytes) byte = static_cast<std::uint8_t>(random_());
    return made.text();
  }

  static Map process() {
    return {{"process_state", "finished"},
            {"process_label", "Relax"},
            {"exit_status", 0},
            {"sealed", true},
            {"version", Map{{"core", "2.9.0"}}}};
  }

  std::int64_t add(const std::string& type, Map attributes, Map repository) {
    const auto id = static_cast<std::int64_t>(++count_);
    const std::string time = fmt::format("2024-01-{:02} 10:{:02}:00.000000", 1 + count_ % 28, count_ % 60);
    database_.add(term_of(Table::node), id,
                  {uuid(), type, Value(), "", "", time, time, std::move(attributes), Map{{"_aiida_hash", uuid()}},
                   std::move(repository), type.starts_with("process.calculation") ? Value(1) : Value(), 1});
    return id;
  }

  void add_data() {
    const auto number = data_.size();
    Map files;
    if (number % 4 == 0) files = Map{{"o", Map{{"out.txt", Map{{"k", keys_[number / 4 % kFiles]}}}}}};
    data_.push_back(add("data.core.dict.Dict.",
                        Map{{"energy", -0.5 * static_cast<double>(number)}, {"steps", static_cast<std::int64_t>(number)}},
                        std::move(files)));
  }

  void link(std::int64_t input, std::int64_t output, const std::string& label, const char* type) {
    database_.add_link(input, output, label, type);
    ++links_;
  }

  void add_calculation() {
    const std::uint64_t known = data_.size();
    const std::int64_t calculation = add("process.calculation.calcjob.CalcJobNode.", process(), Map());
    std::vector<std::uint64_t> inputs;
    while (inputs.size() < kInputs)
      if (const std::uint64_t input = known - 1 - random_() % std::min<std::uint64_t>(known, 1000);
          std::ranges::count(inputs, input) == 0)
        inputs.push_back(input);
    for (std::uint64_t i = 0; i < kInputs; ++i) link(data_[inputs[i]], calculation, fmt::format("input_{}", i), "input_calc");
    link(workflow_, calculation, "CALL", "call_calc");
    for (std::uint64_t i = 0; i < kOutputs; ++i) {
      add_data();
      link(calculation, data_.back(), fmt::format("output_{}", i), "create");
    }
  }

  static void add_member(ZipWriter& zip, const std::string& name, const std::string& bytes) {
    zip.begin(name, bytes.size());
    zip.write(std::as_bytes(std::span(bytes)));
  }

  void write(const fs::path& path) const {
    std::ofstream out(path, std::ios::binary);
    ZipWriter zip(out, 6);
    add_member(zip, "metadata.json",
               R"({"export_version": "main_0001", "aiida_version": "2.9.0", "key_format": "sha256", "compression": 6})");
    std::ifstream database(database_path_, std::ios::binary);
    add_member(zip, "db.sqlite3", std::string(std::istreambuf_iterator<char>(database), {}));
    for (std::uint64_t i = 0; i < kFiles; ++i) add_member(zip, "repo/" + keys_[i], file_text(i));
    zip.close();
    fs::remove(database_path_);
  }

  fs::path database_path_;
  DatabaseWriter database_;
  std::mt19937_64 random_{1};
  std::vector<std::string> keys_;
  std::vector<std::int64_t> data_;
  std::int64_t workflow_ = 0;
  std::uint64_t count_ = 0, links_ = 0;
};

// ---- The peer ----

class Sqlite {
 public:
  explicit Sqlite(const fs::path& path) : database_(nullptr, ::sqlite3_close) {
    sqlite3* opened = nullptr;
    if (::sqlite3_open(path.c_str(), &opened) != SQLITE_OK) throw std::runtime_error("sqlite: cannot open");
    database_.reset(opened);
  }
  void run(const std::string& sql) {
    char* problem = nullptr;
    if (::sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, &problem) != SQLITE_OK)
      throw std::runtime_error(problem == nullptr ? "sqlite" : problem);
  }

 private:
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> database_;
};

void copy_rows(const fs::path& archive, const fs::path& directory) {
  const fs::path from = directory / "taken.sqlite3", to = directory / "copy.sqlite3";
  std::ifstream in(archive, std::ios::binary);
  ZipReader zip(in, ArchiveForm::zip);
  while (zip.next()) {
    if (zip.name() != "db.sqlite3") continue;
    std::ofstream out(from, std::ios::binary);
    zip.read([&](std::span<const std::byte> bytes) {
      out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    });
  }
  {
    Sqlite copy(to);
    copy.run("PRAGMA synchronous = FULL");
    copy.run(fmt::format("ATTACH '{}' AS old", from.string()));
    copy.run("BEGIN");
    for (const char* statement : table_statements()) copy.run(statement);
    for (const char* statement : index_statements()) copy.run(statement);
    for (const char* table : {"db_dbuser", "db_dbcomputer", "db_dbnode", "db_dblink"})
      copy.run(fmt::format("INSERT INTO main.{0} SELECT * FROM old.{0}", table));
    copy.run("COMMIT");
  }
  fs::remove(from);
  fs::remove(to);
}

// ---- What is measured ----

struct Times {
  double import_seconds = 0, export_seconds = 0;
};

Times measure_one(const fs::path& archive, std::uint64_t nodes, std::uint64_t links, const fs::path& directory,
                  Report& report) {
  const fs::path path = directory / "store", back = directory / "back.aiida";
  Times times;
  {
    cairn::Store store = cairn::Store::open(path);
    cairn::ImportReport came_in;
    times.import_seconds = seconds_of([&] {
      std::ifstream in(archive, std::ios::binary);
      came_in = cairn::import_document(store, "aiida", in);
    });
    if (came_in.links_new < links) throw std::runtime_error("links are missing");
    times.export_seconds = seconds_of([&] {
      std::ofstream file(back, std::ios::binary);
      cairn::export_document(store, "aiida", came_in.roots, file);
    });
    report.add(fmt::format("archive, {} nodes: import, seconds", nodes), times.import_seconds);
    report.add(fmt::format("archive, {} nodes: export, seconds", nodes), times.export_seconds);
  }
  fs::remove_all(path);
  fs::remove(back);
  const double copy = seconds_of([&] { copy_rows(archive, directory); });
  report.add(fmt::format("archive, {} nodes: import / copy", nodes), times.import_seconds / copy);
  report.add(fmt::format("archive, {} nodes: export / copy", nodes), times.export_seconds / copy);
  return times;
}

}  // namespace

void measure_archives(const fs::path& directory, std::uint64_t nodes, Report& report) {
  std::array<Times, 3> times;
  const std::array<std::uint64_t, 3> sizes{nodes / 4, nodes / 2, nodes};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const fs::path archive = directory / fmt::format("{}.aiida", sizes[i]);
    ArchiveMaker maker(directory);
    maker.make(sizes[i], archive);
    times[i] = measure_one(archive, sizes[i], maker.link_count(), directory, report);
    fs::remove(archive);
  }
  report.add("archive: growth of import", times[2].import_seconds / times[0].import_seconds);
  report.add("archive: growth of export", times[2].export_seconds / times[0].export_seconds);
}

}  // namespace bench
