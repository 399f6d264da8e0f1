// Ignore rules against their model: random trees and patterns, and what `git check-ignore` says of them.
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "object/ignore_rules.h"
#include "support/temporary_directory.h"

namespace cairn::object {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// A repository in a directory of its own, asked as if the user had configured nothing.
class GitRepository {
 public:
  GitRepository() {
    fs::create_directory(root());
    write(scratch_.path() / "in", "");
  }

  fs::path root() const { return scratch_.path() / "root"; }

  bool init() const { return run("init --quiet --template=") == 0; }

  // For each path, whether the last pattern that git finds for it leaves it out.
  std::vector<bool> ask(const std::vector<std::string>& paths) const {
    std::string input;
    for (const std::string& path : paths) input += given(path) + '\0';
    write(scratch_.path() / "in", input);
    const int status = run("check-ignore --no-index --stdin -z --verbose --non-matching");
    BOOST_REQUIRE_MESSAGE(status == 0 || status == 1 << 8, read(scratch_.path() / "err"));
    return verdicts(read(scratch_.path() / "out"), paths);
  }

 private:
  // A ':' at the beginning has a meaning.
  static std::string given(const std::string& path) { return "./" + path; }

  int run(const std::string& arguments) const {
    const std::string at = scratch_.path().string();
    return std::system(("cd '" + at +
                        "/root' && env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE -u GIT_CONFIG_GLOBAL HOME='" + at +
                        "' XDG_CONFIG_HOME='" + at + "' GIT_CONFIG_NOSYSTEM=1 git " + arguments + " <'" + at + "/in' >'" +
                        at + "/out' 2>'" + at + "/err'")
                           .c_str());
  }

  // Of four fields for each path: file, line, pattern and path.
  static std::vector<bool> verdicts(const std::string& output, const std::vector<std::string>& paths) {
    std::vector<bool> verdicts;
    std::size_t at = 0;
    const auto next = [&] {
      const std::size_t begin = std::exchange(at, output.find('\0', at) + 1);
      BOOST_REQUIRE(at != 0);
      return output.substr(begin, at - 1 - begin);
    };
    for (const std::string& path : paths) {
      next();
      next();
      const std::string pattern = next();
      verdicts.push_back(!pattern.empty() && pattern[0] != '!');
      BOOST_REQUIRE(next() == given(path));
    }
    return verdicts;
  }

  test::TemporaryDirectory scratch_;
};

// Every second one has plain names at more depth, so that patterns of many stars have something to match.
class RandomTree {
 public:
  explicit RandomTree(std::uint64_t seed) : random_(seed), is_plain_(seed % 2 == 0) {
    for (int i = 0; i < 60; ++i) {
      std::string path = name();
      while (!chance(is_plain_ ? 5 : 2) && path.size() < 16) path += '/' + name();
      add(path);
    }
  }

  const std::set<std::string>& directories() const { return directories_; }
  const std::set<std::string>& files() const { return files_; }

  // Most are made of a path of the tree, so that there is something to match.
  std::string pattern() {
    if (chance(is_plain_ ? 2 : 8)) return characters(is_plain_ ? "aab//****?" : "ab/*?[]!^-\\# .:", 1 + below(10));
    std::string path = chance(8) ? "a/b/a/b" : some_path();
    if (chance(2)) path.erase(0, path.rfind('/') + 1);
    std::string pattern;
    for (const char byte : path) pattern += chance(3) ? blurred(byte) : std::string(1, byte);
    if (chance(6)) pattern.insert(0, "/");
    if (chance(8)) pattern.insert(0, "**/");
    if (chance(4)) pattern.insert(0, "!");
    if (chance(6)) pattern += "/";
    if (chance(8)) pattern += "/**";
    if (chance(12)) pattern += " ";
    return pattern;
  }

  bool chance(unsigned one_in) { return below(one_in) == 0; }
  std::size_t below(std::size_t end) { return random_() % end; }
  const std::string& some_directory() { return *std::next(directories_.begin(), pick(directories_.size())); }

 private:
  std::string name() {
    std::string name;
    do
      name = is_plain_ || chance(3) ? characters("ab", 1 + below(is_plain_ ? 3 : 1))
                                    : characters("aab*?[]!^-\\# .:B1\xc3\n", 1 + below(3));
    while (name == "." || name == "..");
    return name;
  }

  std::string characters(std::string_view alphabet, std::size_t count) {
    std::string text;
    while (text.size() < count) text += alphabet[below(alphabet.size())];
    return text;
  }

  // What may match the byte, and much else.
  std::string blurred(char byte) {
    static constexpr std::string_view kBlurs[] = {
        "*",           "**",           "***",          "?",    "\\",     "\\", "[!a]", "[^b-z]", "[]a-b]",
        "[[:alpha:]]", "[[:punct:]-]", "[![:space:]]", "/**/", "/**\\/", "*/", "/*/",  "/",      "[",
        "]",           "[a-\\]]",      "\\/",          ""};
    const std::string blur(kBlurs[below(std::size(kBlurs))]);
    if (chance(4)) return std::string("[") + byte + "]";
    return blur == "\\" || chance(3) ? blur + byte : blur;
  }

  void add(const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      if (files_.contains(path.substr(0, slash))) return;
      directories_.insert(path.substr(0, slash));
    }
    if (!directories_.contains(path)) (chance(4) ? directories_ : files_).insert(path);
  }

  std::ptrdiff_t pick(std::size_t size) { return static_cast<std::ptrdiff_t>(below(size)); }
  const std::string& some_path() {
    return chance(2) || files_.empty() ? some_directory() : *std::next(files_.begin(), pick(files_.size()));
  }

  std::mt19937_64 random_;
  bool is_plain_;
  std::set<std::string> directories_;
  std::set<std::string> files_;
};

// As a walk does that goes into nothing that is left out, and learns of a directory's own patterns when it enters.
bool is_left_out(const IgnoreRules& rules, const std::string& path, bool is_directory) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (rules.matches(std::string_view(path).substr(0, slash), true)) return true;
  return rules.matches(path, is_directory);
}

std::string random_lines(RandomTree& tree) {
  std::string lines = tree.chance(10) ? "\xef\xbb\xbf" : "";
  for (std::size_t count = 1 + tree.below(4); count > 0; --count)
    lines += tree.pattern() + (tree.chance(10) ? "\r\n" : "\n");
  return lines;
}

BOOST_AUTO_TEST_SUITE(ignore_rules_git)

BOOST_AUTO_TEST_CASE(git_gives_the_same_verdicts) {
  constexpr std::uint64_t kTrees = 12, kPatternSets = 20;
  std::size_t asked = 0, ignored = 0;
  for (std::uint64_t seed = 1; seed <= kTrees; ++seed) {
    const GitRepository repository;
    if (!repository.init()) {
      BOOST_TEST_MESSAGE("skipped: there is no git");
      return;
    }
    RandomTree tree(seed);
    for (const std::string& directory : tree.directories()) fs::create_directories(repository.root() / directory);
    std::vector<std::string> paths(tree.directories().begin(), tree.directories().end());
    paths.insert(paths.end(), tree.files().begin(), tree.files().end());
    for (std::uint64_t i = 0; i < kPatternSets; ++i) {
      const std::string& inner = tree.some_directory();
      const std::string outer_lines = random_lines(tree), inner_lines = random_lines(tree);
      write(repository.root() / ".gitignore", outer_lines);
      write(repository.root() / inner / ".gitignore", inner_lines);
      IgnoreRules rules;
      rules.add_lines(outer_lines);
      rules.add_lines(inner_lines, inner);
      const std::vector<bool> expected = repository.ask(paths);
      for (std::size_t k = 0; k < paths.size(); ++k) {
        const bool found = is_left_out(rules, paths[k], tree.directories().contains(paths[k]));
        BOOST_TEST(found == expected[k], "seed " << seed << ", path '" << paths[k] << "', patterns:\n"
                                                 << outer_lines << "in '" << inner << "':\n"
                                                 << inner_lines);
        ++asked;
        ignored += expected[k];
      }
      fs::remove(repository.root() / inner / ".gitignore");
    }
  }
  BOOST_TEST_MESSAGE(asked << " verdicts, " << ignored << " ignored");
  BOOST_TEST(ignored > asked / 10);
  BOOST_TEST(asked - ignored > asked / 10);
}

BOOST_AUTO_TEST_CASE(git_has_the_same_bytes_in_every_class) {
  const GitRepository repository;
  if (!repository.init()) {
    BOOST_TEST_MESSAGE("skipped: there is no git");
    return;
  }
  std::vector<std::string> paths;
  for (int byte = 1; byte < 256; ++byte)
    if (byte != '/' && byte != '.') paths.emplace_back(1, static_cast<char>(byte));
  for (const std::string set : {"[:alnum:]", "[:alpha:]", "[:blank:]", "[:cntrl:]", "[:digit:]", "[:graph:]", "[:lower:]",
                                "[:print:]", "[:punct:]", "[:space:]", "[:upper:]", "[:xdigit:]", "!-~", "\x7f-\x81"}) {
    write(repository.root() / ".gitignore", "[" + set + "]\n");
    IgnoreRules rules;
    rules.add("[" + set + "]");
    const std::vector<bool> expected = repository.ask(paths);
    for (std::size_t k = 0; k < paths.size(); ++k)
      BOOST_TEST(rules.matches(paths[k], false) == expected[k], set << " and byte " << int(paths[k][0]));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
