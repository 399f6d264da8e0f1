// Bundles that were cut off, changed, or made to do harm: each is refused, and nothing of it is seen.
#include <cairn/bundle.h>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <random>
#include <sstream>

#include "format/keys.h"
#include "store/bundle_plan.h"
#include "store/bundle_source.h"
#include "store/bundle_writer.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using format::NodeRecord;
using format::RunRecord;

void make_small(Store& store) {
  Run run = store.run("argon");
  run.checkpoint(1).save("state", particles(1)).commit();
  run.tag(run.latest()->id, "good");
  run.put_writes(run.latest()->id, "task", {{"channel", 7}});
  run.step("make", {{"seed", 4}}, [] { return std::int64_t{16}; });
  run.fork("fork").checkpoint(2).save("state", particles(2)).commit();
  store.put_group("results");
}

std::string small_bundle() {
  Store store = Store::in_memory();
  make_small(store);
  std::ostringstream out;
  store.bundle({.everything = true}, out, {});
  return std::move(out).str();
}

// Empty if it is taken in.
std::optional<ErrorCode> take(Store& store, const std::string& bytes, bool dry_run = false) {
  std::istringstream in(bytes);
  try {
    const MergeReport report = store.unbundle(in, {.dry_run = dry_run});
    if (report.conflict_count != 0) return ErrorCode::conflict;
    return std::nullopt;
  } catch (const Error& error) {
    BOOST_TEST((error.code() != ErrorCode::internal), error.what());
    return error.code();
  }
}

void check_empty(const Store& store) {
  BOOST_TEST(store.runs().empty());
  BOOST_TEST(nodes_of(store).empty());
  BOOST_TEST(store.groups().empty());
  check_clean(store);
}

/// Passes the parts on, some of them changed.
class ChangingSink final : public store::BundleSink {
 public:
  explicit ChangingSink(store::BundleSink& to) : to_(to) {}

  std::function<bool(const store::BundleBlob&)> keeps_blob = [](const auto&) { return true; };
  std::function<void(RunRecord&)> change_run = [](RunRecord&) {};
  std::function<void(NodeRecord&)> change_node = [](NodeRecord&) {};
  std::function<void(std::vector<format::PackedLink>&)> change_links = [](auto&) {};
  std::function<bool(std::string& key, std::string& value)> change_row = [](std::string&, std::string&) { return true; };
  std::function<void(std::string&)> change_label = [](std::string&) {};

  void add_blob(const store::BundleBlob& blob) override { if (keeps_blob(blob)) to_.add_blob(blob); }
  void add_purge(const Digest& digest, const format::PurgeRecord& purge) override { to_.add_purge(digest, purge); }
  void add_label(std::string_view text) override {
    std::string changed(text);
    change_label(changed);
    to_.add_label(changed);
  }
  void add_run(const store::BundleRun& run) override {
    store::BundleRun changed = run;
    change_run(changed.record);
    to_.add_run(changed);
  }
  void add_node(const NodeRecord& node) override {
    NodeRecord changed = node;
    change_node(changed);
    to_.add_node(changed);
  }
  void add_links(std::uint64_t holder, const std::vector<format::PackedLink>& links) override {
    auto changed = links;
    change_links(changed);
    to_.add_links(holder, changed);
  }
  void add_row(const store::BundleRow& row) override {
    std::string key(row.key), value(row.value);
    if (change_row(key, value)) to_.add_row({row.run, key, value});
  }
  void add_group(const format::GroupRecord& group, const std::vector<std::uint64_t>& members) override { to_.add_group(group, members); }
  void add_invalidation(const format::StepInvalidationRecord& invalidation) override { to_.add_invalidation(invalidation); }
  void finish() override { to_.finish(); }

 private:
  store::BundleSink& to_;
};

// A bundle with all its checksums, of parts that `change` has changed.
std::string changed_bundle(const std::function<void(ChangingSink&)>& change) {
  const auto state = std::make_shared<store::StoreState>(engine::make_memory_engine());
  Store store = store::make_store(state);
  make_small(store);
  const auto view = state->engine().view();
  const store::BundlePlan plan(*state, *view, {.everything = true});
  std::ostringstream out;
  store::BundleWriter writer(out, Compression::none);
  ChangingSink sink(writer);
  change(sink);
  store::BundleSource(*state, *view, plan, sink, {}).tell();
  return std::move(out).str();
}

template <class Change>
auto of_row(char letter, Change change) {
  return [letter, change](ChangingSink& sink) {
    sink.change_row = [letter, change](std::string& key, std::string& value) { return key[0] != letter || change(key, value); };
  };
}

BOOST_AUTO_TEST_SUITE(bundle_damage)

BOOST_AUTO_TEST_CASE(a_bundle_that_is_cut_off_anywhere_is_refused_and_nothing_of_it_is_seen) {
  const std::string whole = small_bundle();
  Store store = Store::in_memory();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto code = take(store, whole.substr(0, size));
    BOOST_TEST_REQUIRE(code.has_value(), size << " of " << whole.size() << " bytes were taken in");
    BOOST_TEST((*code == ErrorCode::damaged || *code == ErrorCode::bad_document), size);
  }
  check_empty(store);
  BOOST_TEST(!take(store, whole).has_value());
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(where_a_bundle_was_cut_off_is_said) {
  const std::string whole = small_bundle();
  Store store = Store::in_memory();
  std::istringstream in(whole.substr(0, 1000));
  BOOST_CHECK_EXCEPTION(store.unbundle(in, {}), Error, [](const Error& error) {
    return std::string(error.what()).find("at byte 1000") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_bit_that_is_flipped_anywhere_is_found_and_nothing_of_the_bundle_is_seen) {
  const std::string whole = small_bundle();
  Store store = Store::in_memory();
  std::mt19937 random(1);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
    BOOST_TEST_REQUIRE(take(store, changed).has_value(), "byte " << at << " was changed, and the bundle taken in");
  }
  check_empty(store);
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_end_frames_that_come_twice_and_swapped_ones_are_refused) {
  const std::string whole = small_bundle();
  Store store = Store::in_memory();
  BOOST_TEST(take(store, whole + "x").has_value());
  BOOST_TEST(take(store, whole + whole).has_value());
  const std::size_t first = whole.find("CRNF"), second = whole.find("CRNF", first + 1), third = whole.find("CRNF", second + 1);
  BOOST_TEST_REQUIRE(third != std::string::npos);
  BOOST_TEST(take(store, whole.substr(0, second) + whole.substr(first)).has_value());
  BOOST_TEST(take(store, whole.substr(0, first) + whole.substr(second)).has_value());
  BOOST_TEST(take(store, whole.substr(0, first) + whole.substr(second, third - second) + whole.substr(first, second - first) +
                             whole.substr(third)).has_value());
  check_empty(store);
}

BOOST_AUTO_TEST_CASE(on_disk_a_bundle_that_is_refused_leaves_nothing_that_is_seen) {
  on_disk([](TestStore& store) {
    const std::string whole = small_bundle();
    std::mt19937 random(2);
    for (int i = 0; i < 40; ++i) {
      const std::size_t size = 24 + random() % (whole.size() - 24);
      BOOST_TEST(take(*store, whole.substr(0, size)).has_value());
    }
    check_empty(*store);
    store.reopen();
    check_empty(*store);
    BOOST_TEST(!take(*store, whole).has_value());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(parts_that_do_not_fit_each_other_are_refused_whatever_their_checksums) {
  struct Case {
    const char* what;
    std::function<void(ChangingSink&)> change;
  };
  const Case cases[] = {
      {"a checkpoint is missing", [](ChangingSink& sink) { sink.keeps_blob = [](const store::BundleBlob& blob) { return blob.name.kind != engine::BlobKind::checkpoint; }; }},
      {"a schema is missing", [](ChangingSink& sink) { sink.keeps_blob = [](const store::BundleBlob& blob) { return blob.name.kind != engine::BlobKind::schema; }; }},
      {"a name is none", [](ChangingSink& sink) { sink.change_run = [](RunRecord& run) { run.name = "a\nb"; }; }},
      {"the number of checkpoints is wrong", [](ChangingSink& sink) { sink.change_run = [](RunRecord& run) { run.head += 1; }; }},
      {"the last is before the first", [](ChangingSink& sink) { sink.change_run = [](RunRecord& run) { run.forked_at = run.head + 1; }; }},
      {"a run is another one", [](ChangingSink& sink) { sink.change_run = [](RunRecord& run) { run.uuid = Uuid::generate(); }; }},
      {"two runs are one", [](ChangingSink& sink) { sink.change_run = [](RunRecord& run) { run.uuid = Uuid(); }; }},
      {"a run is forked from itself", [](ChangingSink& sink) { sink.change_run = [](RunRecord& run) { if (run.forked_from != 0) run.forked_from = 2; }; }},
      {"a fork begins where there is nothing", [](ChangingSink& sink) { sink.change_run = [](RunRecord& run) { if (run.forked_from != 0) run.forked_at = 7, run.head = 8; }; }},
      {"a node is of a run that did not come", [](ChangingSink& sink) { sink.change_node = [](NodeRecord& node) { node.cell = 9; }; }},
      {"a node has a type with a zero byte", [](ChangingSink& sink) { sink.change_node = [](NodeRecord& node) { node.type = std::string("a\0b", 3); }; }},
      {"tags are out of order", [](ChangingSink& sink) { sink.change_node = [](NodeRecord& node) { node.tags = {"b", "a"}; }; }},
      {"data runs", [](ChangingSink& sink) { sink.change_node = [](NodeRecord& node) { if (node.kind == NodeKind::data) node.state = NodeState::running; }; }},
      {"two nodes are one", [](ChangingSink& sink) { sink.change_node = [](NodeRecord& node) { if (node.kind == NodeKind::data) node.uuid = Uuid(); }; }},
      {"a node has what is not there", [](ChangingSink& sink) { sink.change_node = [](NodeRecord& node) { if (node.kind == NodeKind::data) node.content = ObjectId{Digest{{1}}}; }; }},
      {"a label is none", [](ChangingSink& sink) { sink.change_label = [](std::string& label) { label = "1 " + label; }; }},
      {"a link leads to what did not come", [](ChangingSink& sink) { sink.change_links = [](auto& links) { links[0].other = 99; }; }},
      {"a link is held by the wrong node", [](ChangingSink& sink) { sink.change_links = [](auto& links) { links[0].outgoing = !links[0].outgoing; }; }},
      {"a node creates itself", [](ChangingSink& sink) { sink.change_links = [](auto& links) { for (auto& link : links) link.type = LinkType::create; }; }},
      {"a tag leads nowhere", of_row('t', [](std::string&, std::string& value) { value = format::be64_text(77); return true; })},
      {"a tag is short", of_row('t', [](std::string&, std::string& value) { value = "x"; return true; })},
      {"a row is of no known type", of_row('t', [](std::string& key, std::string&) { key[0] = 'Z'; return true; })},
      {"a checkpoint has another step", of_row('c', [](std::string&, std::string& value) {
         format::CheckpointRow row = format::decode_checkpoint_row(value);
         row.step += 1;
         value = format::encode_checkpoint_row(row);
         return true;
       })},
      {"a checkpoint does not come", of_row('c', [](std::string&, std::string&) { return false; })},
      {"a pending write has a number that was not given out", of_row('p', [](std::string&, std::string& value) {
         format::PendingWriteRecord write = format::decode_pending_write(value);
         write.number = 1000;
         value = format::encode_pending_write(write);
         return true;
       })},
      {"a step is not at its key", of_row('w', [](std::string& key, std::string&) { key[5] = static_cast<char>(key[5] ^ 1); return true; })},
      {"a step has a process that did not come", of_row('w', [](std::string&, std::string& value) {
         format::StepRecord step = format::decode_step(value);
         step.process = 1000;
         value = format::encode_step(step);
         return true;
       })},
      {"a key is short", of_row('w', [](std::string& key, std::string&) { key.resize(4); return true; })},
  };
  for (const Case& one : cases) {
    BOOST_TEST_CONTEXT(one.what) {
      Store store = Store::in_memory();
      std::optional<std::string> bytes;
      try {
        bytes = changed_bundle(one.change);
      } catch (const std::exception&) {  // the writer itself sees it
      }
      if (bytes) {
        BOOST_TEST(take(store, *bytes).has_value());
        BOOST_TEST(take(store, *bytes, true).has_value());
      }
      check_empty(store);
      BOOST_TEST(!take(store, small_bundle()).has_value());
      check_clean(store);
    }
  }
}

BOOST_AUTO_TEST_CASE(parts_that_are_not_changed_are_taken_in) {
  Store store = Store::in_memory();
  BOOST_TEST(!take(store, changed_bundle([](ChangingSink&) {})).has_value());
  BOOST_TEST(store.runs().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
