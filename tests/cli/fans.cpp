// A node with a million links, as the command shows it.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include "command.h"
#include "support/peak_memory.h"

using namespace cairn::test;

namespace {

constexpr std::uint32_t kSteps = 1'000'000;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Data that so many steps used, one of which failed.
std::string add_fan(const std::filesystem::path& path) {
  cairn::Store store = cairn::Store::open(path, {.create = false});
  cairn::BulkLoad load = store.bulk_load();
  const cairn::Uuid used = cairn::Uuid::generate();
  const auto label = load.label("x"), data = load.add({.kind = cairn::NodeKind::data, .label = "used", .uuid = used});
  for (std::uint32_t i = 0; i < kSteps; ++i) {
    const bool failed = i == kSteps / 2;
    load.link(data,
              load.add({.kind = cairn::NodeKind::calculation, .type = "step",
                        .state = failed ? cairn::NodeState::failed : cairn::NodeState::finished}),
              cairn::LinkType::input, label);
  }
  load.commit();
  return used.text();
}

// Of all commands that have ended, in bytes.
std::uint64_t most_memory_of_commands() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(fans, CommandFixture)

BOOST_AUTO_TEST_CASE(a_fan_of_a_million_is_folded_counted_and_paged) {
  const std::string used = add_fan(store());
  const Outcome tree = run({"lineage", used, "--down"});
  BOOST_TEST_REQUIRE(tree.status == 0, tree.err);
  const auto shown = lines(tree.out);
  BOOST_TEST_REQUIRE(shown.size() == 11u, tree.out);
  for (const std::string& line : shown) BOOST_TEST(line.size() <= 80u, line);
  BOOST_TEST(has(tree.out, "calculation step [failed]"), tree.out);
  BOOST_TEST(has(shown[9], "`- ... and 999992 more calculation nodes (use --all)"), shown[9]);
  BOOST_TEST(shown[10] == "1000001 nodes, 1000000 links, 999992 not shown");
  const Outcome refused = run({"lineage", used, "--down", "--nodes-max", "1000000"});
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(refused.out == "");
  BOOST_TEST(has(refused.err, "more than 1000000 nodes"), refused.err);
  BOOST_TEST(has(run({"impact", used}).out, "1000000 nodes affected"));
  BOOST_TEST(run_json({"nodes", "state = failed"}).size() == 1u);
  BOOST_TEST(run_json({"nodes", "kind = calculation", "--limit", "3"}).size() == 3u);
  BOOST_TEST_MESSAGE(most_memory_of_commands() / (1 << 20) << " MiB");
  if (PeakMemory::is_measured()) BOOST_TEST(most_memory_of_commands() < std::uint64_t{1} << 30);
}

BOOST_AUTO_TEST_SUITE_END()
