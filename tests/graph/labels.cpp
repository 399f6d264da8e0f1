#include "graph/labels.h"

#include <boost/test/unit_test.hpp>

#include "graph/graph_store.h"

namespace cairn::graph {
namespace {

BOOST_AUTO_TEST_SUITE(labels)

BOOST_AUTO_TEST_CASE(an_interned_label_is_found_by_text_and_by_number) {
  GraphStore store;
  store.intern({"x", "y", "x"});
  const auto view = store.view();
  BOOST_TEST(store.labels().find("x", *view).value() == 1u);
  BOOST_TEST(store.labels().find("y", *view).value() == 2u);
  BOOST_TEST(store.labels().text(2, *view) == "y");
  BOOST_TEST(!store.labels().find("z", *view));
}

BOOST_AUTO_TEST_CASE(a_label_keeps_its_number) {
  GraphStore store;
  store.intern({"x"});
  const Labels::Plan plan = store.labels().plan(std::vector<std::string>{"y", "x", "y"}, *store.view());
  BOOST_TEST(plan.ids == (std::vector<LabelId>{2, 1, 2}), boost::test_tools::per_element());
  BOOST_TEST(plan.rows.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_plan_that_was_dropped_leaves_nothing) {
  GraphStore store;
  store.labels().plan(std::vector<std::string>{"lost"}, *store.view());
  store.intern({"kept"});
  BOOST_TEST(!store.labels().find("lost", *store.view()));
  BOOST_TEST(store.labels().find("kept", *store.view()).value() == 1u);
}

BOOST_AUTO_TEST_CASE(a_commit_of_unknown_outcome_that_happened_is_seen_by_the_next_plan) {
  GraphStore store;
  const Labels::Plan plan = store.labels().plan(std::vector<std::string>{"x"}, *store.view());
  store.publish(format::kRootCell, {.rows = plan.rows, .records = {}, .claims = {}, .indexes = {}});
  const Labels::Plan again = store.labels().plan(std::vector<std::string>{"y", "x"}, *store.view());
  BOOST_TEST(again.ids == (std::vector<LabelId>{2, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_dictionary_reads_the_labels_from_the_view) {
  GraphStore store;
  store.intern({"x"});
  Labels other;
  BOOST_TEST(other.text(1, *store.view()) == "x");
  store.intern({"y"});
  BOOST_TEST(other.find("y", *store.view()).value() == 2u);
  // What it has seen in one view holds for older ones too, and a confirmation of what it has read is no
  // clash.
  other.confirm({.ids = {2}, .rows = {}, .added = {"y"}, .first = 2});
  BOOST_TEST(other.text(2, *store.view()) == "y");
}

BOOST_AUTO_TEST_CASE(an_unknown_number_is_damage) {
  GraphStore store;
  store.intern({"x"});
  BOOST_CHECK_EXCEPTION(store.labels().text(2, *store.view()), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(store.labels().text(0, *store.view()), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(a_gap_in_the_numbers_is_damage) {
  GraphStore store;
  store.publish(format::kRootCell,
                {.rows = {{format::row::label(2), "x"}}, .records = {}, .claims = {}, .indexes = {}});
  BOOST_CHECK_EXCEPTION(store.labels().find("x", *store.view()), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(rows_of_other_types_are_not_labels) {
  GraphStore store;
  store.publish(format::kRootCell,
                {.rows = {{format::row::label(1), "x"}, {format::row::run(), "not a label"}},
                 .records = {},
                 .claims = {},
                 .indexes = {}});
  BOOST_TEST(store.labels().find("x", *store.view()).value() == 1u);
}

BOOST_AUTO_TEST_CASE(a_plan_with_a_bad_label_names_it) {
  GraphStore store;
  const auto names_it = [](const Error& error) {
    return is_violation(error) && std::string_view(error.what()).find("\"not ok\"") != std::string_view::npos;
  };
  BOOST_CHECK_EXCEPTION(store.labels().plan(std::vector<std::string>{"ok", "not ok"}, *store.view()), Error,
                        names_it);
}

BOOST_AUTO_TEST_CASE(a_label_has_at_most_255_characters) {
  BOOST_CHECK_NO_THROW(check_label(std::string(255, 'x')));
  BOOST_CHECK_EXCEPTION(check_label(std::string(256, 'x')), Error, is_violation);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
