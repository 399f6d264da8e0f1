// Checkpoints: what is saved, attached, noted and tagged, and that a commit is all or nothing.
#include <boost/test/unit_test.hpp>

#include <cstring>

#include "base/bytes.h"
#include "format/checkpoint.h"
#include "object/objects.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(checkpoints)

BOOST_AUTO_TEST_CASE(a_checkpoint_holds_what_was_saved_attached_and_noted) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto file = store.write_file("out.xtc", "trajectory");
    const Receipt receipt =
        run.checkpoint(5).save("state", particles(5)).save("other", 7).attach("trajectory", file).note("energy", -1.5).commit();
    BOOST_TEST(!receipt.existed);
    BOOST_TEST(receipt.sequence == 1u);
    BOOST_TEST(receipt.bytes_new > 0u);
    const Checkpoint found = store->find_checkpoint(receipt.id).value();
    BOOST_TEST((found.id == receipt.id));
    BOOST_TEST(found.run == "argon");
    BOOST_TEST(found.step == 5);
    BOOST_TEST(!found.parent.has_value());
    BOOST_TEST((store->get<Particles>(found.state.at("state")) == particles(5)));
    BOOST_TEST(store->get<int>(found.state.at("other")) == 7);
    BOOST_TEST(store->read_file(found.artifacts.at("trajectory")) == "trajectory");
    BOOST_TEST((*found.metadata.find(Value("energy")) == Value(-1.5)));
    BOOST_TEST((found.unfinished == std::vector<std::pair<Uuid, NodeState>>{{run.uuid(), NodeState::running}}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_checkpoint_names_the_one_before_it) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId first = run.checkpoint(1).save("state", 1).commit().id;
    run.checkpoint(2).save("state", 2).commit();
    BOOST_TEST((run.latest().value().parent == first));
  });
}

BOOST_AUTO_TEST_CASE(what_is_stored_already_is_referred_to) {
  for_each_store([](TestStore& store) {
    const ObjectId object = store->put(particles(1));
    const ArtifactId artifact = store->add(store.write_file("a", "bytes")).id;
    Run run = store->run("argon");
    run.checkpoint(1).save("state", object).attach("file", artifact).commit();
    BOOST_TEST((run.latest().value().state.at("state") == object));
    BOOST_TEST((run.latest().value().artifacts.at("file") == artifact));
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_in_the_store_is_refused) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const ObjectId object = store->put(1);
    BOOST_CHECK_EXCEPTION(run.checkpoint(1).save("state", ObjectId{}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(run.checkpoint(1).attach("file", ArtifactId{object.digest}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_THROW(run.checkpoint(1).attach("file", store.beside("absent")), Error);
    BOOST_TEST(run.history().empty());
  });
}

BOOST_AUTO_TEST_CASE(a_value_that_names_what_is_not_in_the_store_is_refused) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const std::map<std::string, ObjectId> absent = {{"there", store->put(1)}, {"not there", ObjectId{}}};
    const auto names_it = [](const Error& error) {
      return error.code() == ErrorCode::not_found && std::string(error.what()).find("not there") != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(store->put(absent), Error, names_it);
    BOOST_CHECK_EXCEPTION(run.checkpoint(1).save("state", absent), Error, names_it);
    BOOST_CHECK_EXCEPTION(run.checkpoint(1).note("n", Value(ArtifactId{})).commit(), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(run.step("s", {}, [&] { return absent; }), Error, names_it);
    BOOST_TEST(run.history().empty());
    BOOST_TEST(store->verify().damage.empty());
  });
}

BOOST_AUTO_TEST_CASE(a_name_is_used_once) {
  for_each_store([](TestStore& store) {
    auto builder = store->run("argon").checkpoint(1);
    builder.save("state", 1).attach("file", store.write_file("a", "x"));
    BOOST_CHECK_EXCEPTION(builder.save("state", 2), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(builder.attach("file", store.write_file("b", "y")), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(builder.save("", 2), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(builder.tag(std::string(256, 't')), Error, has_code(ErrorCode::invalid_argument));
    builder.commit();
    BOOST_TEST(store->run("argon").restart<int>("state").value() == 1);
  });
}

BOOST_AUTO_TEST_CASE(the_same_content_of_a_step_is_committed_once) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const Receipt first = run.checkpoint(1).save("state", particles(1)).note("a", 1).commit();
    const Receipt again = run.checkpoint(1).save("state", particles(1)).note("a", 1).commit();
    BOOST_TEST(again.existed);
    BOOST_TEST((again.id == first.id));
    BOOST_TEST(again.sequence == first.sequence);
    BOOST_TEST(again.bytes_new == 0u);
    BOOST_TEST(run.history().size() == 1u);
  });
}

// Bytes that meet a zero in the hash's multiplication, so that it does not see the other half of its factor.
Bytes colliding_note(std::uint64_t first, std::uint64_t second) {
  Bytes note(2048, std::byte{0x41});
  std::memcpy(note.data() + 24, &first, sizeof first);
  std::memcpy(note.data() + 88, &second, sizeof second);
  return note;
}

Digest content_with_note(const Bytes& note) {
  format::CheckpointRecord record;
  record.step = 5;
  const auto staging = engine::make_memory_engine()->stage();
  Map metadata;
  metadata.put("k", note);
  record.metadata = base::as_text(object::write_object_bytes(*staging, encodable(Value(metadata))));
  return format::checkpoint_content(record);
}

BOOST_AUTO_TEST_CASE(other_content_with_the_same_digest_is_a_new_checkpoint) {
  const Bytes first = colliding_note(0x10203040a4a4406b, 0x102030404ee679d2);
  const Bytes second = colliding_note(0x10203041a4a4406b, 0x1020303f4ee679d2);
  BOOST_REQUIRE((content_with_note(first) == content_with_note(second)));
  for_each_store([&](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(5).note("k", first).commit();
    BOOST_TEST(!run.checkpoint(5).note("k", second).commit().existed);
    BOOST_TEST((*run.at(5).value().metadata.find("k") == Value(second)));
  });
}

BOOST_AUTO_TEST_CASE(other_content_of_a_step_is_a_new_checkpoint_and_the_newest_is_at_the_step) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId first = run.checkpoint(1).save("state", 1).commit().id;
    run.checkpoint(2).save("state", 2).commit();
    const CheckpointId other = run.checkpoint(1).save("state", 3).commit().id;
    BOOST_TEST((first != other));
    BOOST_TEST((run.at(1).value().id == other));
    const Receipt back = run.checkpoint(1).save("state", 1).commit();  // as it was first, but no longer is
    BOOST_TEST(!back.existed);
    BOOST_TEST((run.at(1).value().id == back.id));
    BOOST_TEST(run.history().size() == 4u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_name_is_part_of_the_content) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("a", 1).commit();
    BOOST_TEST(!run.checkpoint(1).save("b", 1).commit().existed);
    BOOST_TEST(!run.checkpoint(1).save("b", 1).note("n", 1).commit().existed);
  });
}

BOOST_AUTO_TEST_CASE(a_step_is_any_number) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const std::vector<std::int64_t> steps = {0, -1, INT64_MIN, INT64_MAX, 256, -256};
    for (const std::int64_t step : steps) run.checkpoint(step).save("state", step).commit();
    for (const std::int64_t step : steps) {
      const Checkpoint found = run.at(step).value();
      BOOST_TEST(found.step == step);
      BOOST_TEST(store->get<std::int64_t>(found.state.at("state")) == step);
    }
    for (const std::int64_t step : {std::int64_t{1}, std::int64_t{-2}, INT64_MIN + 1, INT64_MAX - 1}) BOOST_TEST(!run.at(step).has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_tag_names_the_last_checkpoint_that_got_it) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId first = run.checkpoint(1).save("state", 1).tag("best").tag("first").commit().id;
    const CheckpointId second = run.checkpoint(2).save("state", 2).tag("best").commit().id;
    BOOST_TEST((run.tagged("best").value().id == second));
    BOOST_TEST((run.tagged("first").value().id == first));
    BOOST_TEST(!run.tagged("worst").has_value());
    BOOST_TEST(!run.tagged("bes").has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_checkpoint_shows_the_tags_it_has_now) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId first = run.checkpoint(1).save("state", 1).tag("best").tag("a").commit().id;
    run.checkpoint(2).save("state", 2).tag("best").commit();
    BOOST_TEST((store->find_checkpoint(first).value().tags == std::vector<std::string>{"a"}));
    BOOST_TEST((run.history().front().tags == std::vector<std::string>{"best"}));
    BOOST_TEST((store->runs().front().latest.value().tags == std::vector<std::string>{"best"}));
  });
}

BOOST_AUTO_TEST_CASE(committing_the_same_content_with_a_tag_tags_what_is_there) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId first = run.checkpoint(1).save("state", 1).commit().id;
    const Receipt again = run.checkpoint(1).save("state", 1).tag("best").commit();
    BOOST_TEST(again.existed);
    BOOST_TEST((run.tagged("best").value().id == first));
    BOOST_TEST(run.history().size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_committed_builder_is_spent) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    auto builder = run.checkpoint(1);
    builder.save("state", 1).commit();
    const auto spent = has_code(ErrorCode::invalid_argument, "committed already");
    BOOST_CHECK_EXCEPTION(builder.commit(), Error, spent);
    BOOST_CHECK_EXCEPTION(builder.save("more", 1), Error, spent);
    BOOST_CHECK_EXCEPTION(builder.attach("more", ArtifactId{}), Error, spent);
    BOOST_CHECK_EXCEPTION(builder.note("more", 1), Error, spent);
    BOOST_CHECK_EXCEPTION(builder.tag("more"), Error, spent);
    BOOST_TEST(run.history().size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_dropped_builder_leaves_nothing) {
  for_each_store([](TestStore& store) {
    store->run("argon");
    const std::uint64_t before = store->stats().content_bytes;
    store->run("argon").checkpoint(1).save("state", particles(1)).attach("file", store.write_file("a", std::string(100'000, 'a')));
    BOOST_TEST(store->run("argon").history().empty());
    BOOST_TEST(store->stats().content_bytes == before);
    store.reopen();
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_save_that_fails_leaves_the_run_and_the_builder_as_they_were) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("state", 1).commit();
    auto builder = run.checkpoint(2);
    Value deep;
    for (int depth = 0; depth < 2000; ++depth) {
      List outer;
      outer.push_back(std::move(deep));
      deep = Value(std::move(outer));
    }
    BOOST_CHECK_THROW(builder.save("deep", deep), Error);
    BOOST_TEST(run.latest().value().step == 1);
    builder.save("state", 2).commit();
    BOOST_TEST(run.latest().value().state.size() == 1u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(builders_of_one_run_do_not_disturb_each_other) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    auto first = run.checkpoint(1), second = run.checkpoint(2);
    first.save("state", 1);
    second.save("state", 2);
    BOOST_TEST(second.commit().sequence == 1u);
    BOOST_TEST(first.commit().sequence == 2u);
    BOOST_TEST((run.latest().value().parent == run.at(2).value().id));
  });
}

BOOST_AUTO_TEST_CASE(a_saved_value_may_change_afterwards) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    Particles state = particles(1);
    auto builder = run.checkpoint(1);
    builder.save("state", state);
    state.position.assign(10, 0.0);
    builder.commit();
    BOOST_TEST((run.restart<Particles>("state").value() == particles(1)));
  });
}

BOOST_AUTO_TEST_CASE(bytes_that_are_there_already_are_stored_once) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const std::vector<double> array(20'000, 0.25);
    const Receipt first = run.checkpoint(1).save("array", array).commit();
    const Receipt second = run.checkpoint(2).save("array", array).commit();
    BOOST_TEST(first.bytes_new > 0u);
    BOOST_TEST(second.bytes_new == 0u);
    BOOST_TEST(second.bytes_shared == first.bytes_new + first.bytes_shared);
    BOOST_TEST(run.latest().value().bytes_shared == second.bytes_shared);
  });
}

BOOST_AUTO_TEST_CASE(checkpoints_are_there_after_the_store_was_closed) {
  for_each_store([](TestStore& store) {
    const Receipt receipt = store->run("argon").checkpoint(1).save("state", particles(1)).tag("t").commit();
    store.reopen();
    const Run run = store->run("argon");
    BOOST_TEST((run.tagged("t").value().id == receipt.id));
    BOOST_TEST((run.restart<Particles>("state").value() == particles(1)));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(an_id_that_names_no_checkpoint_finds_none) {
  for_each_store([](TestStore& store) {
    const ObjectId object = store->put(1);
    BOOST_TEST(!store->find_checkpoint(CheckpointId{}).has_value());
    BOOST_TEST(!store->find_checkpoint(CheckpointId{object.digest}).has_value());
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
