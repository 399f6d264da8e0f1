// What every engine promises; each case runs over the whole table of engines.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "engine/engines.h"

namespace cairn::test {
namespace {

using format::NodeId;

using engine::BlobKind;
using engine::Outcome;
using engine::Record;
using engine::StageResult;

constexpr engine::CellId kCell = 20;

void commit_blob(engine::Engine& engine, BlobKind kind, const std::vector<std::byte>& bytes) {
  const auto staging = engine.stage();
  stage(*staging, kind, bytes);
  const auto version = engine.view()->cell(kCell).version;
  BOOST_REQUIRE((engine.publish(staging.get(), row_commit(kCell, version, "blob", "")).outcome == Outcome::ok));
}

BOOST_AUTO_TEST_SUITE(engine_contract)

BOOST_AUTO_TEST_CASE(a_published_blob_reads_back) {
  for_each_engine([](engine::Engine& engine) {
    for (const std::size_t size : {0u, 1u, 100u, 4095u, 4096u, 70'000u, 9'000'000u}) {
      const auto bytes = noise(size + 1, size);
      const auto staging = engine.stage();
      BOOST_TEST((stage(*staging, BlobKind::chunk, bytes) == StageResult::added));
      const auto version = engine.view()->cell(kCell).version;
      BOOST_TEST((engine.publish(staging.get(), row_commit(kCell, version, "x", "y")).outcome == Outcome::ok));
      const auto view = engine.view();
      const auto info = view->find_blob(digest_of(BlobKind::chunk, bytes));
      BOOST_REQUIRE(info.has_value());
      BOOST_TEST(info->size == size);
      BOOST_TEST((view->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, bytes)) == bytes));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_blob_that_was_not_published_is_not_there) {
  for_each_engine([](engine::Engine& engine) {
    const auto bytes = noise(1, 50'000);
    { stage(*engine.stage(), BlobKind::chunk, bytes); }
    BOOST_TEST(!engine.view()->find_blob(digest_of(BlobKind::chunk, bytes)).has_value());
    BOOST_CHECK_EXCEPTION(engine.view()->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, bytes)), Error,
                          has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(the_same_bytes_are_stored_once) {
  for_each_engine([](engine::Engine& engine) {
    for (const std::size_t size : {10u, 100'000u}) {
      const auto bytes = noise(size, size);
      const auto first = engine.stage();
      const auto beside = engine.stage();  // at the same time
      BOOST_TEST((stage(*first, BlobKind::chunk, bytes) == StageResult::added));
      BOOST_TEST((stage(*first, BlobKind::chunk, bytes) == StageResult::existed));
      stage(*beside, BlobKind::chunk, bytes);
      const auto version = engine.view()->cell(kCell).version;
      BOOST_TEST((engine.publish(first.get(), row_commit(kCell, version, "a", "1")).outcome == Outcome::ok));
      BOOST_TEST((engine.publish(beside.get(), row_commit(kCell, version + 1, "b", "2")).outcome == Outcome::ok));
      const auto later = engine.stage();
      BOOST_TEST((stage(*later, BlobKind::chunk, bytes) == StageResult::existed));
      BOOST_TEST(later->bytes_existed() == size);
      BOOST_TEST(later->bytes_added() == 0u);
      BOOST_TEST((engine.view()->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, bytes)) == bytes));
    }
  });
}

BOOST_AUTO_TEST_CASE(other_bytes_under_a_known_digest_are_told_apart) {
  for_each_engine([](engine::Engine& engine) {
    for (const std::size_t size : {10u, 100'000u}) {
      const auto bytes = noise(size, size), other = noise(size + 1, size);
      const Digest digest = digest_of(BlobKind::chunk, bytes);
      const auto staging = engine.stage();
      stage(*staging, BlobKind::chunk, bytes);
      BOOST_TEST((staging->stage(BlobKind::chunk, 0, digest, other) == StageResult::clash));
      BOOST_TEST((staging->stage(BlobKind::object, 0, digest, bytes) == StageResult::clash));
      const auto version = engine.view()->cell(kCell).version;
      engine.publish(staging.get(), row_commit(kCell, version, "a", "1"));
      BOOST_TEST((engine.stage()->stage(BlobKind::chunk, 0, digest, other) == StageResult::clash));
      BOOST_TEST((engine.view()->get_blob(BlobKind::chunk, digest) == bytes));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_commit_changes_everything_it_names) {
  for_each_engine([](engine::Engine& engine) {
    engine::Commit commit = row_commit(kCell, 0, "row", "1");
    commit.edit.records.push_back({Record::node, 7, "node seven"});
    commit.edit.records.push_back({Record::links, 7, "its links"});
    commit.edit.claims.push_back({"name", "owner"});
    commit.edit.indexes.push_back({"index", ""});
    BOOST_TEST((engine.publish(nullptr, commit).outcome == Outcome::ok));
    const auto view = engine.view();
    BOOST_TEST(view->find_row(kCell, "row").value() == "1");
    BOOST_TEST(view->find_record(Record::node, 7).value() == "node seven");
    BOOST_TEST(view->find_record(Record::links, 7).value() == "its links");
    BOOST_TEST(view->find_claim("name").value() == "owner");
    BOOST_TEST(view->indexes()->seek("index"));
    BOOST_TEST(view->cell(kCell).version == 1u);
    BOOST_TEST((view->cell(kCell).last_commit == commit.id));
  });
}

BOOST_AUTO_TEST_CASE(staged_rows_come_with_their_commit_and_not_before) {
  for_each_engine([](engine::Engine& engine) {
    const auto rows = engine.stage_rows();
    for (NodeId id = 10; id < 20; ++id) rows->add_record(Record::node, id, std::to_string(id));
    rows->add_record(Record::links, 12, "links");
    rows->add_claim("claim a", "1");
    rows->add_claim("claim b", "2");
    rows->add_index("index a", "");
    rows->add_index("index b", "value");
    BOOST_TEST(!engine.view()->find_record(Record::node, 10).has_value());
    engine::Commit commit = row_commit(kCell, 0, "row", "1");
    commit.edit.indexes.push_back({"index between", ""});
    commit.edit.indexes.push_back({"index aa", ""});
    commit.edit.records.push_back({Record::node, 5, "five"});
    commit.rows = rows.get();
    const auto before = engine.view();
    commit.guard.version = 7;
    BOOST_TEST((engine.publish(nullptr, commit).outcome == Outcome::conflict));
    commit.guard.version = 0;
    BOOST_TEST((engine.publish(nullptr, commit).outcome == Outcome::ok));
    BOOST_TEST(!before->find_record(Record::node, 10).has_value());
    const auto view = engine.view();
    BOOST_TEST(view->find_row(kCell, "row").value() == "1");
    BOOST_TEST(view->find_record(Record::node, 5).value() == "five");
    for (NodeId id = 10; id < 20; ++id) BOOST_TEST(view->find_record(Record::node, id).value() == std::to_string(id));
    BOOST_TEST(view->find_record(Record::links, 12).value() == "links");
    BOOST_TEST(view->find_claim("claim b").value() == "2");
    const auto indexes = view->indexes();
    std::vector<std::string> keys;
    for (bool more = indexes->seek("index"); more; more = indexes->next()) keys.emplace_back(indexes->key());
    BOOST_TEST(keys == (std::vector<std::string>{"index a", "index aa", "index b", "index between"}), boost::test_tools::per_element());
    BOOST_TEST(indexes->seek("index b"));
    BOOST_TEST(indexes->value() == "value");
  });
}

BOOST_AUTO_TEST_CASE(staged_claims_have_one_owner) {
  for_each_engine([](engine::Engine& engine) {
    engine::Commit first = row_commit(kCell, 0, "row", "1");
    first.edit.claims = {{"b", "x"}, {"f", "x"}};
    BOOST_TEST((engine.publish(nullptr, first).outcome == Outcome::ok));
    for (const auto& [claims, owned] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"a", "b", "c"}, "b"}, {{"c", "d", "e", "f"}, "f"}, {{"f", "g"}, "f"}}) {
      const auto rows = engine.stage_rows();
      for (const std::string& claim : claims) rows->add_claim(claim, "y");
      engine::Commit second = row_commit(kCell + 1, 0, "row", "2");
      second.rows = rows.get();
      const engine::PublishResult refused = engine.publish(nullptr, second);
      BOOST_TEST((refused.outcome == Outcome::claimed));
      BOOST_TEST(refused.claim == owned);
      BOOST_TEST(!engine.view()->find_claim(claims.front() == "f" ? "g" : claims.front()).has_value());
    }
    const auto rows = engine.stage_rows();
    for (const char* claim : {"a", "c", "e", "g"}) rows->add_claim(claim, "y");
    engine::Commit free = row_commit(kCell + 1, 0, "row", "2");
    free.rows = rows.get();
    BOOST_TEST((engine.publish(nullptr, free).outcome == Outcome::ok));
    BOOST_TEST(engine.view()->find_claim("g").value() == "y");
    engine.compact();
    BOOST_TEST(engine.view()->find_claim("g").value() == "y");
  });
}

BOOST_AUTO_TEST_CASE(a_commit_on_another_version_conflicts_and_changes_nothing) {
  for_each_engine([](engine::Engine& engine) {
    BOOST_TEST((engine.publish(nullptr, row_commit(kCell, 0, "row", "1")).outcome == Outcome::ok));
    BOOST_TEST((engine.publish(nullptr, row_commit(kCell, 0, "row", "2")).outcome == Outcome::conflict));
    BOOST_TEST((engine.publish(nullptr, row_commit(kCell, 2, "row", "3")).outcome == Outcome::conflict));
    BOOST_TEST((engine.publish(nullptr, row_commit(kCell + 1, 1, "row", "4")).outcome == Outcome::conflict));
    BOOST_TEST(engine.view()->find_row(kCell, "row").value() == "1");
    BOOST_TEST(!engine.view()->find_row(kCell + 1, "row").has_value());
    BOOST_TEST(engine.view()->cell(kCell).version == 1u);
  });
}

BOOST_AUTO_TEST_CASE(an_older_epoch_is_fenced) {
  for_each_engine([](engine::Engine& engine) {
    engine::Commit commit = row_commit(kCell, 0, "row", "1");
    commit.guard.epoch = 5;
    BOOST_TEST((engine.publish(nullptr, commit).outcome == Outcome::ok));
    engine::Commit late = row_commit(kCell, 1, "row", "2");
    late.guard.epoch = 4;
    BOOST_TEST((engine.publish(nullptr, late).outcome == Outcome::fenced));
    BOOST_TEST(engine.view()->cell(kCell).epoch == 5u);
  });
}

BOOST_AUTO_TEST_CASE(a_claim_has_one_owner) {
  for_each_engine([](engine::Engine& engine) {
    engine::Commit first = row_commit(kCell, 0, "row", "1");
    first.edit.claims.push_back({"name", "a"});
    BOOST_TEST((engine.publish(nullptr, first).outcome == Outcome::ok));
    engine::Commit second = row_commit(kCell + 1, 0, "row", "2");
    second.edit.claims = {{"free", "b"}, {"name", "b"}};
    const engine::PublishResult refused = engine.publish(nullptr, second);
    BOOST_TEST((refused.outcome == Outcome::claimed));
    BOOST_TEST(refused.claim == "name");
    BOOST_TEST(!engine.view()->find_claim("free").has_value());
    engine::Commit release = row_commit(kCell, 1, "row", "3");
    release.edit.claims.push_back({"name", std::nullopt});
    BOOST_TEST((engine.publish(nullptr, release).outcome == Outcome::ok));
    BOOST_TEST((engine.publish(nullptr, second).outcome == Outcome::ok));
    BOOST_TEST(engine.view()->find_claim("name").value() == "b");
  });
}

BOOST_AUTO_TEST_CASE(a_view_does_not_move) {
  for_each_engine([](engine::Engine& engine) {
    engine.publish(nullptr, row_commit(kCell, 0, "row", "1"));
    const auto before = engine.view();
    const auto walk = before->rows(kCell);
    engine.publish(nullptr, row_commit(kCell, 1, "row", "2"));
    engine.publish(nullptr, row_commit(kCell, 2, "rows", "3"));
    BOOST_TEST(before->find_row(kCell, "row").value() == "1");
    BOOST_TEST(before->cell(kCell).version == 1u);
    BOOST_REQUIRE(walk->seek(""));
    BOOST_TEST(walk->value() == "1");
    BOOST_TEST(!walk->next());
    BOOST_TEST(engine.view()->find_row(kCell, "row").value() == "2");
  });
}

// Random rows over several cells beside a std::map, and every move of a cursor.
BOOST_AUTO_TEST_CASE(cursors_agree_with_an_ordered_map) {
  for_each_engine([](engine::Engine& engine) {
    std::mt19937 random(7);
    std::map<engine::CellId, std::map<std::string, std::string>> model;
    std::map<engine::CellId, std::uint64_t> versions;
    const auto key = [&] { return std::string(1 + random() % 3, static_cast<char>('a' + random() % 4)); };
    for (int i = 0; i < 200; ++i) {
      const engine::CellId cell = kCell + random() % 3;
      engine::Commit commit = row_commit(cell, versions[cell]++, key(), std::to_string(i));
      if (random() % 3 == 0) commit.edit.rows[0].value = std::nullopt;
      const engine::RowEdit& row = commit.edit.rows[0];
      if (row.value) model[cell][row.key] = *row.value;
      else model[cell].erase(row.key);
      BOOST_REQUIRE((engine.publish(nullptr, commit).outcome == Outcome::ok));
    }
    const auto view = engine.view();
    for (const auto& [cell, rows] : model) {
      const auto cursor = view->rows(cell);
      for (int i = 0; i < 50; ++i) {
        const std::string at = key();
        auto forward = rows.lower_bound(at);
        for (bool more = cursor->seek(at);; more = cursor->next(), ++forward) {
          BOOST_REQUIRE(more == (forward != rows.end()));
          if (!more) break;
          BOOST_TEST(cursor->key() == forward->first);
          BOOST_TEST(cursor->value() == forward->second);
        }
        auto backward = std::make_reverse_iterator(rows.upper_bound(at));
        for (bool more = cursor->seek_back(at);; more = cursor->previous(), ++backward) {
          BOOST_REQUIRE(more == (backward != rows.rend()));
          if (!more) break;
          BOOST_TEST(cursor->key() == backward->first);
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(every_blob_is_listed_and_found_by_prefix) {
  for_each_engine([](engine::Engine& engine) {
    std::set<Digest> expected;
    const auto staging = engine.stage();
    for (std::size_t i = 0; i < 300; ++i) {
      const auto bytes = noise(i, i * 40);
      expected.insert(digest_of(BlobKind::object, bytes));
      stage(*staging, BlobKind::object, bytes);
    }
    engine.publish(staging.get(), row_commit(kCell, 0, "a", "1"));
    const auto view = engine.view();
    std::set<Digest> listed;
    view->list_blobs([&](const Digest& digest, const engine::BlobInfo&) { return listed.insert(digest).second; });
    BOOST_TEST((listed == expected));
    const Digest& one = *expected.begin();
    const std::string prefix(reinterpret_cast<const char*>(one.bytes.data()), 5);
    BOOST_TEST((view->blobs_with_prefix(prefix, 10) == std::vector<Digest>{one}));
  });
}

// Each thread owns a cell and shares blobs with the others: nothing is lost, nothing is mixed up.
BOOST_AUTO_TEST_CASE(a_small_blob_of_a_large_and_a_small_commit_is_there_whichever_comes_first) {
  for (const bool large_first : {true, false})
    for_each_engine([&](engine::Engine& engine) {
      const auto small = noise(1, 200), large = noise(2, 50'000);
      const auto first = engine.stage(), second = engine.stage();
      stage(*first, BlobKind::object, small);
      stage(*second, BlobKind::object, small);
      stage(large_first ? *first : *second, BlobKind::chunk, large);
      BOOST_TEST((engine.publish(first.get(), row_commit(20, 0, "row", "1")).outcome == Outcome::ok));
      BOOST_TEST((stage(*second, BlobKind::object, small) == engine::StageResult::existed));
      BOOST_TEST((engine.publish(second.get(), row_commit(20, 1, "row", "2")).outcome == Outcome::ok));
      BOOST_TEST((engine.view()->get_blob(BlobKind::object, digest_of(BlobKind::object, small)) == small));
      BOOST_TEST((stage(*engine.stage(), BlobKind::object, small) == engine::StageResult::existed));
      BOOST_TEST(engine.verify().empty());
    });
}

BOOST_AUTO_TEST_CASE(a_committed_blob_is_held_without_its_bytes) {
  for_each_engine([](engine::Engine& engine) {
    const auto small = noise(1, 200), large = noise(2, 50'000);
    const Digest digest = digest_of(BlobKind::object, small);
    BOOST_TEST(!engine.stage()->hold(BlobKind::object, digest));
    commit_blob(engine, BlobKind::object, small);
    const auto staging = engine.stage();
    BOOST_TEST(!staging->hold(BlobKind::chunk, digest));
    BOOST_CHECK_EXCEPTION(staging->read(BlobKind::chunk, digest), Error, has_code(ErrorCode::not_found));
    for (int twice = 0; twice < 2; ++twice) BOOST_TEST(staging->hold(BlobKind::object, digest).value().size == 200u);
    BOOST_TEST(staging->bytes_existed() == 200u);
    BOOST_TEST((staging->read(BlobKind::object, digest) == small));
    stage(*staging, BlobKind::chunk, large);
    BOOST_TEST((staging->read(BlobKind::chunk, digest_of(BlobKind::chunk, large)) == large));
    BOOST_TEST((engine.publish(staging.get(), row_commit(20, 1, "row", "1")).outcome == Outcome::ok));
    BOOST_TEST((engine.view()->get_blob(BlobKind::object, digest) == small));
    BOOST_TEST(engine.verify().empty());
  });
}

BOOST_AUTO_TEST_CASE(many_blobs_are_read_at_once_wherever_they_are) {
  for_each_engine([](engine::Engine& engine) {
    std::vector<std::vector<std::byte>> blobs;
    for (std::size_t i = 0; i < 60; ++i) blobs.push_back(noise(i + 1, i % 20 * 31));
    blobs.push_back(std::vector<std::byte>(50'000));  // compresses
    for (const auto& bytes : blobs) commit_blob(engine, BlobKind::object, bytes);
    const auto staging = engine.stage();
    for (std::size_t i = 0; i < 800; ++i) {
      blobs.push_back(noise(1000 + i, 3000));
      stage(*staging, BlobKind::object, blobs.back());
    }
    const auto version = engine.view()->cell(kCell).version;
    BOOST_REQUIRE((engine.publish(staging.get(), row_commit(kCell, version, "many", "")).outcome == Outcome::ok));
    blobs.insert(blobs.end(), {blobs[3], blobs[200], blobs[60]});  // asked for twice
    std::shuffle(blobs.begin(), blobs.end(), std::mt19937_64(7));
    std::vector<Digest> digests;
    for (const auto& bytes : blobs) digests.push_back(digest_of(BlobKind::object, bytes));
    std::vector<int> visits(blobs.size());
    engine.view()->get_many(BlobKind::object, digests, [&](std::size_t index, std::span<const std::byte> bytes) {
      BOOST_REQUIRE(index < blobs.size());
      ++visits[index];
      BOOST_TEST(std::ranges::equal(bytes, blobs[index]));
      BOOST_TEST(reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0u);
    });
    BOOST_TEST(std::ranges::count(visits, 1) == std::ssize(blobs));
  });
}

BOOST_AUTO_TEST_CASE(one_of_many_blobs_that_cannot_be_read_is_named) {
  for_each_engine([](engine::Engine& engine) {
    const auto first = noise(1, 100), second = noise(2, 100);
    commit_blob(engine, BlobKind::object, first);
    commit_blob(engine, BlobKind::object, second);
    const auto view = engine.view();
    const auto ignore = [](std::size_t, std::span<const std::byte>) {};
    const auto read = [&](std::vector<Digest> digests, BlobKind kind) { view->get_many(kind, digests, ignore); };
    const Digest one = digest_of(BlobKind::object, first), other = digest_of(BlobKind::object, second);
    const auto says = [](ErrorCode code, std::string_view text) {
      return [=](const Error& error) {
        return error.code() == code && std::string_view(error.what()).find(text) != std::string_view::npos;
      };
    };
    read({}, BlobKind::object);
    BOOST_CHECK_EXCEPTION(read({one, other, Digest{}}, BlobKind::object), Error, says(ErrorCode::not_found, "blob 2 "));
    BOOST_CHECK_EXCEPTION(read({one}, BlobKind::chunk), Error, says(ErrorCode::damaged, one.hex()));
    const auto refuse = [](std::size_t, std::span<const std::byte>) { throw Error(ErrorCode::limit, "enough"); };
    BOOST_CHECK_EXCEPTION(view->get_many(BlobKind::object, std::vector{one}, refuse), Error,
                          [](const Error& error) { return std::string(error.what()) == "enough"; });
  });
}

// Given in groups, each comes to what it would have come to alone.
BOOST_AUTO_TEST_CASE(many_blobs_are_staged_at_once) {
  for_each_engine([](engine::Engine& engine) {
    const auto stored = noise(1, 300), staged = noise(2, 300), fresh = noise(3, 300), clashing = noise(4, 300);
    const auto elsewhere = noise(5, 300), large = noise(6, 50'000);
    commit_blob(engine, BlobKind::object, stored);
    const auto other = engine.stage();
    stage(*other, BlobKind::object, elsewhere);
    const auto staging = engine.stage();
    stage(*staging, BlobKind::object, staged);
    std::vector<engine::NewBlob> blobs;
    for (const auto* bytes : {&stored, &staged, &fresh, &fresh, &elsewhere, &large})
      blobs.push_back({digest_of(BlobKind::object, *bytes), *bytes});
    blobs.push_back({digest_of(BlobKind::object, stored), clashing});
    std::vector<StageResult> results(blobs.size());
    staging->stage_many(BlobKind::object, blobs, results);
    using enum StageResult;
    BOOST_TEST((results[0] == existed && results[1] == existed && results[2] == added && results[3] == existed));
    BOOST_TEST((results[5] == added && results[6] == clash));
    BOOST_TEST(staging->bytes_added() >= 300u + 300u + 50'000u);
    const auto version = engine.view()->cell(kCell).version;
    BOOST_REQUIRE((engine.publish(staging.get(), row_commit(kCell, version, "many", "")).outcome == Outcome::ok));
    const auto view = engine.view();
    for (const auto* bytes : {&stored, &staged, &fresh, &elsewhere, &large})
      BOOST_TEST((view->get_blob(BlobKind::object, digest_of(BlobKind::object, *bytes)) == *bytes));
    BOOST_TEST(engine.verify().empty());
  });
}

// Groups that overlap, in opposite orders: nobody waits for ever, and nothing is lost.
BOOST_AUTO_TEST_CASE(threads_stage_the_same_blobs_at_the_same_time) {
  for_each_engine([](engine::Engine& engine) {
    std::vector<std::vector<std::byte>> bytes;
    for (std::size_t i = 0; i < 600; ++i) bytes.push_back(noise(i + 1, 2500));
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    for (std::uint64_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        std::vector<engine::NewBlob> blobs;
        for (const auto& blob : bytes) blobs.push_back({digest_of(BlobKind::object, blob), blob});
        if (t % 2 == 1) std::ranges::reverse(blobs);
        const auto staging = engine.stage();
        std::vector<StageResult> results(blobs.size());
        staging->stage_many(BlobKind::object, blobs, results);
        if (std::ranges::count(results, StageResult::clash) != 0) ++failures;
        if (engine.publish(staging.get(), row_commit(kCell + t, 0, "row", "x")).outcome != Outcome::ok) ++failures;
      });
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(failures == 0);
    const auto view = engine.view();
    for (const auto& blob : bytes) BOOST_TEST((view->get_blob(BlobKind::object, digest_of(BlobKind::object, blob)) == blob));
    BOOST_TEST(engine.verify().empty());
  });
}

BOOST_AUTO_TEST_CASE(threads_commit_at_the_same_time) {
  for_each_engine([](engine::Engine& engine) {
    constexpr std::uint64_t kThreads = 4, kCommits = 40;
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (std::uint64_t i = 0; i < kCommits; ++i) {
          const auto staging = engine.stage();
          stage(*staging, BlobKind::chunk, noise(i, i % 2 == 0 ? 100 : 20'000));
          stage(*staging, BlobKind::chunk, noise(1000 * t + i, 300));
          const auto result = engine.publish(staging.get(), row_commit(kCell + t, i, format::be64_text(i), "x"));
          if (result.outcome != Outcome::ok) ++failures;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(failures == 0);
    const auto view = engine.view();
    for (std::uint64_t t = 0; t < kThreads; ++t) {
      BOOST_TEST(view->cell(kCell + t).version == kCommits);
      for (std::uint64_t i = 0; i < kCommits; ++i) {
        const auto shared = noise(i, i % 2 == 0 ? 100 : 20'000), own = noise(1000 * t + i, 300);
        BOOST_TEST((view->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, shared)) == shared));
        BOOST_TEST((view->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, own)) == own));
      }
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
