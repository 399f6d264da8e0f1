// A oneTBB flow graph whose nodes are recorded steps: killed and run again, it does only what was not done.
//
// The words of each document are counted, as many documents at once as there are cores; then all counts are added up. What was
// done before, in this process or an earlier one, is read from its record.
#include <cairn/cairn.h>

#include <tbb/flow_graph.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace {

using Counts = std::map<std::string, std::int64_t>;

// Documents of some words each, the same in every run.
std::string document(int number) {
  constexpr const char* kWords[] = {"stone", "path", "ridge", "cairn", "fog"};
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::string(kWords[(i * i + number * 7 + i / 3) % 5]) + " ";
  return text;
}

Counts count_words(const std::string& text) {
  Counts counts;
  for (std::size_t begin = 0, end; (end = text.find(' ', begin)) != std::string::npos; begin = end + 1)
    ++counts[text.substr(begin, end - begin)];
  return counts;
}

}  // namespace

int main(int count, char** words) try {
  if (count != 3) {
    std::cerr << "usage: flow_graph STORE DOCUMENTS\n";
    return 2;
  }
  const int documents = std::atoi(words[2]);
  cairn::Store store = cairn::Store::open(words[1]);
  cairn::Run run = store.run("word counts");
  std::atomic<int> done = 0;

  using Counted = std::pair<int, std::optional<cairn::StepResult<Counts>>>;  // TBB wants it to have a value by default
  tbb::flow::graph graph;
  tbb::flow::function_node<int, Counted> counter(graph, tbb::flow::unlimited, [&](int number) {
    return Counted(number, run.step("count words", {{"text", document(number)}, {"number", number}}, [&] {
      ++done;
      return count_words(document(number));
    }));
  });
  std::map<int, cairn::StepResult<Counts>> counted;
  tbb::flow::function_node<Counted> collector(graph, tbb::flow::serial, [&](const Counted& one) {
    counted.emplace(one.first, one.second.value());
  });
  tbb::flow::make_edge(counter, collector);
  for (int number = 0; number < documents; ++number) counter.try_put(number);
  graph.wait_for_all();

  cairn::Inputs inputs;
  for (const auto& [number, counts] : counted) inputs.emplace_back("counts_" + std::to_string(number), counts);
  const auto sum = run.step("add up", inputs, [&] {
    ++done;
    Counts total;
    for (const auto& [number, counts] : counted)
      for (const auto& [word, times] : *counts) total[word] += times;
    return total;
  });
  for (const auto& [word, times] : *sum) std::cout << word << " " << times << "\n";
  std::cout << "steps done now: " << done << "\n";
  return 0;
} catch (const std::exception& error) {
  std::cerr << "flow_graph: " << error.what() << "\n";
  return 1;
}
