// Forgetting nodes: which go with them, that nothing is left of them, and that it is all or nothing.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

#include "store/clocked.h"
#include "store/forgetting.h"
#include "store/graph_model.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Uuids = std::set<Uuid>;

// The rules once more, by looking at all links until nothing changes.
class ForgetModel {
 public:
  explicit ForgetModel(const GraphModel& model) : links_(model.links) {
    for (const Node& node : model.nodes) nodes_.emplace(node.uuid, node);
  }

  const std::map<Uuid, Node>& nodes() const { return nodes_; }
  const std::vector<Link>& links() const { return links_; }
  const Node& any(GraphModel& model) const { return std::next(nodes_.begin(), static_cast<std::ptrdiff_t>(model.pick(nodes_.size())))->second; }

  Uuids closure(Uuids gone, const ForgetOptions& options) const {
    for (bool changed = true; changed;) {
      changed = false;
      const auto take = [&](const Uuid& uuid) { changed |= gone.insert(uuid).second; };
      for (const Link& link : links_) {
        if (gone.contains(link.source) && leads_forward(link, options)) take(link.target);
        if (gone.contains(link.target) && leads_back(link.type)) take(link.source);
      }
    }
    return gone;
  }

  // How many links go with them.
  std::size_t forget(const Uuids& gone) {
    for (const Uuid& uuid : gone) nodes_.erase(uuid);
    return std::erase_if(links_, [&](const Link& link) { return gone.contains(link.source) || gone.contains(link.target); });
  }

 private:
  bool leads_forward(const Link& link, const ForgetOptions& options) const {
    if (link.type == LinkType::input) return true;
    if (link.type == LinkType::create) return options.create_forward;
    if (link.type != LinkType::call) return false;
    return nodes_.at(link.target).kind == NodeKind::workflow ? options.call_work_forward : options.call_calc_forward;
  }
  static bool leads_back(LinkType type) { return type == LinkType::create || type == LinkType::return_ || type == LinkType::call; }

  std::map<Uuid, Node> nodes_;
  std::vector<Link> links_;
};

Uuids uuids_of(const ForgetReport& report) {
  Uuids uuids;
  for (const ForgottenNode& node : report.nodes) uuids.insert(node.uuid);
  return uuids;
}

std::vector<Link> sorted(std::vector<Link> links) {
  std::ranges::sort(links, {}, [](const Link& link) { return std::tuple(link.source, link.target, link.type, link.label); });
  return links;
}

void check_graph(const Store& store, GraphModel& model, const ForgetModel& expected, const Uuids& gone) {
  for (const Uuid& uuid : gone) {
    BOOST_TEST(!store.find_node(uuid).has_value());
    BOOST_CHECK_EXCEPTION(store.links(uuid), Error, has_code(ErrorCode::not_found));
  }
  std::map<Uuid, std::vector<Link>> links;
  for (const Link& link : expected.links()) links[link.source].push_back(link), links[link.target].push_back(link);
  for (const auto& [uuid, node] : expected.nodes()) BOOST_TEST((sorted(store.links(uuid)) == sorted(links[uuid])));
  std::vector<Node> left = nodes_of(store);
  std::erase_if(left, [](const Node& node) { return node.type == "run"; });
  BOOST_TEST(left.size() == expected.nodes().size());
  for (int i = 0; i < 4; ++i) {
    const Filter filter = model.any_filter();
    const auto passes = [&](const auto& node) { return model.passes(filter, model.number(node.first)); };
    std::vector<Node> found = store.query({.filter = filter, .now = kGraphNow}).nodes;
    std::erase_if(found, [](const Node& node) { return node.type == "run"; });
    BOOST_TEST(found.size() == static_cast<std::size_t>(std::ranges::count_if(expected.nodes(), passes)), filter.text());
  }
  const auto group = store.find_group("odd ones");
  BOOST_TEST(group->node_count == static_cast<std::uint64_t>(std::ranges::count_if(expected.nodes(), [&](const auto& node) {
               return model.number(node.first) % 2 == 1;
             })));
}

// A workflow that calls a calculation, which makes data from data; all in no run.
struct Small {
  Uuid in, workflow, calculation, out;
};

Small add_small(Store& store, const std::string& tag = "small") {
  Transaction transaction = store.transaction();
  Small small;
  small.in = transaction.add({.type = "in", .tags = {tag}});
  small.workflow = transaction.add({.kind = NodeKind::workflow, .type = "w", .state = NodeState::running, .tags = {tag}});
  small.calculation = transaction.add({.kind = NodeKind::calculation, .type = "c", .state = NodeState::running, .tags = {tag}});
  small.out = transaction.add({.type = "out", .tags = {tag}});
  transaction.link(small.in, small.calculation, LinkType::input, "x");
  transaction.link(small.workflow, small.calculation, LinkType::call, "c");
  transaction.link(small.calculation, small.out, LinkType::create, "out");
  transaction.link(small.workflow, small.out, LinkType::return_, "out");
  transaction.commit();
  return small;
}

BOOST_AUTO_TEST_SUITE(forgetting)

BOOST_AUTO_TEST_CASE(random_graphs_lose_what_the_rules_lead_to_and_nothing_else) {
  for_each_graph(120, [](Store& store, GraphModel& model) {
    store.index_attribute("attributes.energy");
    ForgetModel expected(model);
    for (int round = 0; !expected.nodes().empty(); ++round) {
      BOOST_TEST_CONTEXT("round " << round) {
        ForgetOptions options{.create_forward = model.pick(2) == 0, .call_calc_forward = model.pick(2) == 0,
                              .call_work_forward = model.pick(2) == 0};
        std::vector<Uuid> starts;
        for (std::uint64_t i = 1 + model.pick(2); i != 0; --i) starts.push_back(expected.any(model).uuid);
        const Uuids gone = expected.closure(Uuids(starts.begin(), starts.end()), options);
        options.dry_run = true;
        const ForgetReport planned = store.forget(starts, options);
        options.dry_run = false;
        const ForgetReport report = store.forget(starts, options);
        BOOST_TEST((uuids_of(report) == gone));
        BOOST_TEST((uuids_of(planned) == gone && planned.link_count == report.link_count));
        BOOST_TEST(report.link_count == expected.forget(gone));
        check_graph(store, model, expected, gone);
        check_clean(store);
        if (model.pick(4) == 0) store.compact();
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(each_node_says_why_it_went) {
  for_each_store([](TestStore& store) {
    const Small small = add_small(*store);
    const ForgetReport report = store->forget(std::vector{small.in});
    std::map<Uuid, std::string> rules;
    for (const ForgottenNode& node : report.nodes) rules[node.uuid] = node.rule;
    BOOST_TEST(rules[small.in] == "named");
    BOOST_TEST(rules[small.calculation] == "has as input " + small.in.text());
    BOOST_TEST(rules[small.out] == "created by " + small.calculation.text());
    BOOST_TEST(rules[small.workflow] == "caller of " + small.calculation.text());
    BOOST_TEST(report.link_count == 4u);
    BOOST_TEST((report.runs.empty() && report.checkpoints.empty()));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(ids_groups_and_unique_ids_are_free_again) {
  for_each_store([](TestStore& store) {
    const Identity name{"scope", "one"};
    const auto add = [&] {
      Transaction transaction = store->transaction();
      NewNode node{.type = "t", .unique_ids = {name}};
      node.uuid = Uuid::parse("01a22c9a-3e55-7000-8000-000000000001");
      transaction.add(node);
      transaction.commit();
      return *node.uuid;
    };
    const Uuid uuid = add();
    store->put_group("g");
    store->add_to_group("g", std::vector{uuid});
    store->forget(std::vector{uuid});
    BOOST_TEST(!store->find_node(name).has_value());
    BOOST_TEST(store->find_group("g")->node_count == 0u);
    store.reopen();
    BOOST_TEST((add() == uuid));
    BOOST_TEST(store->groups_of(uuid).empty());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(the_node_of_a_run_takes_the_run_with_it) {
  for_each_store([](TestStore& store) {
    CheckpointId id;
    Uuid run_node, process;
    {
      Run run = store->run("argon");
      run_node = run.uuid();
      process = run.step("relax", {{"x", 1}}, [] { return 2; }, {.position = 0}).process();
      BOOST_CHECK_THROW(run.step("fails", {}, [] { return throw std::runtime_error("no"), 1; }), std::runtime_error);
      id = run.checkpoint(1).save("state", 1).tag("t").commit().id;
      Run other = store->run("krypton");
      other.step("relax", {{"x", 1}}, [] { return 3; });
    }
    const ForgetReport report = store->forget(std::vector{process});
    BOOST_TEST((report.runs == std::vector<std::string>{"argon"}));
    BOOST_TEST(report.nodes.size() == 4u);  // the run, two processes and the result; an input stays
    store.reopen();
    BOOST_TEST((!store->find_run("argon") && !store->find_checkpoint(id) && !store->find_node(run_node)));
    check_clean(*store);
    BOOST_TEST(store->stats().checkpoint_count == 0u);
    BOOST_TEST(nodes_of(*store).size() == 5u);
    Run run = store->run("argon");
    BOOST_TEST(run.history().empty());
    BOOST_CHECK_EXCEPTION(run.why("relax"), Error, has_code(ErrorCode::not_found));
    bool called = false;
    run.step("relax", {{"x", 1}}, [&] { return called = true, 2; }, {.reuse = true});
    BOOST_TEST(!called);  // but of krypton, which is still there
    BOOST_TEST(run.why("relax").at(0).step.reused_from.has_value());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(forks_keep_what_they_have_of_a_forgotten_run) {
  for_each_store([](TestStore& store) {
    Uuid uuid;
    {
      Run run = store->run("argon");
      uuid = run.uuid();
      run.step("relax", {}, [] { return 1; });
      run.checkpoint(1).save("state", 1).commit();
      run.fork("what-if");
      run.checkpoint(2).save("state", 2).commit();
    }
    store->forget(std::vector{uuid});
    store.reopen();
    BOOST_TEST(!store->find_run("argon").has_value());
    {
      Run fork = store->run("what-if");
      BOOST_TEST((fork.history().size() == 1u && fork.restart<std::int64_t>("state") == 1));
      fork.checkpoint(3).save("state", 3).commit();
    }
    store->delete_run("what-if");
    store->compact();
    BOOST_TEST(store->stats().checkpoint_count == 0u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(steps_of_a_run_can_stay_without_it) {
  for_each_store([](TestStore& store) {
    Uuid uuid, process;
    {
      Run run = store->run("argon");
      uuid = run.uuid();
      process = run.step("relax", {}, [] { return 1; }).process();
    }
    const ForgetReport report = store->forget(std::vector{uuid}, {.call_calc_forward = false});
    BOOST_TEST(report.nodes.size() == 1u);
    BOOST_TEST(store->get_node(process).run.empty());
    BOOST_TEST(store->why(process).step.name == "relax");
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(runs_that_are_worked_on_are_refused) {
  for_each_store([](TestStore& store) {
    const auto refused = has_code(ErrorCode::rule_violation, "run argon");
    Uuid data;
    {
      Run run = store->run("argon");
      data = run.step("relax", {}, [] { return 1; }).data();
      run.checkpoint(1).save("state", 1).commit();
      BOOST_CHECK_EXCEPTION(store->forget(std::vector{data}), Error, refused);
      BOOST_CHECK_NO_THROW(store->forget(std::vector{data}, {.dry_run = true}));
    }
    {
      Transaction transaction = store->run("argon").transaction();
      BOOST_CHECK_EXCEPTION(store->forget(std::vector{data}), Error, refused);
    }
    BOOST_TEST(store->get_node(data).run == "argon");
    store->forget(std::vector{data});
    BOOST_TEST(!store->find_run("argon").has_value());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_run_in_which_another_process_is_at_a_step_is_refused) {
  on_disk([](TestStore& store) {
    const Uuid uuid = store->run("argon").uuid();
    store.close();
    DetachedStep step(store.path(), "argon", "sort", {.lease = std::chrono::hours(1)});
    step.claim({});
    store.reopen();
    BOOST_CHECK_EXCEPTION(store->forget(std::vector{uuid}), Error, has_code(ErrorCode::rule_violation, "a step is under way"));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_there_or_too_much_is_refused) {
  for_each_store([](TestStore& store) {
    const Small small = add_small(*store);
    BOOST_CHECK_EXCEPTION(store->forget(std::vector{small.in, Uuid::generate()}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->forget(std::vector{small.in}, {.nodes_max = 3}), Error, has_code(ErrorCode::limit, "3"));
    BOOST_TEST(store->forget({}).nodes.empty());
    BOOST_TEST(nodes_of(*store).size() == 4u);
  });
}

BOOST_AUTO_TEST_CASE(everything_that_carries_a_value_goes) {
  for_each_store([](TestStore& store) {
    const ObjectId value = store->put(particles(1)), other = store->put(particles(2));
    const ObjectId list = store->put(std::vector{value});
    std::vector<CheckpointId> held;
    CheckpointId free, kept;
    {
      Run run = store->run("argon");
      held.push_back(run.checkpoint(1).save("state", particles(1)).tag("t").commit().id);
      held.push_back(run.checkpoint(2).save("state", std::vector{list}).commit().id);
      free = run.checkpoint(3).save("state", particles(2)).commit().id;
      run.put_writes(free, "task", {{"a", 1}});
      Run forked = store->run("neon");
      kept = forked.checkpoint(1).save("state", particles(1)).commit().id;
      forked.fork("neon 2");
      Transaction transaction = store->transaction();
      transaction.add({.type = "named", .attributes = Map{{"of", value}}});
      transaction.add({.type = "other", .content = other});
      transaction.commit();
    }
    const ForgetReport planned = store->forget_content(value, {.dry_run = true});
    BOOST_TEST(nodes_of(*store, "type = named").size() == 1u);
    const ForgetReport report = store->forget_content(value);
    BOOST_TEST((uuids_of(planned) == uuids_of(report) && planned.checkpoints == report.checkpoints));
    std::set<std::string> types;
    for (const ForgottenNode& node : report.nodes) types.insert(node.type);
    BOOST_TEST((types.contains("named") && report.nodes.size() == 3u));
    BOOST_TEST((std::set(report.checkpoints.begin(), report.checkpoints.end()) == std::set(held.begin(), held.end())));
    store.reopen();
    for (const CheckpointId& id : held) BOOST_TEST(!store->find_checkpoint(id).has_value());
    BOOST_TEST((store->find_checkpoint(free) && store->find_checkpoint(kept)));
    BOOST_TEST(!store->run("argon").tagged("t").has_value());
    BOOST_TEST(nodes_of(*store, "content = " + value.hex()).empty());
    BOOST_TEST(nodes_of(*store, "content = " + other.hex()).size() == 2u);
    BOOST_CHECK_EXCEPTION(store->forget_content(ObjectId{}), Error, has_code(ErrorCode::not_found));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(marks_of_links_that_break_a_rule_go_with_their_ends) {
  for_each_store([](TestStore& store) {
    Uuid uuid;
    {
      BulkLoad load = store->bulk_load();
      NewNode node{.type = "d"};
      node.uuid = uuid = Uuid::generate();
      const auto first = load.add({.kind = NodeKind::calculation, .type = "c", .state = NodeState::finished});
      const auto second = load.add({.kind = NodeKind::calculation, .type = "c", .state = NodeState::finished}), data = load.add(node);
      load.link(first, data, LinkType::create, load.label("x"));
      load.link(second, data, LinkType::create, load.label("y"));
      load.commit(Violations::take);
    }
    BOOST_TEST_REQUIRE(store->violations().size() == 1u);
    store->forget(std::vector{uuid});
    BOOST_TEST(store->violations().empty());
    store.reopen();
    BOOST_TEST(nodes_of(*store).empty());
    check_clean(*store);
  });
}

// Fails at every commit there is, in both ways; what is then there is all or nothing, and what was begun is ended later.
void fail_everywhere(const std::function<std::vector<Uuid>(Store&)>& fill, std::size_t after_failures_max) {
  for (const Failure failure : {Failure::nothing_changed, Failure::never_told})
    for (std::uint64_t n = 1;; ++n) {
      BOOST_TEST_CONTEXT("publish " << n) {
        auto owned = std::make_unique<FailingEngine>();
        FailingEngine& engine = *owned;
        const auto state = std::make_shared<store::StoreState>(std::move(owned));
        Store store = store::make_store(state);
        const std::vector<Uuid> starts = fill(store);
        const std::size_t before = store.count(Filter());
        const std::size_t doomed = store.forget(starts, {.dry_run = true}).nodes.size();
        engine.failure = failure;
        engine.fails_at = engine.publishes + n;
        bool failed = false;
        try {
          store.forget(starts);
        } catch (const Error& error) {
          failed = true;
          BOOST_TEST((error.code() == ErrorCode::no_space || error.code() == ErrorCode::unknown_outcome));
        }
        if (after_failures_max == 0) BOOST_TEST((store.count(Filter()) == before || store.count(Filter()) == before - doomed));
        check_clean(store);  // whatever is there is whole, but for a run that is not tidied up
        engine.fails_at = 0;
        store::finish_forgetting(*state);
        const std::size_t left = store.count(Filter());
        BOOST_TEST((left == before || left == before - doomed));
        if (!failed) BOOST_TEST(left == before - doomed);
        check_clean(store);
        if (!failed) {
          BOOST_TEST(n > 1u);
          break;
        }
      }
    }
}

BOOST_AUTO_TEST_CASE(wherever_it_fails_it_is_all_or_nothing) {
  fail_everywhere([](Store& store) {
    const Small small = add_small(store);
    store.put_group("g");
    store.add_to_group("g", std::vector{small.in, small.out});
    add_small(store, "other");
    return std::vector{small.out};
  }, 0);
}

BOOST_AUTO_TEST_CASE(wherever_it_fails_more_than_fit_into_a_commit_it_is_ended_or_dropped_later) {
  fail_everywhere([](Store& store) {
    Transaction transaction = store.transaction();
    const Uuid data = transaction.add({.type = "d"});
    for (std::size_t i = 0; i <= store::kForgottenAtOnce; ++i) {
      const Uuid process = transaction.add({.kind = NodeKind::calculation, .type = "c", .state = NodeState::finished});
      transaction.link(data, process, LinkType::input, "d");
    }
    transaction.commit();
    add_small(store);
    return std::vector{data};
  }, 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
