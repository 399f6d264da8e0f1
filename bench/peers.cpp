#include "peers.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "plain_files.h"
#include "processes.h"
#include "trees.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

// What makes `cairn add` read files that seem unchanged.
const Words kCairnReadContents = {"--read-all"};

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Cost operator+(const Cost& first, const Cost& second) {
  return {first.seconds + second.seconds, first.cpu_seconds + second.cpu_seconds,
          std::max(first.peak_bytes, second.peak_bytes)};
}

class Cairn final : public Peer {
 public:
  Cairn(std::string name, std::string compression, Packing packing)
      : Peer(std::move(name), packing), compression_(std::move(compression)) {}

  bool is_ours() const override { return true; }

  Restored restore(const fs::path& target) override {
    return {run({"restore", id_, "--into", target.string()}).cost, target / source().filename()};
  }

  // The ballast is there for a full disk, and given back then.
  Stored stored() const override {
    const Stored all = Peer::stored();
    struct stat ballast {};
    if (::stat((repository() / "ballast").c_str(), &ballast) != 0) return all;
    return {all.bytes - static_cast<std::uint64_t>(ballast.st_size),
            all.disk_bytes - static_cast<std::uint64_t>(ballast.st_blocks) * 512};
  }

 private:
  void make_repository() override { run({"init"}); }

  Cost add_source(Reading reading) override {
    const Words options = reading == Reading::contents ? kCairnReadContents : Words();
    const Finished added = run(joined(joined({"add", "--compression", compression_}, options), {source().string()}));
    id_ = added.output.substr(0, added.output.find(' '));
    return added.cost;
  }

  Finished run(const Words& words) const {
    return run_process({.words = joined({CAIRN_COMMAND, "-s", repository().string()}, words)});
  }

  const std::string compression_;
  std::string id_;
};

// Its cache, which by default lies in the home directory, is in the scratch directory.
class Restic final : public Peer {
 public:
  Restic(std::string name, std::string compression, Packing packing)
      : Peer(std::move(name), packing), compression_(std::move(compression)) {}

  Restored restore(const fs::path& target) override {
    return {run({"restore", "latest", "--target", target.string()}), target / source().relative_path()};
  }

 private:
  void make_repository() override { run({"init"}); }

  Cost add_source(Reading reading) override {
    const Words options = reading == Reading::contents ? Words{"--force"} : Words();
    return run(joined({"backup", "--compression", compression_, source().string()}, options));
  }

  Cost run(const Words& words) const {
    const Words environment = {"RESTIC_PASSWORD=bench"};
    const Words start = {"restic",      "--quiet", "--repo", repository().string(),
                         "--cache-dir", (directory() / "cache").string()};
    return run_process({.words = joined(start, words), .environment = environment}).cost;
  }

  const std::string compression_;
};

class Borg final : public Peer {
 public:
  Borg(std::string name, std::string compression, Packing packing)
      : Peer(std::move(name), packing), compression_(std::move(compression)) {}

  Restored restore(const fs::path& target) override {
    return {run({"extract", archive(), source_path()}, target), target / source_path()};
  }

 private:
  void make_repository() override { run({"init", "--encryption=none", repository().string()}); }

  // Borg never takes the newest of the files that it has seen for unchanged. If there is a single one that would be
  // it: so there is one more, just made.
  Cost add_source(Reading reading) override {
    write_file(directory() / "newest", "newest\n");
    const Words options = reading == Reading::contents ? Words{"--files-cache=disabled"} : Words();
    const Words paths = {archive(), source_path(), (directory() / "newest").relative_path().string()};
    return run(joined(joined({"create", "--compression", compression_}, options), paths), "/");
  }

  Cost run(const Words& words, const fs::path& in = ".") const {
    const Words environment = {"BORG_BASE_DIR=" + (directory() / "base").string(),
                               "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes"};
    return run_process({.words = joined({"borg"}, words), .directory = in, .environment = environment}).cost;
  }

  std::string archive() const { return fmt::format("{}::{}", repository().string(), add_count()); }
  std::string source_path() const { return source().relative_path().string(); }

  const std::string compression_;
};

// A file is stored as a blob, a tree as an archive. --cache, its memory of unchanged files, is not used: after an edit the
// archive that it helped to make cannot be extracted ("Bad message", version 2+20201210). Its compression cannot be turned
// off; zstd is the default.
class Casync final : public Peer {
 public:
  Casync() : Peer("casync", Packing::zstd) {}

  Restored restore(const fs::path& target) override {
    const fs::path path = target / source().filename();
    if (fs::is_directory(source())) fs::create_directory(path);
    return {run({"extract", store(), index(), path.string()}), path};
  }

 private:
  void make_repository() override { fs::create_directory(repository()); }
  Cost add_source(Reading) override { return run({"make", store(), index(), source().string()}); }

  static Cost run(const Words& words) { return run_process({.words = joined({"casync"}, words)}).cost; }
  std::string store() const { return "--store=" + (repository() / "chunks").string(); }
  std::string index() const {
    const char* const kind = fs::is_directory(source()) ? "caidx" : "caibx";
    return (repository() / fmt::format("{}.{}", add_count(), kind)).string();
  }
};

// Every version is a whole copy; those but the last are removed, out of the measured time.
class Cp final : public Peer {
 public:
  Cp() : Peer("cp", Packing::off) {}

  bool deduplicates() const override { return false; }

  Restored restore(const fs::path& target) override {
    return {copy(repository() / source().filename(), target), target / source().filename()};
  }

 private:
  void make_repository() override { fs::create_directory(repository()); }

  Cost add_source(Reading) override {
    const fs::path path = repository() / source().filename();
    fs::remove_all(path);
    sync_file_system(repository());
    const Cost copied = copy(source(), repository());
    return copied + measure([&] { make_durable(path); });
  }

  // One call for a tree: nothing else waits to be written, and 20,000 calls of fsync take a minute.
  static void make_durable(const fs::path& path) {
    if (fs::is_directory(path)) return sync_file_system(path);
    sync_path(path);
    sync_path(path.parent_path());
  }

  static Cost copy(const fs::path& from, const fs::path& to) {
    return run_process({.words = {"cp", "-a", from.string(), to.string()}}).cost;
  }
};

bool is_installed(const std::string& program, const Words& version) {
  if (!find_program(program)) {
    fmt::print("{} is not installed: left out\n", program);
    return false;
  }
  const std::string said = run_process({.words = joined({program}, version)}).output;
  fmt::print("{}\n", said.substr(0, said.find('\n')));
  return true;
}

}  // namespace

void Peer::prepare(const fs::path& directory) {
  fs::create_directories(directory);
  directory_ = directory;
  add_count_ = 0;
  make_repository();
}

Cost Peer::add(const fs::path& source, Reading reading) {
  source_ = source;
  ++add_count_;
  return add_source(reading);
}

Stored Peer::stored() const { return {apparent_bytes(repository()), disk_bytes(repository())}; }

std::vector<std::unique_ptr<Peer>> find_peers() {
  std::vector<std::unique_ptr<Peer>> peers;
  peers.push_back(std::make_unique<Cairn>("cairn", "lz4", Packing::lz4));
  peers.push_back(std::make_unique<Cairn>("cairn off", "none", Packing::off));
  peers.push_back(std::make_unique<Cairn>("cairn zstd", "zstd", Packing::zstd));
  if (is_installed("restic", {"version"})) {
    peers.push_back(std::make_unique<Restic>("restic", "off", Packing::off));
    peers.push_back(std::make_unique<Restic>("restic zstd", "auto", Packing::zstd));
  }
  if (is_installed("borg", {"--version"})) {
    peers.push_back(std::make_unique<Borg>("borg", "none", Packing::off));
    peers.push_back(std::make_unique<Borg>("borg lz4", "lz4", Packing::lz4));
  }
  if (is_installed("casync", {"--version"})) peers.push_back(std::make_unique<Casync>());
  if (is_installed("cp", {"--version"})) peers.push_back(std::make_unique<Cp>());
  return peers;
}

}  // namespace bench
