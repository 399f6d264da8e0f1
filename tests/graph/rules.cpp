#include "graph/rules.h"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "base/file.h"
#include "graph/graph_store.h"

namespace cairn::graph {
namespace {

namespace json = boost::json;

// What AiiDA answers; the file names its source.
const json::object& oracle() {
  static const json::value document =
      json::parse(base::read_file(CAIRN_SOURCE_DIR "/tests/graph/aiida_oracle.json", 1 << 20));
  return document.as_object();
}

std::string text(const json::value& row, const char* key) {
  return std::string(row.at(key).as_string());
}

NodeKind kind_of(const std::string& aiida_class) {
  if (aiida_class == "Data") return NodeKind::data;
  return aiida_class == "CalcFunctionNode" ? NodeKind::calculation : NodeKind::workflow;
}

// AiiDA has two types for an input and for a call; which one follows from the kind of the target.
struct AiidaType {
  LinkType type;
  std::optional<NodeKind> target;
};
AiidaType type_of(const std::string& name) {
  if (name == "input_calc") return {LinkType::input, NodeKind::calculation};
  if (name == "input_work") return {LinkType::input, NodeKind::workflow};
  if (name == "call_calc") return {LinkType::call, NodeKind::calculation};
  if (name == "call_work") return {LinkType::call, NodeKind::workflow};
  return {*parse_link(name), std::nullopt};
}

NodeKind kind_in(NodeKinds kinds) {
  for (const NodeKind kind : {NodeKind::data, NodeKind::calculation, NodeKind::workflow})
    if (kinds.has(kind)) return kind;
  throw Error(ErrorCode::internal, "no kind");
}

// True if the writer takes the link between two nodes born in this order.
bool is_accepted(GraphWriter& writer, NodeId source, NodeId target, LinkType type, std::string_view label) {
  try {
    writer.add_link(source, target, type, label);
    return true;
  } catch (const Error& error) {
    BOOST_TEST(is_violation(error), error.what());
    return false;
  }
}

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(every_link_type_has_one_rule_in_order) {
  unsigned number = 0;
  for (const LinkRule& rule : link_rules()) {
    BOOST_TEST(static_cast<unsigned>(rule.type) == ++number);
    BOOST_TEST((&link_rule(rule.type) == &rule));
    BOOST_TEST(parse_link(link_name(rule.type)).has_value());
    BOOST_TEST(!rule.kinds_text.empty());
    BOOST_TEST(!rule.label_text.empty());
    // Where the label is unique at the far end, the writer looks for it in the backlinks; it has that case
    // only for links held by their target.
    BOOST_TEST((rule.label_scope != LabelScope::target || !rule.held_by_source));
  }
  BOOST_TEST(number == 6u);
  BOOST_CHECK_EXCEPTION(link_rule(static_cast<LinkType>(7)), Error, is_invalid);
}

BOOST_AUTO_TEST_CASE(labels_are_judged_as_aiida_does) {
  for (const json::value& row : oracle().at("labels").as_array()) {
    const std::string label = text(row, "label");
    if (label.size() > kLabelBytesMax) continue;  // taken in memory, refused by AiiDA's own database
    BOOST_TEST_CONTEXT("label " << label) {
      if (row.at("ok").as_bool())
        BOOST_CHECK_NO_THROW(check_label(label));
      else
        BOOST_CHECK_EXCEPTION(check_label(label), Error, is_violation);
    }
  }
}

BOOST_AUTO_TEST_CASE(kinds_at_the_ends_are_judged_as_aiida_does) {
  GraphStore store;
  store.intern({"a"});
  int judged = 0;
  for (const json::value& row : oracle().at("link_matrix").as_array()) {
    const AiidaType type = type_of(text(row, "type"));
    const NodeKind source = kind_of(text(row, "source")), target = kind_of(text(row, "target"));
    if (type.target && *type.target != target) continue;
    ++judged;
    store.commit([&](GraphWriter& writer) {
      const NodeId first = store.next_id(), second = store.next_id();
      writer.add_node(first, make_node(source));
      writer.add_node(second, make_node(target));
      BOOST_TEST(is_accepted(writer, first, second, type.type, "a") == row.at("ok").as_bool(),
                 json::serialize(row));
    });
  }
  BOOST_TEST(judged == 56);
}

// AiiDA looks for the label of an output among stored links only, so it takes two unstored ones; we do not.
bool is_known_hole(const json::value& row) {
  return text(row, "type") == "create" && text(row, "source") == "same" && text(row, "target") == "other" &&
         row.at("labels").at(0) == row.at("labels").at(1);
}

// Two links: the second has the same or another source, target and label.
BOOST_AUTO_TEST_CASE(second_links_are_judged_as_aiida_does) {
  GraphStore store;
  store.intern({"a", "b"});
  for (const json::value& row : oracle().at("uniqueness").as_array()) {
    const AiidaType type = type_of(text(row, "type"));
    const LinkRule& rule = link_rule(type.type);
    store.commit([&](GraphWriter& writer) {
      const NodeId sources[] = {store.next_id(), store.next_id()},
                   targets[] = {store.next_id(), store.next_id()};
      for (const NodeId id : sources) writer.add_node(id, make_node(kind_in(rule.sources)));
      for (const NodeId id : targets)
        writer.add_node(id, make_node(type.target.value_or(kind_in(rule.targets))));
      writer.add_link(sources[0], targets[0], type.type, "a");
      const NodeId source = sources[text(row, "source") == "other"],
                   target = targets[text(row, "target") == "other"];
      const std::string label(row.at("labels").at(1).as_string());
      const bool is_legal = row.at("ok").as_bool() && !is_known_hole(row);
      BOOST_TEST(is_accepted(writer, source, target, type.type, label) == is_legal, json::serialize(row));
    });
  }
}

BOOST_AUTO_TEST_CASE(two_outputs_of_one_label_are_refused_within_and_across_commits) {
  GraphStore store;
  store.intern({"result"});
  const NodeId calculation = store.add(NodeKind::calculation);
  const auto create = [&](GraphWriter& writer) {
    const NodeId data = store.next_id();
    writer.add_node(data, make_node(NodeKind::data));
    return is_accepted(writer, calculation, data, LinkType::create, "result");
  };
  store.commit([&](GraphWriter& writer) {
    BOOST_TEST(create(writer));
    BOOST_TEST(!create(writer));
  });
  store.commit([&](GraphWriter& writer) { BOOST_TEST(!create(writer)); });
}

// The other hole: a calculation that is fed by its own output.
BOOST_AUTO_TEST_CASE(a_cycle_in_the_data_provenance_is_refused_within_and_across_commits) {
  GraphStore store;
  store.intern({"a"});
  const NodeId calculation = store.next_id(), data = store.next_id();
  store.commit([&](GraphWriter& writer) {
    writer.add_node(calculation, make_node(NodeKind::calculation));
    writer.add_node(data, make_node(NodeKind::data));
    BOOST_TEST(is_accepted(writer, calculation, data, LinkType::create, "a"));
    BOOST_TEST(!is_accepted(writer, data, calculation, LinkType::input, "a"));
  });
  store.commit([&](GraphWriter& writer) {
    BOOST_TEST(!is_accepted(writer, data, calculation, LinkType::input, "a"));
  });
}

BOOST_AUTO_TEST_CASE(calls_form_no_cycle) {
  GraphStore store;
  store.intern({"a"});
  const NodeId outer = store.next_id(), inner = store.next_id();
  store.commit([&](GraphWriter& writer) {
    writer.add_node(outer, make_node(NodeKind::workflow));
    writer.add_node(inner, make_node(NodeKind::workflow));
    BOOST_TEST(is_accepted(writer, outer, inner, LinkType::call, "a"));
    BOOST_TEST(!is_accepted(writer, inner, outer, LinkType::call, "a"));
    BOOST_TEST(!is_accepted(writer, outer, outer, LinkType::call, "a"));
  });
}

BOOST_AUTO_TEST_CASE(a_workflow_may_return_its_own_input) {
  GraphStore store;
  store.intern({"a"});
  const NodeId data = store.add(NodeKind::data), workflow = store.next_id();
  store.commit([&](GraphWriter& writer) {
    writer.add_node(workflow, make_node(NodeKind::workflow));
    BOOST_TEST(is_accepted(writer, data, workflow, LinkType::input, "a"));
    BOOST_TEST(is_accepted(writer, workflow, data, LinkType::return_, "a"));
  });
}

BOOST_AUTO_TEST_CASE(a_stored_process_gets_no_inputs_and_a_stored_data_node_no_creator) {
  GraphStore store;
  store.intern({"a"});
  const NodeId data = store.add(NodeKind::data), calculation = store.add(NodeKind::calculation),
               workflow = store.add(NodeKind::workflow);
  store.commit([&](GraphWriter& writer) {
    BOOST_TEST(!is_accepted(writer, data, calculation, LinkType::input, "a"));
    BOOST_TEST(!is_accepted(writer, data, workflow, LinkType::input, "a"));
    BOOST_TEST(!is_accepted(writer, calculation, data, LinkType::create, "a"));
    BOOST_TEST(!is_accepted(writer, workflow, calculation, LinkType::call, "a"));
    BOOST_TEST(is_accepted(writer, workflow, data, LinkType::return_, "a"));
  });
}

BOOST_AUTO_TEST_CASE(a_return_label_is_unique_across_commits) {
  GraphStore store;
  store.intern({"a", "b"});
  const NodeId workflow = store.add(NodeKind::workflow), one = store.add(NodeKind::data),
               other = store.add(NodeKind::data);
  store.commit([&](GraphWriter& writer) { writer.add_link(workflow, one, LinkType::return_, "a"); });
  store.commit([&](GraphWriter& writer) {
    BOOST_TEST(!is_accepted(writer, workflow, other, LinkType::return_, "a"));
    BOOST_TEST(is_accepted(writer, workflow, other, LinkType::return_, "b"));
  });
}

BOOST_AUTO_TEST_CASE(a_sealed_process_gets_no_links_of_its_own_but_is_referred_to) {
  GraphStore store;
  store.intern({"a"});
  for (const NodeState state : {NodeState::finished, NodeState::failed, NodeState::killed}) {
    format::NodeRecord sealed_calculation = make_node(NodeKind::calculation),
                       sealed_workflow = make_node(NodeKind::workflow);
    sealed_calculation.state = sealed_workflow.state = state;
    const NodeId calculation = store.add(sealed_calculation), workflow = store.add(sealed_workflow);
    const NodeId data = store.add(NodeKind::data), fresh = store.next_id(), child = store.next_id();
    store.commit([&](GraphWriter& writer) {
      writer.add_node(fresh, make_node(NodeKind::data));
      writer.add_node(child, make_node(NodeKind::calculation));
      BOOST_TEST(!is_accepted(writer, calculation, fresh, LinkType::create, "a"));
      BOOST_TEST(!is_accepted(writer, workflow, data, LinkType::return_, "a"));
      BOOST_TEST(!is_accepted(writer, workflow, child, LinkType::call, "a"));
      BOOST_TEST(!is_accepted(writer, workflow, data, LinkType::reference, "a"));
      BOOST_TEST(is_accepted(writer, data, workflow, LinkType::reference, "a"));
    });
  }
}

BOOST_AUTO_TEST_CASE(the_commit_that_seals_a_process_still_adds_links) {
  GraphStore store;
  store.intern({"a"});
  format::NodeRecord record = make_node(NodeKind::workflow);
  const NodeId workflow = store.add(record), data = store.add(NodeKind::data);
  store.commit([&](GraphWriter& writer) {
    record.state = NodeState::finished;
    writer.update_node(workflow, record);
    BOOST_TEST(is_accepted(writer, workflow, data, LinkType::return_, "a"));
  });
}

BOOST_AUTO_TEST_CASE(a_process_may_be_born_sealed_with_all_its_links) {
  GraphStore store;
  store.intern({"a"});
  const NodeId data = store.add(NodeKind::data), process = store.next_id(), result = store.next_id();
  format::NodeRecord record = make_node(NodeKind::calculation);
  record.state = NodeState::finished;
  store.commit([&](GraphWriter& writer) {
    writer.add_node(process, record);
    writer.add_node(result, make_node(NodeKind::data));
    BOOST_TEST(is_accepted(writer, data, process, LinkType::input, "a"));
    BOOST_TEST(is_accepted(writer, process, result, LinkType::create, "a"));
  });
}

BOOST_AUTO_TEST_CASE(a_violation_names_both_nodes_the_link_and_the_rule) {
  GraphStore store;
  store.intern({"a"});
  const format::NodeRecord one = make_node(NodeKind::data), other = make_node(NodeKind::data);
  const NodeId source = store.add(one), target = store.add(other);
  const auto names_all = [&](const Error& error) {
    const std::string_view message = error.what();
    const auto has = [&](std::string_view part) { return message.find(part) != std::string_view::npos; };
    return is_violation(error) && has(one.uuid.text()) && has(other.uuid.text()) &&
           has("create link \"a\"") && has("a create link goes from a calculation to data");
  };
  const auto view = store.view();
  GraphWriter writer(*view, store.labels(), GraphStore::kCell);
  BOOST_CHECK_EXCEPTION(writer.add_link(source, target, LinkType::create, "a"), Error, names_all);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
