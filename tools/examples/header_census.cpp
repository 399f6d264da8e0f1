// Counts what is in a tree of C and C++ headers, as a workflow of recorded steps that can be killed at any moment:
// read each file, split it into tokens, count, merge in a tree, write a report.
//
//   header_census STORE RUN DIRECTORY REPORT [ACKNOWLEDGEMENTS]
//
// ACKNOWLEDGEMENTS gets a line for each step and each checkpoint after it is durable.
#include <cairn/cairn.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include "workflow.h"

namespace fs = std::filesystem;

// Not an anonymous namespace: the names of the types are stored with the data.
namespace census {

constexpr std::size_t kFilesPerGroup = 48, kMergeWidth = 4, kBatch = 32;

struct Group {
  std::vector<std::string> paths;
};
BOOST_DESCRIBE_STRUCT(Group, (), (paths))

struct Text {  // the files of a group, one after the other
  std::vector<std::string> paths;
  std::vector<std::uint64_t> sizes;
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint8_t> bytes;
};
BOOST_DESCRIBE_STRUCT(Text, (), (paths, sizes, hashes, bytes))

using Tokens = std::map<std::string, std::uint64_t>;

struct Census {
  std::uint64_t files = 0, bytes = 0, tokens = 0, distinct_tokens_by_group = 0, hash = 0;
  std::map<std::string, std::uint64_t> keywords;
};
BOOST_DESCRIBE_STRUCT(Census, (), (files, bytes, tokens, distinct_tokens_by_group, hash, keywords))

std::uint64_t fnv1a(const std::uint8_t* data, std::size_t size) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ data[i]) * 0x100000001b3;
  return hash;
}

Text read(const Group& group) {
  Text text;
  for (const std::string& path : group.paths) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    if (!file.good() && !file.eof()) throw std::runtime_error("cannot read " + path);
    const std::size_t begin = text.bytes.size();
    text.bytes.insert(text.bytes.end(), bytes.begin(), bytes.end());
    text.paths.push_back(path);
    text.sizes.push_back(bytes.size());
    text.hashes.push_back(fnv1a(text.bytes.data() + begin, bytes.size()));
  }
  return text;
}

Tokens tokenise(const Text& text) {
  Tokens tokens;
  const auto is_word = [](std::uint8_t c) { return std::isalnum(c) != 0 || c == '_'; };
  for (auto at = text.bytes.begin(); at != text.bytes.end();) {
    at = std::find_if(at, text.bytes.end(), is_word);
    const auto end = std::find_if_not(at, text.bytes.end(), is_word);
    if (at != end) ++tokens[std::string(at, end)];
    at = end;
  }
  return tokens;
}

Census count(const Text& text, const Tokens& tokens) {
  static const std::set<std::string> keywords = {"class", "const", "define", "enum",     "include", "inline", "int",
                                                 "namespace", "return", "static", "struct", "template", "typedef", "void"};
  Census census;
  census.files = text.paths.size();
  census.bytes = text.bytes.size();
  for (const std::uint64_t hash : text.hashes) census.hash ^= hash;
  for (const auto& [token, times] : tokens) {
    census.tokens += times;
    if (keywords.contains(token)) census.keywords[token] += times;
  }
  census.distinct_tokens_by_group = tokens.size();
  return census;
}

Census merge(const std::vector<example::Future<Census>>& parts) {
  Census sum;
  for (const auto& part : parts) {
    const Census& census = part.value();
    sum.files += census.files;
    sum.bytes += census.bytes;
    sum.tokens += census.tokens;
    sum.distinct_tokens_by_group += census.distinct_tokens_by_group;
    sum.hash ^= census.hash;
    for (const auto& [keyword, times] : census.keywords) sum.keywords[keyword] += times;
  }
  return sum;
}

std::string write_report(const Census& census) {
  std::string text = "files " + std::to_string(census.files) + "\nbytes " + std::to_string(census.bytes) + "\ntokens " +
                     std::to_string(census.tokens) + "\nhash " + std::to_string(census.hash) + "\n";
  for (const auto& [keyword, times] : census.keywords) text += keyword + " " + std::to_string(times) + "\n";
  return text;
}

std::vector<std::shared_ptr<const Group>> find_groups(const fs::path& directory) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  std::vector<std::shared_ptr<const Group>> groups;
  for (std::size_t i = 0; i < paths.size(); i += kFilesPerGroup) {
    const auto begin = paths.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end = paths.begin() + static_cast<std::ptrdiff_t>(std::min(i + kFilesPerGroup, paths.size()));
    groups.push_back(std::make_shared<const Group>(Group{{begin, end}}));
  }
  return groups;
}

example::Future<std::string> build(example::Workflow& flow, const std::vector<std::shared_ptr<const Group>>& groups) {
  std::vector<example::Future<Census>> level;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string number = std::to_string(i);
    const auto group = groups[i];
    const auto text = flow.add<Text>("read " + number, {{"group", group}}, [group] { return read(*group); });
    const auto tokens = flow.add<Tokens>("tokenise " + number, {{"text", text}}, [text] { return tokenise(text.value()); });
    level.push_back(flow.add<Census>("count " + number, {{"text", text}, {"tokens", tokens}},
                                     [text, tokens] { return count(text.value(), tokens.value()); }));
  }
  for (std::size_t height = 1; level.size() > 1; ++height) {
    std::vector<example::Future<Census>> above;
    for (std::size_t i = 0; i < level.size(); i += kMergeWidth) {
      const std::vector<example::Future<Census>> parts(
          level.begin() + static_cast<std::ptrdiff_t>(i),
          level.begin() + static_cast<std::ptrdiff_t>(std::min(i + kMergeWidth, level.size())));
      std::vector<example::Source> sources;
      for (std::size_t part = 0; part < parts.size(); ++part) sources.emplace_back("part" + std::to_string(part), parts[part]);
      above.push_back(flow.add<Census>("merge " + std::to_string(height) + "." + std::to_string(i / kMergeWidth),
                                       std::move(sources), [parts] { return merge(parts); }));
    }
    level = std::move(above);
  }
  const example::Future<Census> total = level.at(0);
  return flow.add<std::string>("report", {{"census", total}}, [total] { return write_report(total.value()); });
}

void append_line(int file, const std::string& line) {
  if (file >= 0 && ::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw std::runtime_error("cannot write an acknowledgement");
}

int run(int count, char** arguments) {
  if (count < 5) {
    std::cerr << "usage: header_census STORE RUN DIRECTORY REPORT [ACKNOWLEDGEMENTS]\n";
    return 2;
  }
  cairn::Store store = cairn::Store::open(arguments[1]);
  cairn::Run workflow = store.run(arguments[2]);
  const int file = count > 5 ? ::open(arguments[5], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
  std::atomic<std::size_t> done = 0, kept = 0;
  example::Workflow::Report report;
  report.task = [&](const std::string& name, bool recorded_before) {
    ++(recorded_before ? kept : done);
    append_line(file, (recorded_before ? "kept " : "step ") + name + "\n");
  };
  report.checkpoint = [&](const cairn::Receipt& receipt) { append_line(file, "checkpoint " + receipt.id.hex() + "\n"); };

  example::Workflow flow(workflow, kBatch, report);
  const auto text = build(flow, find_groups(arguments[3]));
  flow.run(2);
  std::ofstream(arguments[4], std::ios::binary) << text.value();
  workflow.finish({{"report", text.data()}});
  std::cout << done << " steps done now, " << kept << " not repeated; report " << text.data().text() << "\n";
  return 0;
}

}  // namespace census

int main(int count, char** arguments) {
  try {
    return census::run(count, arguments);
  } catch (const std::exception& error) {
    std::cerr << "header_census: " << error.what() << "\n";
    return 1;
  }
}
