// The layers: who may include whom, read from the sources themselves.
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Layers = std::set<std::string>;

const fs::path kSource = CAIRN_SOURCE_DIR;

// What a layer may include beside itself and include/cairn.
const std::map<std::string, Layers> kBelow = {
    {"base", {}},
    {"format", {"base"}},
    {"engine", {"base", "format"}},
    {"object", {"base", "format", "engine"}},
    {"graph", {"base", "format", "engine"}},
    {"store", {"base", "format", "engine", "object", "graph"}},
    {"interchange", {}},  // the public API alone
};

// Libraries that one layer alone knows.
const std::map<std::string, std::string> kOnlyUser = {
    {"rocksdb/", "engine"}, {"capnp/", "format"}, {"kj/", "format"}, {"xxh", "base"}, {"lz4", "engine"}, {"zstd", "engine"}};

struct Include {
  fs::path file;
  std::string name;
};

std::vector<Include> includes_below(const fs::path& directory) {
  std::vector<Include> includes;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("#include ")) includes.push_back({entry.path(), line.substr(10, line.find_last_of("\">") - 10)});
  }
  return includes;
}

BOOST_AUTO_TEST_SUITE(layers)

BOOST_AUTO_TEST_CASE(a_layer_includes_only_those_below_it) {
  for (const auto& [layer, below] : kBelow) {
    for (const Include& include : includes_below(kSource / "src" / layer)) {
      const std::string target = include.name.substr(0, include.name.find('/'));
      if (!kBelow.contains(target) || target == layer) continue;
      BOOST_TEST(below.contains(target), include.file << " includes " << include.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(each_library_is_known_to_one_layer) {
  for (const auto& [layer, below] : kBelow)
    for (const Include& include : includes_below(kSource / "src" / layer))
      for (const auto& [library, user] : kOnlyUser)
        BOOST_TEST((!include.name.starts_with(library) || layer == user), include.file << " includes " << include.name);
}

// The one public header that a program asks for if it has Cap'n Proto.
bool is_opt_in(const Include& include) {
  return include.file.filename() == "capnp.h" && (include.name.starts_with("capnp/") || include.name.starts_with("kj/"));
}

BOOST_AUTO_TEST_CASE(public_headers_and_their_users_see_no_library_and_no_layer) {
  for (const char* directory : {"include", "tools"}) {
    for (const Include& include : includes_below(kSource / directory)) {
      for (const auto& [library, user] : kOnlyUser)
        BOOST_TEST((!include.name.starts_with(library) || is_opt_in(include)), include.file << " includes " << include.name);
      for (const auto& [layer, below] : kBelow)
        BOOST_TEST(!include.name.starts_with(layer + "/"), include.file << " includes " << include.name);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
