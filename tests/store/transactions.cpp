// Nodes and links written by programs: in any order, all at once or not at all.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

#include "store/stores.h"

namespace cairn::test {
namespace {

const Identity kFlour{"auto", "flour 1"};

NewNode data(std::string label) { return {.kind = NodeKind::data, .type = "file", .label = std::move(label)}; }
NewNode process(NodeKind kind, std::string label, NodeState state = NodeState::running) {
  return {.kind = kind, .type = "process", .label = std::move(label), .state = state};
}

// Whether the text of an error has all these parts.
auto names_all(ErrorCode code, std::vector<std::string> parts) {
  return [code, parts = std::move(parts)](const Error& error) {
    const std::string_view text = error.what();
    BOOST_TEST_MESSAGE(text);
    return error.code() == code &&
           std::ranges::all_of(parts, [&](const std::string& part) { return text.find(part) != std::string_view::npos; });
  };
}

std::size_t node_count(const Store& store) { return nodes_of(store).size(); }

BOOST_AUTO_TEST_SUITE(transactions)

BOOST_AUTO_TEST_CASE(nodes_and_links_are_given_in_any_order_and_appear_at_once) {
  for_each_store([](TestStore& store) {
    Run run = store->run("cake");
    Transaction transaction = run.transaction();
    const Uuid cake = transaction.add(data("cake"));
    const Uuid baking = transaction.add(process(NodeKind::calculation, "bake", NodeState::finished));
    transaction.link(baking, cake, LinkType::create, "result");
    const Uuid flour = transaction.add(data("flour"));
    transaction.link(run.uuid(), baking, LinkType::call, "step__bake");
    transaction.link(flour, baking, LinkType::input, "flour");
    BOOST_TEST(!store->find_node(cake).has_value());
    transaction.commit();
    const auto up = store->ancestors(cake);
    BOOST_TEST_REQUIRE(up.size() == 2u);
    BOOST_TEST((up[0].node.uuid == baking && up[1].node.uuid == flour));
    BOOST_TEST(store->get_node(baking).run == "cake");
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_was_committed_is_there_when_the_store_is_opened_again) {
  for_each_store([](TestStore& store) {
    Uuid flour;
    {
      Transaction transaction = store->run("cake").transaction();
      NewNode node = data("flour");
      node.attributes = Map{{"kind", "rye"}};
      node.extras = Map{{"price", 2}};
      node.tags = {"good"};
      node.unique_ids = {kFlour};
      flour = transaction.add(node);
      transaction.add(data("salt"));
      transaction.commit();
      transaction.add(data("left"));
    }
    store->put_group("good");
    store->add_to_group("good", std::span(&flour, 1));
    store.reopen();
    const Node found = store->get_node(flour);
    BOOST_TEST((found.attributes == Value(Map{{"kind", "rye"}})));
    BOOST_TEST((found.extras == Value(Map{{"price", 2}})));
    BOOST_TEST((found.tags == std::vector<std::string>{"good"}));
    BOOST_TEST((store->find_node(kFlour)->uuid == flour));
    BOOST_TEST((store->groups_of(flour) == std::vector<std::string>{"good"}));
    BOOST_TEST(node_count(*store) == 3u);  // with that of the run
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(any_order_of_a_legal_graph_is_taken) {
  std::mt19937_64 random(7);
  for_each_store([&](TestStore& store) {
    for (int round = 0; round < 20; ++round) {
      Run run = store->run("run " + std::to_string(round));
      Transaction transaction = run.transaction();
      std::vector<Uuid> nodes;
      std::vector<NodeKind> kinds;
      std::vector<std::size_t> order;
      for (std::size_t i = 0; i < 30; ++i) {
        kinds.push_back(i % 2 == 0 ? NodeKind::data : NodeKind::calculation);
        nodes.push_back(Uuid::generate());
        order.push_back(i);
      }
      std::vector<Link> links;
      for (std::size_t i = 1; i < nodes.size(); ++i) {
        if (kinds[i] == NodeKind::data) links.push_back({nodes[i - 1], nodes[i], LinkType::create, "result"});
        else
          for (std::size_t source = random() % 2 * 2; source < i; source += 2 + random() % 4 * 2)
            links.push_back({nodes[source], nodes[i], LinkType::input, "in" + std::to_string(source)});
      }
      std::ranges::shuffle(order, random);
      std::ranges::shuffle(links, random);
      for (const std::size_t i : order) {
        NewNode node = kinds[i] == NodeKind::data ? data("d") : process(kinds[i], "c", NodeState::finished);
        node.uuid = nodes[i];
        transaction.add(node);
      }
      for (const Link& link : links) transaction.link(link.source, link.target, link.type, link.label);
      transaction.commit();
      std::vector<Link> stored;
      for (const Uuid& node : nodes)
        for (const Link& link : store->links(node))
          if (link.target == node) stored.push_back(link);
      std::ranges::sort(stored);
      std::ranges::sort(links);
      BOOST_TEST((stored == links));
    }
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_cycle_is_refused_with_its_nodes_and_nothing_is_written) {
  for_each_store([](TestStore& store) {
    Run run = store->run("cake");
    const std::size_t before = node_count(*store);
    Transaction transaction = run.transaction();
    const Uuid one = transaction.add(data("one"));
    const Uuid work = transaction.add(process(NodeKind::calculation, "work"));
    transaction.link(one, work, LinkType::input, "x");
    transaction.link(work, one, LinkType::create, "y");
    BOOST_CHECK_EXCEPTION(transaction.commit(), Error,
                          names_all(ErrorCode::rule_violation, {one.text(), work.text(), "link \"", "cycle"}));
    BOOST_TEST(node_count(*store) == before);
  });
}

// AiiDA looks at stored nodes only, and lets this pass.
BOOST_AUTO_TEST_CASE(two_new_outputs_of_one_label_are_refused) {
  for_each_store([](TestStore& store) {
    Run run = store->run("cake");
    Transaction transaction = run.transaction();
    const Uuid work = transaction.add(process(NodeKind::calculation, "work"));
    const Uuid one = transaction.add(data("one")), two = transaction.add(data("two"));
    transaction.link(work, one, LinkType::create, "result");
    transaction.link(work, two, LinkType::create, "result");
    BOOST_CHECK_EXCEPTION(transaction.commit(), Error,
                          names_all(ErrorCode::rule_violation, {work.text(), two.text(), "create link \"result\"", "labels"}));
    Transaction first = run.transaction();
    const Uuid later = first.add(process(NodeKind::calculation, "later"));
    const Uuid stored = first.add(data("stored"));
    first.link(later, stored, LinkType::create, "result");
    first.commit();
    Transaction second = run.transaction();
    const Uuid more = second.add(data("more"));
    second.link(later, more, LinkType::create, "result");
    BOOST_CHECK_EXCEPTION(second.commit(), Error, names_all(ErrorCode::rule_violation, {later.text(), more.text()}));
  });
}

BOOST_AUTO_TEST_CASE(links_from_birth_are_not_added_later_and_sealed_processes_get_none) {
  for_each_store([](TestStore& store) {
    Run run = store->run("cake");
    Transaction first = run.transaction();
    const Uuid input = first.add(data("input"));
    const Uuid open = first.add(process(NodeKind::calculation, "open"));
    const Uuid sealed = first.add(process(NodeKind::workflow, "sealed", NodeState::failed));
    first.commit();
    const auto refuses = [&](const Uuid& source, const Uuid& target, LinkType type) {
      Transaction later = run.transaction();
      later.link(source, target, type, "x");
      BOOST_CHECK_EXCEPTION(later.commit(), Error, names_all(ErrorCode::rule_violation, {source.text(), target.text()}));
    };
    refuses(input, open, LinkType::input);
    refuses(open, input, LinkType::create);
    refuses(sealed, input, LinkType::return_);
    refuses(sealed, open, LinkType::call);
    BOOST_CHECK_EXCEPTION(run.transaction().link(open, open, LinkType::reference, "x"), Error,
                          names_all(ErrorCode::rule_violation, {open.text(), "itself"}));
  });
}

BOOST_AUTO_TEST_CASE(links_in_both_directions_are_walked_from_both_ends) {
  for_each_store([](TestStore& store) {
    Run run = store->run("cake");
    Transaction transaction = run.transaction();
    const Uuid one = transaction.add(data("one")), two = transaction.add(data("two"));
    transaction.link(one, two, LinkType::mutual, "twin");
    transaction.commit();
    for (const Uuid& start : {one, two})
      for (const Direction direction : {Direction::up, Direction::down}) {
        const Lineage lineage = store->lineage(start, direction, {.links = {LinkType::mutual}});
        BOOST_TEST(lineage.nodes.size() == 2u);
        BOOST_TEST(lineage.links.size() == 1u);
      }
    Transaction again = run.transaction();
    again.link(two, one, LinkType::mutual, "twin");
    BOOST_CHECK_EXCEPTION(again.commit(), Error, names_all(ErrorCode::rule_violation, {one.text(), two.text(), "twin"}));
  });
}

BOOST_AUTO_TEST_CASE(attributes_are_frozen_and_the_rest_stays_editable) {
  for_each_store([](TestStore& store) {
    Run run = store->run("cake");
    Transaction first = run.transaction();
    NewNode node = data("flour");
    node.attributes = Map{{"kind", "rye"}};
    node.tags = {"b", "a", "b"};
    const Uuid flour = first.add(node);
    const Uuid work = first.add(process(NodeKind::calculation, "work"));
    first.commit();
    BOOST_TEST((store->get_node(flour).tags == std::vector<std::string>{"a", "b"}));

    Transaction frozen = run.transaction();
    frozen.edit(flour, {.attributes = Value(Map{{"kind", "wheat"}})});
    BOOST_CHECK_EXCEPTION(frozen.commit(), Error, names_all(ErrorCode::rule_violation, {flour.text(), "sealed"}));

    Transaction edit = run.transaction();
    edit.edit(flour, {.label = "rye flour", .description = "milled", .extras = Value(Map{{"price", 2}}),
                      .add_tags = {"c"}, .remove_tags = {"a"}});
    edit.edit(work, {.state = NodeState::failed, .exit_status = 3, .exit_message = "burnt", .attributes = Value(Map{{"hot", true}})});
    edit.commit();
    const Node now = store->get_node(flour);
    BOOST_TEST(now.label == "rye flour");
    BOOST_TEST(now.description == "milled");
    BOOST_TEST((now.attributes == Value(Map{{"kind", "rye"}})));
    BOOST_TEST((now.extras == Value(Map{{"price", 2}})));
    BOOST_TEST((now.tags == std::vector<std::string>{"b", "c"}));
    const Node burnt = store->get_node(work);
    BOOST_TEST((burnt.state == NodeState::failed));
    BOOST_TEST(burnt.exit_status == 3);
    BOOST_TEST((burnt.attributes == Value(Map{{"hot", true}})));
    Transaction sealed = run.transaction();
    sealed.edit(work, {.state = NodeState::running});
    BOOST_CHECK_EXCEPTION(sealed.commit(), Error, names_all(ErrorCode::rule_violation, {work.text()}));
  });
}

BOOST_AUTO_TEST_CASE(a_unique_id_leads_to_one_node) {
  for_each_store([](TestStore& store) {
    Transaction first = store->transaction();
    NewNode node = data("flour");
    node.unique_ids = {kFlour, {"AUTO", "flour 1"}, {"lims", "77"}};
    const Uuid flour = first.add(node);
    first.commit();
    BOOST_TEST(store->get_node(flour).unique_ids.size() == 2u);
    BOOST_TEST((store->find_node(Identity{"Auto", "flour 1"})->uuid == flour));
    BOOST_TEST(!store->find_node(Identity{"auto", "Flour 1"}).has_value());

    Transaction second = store->transaction();
    NewNode other = data("other");
    other.unique_ids = {{"Auto", "flour 1"}};
    const Uuid rival = second.add(other);
    BOOST_CHECK_EXCEPTION(second.commit(), Error, names_all(ErrorCode::exists, {flour.text(), "flour 1", "auto"}));
    BOOST_TEST(!store->find_node(rival).has_value());

    Transaction release = store->transaction();
    release.edit(flour, {.remove_unique_ids = {{"aUTO", "flour 1"}}});
    release.commit();
    second.commit();
    BOOST_TEST((store->find_node(kFlour)->uuid == rival));
    BOOST_TEST((store->find_node(Identity{"lims", "77"})->uuid == flour));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(content_is_stored_with_its_node) {
  for_each_store([](TestStore& store) {
    Transaction transaction = store->transaction();
    NewNode node = data("numbers");
    const ObjectId object = transaction.put(particles(1000));
    node.content = object;
    const Uuid numbers = transaction.add(node);
    node.label = "file";
    node.content = transaction.add_path(store.write_file("a", "some bytes"));
    const Uuid file = transaction.add(node);
    transaction.commit();
    BOOST_TEST((store->get<Particles>(object) == particles(1000)));
    BOOST_TEST(store->get_node(numbers).size_bytes > 100u);
    BOOST_TEST(store->get_node(file).size_bytes == 10u);
    NewNode missing = data("missing");
    missing.content = ObjectId{};
    BOOST_CHECK_EXCEPTION(store->transaction().add(missing), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(what_no_node_can_be_is_refused_at_once) {
  Store store = Store::in_memory();
  Transaction transaction = store.transaction();
  const auto refused = [&](auto change) {
    NewNode node = data("x");
    change(node);
    BOOST_CHECK_EXCEPTION(transaction.add(node), Error, has_code(ErrorCode::invalid_argument));
  };
  refused([](NewNode& node) { node.state = NodeState::running; });
  refused([](NewNode& node) { node.type = std::string(2000, 't'); });
  refused([](NewNode& node) { node.label = std::string("a\0b", 3); });
  refused([](NewNode& node) { node.description = "\xff"; });
  refused([](NewNode& node) { node.tags = {""}; });
  refused([](NewNode& node) { node.tags = {"line\nbreak"}; });
  refused([](NewNode& node) { node.unique_ids = {{"", "x"}}; });
  refused([](NewNode& node) { node.unique_ids = {{"scope", ""}}; });
  refused([](NewNode& node) { node.attributes = Value(7); });
  refused([](NewNode& node) { node.extras = Map{{1, 2}}; });
  const Uuid given = Uuid::generate();
  NewNode node = data("x");
  node.uuid = given;
  transaction.add(node);
  BOOST_CHECK_EXCEPTION(transaction.add(node), Error, has_code(ErrorCode::exists));
  BOOST_CHECK_EXCEPTION(transaction.link(given, Uuid::generate(), LinkType::reference, "a b"), Error,
                        has_code(ErrorCode::rule_violation));
  transaction.commit();
  transaction.commit();  // of nothing
  transaction.add(node);
  BOOST_CHECK_EXCEPTION(transaction.commit(), Error, names_all(ErrorCode::exists, {given.text()}));
  Transaction unknown = store.transaction();
  unknown.link(given, Uuid::generate(), LinkType::reference, "a");
  BOOST_CHECK_EXCEPTION(unknown.commit(), Error, has_code(ErrorCode::not_found));
}

BOOST_AUTO_TEST_CASE(groups_hold_nodes_of_any_run) {
  for_each_store([](TestStore& store) {
    Transaction one = store->run("one").transaction(), two = store->transaction();
    const Uuid first = one.add(data("first")), second = two.add(data("second"));
    one.commit();
    two.commit();
    const Uuid both[] = {first, second};
    BOOST_CHECK_EXCEPTION(store->add_to_group("good", both), Error, has_code(ErrorCode::not_found));
    store->put_group("good", "those that rose", Map{{"year", 2026}});
    store->put_group("go");
    store->add_to_group("good", both);
    store->add_to_group("good", both);
    store->add_to_group("go", std::span(both, 1));
    BOOST_TEST(store->groups().size() == 2u);
    const std::optional<Group> good = store->find_group("good");
    BOOST_TEST_REQUIRE(good.has_value());
    BOOST_TEST(good->node_count == 2u);
    BOOST_TEST(good->description == "those that rose");
    BOOST_TEST((good->extras == Value(Map{{"year", 2026}})));
    BOOST_TEST((store->groups_of(first) == std::vector<std::string>{"go", "good"}));
    store->remove_from_group("good", std::span(both, 1));
    store->remove_from_group("good", std::span(both, 1));
    BOOST_TEST((store->groups_of(first) == std::vector<std::string>{"go"}));
    check_clean(*store);
    const Uuid id = good->uuid;
    BOOST_TEST((store->put_group("good", "renamed").uuid == id));
    store->remove_group("good");
    BOOST_TEST(store->groups_of(second).empty());
    BOOST_TEST(store->find_node(second).has_value());
    const Uuid nobody[] = {Uuid::generate()};
    BOOST_CHECK_EXCEPTION(store->add_to_group("go", nobody), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->put_group(""), Error, has_code(ErrorCode::invalid_argument));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
