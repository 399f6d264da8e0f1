// GEMD: what becomes of its objects and links in the graph, and that documents come back.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "store/stores.h"
#include "support/errors.h"
#include "support/gemd.h"

namespace cairn::test {
namespace {

using Gemd = GemdDocuments;

std::string link(const std::string& id, const std::string& scope = "s") {
  return fmt::format(R"({{"type": "link_by_uid", "scope": "{}", "id": "{}"}})", scope, id);
}

std::string object(const std::string& type, const std::string& id, const std::string& more = "") {
  return fmt::format(R"({{"type": "{}", "uids": {{"s": "{}"}}, "name": "the {}"{}{}}})", type, id, id,
                     more.empty() ? "" : ", ", more);
}

std::string document(const std::vector<std::string>& context, const std::string& root = "null") {
  std::string text = R"({"context": [)";
  for (std::size_t i = 0; i < context.size(); ++i) text += (i > 0 ? ", " : "") + context[i];
  return text + "], \"object\": " + root + "}";
}

/// Two milled and mixed into a third, which is measured. Links come before what they link to.
std::vector<std::string> bread() {
  return {object("ingredient_run", "i",
                 R"("material": )" + link("flour") + R"(, "process": )" + link("baking", "S")),
          object("measurement_run", "taste",
                 R"("material": )" + link("bread") + R"(, "spec": )" + link("tasting")),
          object("material_run", "bread", R"("process": )" + link("baking")),
          object("material_run", "flour", R"("process": )" + link("milling")),
          object("process_run", "baking", R"("spec": )" + link("plan")),
          object("process_run", "milling"),
          object("process_spec", "plan"),
          object("measurement_spec", "tasting")};
}

// Ids that a record links to.
std::vector<std::string> links_in(const Value& value) {
  std::vector<std::string> ids;
  const auto add = [&](const Value& inner) { std::ranges::copy(links_in(inner), std::back_inserter(ids)); };
  if (const List* list = value.get_if<List>()) std::ranges::for_each(*list, add);
  const Map* map = value.get_if<Map>();
  if (map == nullptr) return ids;
  if (const Value* scope = map->find("scope"); scope != nullptr && map->find("id") != nullptr)
    ids.push_back(*map->find("id")->get_if<std::string>());
  for (const MapEntry& entry : *map) add(entry.value);
  return ids;
}

bool reaches(const std::vector<Reached>& reached, const Node& node) {
  return std::ranges::any_of(reached, [&](const Reached& at) { return at.node.uuid == node.uuid; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gemd)

BOOST_AUTO_TEST_CASE(objects_become_nodes_and_what_was_made_of_what_links) {
  for_each_store([](TestStore& store) {
    const std::string text = document(bread(), link("bread"));
    const ImportReport report = Gemd::take(*store, text, {.name = "bread.json", .run = "bakery"});
    const auto node = [&](const std::string& id) { return Gemd::node_of(*store, "s", id); };
    const Node flour = node("flour"), bread = node("bread"), baking = node("baking"), taste = node("taste"),
               i = node("i");
    BOOST_TEST((flour.kind == NodeKind::data && baking.kind == NodeKind::calculation &&
                taste.kind == NodeKind::calculation));
    BOOST_TEST((node("plan").kind == NodeKind::data && i.kind == NodeKind::data));
    BOOST_TEST(flour.type == "gemd:material_run");
    BOOST_TEST(flour.label == "the flour");
    BOOST_TEST(flour.run == "bakery");
    BOOST_TEST(Gemd::has_link(*store, baking, bread, LinkType::create, "output_material"));
    BOOST_TEST(Gemd::has_link(*store, flour, baking, LinkType::input, "the_i"));
    BOOST_TEST(Gemd::has_link(*store, bread, taste, LinkType::input, "material"));
    BOOST_TEST(Gemd::has_link(*store, i, flour, LinkType::reference, "material"));
    BOOST_TEST(Gemd::has_link(*store, i, baking, LinkType::reference, "process"));
    BOOST_TEST(Gemd::has_link(*store, baking, node("plan"), LinkType::reference, "spec"));
    const Node about = store->get_node(report.roots.at(0));
    BOOST_TEST(about.label == "bread.json");
    BOOST_TEST(Gemd::has_link(*store, about, bread, LinkType::reference, "object"));
    BOOST_TEST(Gemd::has_link(*store, about, bread, LinkType::reference, "context"));
    BOOST_TEST(report.nodes_new == 9u);
    BOOST_TEST(report.items.empty(), report.text());
    BOOST_TEST(store->ancestors(bread.uuid).size() == 3u);  // baking, flour, milling
    Gemd::check_comes_back(*store, text, report);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(lineage_goes_from_a_cake_to_the_flour_and_from_the_flour_to_every_cake) {
  Store store = Store::in_memory();
  Gemd::take(store, Gemd::fixture("cake.json"));
  // Another cake of the same flour, of another document.
  const std::string flour_id = "flour-d576929a6c518c058db29324c13db0c3";
  const std::string other = document(
      {object("material_run", "pie", R"("process": )" + link("bake")), object("process_run", "bake"),
       object("ingredient_run", "i",
              R"("process": )" + link("bake") + R"(, "material": )" + link(flour_id, "CITRINE-demo"))});
  const ImportReport report = Gemd::take(store, other);
  BOOST_TEST(report.nodes_known == 1u);
  BOOST_TEST(report.items.empty(), report.text());
  const Node flour = Gemd::node_of(store, "citrine-demo", flour_id);
  const Node cake = Gemd::node_of(store, "citrine-demo", "cake-d576929a6c518c058db29324c13db0c3");
  const Node pie = Gemd::node_of(store, "s", "pie");
  BOOST_TEST(reaches(store.ancestors(cake.uuid), flour));
  BOOST_TEST(reaches(store.ancestors(pie.uuid), flour));
  const auto made = store.descendants(flour.uuid);
  BOOST_TEST(reaches(made, cake));
  BOOST_TEST(reaches(made, pie));
  Gemd::check_comes_back(store, other, report);
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(objects_in_one_another_are_the_same_as_linked_ones) {
  Store store = Store::in_memory();
  const std::string plan = object("process_spec", "plan");
  const std::string text = "[" +
                           object("material_run", "bread",
                                  R"("process": )" + object("process_run", "baking", R"("spec": )" + plan)) +
                           ", " + object("process_run", "other", R"("spec": )" + plan) + "]";
  const ImportReport report = Gemd::take(store, text);
  BOOST_TEST(report.nodes_new == 5u);
  Gemd::check_comes_back(store, text, report);
  const std::string linked =
      document({plan, object("process_run", "baking", R"("spec": )" + link("plan", "S")),
                object("material_run", "bread", R"("process": )" + link("baking"))});
  const ImportReport later = Gemd::take(store, linked);
  BOOST_TEST(later.nodes_new == 1u);  // the document
  BOOST_TEST(later.nodes_known == 3u);
  BOOST_TEST(later.items.empty(), later.text());
  Gemd::check_comes_back(store, linked, later);
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(objects_without_unique_ids_come_back) {
  Store store = Store::in_memory();
  const std::string text =
      R"({"type": "material_run", "name": "m", "process": {"type": "process_run", "name": "p"}})";
  const ImportReport report = Gemd::take(store, text);
  BOOST_TEST(report.nodes_new == 3u);
  BOOST_TEST(report.items.empty(), report.text());
  Gemd::check_comes_back(store, text, report);
  // Chosen, they are written with unique ids, by which they are known again.
  const auto links = store.links(report.roots.at(0));
  const auto root = std::ranges::find(links, "object", &Link::label);
  BOOST_REQUIRE(root != links.end());
  const std::string chosen = Gemd::give(store, {root->target});
  const ImportReport again = Gemd::take(store, chosen);
  BOOST_TEST(again.nodes_known == 2u);
  BOOST_TEST(again.nodes_new == 1u);
  Gemd::check_comes_back(store, chosen, again);
}

BOOST_AUTO_TEST_CASE(another_spelling_of_the_same_comes_back_as_it_was) {
  Store store = Store::in_memory();
  Gemd::take(store, document({object("process_run", "p"),
                              object("material_run", "m", R"("process": )" + link("p"))}));
  const std::string text = R"([{"type": "material_run", "uids": {"S": "m"}, "name": "the m", "tags": [],
    "process": {"type": "link_by_uid", "scope": "S", "id": "p"}, "spec": null}])";
  const ImportReport report = Gemd::take(store, text);
  BOOST_TEST(report.nodes_known == 2u);
  BOOST_TEST(report.nodes_new == 1u);
  Gemd::check_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(an_object_that_is_said_to_be_otherwise_is_refused) {
  Store store = Store::in_memory();
  Gemd::take(store, object("process_run", "p"));
  const std::size_t nodes = store.query({}).nodes.size();
  const std::string text =
      document({object("process_run", "p", R"("notes": "hot")"), object("process_run", "q")});
  BOOST_CHECK_EXCEPTION(Gemd::take(store, text), Error, has_code(ErrorCode::conflict, "/context/0: "));
  BOOST_TEST(store.query({}).nodes.size() == nodes);
  const ImportReport report = Gemd::take(store, text, {.partial = true});
  BOOST_TEST(Gemd::has_item(report, Outcome::refused, "/context/0", "notes"));
  BOOST_TEST(report.nodes_new == 2u);
  BOOST_TEST(
      (Gemd::parse(Gemd::give(store, report.roots)) == Gemd::parse(document({object("process_run", "q")}))));
  BOOST_TEST(Gemd::take(store, text, {.partial = true}).was_there);
}

BOOST_AUTO_TEST_CASE(what_stands_in_a_refused_object_stays_if_it_stands_elsewhere_too) {
  Store store = Store::in_memory();
  Gemd::take(store, object("process_run", "p"));
  const std::string plan = object("process_spec", "plan");
  const std::string kept = object("process_run", "q", R"("spec": )" + plan);
  const std::string text = "[" + object("process_run", "p", R"("spec": )" + plan) + ", [" + kept + "]]";
  const ImportReport report = Gemd::take(store, text, {.partial = true});
  BOOST_TEST(Gemd::has_item(report, Outcome::refused, "/0"));
  BOOST_TEST(report.nodes_new == 3u);
  BOOST_TEST((Gemd::parse(Gemd::give(store, report.roots)) == Gemd::parse("[[" + kept + "]]")));
}

BOOST_AUTO_TEST_CASE(an_object_that_came_before_its_maker_is_linked_by_a_reference) {
  Store store = Store::in_memory();
  const std::string thin = object("material_run", "m", R"("process": )" + link("p"));
  const ImportReport first = Gemd::take(store, thin);
  BOOST_TEST(Gemd::has_item(first, Outcome::unresolved, "/process", "s:p"));
  const std::string whole = document({object("process_run", "p"), thin});
  const ImportReport report = Gemd::take(store, whole);
  BOOST_TEST(Gemd::has_item(report, Outcome::altered, "/context/1/process", "in the store already"));
  BOOST_TEST(Gemd::has_link(store, Gemd::node_of(store, "s", "p"), Gemd::node_of(store, "s", "m"),
                            LinkType::reference, "output_material"));
  Gemd::check_comes_back(store, whole, report);
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(a_link_that_leaves_the_document_may_be_resolved_by_the_caller) {
  Store store = Store::in_memory();
  Transaction transaction = store.transaction();
  const Uuid own = transaction.add({.type = "powder"});
  transaction.commit();
  const std::string text = document({object("measurement_run", "x", R"("material": )" + link("elsewhere"))});
  const ImportReport report = Gemd::take(store, text, {.resolve = [&](std::string_view name) {
                                           return name == "s:elsewhere" ? std::optional(own) : std::nullopt;
                                         }});
  BOOST_TEST(report.items.empty(), report.text());
  BOOST_TEST(Gemd::has_link(store, store.get_node(own), Gemd::node_of(store, "s", "x"), LinkType::input,
                            "material"));
}

BOOST_AUTO_TEST_CASE(chosen_objects_are_exported_with_what_belongs_to_them_in_writable_order) {
  Store store = Store::in_memory();
  Gemd::take(store, Gemd::fixture("cake.json"));
  const Node flour = Gemd::node_of(store, "citrine-demo", "flour-d576929a6c518c058db29324c13db0c3");
  const Node cake = Gemd::node_of(store, "citrine-demo", "cake-d576929a6c518c058db29324c13db0c3");
  const Value whole = Gemd::parse(Gemd::give(store, {cake.uuid}));
  const List& context = *whole.get_if<Map>()->find("context")->get_if<List>();
  const Value document = Gemd::parse(Gemd::fixture("cake.json"));
  const List& original = *document.get_if<Map>()->find("context")->get_if<List>();
  BOOST_TEST(context.size() == original.size());
  BOOST_TEST(std::ranges::all_of(
      original, [&](const Value& record) { return std::ranges::find(context, record) != context.end(); }));
  // gemd reads in one pass: what an object links to comes before it.
  std::vector<std::string> seen;
  for (const Value& record : context) {
    for (const std::string& id : links_in(record))
      BOOST_TEST((std::ranges::find(seen, id) != seen.end()), id);
    for (const MapEntry& uid : *record.get_if<Map>()->find("uids")->get_if<Map>())
      seen.push_back(*uid.value.get_if<std::string>());
  }
  const Value part = Gemd::parse(Gemd::give(store, {flour.uuid}));
  BOOST_TEST(part.get_if<Map>()->find("context")->get_if<List>()->size() < context.size());
  const Value thin = Gemd::parse(Gemd::give(store, {flour.uuid, cake.uuid}, {.ancestors = false}));
  BOOST_TEST(thin.get_if<Map>()->find("context")->get_if<List>()->size() == 2u);
  BOOST_TEST(thin.get_if<Map>()->find("object")->get_if<List>()->size() == 2u);
}

BOOST_AUTO_TEST_CASE(nodes_that_did_not_come_in_so_cannot_be_exported) {
  Store store = Store::in_memory();
  Transaction transaction = store.transaction();
  const Uuid own = transaction.add({.type = "powder"});
  transaction.commit();
  BOOST_CHECK_EXCEPTION(Gemd::give(store, {own}), Error, has_code(ErrorCode::unstorable, "powder"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
