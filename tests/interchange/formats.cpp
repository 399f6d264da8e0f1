// The table of formats, and what holds for each of its rows.
#include <cairn/cairn.h>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>
#include <string>

#include "store/stores.h"
#include "support/errors.h"

namespace cairn::test {
namespace {

/// A workflow that called a calculation, which made data of other data.
struct Made {
  Uuid flow, given, step, result;
};

Made make_graph(Store& store) {
  Transaction transaction = store.run("bands").transaction();
  Made made;
  made.given = transaction.add({.type = "structure", .label = "Fe \"bcc\"\n", .content = transaction.put(std::string("Fe"))});
  made.flow = transaction.add({.kind = NodeKind::workflow, .type = "bands", .state = NodeState::finished});
  made.step = transaction.add({.kind = NodeKind::calculation, .type = "relax", .state = NodeState::failed, .exit_status = 3});
  made.result = transaction.add({.type = "energy", .attributes = Map{{"energy", -8.31}}});
  transaction.link(made.given, made.step, LinkType::input, "structure");
  transaction.link(made.flow, made.step, LinkType::call, "relax");
  transaction.link(made.step, made.result, LinkType::create, "energy");
  transaction.commit();
  return made;
}

std::string exported(const Store& store, std::string_view format, std::vector<Uuid> nodes) {
  std::ostringstream out;
  export_document(store, format, nodes, out);
  return out.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(formats_table)

BOOST_AUTO_TEST_CASE(names_are_in_order_and_each_format_does_something) {
  BOOST_TEST(std::ranges::is_sorted(formats(), {}, &FormatInfo::name));
  BOOST_TEST((std::ranges::adjacent_find(formats(), {}, &FormatInfo::name) == formats().end()));
  for (const FormatInfo& format : formats()) {
    BOOST_TEST_CONTEXT(format.name) {
      BOOST_TEST((format.imports || format.exports));
      BOOST_TEST((!format.has_files || format.exports));
      BOOST_TEST(!format.title.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_export_names_every_node_and_is_the_same_each_time) {
  Store store = Store::in_memory();
  const Made made = make_graph(store);
  for (const FormatInfo& format : formats()) {
    if (!format.exports_any_node) continue;
    BOOST_TEST_CONTEXT(format.name) {
      const std::string text = exported(store, format.name, {made.flow});
      for (const Uuid& uuid : {made.flow, made.given, made.step, made.result})
        BOOST_TEST(text.find(uuid.text()) != std::string::npos, uuid.text());
      BOOST_TEST(text == exported(store, format.name, {made.flow}));
      std::istringstream lines(text);
      boost::json::error_code ec;
      boost::json::parse(lines, ec);
      if (ec) {  // then a document on each line
        lines.clear();
        lines.str(text);
        for (std::string line; std::getline(lines, line);) BOOST_CHECK_NO_THROW(boost::json::parse(line));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_exported_comes_in_again_elsewhere) {
  Store store = Store::in_memory();
  const Made made = make_graph(store);
  for (const FormatInfo& format : formats()) {
    if (!format.exports_any_node || !format.imports) continue;
    BOOST_TEST_CONTEXT(format.name) {
      const std::string text = exported(store, format.name, {made.flow});
      Store other = Store::in_memory();
      std::istringstream in(text);
      const ImportReport report = import_document(other, format.name, in);
      BOOST_TEST(report.format == format.name);
      BOOST_REQUIRE_EQUAL(report.roots.size(), 1u);
      BOOST_TEST(exported(other, format.name, report.roots) == text);
      const Node step = other.get_node(made.step);
      BOOST_TEST((step.kind == NodeKind::calculation && step.state == NodeState::failed));
      BOOST_TEST(step.exit_status == 3);
      BOOST_TEST(other.ancestors(made.result).size() == store.ancestors(made.result).size());
      BOOST_TEST(other.count(Filter::parse("attributes.energy < -1.5")) == 1u);
      check_clean(other);
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_imported_of_what_is_no_document) {
  for (const FormatInfo& format : formats()) {
    if (!format.imports) continue;
    for (const std::string& wrong :
         {std::string(), std::string("{"), std::string("\x89PNG\r\n"), std::string("nul"), std::string("{} {}"), std::string("[1, 2"),
          std::string("{\"a\": \"\xFF\"}"), std::string(R"({"a": "\uD800"})"), std::string(R"({"a": 1, "a": 2})"),
          std::string(2'000, '['), std::string(1'000'000, '['), std::string("<xml/>"), std::string("{\"a\": 1e999}")}) {
      BOOST_TEST_CONTEXT(format.name << " " << wrong.substr(0, 20)) {
        Store store = Store::in_memory();
        std::istringstream in(wrong);
        BOOST_CHECK_EXCEPTION(import_document(store, format.name, in, {.run = "into"}), Error, [&](const Error& error) {
          return (error.code() == ErrorCode::bad_document || error.code() == ErrorCode::limit) &&
                 std::string_view(error.what()).starts_with("line 1, column ");
        });
        BOOST_TEST(store.query({}).nodes.empty());
        BOOST_TEST(!store.find_run("into"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_format_cannot_do_is_refused) {
  Store store = Store::in_memory();
  const Made made = make_graph(store);
  std::istringstream in("{}");
  std::ostringstream out;
  const std::vector<Uuid> nodes{made.result};
  const auto invalid = [](std::string text) { return has_code(ErrorCode::invalid_argument, std::move(text)); };
  BOOST_CHECK_EXCEPTION(import_document(store, "word", in), Error, invalid("prov"));
  BOOST_CHECK_EXCEPTION(import_document(store, "ro-crate", in), Error, invalid("export"));
  BOOST_CHECK_EXCEPTION(export_document(store, "word", nodes, out), Error, invalid("ro-crate"));
  BOOST_CHECK_EXCEPTION(export_document(store, "prov", nodes, out, {.into = "x"}), Error, invalid("files"));
  BOOST_CHECK_EXCEPTION(export_document(store, "prov", {}, out), Error, invalid("at least one"));
  const std::vector<Uuid> unknown{Uuid::generate()};
  for (const FormatInfo& format : formats())
    if (format.exports) BOOST_CHECK_EXCEPTION(export_document(store, format.name, unknown, out), Error, has_code(ErrorCode::not_found));
}

BOOST_AUTO_TEST_CASE(a_stream_that_refuses_is_an_error) {
  Store store = Store::in_memory();
  const std::vector<Uuid> nodes{make_graph(store).flow};
  for (const FormatInfo& format : formats()) {
    if (!format.exports_any_node) continue;
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    BOOST_CHECK_EXCEPTION(export_document(store, format.name, nodes, out), Error, has_code(ErrorCode::io));
  }
}

BOOST_AUTO_TEST_CASE(a_recorded_step_is_exported_once_however_often_it_was_asked_for) {
  Store store = Store::in_memory();
  int work = 0;
  Run run = store.run("census");
  for (int i = 0; i < 3; ++i) run.step("count", {{"text", std::string("a b c")}}, [&] { return ++work; });
  BOOST_TEST(work == 1);
  const std::vector<Uuid> nodes{run.node().uuid};
  for (const FormatInfo& format : formats()) {
    if (!format.exports_any_node) continue;
    std::ostringstream out;
    const ExportReport report = export_document(store, format.name, nodes, out);
    BOOST_TEST(out.str().find("count") != std::string::npos, format.name);
    BOOST_TEST(report.nodes == (format.name == "openlineage" ? 2u : 4u), format.name);
  }
}

BOOST_AUTO_TEST_CASE(a_step_that_was_taken_over_is_exported_with_what_made_its_result) {
  Store store = Store::in_memory();
  const auto first = store.run("first").step("relax", {{"x", 1}}, [] { return 2; });
  Run run = store.run("again");
  const auto taken = run.step("relax", {{"x", 1}}, [] { return 3; }, {.reuse = true});
  const auto own = run.step("reduce", {{"x", 1}}, [] { return 4; });
  const auto count = [](const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  for (const FormatInfo& format : formats()) {
    if (!format.exports_any_node) continue;
    for (const std::vector<Uuid>& nodes : {std::vector{run.node().uuid}, std::vector{taken.process()}, std::vector{taken.data()}}) {
      BOOST_TEST_CONTEXT(format.name) {
        const std::string text = exported(store, format.name, nodes);
        BOOST_TEST(count(text, first.process().text()) > 0u);
        BOOST_TEST(count(text, taken.process().text()) > 0u);
        BOOST_TEST(count(text, first.data().text()) == 0u);  // its bytes are there already
      }
    }
    BOOST_TEST(count(exported(store, format.name, {own.process()}), first.process().text()) == 0u, format.name);
    BOOST_TEST(count(exported(store, format.name, {run.node().uuid}), own.process().text()) > 0u, format.name);
    if (!format.imports) continue;
    std::istringstream in(exported(store, format.name, {run.node().uuid}));
    Store other = Store::in_memory();
    import_document(other, format.name, in);
    const std::vector<Link> links = other.links(taken.process());
    const auto found = std::ranges::find_if(links, [](const Link& link) { return is_reuse(link); });
    BOOST_REQUIRE(found != links.end());
    BOOST_TEST((found->source == taken.process() && found->target == first.process()));
    check_clean(other);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
