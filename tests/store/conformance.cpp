// What engines of agents expect of a place to keep their checkpoints, said of runs: a thread is a run, a namespace in it a nested
// run, the values of its channels are the named state, the rest of its record are notes, and writes that came after it are
// pending writes. The semantics are those that the conformance suites of LangGraph's checkpointers test.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/stores.h"

namespace cairn::test {
namespace {

using Ids = std::vector<CheckpointId>;

std::vector<std::string> names_of_thread(const Store& store, const std::string& thread) {
  std::vector<std::string> names;
  for (const RunInfo& run : store.runs())
    if (run.name == thread || run.name.starts_with(thread + "/")) names.push_back(run.name);
  return names;
}

// A thread with its namespaces.
void delete_thread(Store& store, const std::string& thread) {
  for (const std::string& name : names_of_thread(store, thread)) store.delete_run(name);
}
void copy_thread(Store& store, const std::string& from, const std::string& to) {
  for (const std::string& name : names_of_thread(store, from)) store.run(name).fork(to + name.substr(from.size()));
}
void prune_thread(Store& store, const std::string& thread, const RetentionPolicy& policy) {
  for (const std::string& name : names_of_thread(store, thread)) store.run(name).prune(policy);
}

Ids ids_of(const std::vector<Checkpoint>& checkpoints) {
  Ids ids;
  for (const Checkpoint& checkpoint : checkpoints) ids.push_back(checkpoint.id);
  return ids;
}

// Four checkpoints, whose notes alternate between two sources.
Ids put_four(Run run) {
  Ids ids;
  for (int i = 0; i < 4; ++i)
    ids.push_back(run.checkpoint(i).note("source", i % 2 == 0 ? "input" : "loop").note("step", i).commit().id);
  return ids;
}

Value written(const Store& store, const PendingWrite& write) { return store.get_value(write.value); }

BOOST_AUTO_TEST_SUITE(conformance)

// ---- Putting ----

BOOST_AUTO_TEST_CASE(what_a_put_returns_names_what_was_put) {
  for_each_store([](TestStore& store) {
    for (Run run : {store->run("thread"), store->run("thread").nested("child")}) {
      const Receipt receipt = run.checkpoint(0).save("k", "v").note("source", "input").commit();
      const Checkpoint found = store->find_checkpoint(receipt.id).value();
      BOOST_TEST((found.id == receipt.id && found.run == run.name()));
      BOOST_TEST((store->get_value(found.state.at("k")) == Value("v")));
      BOOST_TEST((found.metadata.size() == 1u && *found.metadata.find("source") == Value("input")));
      BOOST_TEST(!found.parent.has_value());
    }
  });
}

BOOST_AUTO_TEST_CASE(values_of_every_kind_and_nested_notes_come_back_as_they_were) {
  for_each_store([](TestStore& store) {
    Run run = store->run("thread");
    const std::vector<std::pair<std::string, Value>> values = {
        {"text", "hello"}, {"integer", 42}, {"real", 0.95}, {"list", List{1, 2, 3}}, {"map", Map{{"nested", true}}},
        {"bytes", Bytes{std::byte{0}, std::byte{255}}}, {"none", nullptr}, {"versions", Map{{"a", 1}, {"b", 2}}}};
    const Value note = Map{{"profile", Map{{"name", "alice"}, {"tags", List{"admin", "rag"}}, {"empty map", Map{}}, {"empty list", List{}}}},
                           {"metrics", List{Map{{"step", 1}, {"score", 0.95}}, Map{{"step", 2}, {"score", 0.99}}}}};
    auto builder = run.checkpoint(-1);
    for (const auto& [name, value] : values) builder.save(name, value);
    const CheckpointId id = builder.note("user", note).note("run_id", "4a7f").commit().id;
    const Checkpoint found = store->find_checkpoint(id).value();
    BOOST_TEST(found.state.size() == values.size());
    for (const auto& [name, value] : values) BOOST_TEST((store->get_value(found.state.at(name)) == value), name);
    BOOST_TEST((*found.metadata.find("user") == note));
    BOOST_TEST((*found.metadata.find("run_id") == Value("4a7f")));
    BOOST_TEST(found.step == -1);
  });
}

BOOST_AUTO_TEST_CASE(a_thread_and_its_namespaces_and_other_threads_are_apart) {
  for_each_store([](TestStore& store) {
    Run root = store->run("thread"), child = root.nested("child"), other = store->run("other");
    for (Run run : {root, child, other}) run.checkpoint(0).save("x", run.name()).commit();
    for (const Run& run : {root, child, other}) {
      BOOST_TEST(run.history().size() == 1u);
      BOOST_TEST((store->get<std::string>(run.latest().value().state.at("x")) == run.name()));
    }
  });
}

BOOST_AUTO_TEST_CASE(checkpoints_follow_each_other_and_all_can_be_got) {
  for_each_store([](TestStore& store) {
    Run run = store->run("thread");
    Ids ids;
    for (int i = 0; i < 3; ++i) ids.push_back(run.checkpoint(i).commit().id);
    for (std::size_t i = 0; i < 3; ++i) {
      const Checkpoint found = store->find_checkpoint(ids[i]).value();
      BOOST_TEST(found.step == static_cast<std::int64_t>(i));
      BOOST_TEST((found.parent == (i == 0 ? std::nullopt : std::optional(ids[i - 1]))));
    }
  });
}

BOOST_AUTO_TEST_CASE(each_checkpoint_has_the_channels_it_was_given_and_what_did_not_change_is_stored_once) {
  for_each_store([](TestStore& store) {
    Run run = store->run("thread");
    const std::string large(100'000, 'b');
    const Checkpoint first = store->find_checkpoint(run.checkpoint(0).save("a", "1").save("b", large).commit().id).value();
    const Receipt changed = run.checkpoint(1).save("a", "2").save("b", first.state.at("b")).commit();
    const Receipt added = run.checkpoint(2).save("a", "2").save("b", large).save("c", "new").commit();
    const Receipt removed = run.checkpoint(3).save("a", "3").commit();
    BOOST_TEST(changed.bytes_new < 1000u);
    BOOST_TEST(added.bytes_new < 1000u);
    const Checkpoint second = store->find_checkpoint(changed.id).value(), third = store->find_checkpoint(added.id).value();
    BOOST_TEST((store->get_value(second.state.at("a")) == Value("2") && second.state.at("b") == first.state.at("b")));
    BOOST_TEST((third.state.size() == 3u && third.state.at("b") == first.state.at("b")));
    BOOST_TEST(!store->find_checkpoint(removed.id).value().state.contains("b"));
    BOOST_TEST((store->get_value(first.state.at("a")) == Value("1")));
  });
}

// ---- Writes ----

BOOST_AUTO_TEST_CASE(writes_have_their_task_channel_and_value) {
  for_each_store([](TestStore& store) {
    for (Run run : {store->run("thread"), store->run("thread").nested("child")}) {
      const CheckpointId id = run.checkpoint(0).commit().id;
      run.put_writes(id, "pet task", {{"animals", "dog"}, {"__error__", "went wrong"}, {"__interrupt__", Map{{"reason", "human"}}}});
      const auto writes = run.pending_writes(id);
      BOOST_REQUIRE(writes.size() == 3u);
      for (const PendingWrite& write : writes) BOOST_TEST(write.task == "pet task");
      BOOST_TEST((writes[0].channel == "animals" && written(*store, writes[0]) == Value("dog")));
      BOOST_TEST((writes[1].channel == "__error__" && written(*store, writes[1]) == Value("went wrong")));
      BOOST_TEST((writes[2].channel == "__interrupt__" && written(*store, writes[2]) == Value(Map{{"reason", "human"}})));
    }
  });
}

BOOST_AUTO_TEST_CASE(tasks_write_side_by_side_also_to_one_channel) {
  for_each_store([](TestStore& store) {
    Run run = store->run("thread");
    const CheckpointId id = run.checkpoint(0).commit().id;
    run.put_writes(id, "t2", {{"ch", "from t2"}});
    run.put_writes(id, "t1", {{"ch", "from t1"}, {"ch", "again"}});
    const auto writes = run.pending_writes(id);
    BOOST_REQUIRE(writes.size() == 3u);
    BOOST_TEST((writes[0].task == "t1" && written(*store, writes[0]) == Value("from t1")));
    BOOST_TEST((writes[1].task == "t1" && written(*store, writes[1]) == Value("again")));
    BOOST_TEST((writes[2].task == "t2" && written(*store, writes[2]) == Value("from t2")));
  });
}

BOOST_AUTO_TEST_CASE(a_write_that_is_put_twice_is_there_once_also_after_a_restart) {
  for_each_store([](TestStore& store) {
    const CheckpointId id = store->run("thread").checkpoint(0).commit().id;
    store->run("thread").put_writes(id, "t", {{"ch", "value"}});
    store->run("thread").put_writes(id, "t", {{"ch", "value"}});
    store.reopen();
    store->run("thread").put_writes(id, "t", {{"ch", "value"}});
    BOOST_TEST(store->run("thread").pending_writes(id).size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(writes_are_of_one_checkpoint_in_one_namespace) {
  for_each_store([](TestStore& store) {
    Run root = store->run("thread"), child = root.nested("child");
    const CheckpointId of_root = root.checkpoint(0).commit().id, of_child = child.checkpoint(0).commit().id;
    root.put_writes(of_root, "t", {{"ch", "root"}});
    child.put_writes(of_child, "t", {{"ch", "child"}});
    BOOST_TEST((written(*store, root.pending_writes(of_root).at(0)) == Value("root")));
    BOOST_TEST((written(*store, child.pending_writes(of_child).at(0)) == Value("child")));
    BOOST_TEST(root.pending_writes(root.checkpoint(1).commit().id).empty());
  });
}

// ---- Getting ----

BOOST_AUTO_TEST_CASE(the_newest_is_got_without_an_id_and_any_with_it) {
  for_each_store([](TestStore& store) {
    Run run = store->run("thread");
    BOOST_TEST(!run.latest().has_value());
    Ids ids;
    for (const std::int64_t step : {5, 1, 3}) ids.push_back(run.checkpoint(step).commit().id);  // ids and steps are in no order
    BOOST_TEST((run.latest().value().id == ids[2]));
    BOOST_TEST((store->find_checkpoint(ids[0]).value().step == 5));
    BOOST_TEST(!store->find_checkpoint(CheckpointId{}).has_value());
    BOOST_TEST(!store->find_run("no such thread").has_value());
    BOOST_TEST((run.latest().value().time >= store->find_checkpoint(ids[0]).value().time));
  });
}

// ---- Listing ----

BOOST_AUTO_TEST_CASE(a_list_is_of_one_thread_and_namespace_newest_first) {
  for_each_store([](TestStore& store) {
    Run run = store->run("thread"), child = run.nested("child"), other = store->run("other");
    Ids ids = put_four(run);
    const CheckpointId of_child = child.checkpoint(0).commit().id;
    std::ranges::reverse(ids);
    BOOST_TEST((ids_of(run.history()) == ids));
    BOOST_TEST((ids_of(child.history()) == Ids{of_child}));
    BOOST_TEST(other.history().empty());
  });
}

// Every combination of filter, cursor and limit.
BOOST_AUTO_TEST_CASE(a_list_has_what_passes_all_filters_before_the_cursor_up_to_the_limit) {
  for_each_store([](TestStore& store) {
    Run run = store->run("thread");
    const Ids ids = put_four(run);
    const auto all = run.history();
    const std::vector<Map> filters = {Map{}, Map{{"source", "input"}}, Map{{"source", "loop"}}, Map{{"step", 1}},
                                      Map{{"source", "input"}, {"step", 2}}, Map{{"source", "update"}, {"step", 99}},
                                      Map{{"source", "input"}, {"step", 1}}, Map{{"step", "1"}}, Map{{"absent", nullptr}}};
    for (const Map& filter : filters)
      for (std::size_t before = 0; before <= ids.size(); ++before)
        for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, std::size_t{4}, SIZE_MAX}) {
          Ids expected;
          for (const Checkpoint& checkpoint : all) {
            const bool is_before = before == ids.size() || std::ranges::find(ids, checkpoint.id) - ids.begin() < static_cast<std::ptrdiff_t>(before);
            const bool passes = std::ranges::all_of(filter, [&](const MapEntry& entry) {
              const Value* value = checkpoint.metadata.find(entry.key);
              return value != nullptr && *value == entry.value;
            });
            if (is_before && passes && expected.size() < limit) expected.push_back(checkpoint.id);
          }
          HistoryOptions options{.metadata = filter, .limit = limit};
          if (before != ids.size()) options.before = ids[before];
          BOOST_TEST((ids_of(run.history(options)) == expected));
        }
  });
}

BOOST_AUTO_TEST_CASE(what_is_listed_has_its_writes) {
  for_each_store([](TestStore& store) {
    Run run = store->run("thread");
    run.put_writes(run.checkpoint(0).commit().id, "t", {{"ch", "value"}});
    run.checkpoint(1).commit();
    const auto listed = run.history();
    BOOST_TEST(run.pending_writes(listed[0].id).empty());
    BOOST_TEST((written(*store, run.pending_writes(listed[1].id).at(0)) == Value("value")));
  });
}

// ---- Deleting a thread ----

BOOST_AUTO_TEST_CASE(a_deleted_thread_is_gone_with_its_namespaces_and_writes_and_no_other) {
  for_each_store([](TestStore& store) {
    const auto put = [&](Run run) {
      const CheckpointId id = run.checkpoint(0).commit().id;
      run.put_writes(id, "t", {{"ch", "value"}});
      return id;
    };
    const CheckpointId of_root = put(store->run("thread")), of_child = put(store->run("thread").nested("child"));
    const CheckpointId of_other = put(store->run("thread 2"));
    delete_thread(*store, "thread");
    for (const CheckpointId& id : {of_root, of_child}) BOOST_TEST(!store->find_checkpoint(id).has_value());
    BOOST_TEST(store->run("thread").history().empty());
    BOOST_TEST(store->run("thread").nested("child").history().empty());
    BOOST_CHECK_EXCEPTION(store->run("thread").pending_writes(of_root), Error, has_code(ErrorCode::not_found));
    BOOST_TEST(store->run("thread 2").pending_writes(of_other).size() == 1u);
    BOOST_CHECK_EXCEPTION(store->delete_run("no such thread"), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(late_writes_do_not_bring_a_deleted_thread_back) {
  for_each_store([](TestStore& store) {
    Run late = store->run("thread");
    const CheckpointId id = late.checkpoint(0).commit().id;
    delete_thread(*store, "thread");
    BOOST_CHECK_EXCEPTION(late.checkpoint(99).commit(), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(late.put_writes(id, "t", {{"ch", "late"}}), Error, has_code(ErrorCode::not_found));
    BOOST_TEST(!store->find_run("thread").has_value());
    BOOST_TEST(store->run("thread").history().empty());
  });
}

// ---- Copying a thread ----

BOOST_AUTO_TEST_CASE(a_copy_has_all_checkpoints_with_notes_order_namespaces_and_writes_and_the_source_stays) {
  for_each_store([](TestStore& store) {
    Run source = store->run("source");
    const Ids ids = put_four(source);
    const CheckpointId of_child = source.nested("child").checkpoint(0).save("step", 0).commit().id;
    source.put_writes(ids.back(), "t", {{"ch", "value"}});
    const auto before = source.history();
    copy_thread(*store, "source", "copy");
    Run copy = store->run("copy");
    const auto copied = copy.history();
    BOOST_TEST((ids_of(copied) == ids_of(before)));
    BOOST_TEST((ids_of(source.history()) == ids_of(before)));
    for (std::size_t i = 0; i < copied.size(); ++i)
      BOOST_TEST((std::ranges::equal(copied[i].metadata, before[i].metadata) && copied[i].state == before[i].state));
    BOOST_TEST((ids_of(store->run("copy/child").history()) == Ids{of_child}));
    BOOST_TEST((written(*store, copy.pending_writes(ids.back()).at(0)) == Value("value")));
  });
}

BOOST_AUTO_TEST_CASE(a_copy_and_its_source_go_their_own_ways) {
  for_each_store([](TestStore& store) {
    Run source = store->run("source");
    const Ids ids = put_four(source);
    Run copy = source.fork("copy");
    copy.checkpoint(10).commit();
    source.checkpoint(20).commit();
    source.put_writes(ids.back(), "t", {{"ch", "later"}});
    BOOST_TEST(copy.latest().value().step == 10);
    BOOST_TEST(source.latest().value().step == 20);
    BOOST_TEST(copy.pending_writes(ids.back()).empty());
    delete_thread(*store, "source");
    BOOST_TEST(copy.history().size() == 5u);
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_there_cannot_be_copied) {
  for_each_store([](TestStore& store) {
    copy_thread(*store, "no such thread", "copy");
    BOOST_TEST(!store->find_run("copy").has_value());
    BOOST_CHECK_EXCEPTION(store->run("empty").fork("copy"), Error, has_code(ErrorCode::not_found));
    BOOST_TEST(!store->find_run("copy").has_value());
  });
}

// ---- Pruning ----

BOOST_AUTO_TEST_CASE(pruning_to_the_newest_leaves_it_in_each_namespace_with_its_writes_and_other_threads_alone) {
  for_each_store([](TestStore& store) {
    Run root = store->run("thread"), child = root.nested("child"), other = store->run("other");
    const Ids of_root = put_four(root), of_child = put_four(child), of_other = put_four(other);
    root.put_writes(of_root.back(), "t", {{"ch", "value"}});
    prune_thread(*store, "thread", {.last = 1, .tagged = false});
    prune_thread(*store, "no such thread", {.last = 1});
    BOOST_TEST((ids_of(root.history()) == Ids{of_root.back()}));
    BOOST_TEST((ids_of(child.history()) == Ids{of_child.back()}));
    BOOST_TEST(other.history().size() == 4u);
    BOOST_TEST((written(*store, root.pending_writes(of_root.back()).at(0)) == Value("value")));
    prune_thread(*store, "thread", {.tagged = false});
    BOOST_TEST((root.history().empty() && child.history().empty()));
  });
}

// ---- Deleting what given executions have made ----

BOOST_AUTO_TEST_CASE(checkpoints_of_given_executions_go_with_their_writes_in_all_namespaces_and_the_others_stay) {
  for_each_store([](TestStore& store) {
    Run root = store->run("thread"), child = root.nested("child");
    Ids ids;
    for (const char* execution : {"one", "two", "three"}) {
      ids.push_back(root.checkpoint(0).note("run_id", execution).commit().id);
      root.put_writes(ids.back(), "t", {{"ch", execution}});
      child.checkpoint(0).note("run_id", execution).commit();
    }
    for (const char* execution : {"one", "two", "never"})
      prune_thread(*store, "thread", {.without = Map{{"run_id", execution}}, .tagged = false});
    BOOST_TEST((ids_of(root.history()) == Ids{ids[2]}));
    BOOST_TEST((*child.history().at(0).metadata.find("run_id") == Value("three")));
    BOOST_TEST(child.history().size() == 1u);
    for (const std::size_t gone : {0u, 1u}) {
      BOOST_TEST(!store->find_checkpoint(ids[gone]).has_value());
      BOOST_CHECK_EXCEPTION(root.pending_writes(ids[gone]), Error, has_code(ErrorCode::not_found));
    }
    BOOST_TEST(root.pending_writes(ids[2]).size() == 1u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
