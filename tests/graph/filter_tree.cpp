// What a planner sees of a filter.
#include "graph/filter_tree.h"

#include <boost/test/unit_test.hpp>

#include <string>

#include "graph/filter_fields.h"
#include "graph/filter_text.h"

namespace cairn::graph::filter {
namespace {

std::string conjuncts_of(const char* text) {
  const Filter filter = Filter::parse(text);
  std::string tests;
  for (const Term* test : conjuncts(root_of(filter))) tests += term_text(*test) + "; ";
  return tests;
}

BOOST_AUTO_TEST_SUITE(filter_tree)

BOOST_AUTO_TEST_CASE(the_conjuncts_are_the_tests_that_every_passing_node_passes) {
  BOOST_TEST(conjuncts_of("kind = data") == "kind = data; ");
  BOOST_TEST(conjuncts_of("kind = data and (size > 1 and (type in (a) and tag exists))") ==
             "kind = data; size > 1; type in (\"a\"); tag exists; ");
  BOOST_TEST(conjuncts_of("kind = data and not size > 1 and (type = a or type = b)") == "kind = data; ");
  BOOST_TEST(conjuncts_of("not not kind = data") == "kind = data; ");
  BOOST_TEST(conjuncts_of("kind = data or size > 1") == "");
  BOOST_TEST(conjuncts_of("not kind = data") == "");
  BOOST_TEST(conjuncts_of("") == "");
  BOOST_TEST(conjuncts_of("false") == "");
}

BOOST_AUTO_TEST_CASE(a_test_holds_its_operand_in_the_type_of_its_field) {
  const auto operand = [](const char* text) {
    const Filter filter = Filter::parse(text);
    return std::get<Compare>(conjuncts(root_of(filter)).at(0)->form).operand;
  };
  BOOST_TEST((operand("kind = data") == Operand(NodeKind::data)));
  BOOST_TEST((operand("state = \"failed\"") == Operand(NodeState::failed)));
  BOOST_TEST((operand("id = 00000000000000000000000000000000") == Operand(Uuid{})));
  BOOST_TEST((operand("content = 00000000000000000000000000000000") == Operand(Digest{})));
  BOOST_TEST((operand("label = 1") == Operand(Value("1"))));
  BOOST_TEST((operand("attributes.x = 1") == Operand(Value(1))));
  BOOST_TEST((operand("attributes.x = 1970-01-01") == Operand(Instant{})));
  BOOST_TEST((operand("created > now-1s") == Operand(FromNow{std::chrono::seconds(-1)})));
}

BOOST_AUTO_TEST_CASE(a_term_knows_its_depth_and_what_it_costs) {
  const Filter plain = Filter::parse("kind = data and label = a"),
               names = Filter::parse("kind = data or not tag = a"),
               values = Filter::parse("tag = a and not (extras.x = 1 or kind in (data, workflow))");
  BOOST_TEST((root_of(plain).cost == Cost::record));
  BOOST_TEST((root_of(names).cost == Cost::names));
  BOOST_TEST((root_of(values).cost == Cost::values));
  BOOST_TEST(root_of(plain).depth == 2u);
  BOOST_TEST(root_of(names).depth == 3u);
  BOOST_TEST(root_of(values).depth == 4u);
  BOOST_TEST(root_of(values).tests == 4u);
}

BOOST_AUTO_TEST_CASE(every_field_has_its_row) {
  BOOST_TEST(field_rows().size() == 19u);
  for (std::size_t i = 0; i < field_rows().size(); ++i) {
    const FieldRow& row = field_rows()[i];
    BOOST_TEST((row.field == static_cast<FilterField>(i)));
    BOOST_TEST((find_field(row.name) == row.field));
    BOOST_TEST(FilterPath(row.field).text() == row.name);
  }
  BOOST_TEST(!find_field("uuid"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph::filter
