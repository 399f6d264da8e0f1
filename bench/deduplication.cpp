#include "deduplication.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "plain_files.h"
#include "trees.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

struct Subject {
  std::string name;
  int version_count;
  std::function<void(int)> make;  // the version with that number, out of the one before it
  bool compresses;
};

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  fill_random(std::as_writable_bytes(std::span(bytes)), random());
  return bytes;
}

// ---- Versions of a file ----

class FileVersions {
 public:
  FileVersions(fs::path path, std::uint64_t bytes, std::uint64_t seed)
      : path_(std::move(path)), random_(seed), content_(random_bytes(random_, bytes)) {}

  void make(int version) {
    if (version == 1) insert(0, 100);
    if (version == 2) insert(0, 1), edit_inside();
    if (version == 3) insert(content_.size() / 2, content_.size() / 256);
    write_file(path_, content_);
  }

 private:
  void insert(std::size_t at, std::size_t size) { content_.insert(at, random_bytes(random_, size)); }

  void edit_inside() {
    for (int i = 0; i < 20; ++i) {
      const std::size_t at = below(random_, content_.size());
      if (i % 3 != 0) content_.erase(at, 1 + below(random_, 30));
      if (i % 3 != 1) insert(at, 1 + below(random_, 30));
    }
  }

  const fs::path path_;
  Random random_;
  std::string content_;
};

// ---- Versions of a source tree ----

class TreeVersions {
 public:
  TreeVersions(fs::path path, std::uint64_t count, std::uint64_t seed) : path_(std::move(path)), random_(seed) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(CAIRN_BOOST_HEADERS))
      if (entry.is_regular_file()) unused_.push_back(entry.path().lexically_relative(CAIRN_BOOST_HEADERS));
    std::sort(unused_.begin(), unused_.end());
    if (unused_.size() < 2 * count)
      throw std::runtime_error(fmt::format("{}: fewer than {} files", CAIRN_BOOST_HEADERS, 2 * count));
    first_count_ = count;
  }

  void make(int version) {
    if (version == 0) return add(first_count_);
    for (std::size_t left = part(0.03); left > 0; --left) edit(path_ / used_[below(random_, used_.size())]);
    for (std::size_t left = part(0.003); left > 0; --left) fs::remove(path_ / take(used_));
    add(part(0.003));
  }

 private:
  std::size_t part(double share) const { return static_cast<std::size_t>(share * static_cast<double>(first_count_)); }

  fs::path take(std::vector<fs::path>& paths) {
    std::swap(paths[below(random_, paths.size())], paths.back());
    fs::path taken = std::move(paths.back());
    paths.pop_back();
    return taken;
  }

  void add(std::size_t count) {
    for (; count > 0; --count) {
      used_.push_back(take(unused_));
      const fs::path path = path_ / used_.back();
      fs::create_directories(path.parent_path());
      write_file(path, read_whole(fs::path(CAIRN_BOOST_HEADERS) / used_.back()));
    }
  }

  // A few lines at one to three places.
  void edit(const fs::path& path) {
    std::string text = read_whole(path);
    for (std::size_t places = 1 + below(random_, 3); places > 0; --places) {
      const std::size_t at = random_line(random_, text);
      const std::size_t end = text.find('\n', at);
      if (end != std::string::npos && below(random_, 2) == 0) text.erase(at, end + 1 - at);
      text.insert(at, random_text(random_, 40 + below(random_, 200)) + "\n");
    }
    write_file(path, text);
  }

  const fs::path path_;
  Random random_;
  std::size_t first_count_ = 0;
  std::vector<fs::path> used_, unused_;
};

// ---- Snapshots of an array ----

class ArrayVersions {
 public:
  ArrayVersions(fs::path path, std::uint64_t bytes, std::uint64_t seed)
      : path_(std::move(path)), count_(bytes / sizeof(double)), random_(seed) {}

  void make(int version) {
    if (version == 0) return make_large_file(path_, count_ * sizeof(double), random_() >> 32);
    const std::size_t run_count = 50;
    const std::size_t run = count_ / 200 / run_count;
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    for (std::size_t left = run_count; left > 0; --left) {
      const std::string numbers = random_bytes(random_, run * sizeof(double));
      file.seekp(static_cast<std::streamoff>(below(random_, count_ - run) * sizeof(double)));
      file.write(numbers.data(), static_cast<std::streamsize>(numbers.size()));
    }
    if (!file.flush()) throw std::runtime_error("edit " + path_.string());
  }

 private:
  const fs::path path_;
  const std::uint64_t count_;
  Random random_;
};

// ---- Comparison ----

bool is_alike(const Peer& ours, const Peer& other, bool compresses) {
  return !compresses || other.packing() == ours.packing();
}

void report_stored(const std::vector<Peer*>& peers, const Subject& subject, double version_bytes, Report& report) {
  constexpr double kMiB = 1u << 20;
  std::vector<Stored> stored;
  for (const Peer* const peer : peers) stored.push_back(peer->stored());
  const std::string what = "stored " + subject.name;
  for (std::size_t k = 0; k < peers.size(); ++k) {
    if (!peers[k]->is_ours()) continue;
    const auto ours = static_cast<double>(stored[k].bytes);
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < peers.size(); ++i)
      if (!peers[i]->is_ours() && is_alike(*peers[k], *peers[i], subject.compresses))
        best = std::min(best, static_cast<double>(stored[i].bytes));
    if (best < std::numeric_limits<double>::infinity())
      report.add(fmt::format("{}: {} / best alike", what, peers[k]->name()), ours / best);
  }
  report.add(what + ": all versions, MiB", version_bytes / kMiB);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    report.add(fmt::format("{}: {}, MiB", what, peers[i]->name()), static_cast<double>(stored[i].bytes) / kMiB);
    report.add(fmt::format("{}: {}, MiB on disk", what, peers[i]->name()),
               static_cast<double>(stored[i].disk_bytes) / kMiB);
  }
}

void compare(const std::vector<Peer*>& peers, const fs::path& directory, const Subject& subject, Report& report) {
  const fs::path source = directory / subject.name;
  for (Peer* const peer : peers) peer->prepare(directory / "peers" / peer->name());
  double version_bytes = 0;
  for (int version = 0; version < subject.version_count; ++version) {
    subject.make(version);
    version_bytes += static_cast<double>(apparent_bytes(source));
    for (Peer* const peer : peers) peer->add(source, Reading::contents);
  }
  report_stored(peers, subject, version_bytes, report);
  fs::remove_all(source);
  fs::remove_all(directory / "peers");
}

}  // namespace

void measure_deduplication(const std::vector<std::unique_ptr<Peer>>& peers, const fs::path& directory,
                           const DedupSizes& sizes, std::uint64_t seed, Report& report) {
  std::vector<Peer*> deduplicating;
  for (const std::unique_ptr<Peer>& peer : peers)
    if (peer->deduplicates()) deduplicating.push_back(peer.get());
  {
    FileVersions file(directory / "file", sizes.file_bytes, seed);
    compare(deduplicating, directory, {"file", 4, [&](int version) { file.make(version); }, false}, report);
  }
  TreeVersions tree(directory / "tree", sizes.tree_files, seed);
  compare(deduplicating, directory, {"tree", 10, [&](int version) { tree.make(version); }, true}, report);
  ArrayVersions array(directory / "array", sizes.array_bytes, seed);
  compare(deduplicating, directory, {"array", 20, [&](int version) { array.make(version); }, false}, report);
}

}  // namespace bench
