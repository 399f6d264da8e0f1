// Writes a store with a lineage of exactly 2,000 nodes, some of them with labels that are meant to do harm.
// Usage: lineage_writer DIRECTORY. Prints the id of the node it is the lineage of.
#include <cairn/store.h>

#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr int kMeasured = 663;  // three nodes each

using cairn::Map;
using cairn::Value;

const std::vector<std::string> kHarmful{
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "<!--<script> ]]> & &lt;b&gt; \" ' ` ${1} \\n \\N",
    "photo\u202Egnp.exe",
    "javascript:alert(1)//--> {{7*7}} <svg onload=alert(1)>",
    "line\nbreak\ttab\x01\x1b[31m\u0085",
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  cairn::Store store = cairn::Store::open(argv[1]);
  cairn::Run run = store.run("survey");
  cairn::Transaction transaction = run.transaction();
  using cairn::LinkType;
  using cairn::NodeKind;
  using cairn::NodeState;
  const cairn::Uuid summarise = transaction.add({.kind = NodeKind::calculation, .type = "summarise", .label = "summary of all",
                                                 .state = NodeState::finished, .code_version = "2.1"});
  for (int i = 0; i < kMeasured; ++i) {
    const std::string number = std::to_string(i);
    const cairn::Uuid place = transaction.add({.type = "place", .label = "place " + number});
    const bool failed = i == 600;
    const cairn::Uuid measure = transaction.add({.kind = NodeKind::calculation, .type = "measure", .label = "measure " + number,
                                                 .state = failed ? NodeState::failed : NodeState::finished,
                                                 .exit_status = failed ? 7 : 0, .exit_message = failed ? "out of paper" : ""});
    const cairn::Uuid value = transaction.add(
        {.type = "value", .label = "value " + number,
         .attributes = Map{{Value("metres"), Value(i * 0.5)}, {Value("seed"), Value(std::int64_t{i + 70000})}}});
    transaction.link(place, measure, LinkType::input, "place");
    transaction.link(measure, value, LinkType::create, "value");
    transaction.link(value, summarise, LinkType::input, "value" + number);
  }
  for (std::size_t i = 0; i < kHarmful.size(); ++i) {
    const cairn::Uuid note = transaction.add({.type = "note", .label = kHarmful[i], .description = kHarmful[i],
                                              .extras = Map{{Value(kHarmful[i]), Value(kHarmful[i])}}});
    transaction.link(note, summarise, LinkType::input, "note_" + std::string(1, static_cast<char>('a' + i)));
  }
  const cairn::Uuid long_one = transaction.add({.type = "long", .label = "long " + std::string(4'000, 'x'),
                                                .description = std::string(10'000, 'y')});
  transaction.link(long_one, summarise, LinkType::input, "long");
  const cairn::Uuid emoji = transaction.add({.type = "note", .label = "\u6E2C\u5B9A \U0001F30B \u05D0\u05D1\u05D2"});
  transaction.link(emoji, summarise, LinkType::input, "wide");
  const cairn::Uuid result = transaction.add(
      {.type = "summary", .label = "survey result", .tags = {"published"}, .unique_ids = {{"doi", "10.1/survey"}}});
  transaction.link(summarise, result, LinkType::create, "result");
  const cairn::Uuid plain = transaction.add({.type = "note"});
  transaction.link(plain, summarise, LinkType::input, "plain");
  transaction.commit();
  // Nodes: 3 * 663, the summary's calculation, 6 that are harmful, 1 long, 1 wide, 1 plain, the result.
  std::cout << result.text() << "\n";
}
