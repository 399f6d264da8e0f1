// Protected regions: saved, copied, and filled again.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <complex>
#include <cstring>
#include <numeric>

#include "store/damage.h"
#include "store/gate.h"
#include "store/region_copy.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Doubles = std::vector<double>;
using Shape = std::vector<std::uint64_t>;

// No padding: its bytes are all there is.
struct Atom {
  double position[3];
  std::int32_t kind, charge;
  bool operator==(const Atom&) const = default;
};

Doubles counted(std::size_t count, double from = 0) {
  Doubles values(count);
  std::iota(values.begin(), values.end(), from);
  return values;
}

// Saves `values`, overwrites them and fills them again; in a store that was closed meanwhile if it is on disk.
template <class T>
void check_round_trip(std::vector<T> values, const Shape& shape) {
  for_each_store([&](TestStore& store) {
    std::vector<T> memory = values;
    {
      Run run = store->run("argon");
      run.protect("x", std::span(memory), shape);
      run.commit(1);
      memory = std::vector<T>(values.size());
    }
    store.reopen();
    Run run = store->run("argon");
    run.protect("x", std::span(memory), shape);
    BOOST_TEST(run.restart_point().value().checkpoint().step == 1);
    BOOST_TEST((memory == values));
    check_clean(*store);
  });
}

// A run with regions `a` of 6 numbers and `b` of 2x3, committed.
struct TwoRegions {
  explicit TwoRegions(Store& store) : run(store.run("argon")) {
    run.protect("a", std::span(a));
    run.protect("b", std::span(b), {2, 3});
    run.commit(1);
    std::ranges::fill(a, -1);
    std::ranges::fill(b, -1);
  }
  bool is_untouched() const { return a == Doubles(6, -1) && b == Doubles(6, -1); }

  Doubles a = counted(6, 10), b = counted(6, 20);
  Run run;
};

BOOST_AUTO_TEST_SUITE(regions)

BOOST_AUTO_TEST_CASE(elements_of_every_type_come_back) {
  check_round_trip<double>({1.5, -0.0, 1e300}, {});
  check_round_trip<double>(counted(24), {2, 3, 4});
  check_round_trip<double>(counted(30'000), {100, 300});
  check_round_trip<double>({}, {});
  check_round_trip<float>({1.5f, 2.5f}, {2, 1});
  check_round_trip<std::int8_t>({-128, 127}, {});
  check_round_trip<std::uint64_t>({0, UINT64_MAX}, {});
  check_round_trip<char>({'a', 'b'}, {});
  check_round_trip<std::complex<double>>({{1, 2}, {3, 4}}, {});
  check_round_trip<Atom>({{{1, 2, 3}, 4, 5}, {{6, 7, 8}, 9, 10}}, {});
  check_round_trip<Atom>(std::vector<Atom>(6, {{1, 2, 3}, 4, 5}), {2, 3});
}

BOOST_AUTO_TEST_CASE(a_region_is_stored_as_the_array_that_it_is) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    Doubles x = counted(12);
    bool flags[2] = {true, false};
    run.protect("x", std::span(x));
    run.protect("flags", std::span<bool>(flags));
    run.commit(1);
    BOOST_TEST((run.restart<Doubles>("x").value() == x));
    BOOST_TEST((run.restart<std::vector<bool>>("flags").value() == std::vector<bool>{true, false}));
    BOOST_TEST(run.checkpoint(1).save("x", x).save("flags", std::vector<bool>{true, false}).commit().existed);
    std::vector<Atom> atoms(3);
    run.protect("x", std::span(atoms));
    run.commit(2);
    const StoredArray stored = store->find_array(run.latest().value().state.at("x"), "");
    BOOST_TEST((stored.dtype == DType::uint8));
    BOOST_TEST((stored.shape == Shape{3, sizeof(Atom)}));
  });
}

BOOST_AUTO_TEST_CASE(a_commit_saves_what_the_memory_holds_then) {
  for (const Durability durability : {Durability::sync, Durability::async, Durability::on_close}) {
    for_each_store([&](TestStore& store) {
      Doubles x = counted(5000);
      Run run = store->run("argon");
      run.protect("x", std::span(x));
      for (std::int64_t step = 1; step <= 5; ++step) {
        x[0] = static_cast<double>(step);
        run.commit(step, {durability});
      }
      x[0] = -1;
      run.flush();
      for (std::int64_t step = 1; step <= 5; ++step) {
        run.restart_point({.step = step});
        BOOST_TEST(x[0] == static_cast<double>(step));
      }
    });
  }
}

BOOST_AUTO_TEST_CASE(an_async_commit_saves_a_copy) {
  GatedStore store;
  Doubles x = counted(5000), y = counted(10);
  Run run = store->run("argon");
  run.protect("x", std::span(x));
  run.protect("y", std::span(y));
  store.gate().close();
  std::vector<PendingCommit> pending;
  for (std::int64_t step = 1; step <= 6; ++step) {  // several copies at once, then some that use their memory again
    if (step == 4) {
      store.gate().open();
      run.flush();
    }
    x[0] = y[9] = static_cast<double>(step);
    pending.push_back(run.commit_async(step));
    x[0] = y[9] = -1;
  }
  for (std::int64_t step = 1; step <= 6; ++step) {
    BOOST_TEST(pending[static_cast<std::size_t>(step - 1)].get().sequence == static_cast<std::uint64_t>(step));
    run.restart_point({.step = step});
    BOOST_TEST(x[0] == static_cast<double>(step));
    BOOST_TEST(y[9] == static_cast<double>(step));
    BOOST_TEST(x[4999] == 4999);
  }
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(regions_are_copied_only_when_there_is_room) {
  GatedStore store(100'000);
  Doubles x = counted(8000);
  Run run = store->run("argon");
  run.protect("x", std::span(x));
  store.gate().close();
  BOOST_TEST(!run.commit_async(1, {.when_busy = WhenBusy::skip}).skipped());
  BOOST_TEST(run.commit_async(2, {.when_busy = WhenBusy::skip}).skipped());
  store.gate().open();
  run.flush();
  BOOST_TEST(!run.commit_async(3, {.when_busy = WhenBusy::skip}).skipped());
  run.flush();
  BOOST_TEST(run.history().size() == 2u);
}

BOOST_AUTO_TEST_CASE(regions_go_into_a_checkpoint_beside_other_states) {
  for (const bool background : {false, true}) {
    for_each_store([&](TestStore& store) {
      Doubles x = counted(5000);
      Run run = store->run("argon");
      run.protect("x", std::span(x));
      CheckpointBuilder builder = run.checkpoint(1, {.background = background});
      builder.save("state", particles(1)).save_regions();
      x[0] = 7;
      BOOST_CHECK_EXCEPTION(builder.save("x", 1), Error, has_code(ErrorCode::invalid_argument));
      builder.commit_async().get();
      const RestartPoint point = run.restart_point().value();
      BOOST_TEST(x[0] == 0);
      BOOST_TEST((point.get<Particles>("state") == particles(1)));
    });
  }
}

BOOST_AUTO_TEST_CASE(all_handles_of_a_run_share_its_regions) {
  GatedStore store;
  Doubles x = counted(3), other = counted(3, 5);
  store->run("argon").protect("x", std::span(x));
  store->run("argon").protect("y", std::span(x));
  store->run("argon").commit(1);
  store->run("argon").protect("x", std::span(other));  // in the place of the first
  store->run("argon").unprotect("y");
  store->run("argon").unprotect("nothing");
  store->run("argon").commit(2);
  BOOST_TEST(store->run("argon").at(1).value().state.size() == 2u);
  BOOST_TEST(store->run("argon").at(2).value().state.size() == 1u);
  BOOST_TEST((store->run("argon").restart<Doubles>("x").value() == other));
}

BOOST_AUTO_TEST_CASE(wrong_regions_are_refused) {
  GatedStore store;
  Run run = store->run("argon");
  Doubles x = counted(6);
  BOOST_CHECK_EXCEPTION(run.protect("x", std::span(x), {2, 2}), Error, has_code(ErrorCode::invalid_argument, "[2, 2]"));
  BOOST_CHECK_EXCEPTION(run.protect("x", std::span(x), {std::uint64_t{1} << 61, 8}), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(run.protect("x", std::span(x), Shape(65, 1)), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(run.protect("", std::span(x)), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(run.commit(1), Error, has_code(ErrorCode::invalid_argument, "none is protected"));
  BOOST_CHECK_EXCEPTION(run.commit_async(1), Error, has_code(ErrorCode::invalid_argument, "none is protected"));
  BOOST_TEST(run.history().empty());
}

BOOST_AUTO_TEST_CASE(another_shape_or_type_is_an_error_that_names_both) {
  GatedStore store;
  TwoRegions two(*store);
  const auto refused = [&](const std::string& text) {
    BOOST_CHECK_EXCEPTION(two.run.restart_point(), Error, has_code(ErrorCode::type_mismatch, text));
    BOOST_TEST(two.is_untouched());
  };
  two.run.protect("b", std::span(two.b), {3, 2});
  refused("region b is an array of float64 with shape [3, 2], and state b of checkpoint");
  refused("is an array of float64 with shape [2, 3]");
  std::vector<std::int64_t> integers(6);
  two.run.protect("b", std::span(integers), {2, 3});
  refused("region b is an array of int64 with shape [2, 3], and state b");
  std::vector<Atom> atoms(6);
  two.run.protect("b", std::span(atoms), {2, 3});
  refused("(elements of 32 bytes)");
  two.run.unprotect("b");
  BOOST_TEST(two.run.restart_point().has_value());
  BOOST_TEST((two.a == counted(6, 10)));

  two.run.checkpoint(2).save("a", std::string("no array")).commit();
  BOOST_CHECK_EXCEPTION(two.run.restart_point(), Error, has_code(ErrorCode::type_mismatch, "of kind text"));
}

BOOST_AUTO_TEST_CASE(nothing_is_filled_when_a_state_is_missing) {
  GatedStore store;
  TwoRegions two(*store);
  Doubles c(1);
  two.run.protect("c", std::span(c));
  BOOST_CHECK_EXCEPTION(two.run.restart_point(), Error, has_code(ErrorCode::not_found, "no state called c"));
  BOOST_TEST(two.is_untouched());
}

BOOST_AUTO_TEST_CASE(regions_are_filled_from_other_states) {
  GatedStore store;
  TwoRegions two(*store);
  const RestartOptions swapped{.regions = {{.region = "a", .state = "b", .first = 0}, {.region = "b", .state = "a", .first = 0}}};
  BOOST_TEST(two.run.restart_point(swapped).has_value());
  BOOST_TEST((two.a == counted(6, 20)));
  BOOST_TEST((two.b == counted(6, 10)));
  std::ranges::fill(two.b, -1);
  two.run.restart_point({.regions = {{.region = "a"}}});
  BOOST_TEST((two.a == counted(6, 10)));
  BOOST_TEST((two.b == Doubles(6, -1)));  // was not asked for
  BOOST_CHECK_EXCEPTION(two.run.restart_point({.regions = {{.region = "a", .state = "b"}}}), Error,
                        has_code(ErrorCode::type_mismatch));  // another shape, and no offset
}

BOOST_AUTO_TEST_CASE(a_region_is_filled_with_a_part_of_a_larger_array) {
  GatedStore store;
  Run run = store->run("argon");
  Doubles whole = counted(40'000);
  std::vector<Atom> atoms(4);
  for (std::int32_t i = 0; i < 4; ++i) atoms[static_cast<std::size_t>(i)].kind = i;
  run.protect("whole", std::span(whole), {200, 200});
  run.protect("atoms", std::span(atoms));
  run.commit(1);
  run.unprotect("whole");
  run.unprotect("atoms");

  Doubles part(300);
  std::vector<Atom> two(2);
  run.protect("part", std::span(part), {3, 100});
  run.protect("two", std::span(two));
  const auto fill = [&](std::uint64_t first, std::uint64_t first_atom) {
    return run.restart_point({.regions = {{"part", "whole", first}, {"two", "atoms", first_atom}}});
  };
  BOOST_TEST(fill(12'345, 1).has_value());
  BOOST_TEST((part == counted(300, 12'345)));
  BOOST_TEST(two[0].kind == 1);
  BOOST_TEST(two[1].kind == 2);
  BOOST_TEST(fill(39'700, 2).has_value());
  BOOST_TEST((part == counted(300, 39'700)));
  for (const auto& [first, first_atom] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {39'701, 0}, {0, 3}, {UINT64_MAX, 0}, {0, UINT64_MAX}, {0, std::uint64_t{1} << 59}}) {
    BOOST_CHECK_EXCEPTION(fill(first, first_atom), Error, has_code(ErrorCode::type_mismatch, "from element"));
    BOOST_TEST((part == counted(300, 39'700)));
  }
}

BOOST_AUTO_TEST_CASE(sources_that_make_no_sense_are_refused) {
  GatedStore store;
  TwoRegions two(*store);
  BOOST_CHECK_EXCEPTION(two.run.restart_point({.regions = {{.region = "c"}}}), Error,
                        has_code(ErrorCode::invalid_argument, "no region called c"));
  BOOST_CHECK_EXCEPTION(two.run.restart_point({.regions = {{.region = "a"}, {.region = "a", .state = "b"}}}), Error,
                        has_code(ErrorCode::invalid_argument, "twice"));
  BOOST_TEST(two.is_untouched());
}

BOOST_AUTO_TEST_CASE(nothing_is_filled_from_a_checkpoint_that_is_damaged_somewhere) {
  on_disk([](TestStore& store) {
    Doubles a = counted(50'000), b = counted(50'000, 1e6);
    const auto protect = [&](Run& run) {
      run.protect("a", std::span(a));
      run.protect("b", std::span(b));
    };
    {
      Run run = store->run("argon");
      protect(run);
      run.commit(1);
      std::iota(a.begin(), a.end(), 2e6);  // no chunk of one is one of another
      std::iota(b.begin(), b.end(), 3e6);
      run.commit(2);
    }
    const ObjectId newest = store->run("argon").latest().value().state.at("b");
    store.close();
    damage_chunk_of(store.path(), newest);
    store.reopen();
    Run run = store->run("argon");
    protect(run);
    BOOST_CHECK_EXCEPTION(run.restart_point({.fall_back = false}), Error, has_code(ErrorCode::damaged));
    BOOST_TEST(a[0] == 2e6);
    const RestartPoint point = run.restart_point().value();
    BOOST_TEST(point.checkpoint().step == 1);
    BOOST_TEST(point.skipped().size() == 1u);
    BOOST_TEST((a == counted(50'000)));
    BOOST_TEST((b == counted(50'000, 1e6)));
  });
}

// ---- Copies ----

BOOST_AUTO_TEST_CASE(large_copies_are_whole_whatever_the_sizes_of_their_pieces) {
  for (const std::vector<std::size_t>& sizes :
       std::vector<std::vector<std::size_t>>{{}, {0}, {1}, {40u << 20}, {1, 40u << 20}, {40u << 20, 1}, {20u << 20, 20u << 20}, {33u << 20, 0, 7}}) {
    std::vector<std::vector<std::byte>> from, to;
    std::vector<store::CopyPiece> pieces;
    for (const std::size_t size : sizes) {
      std::vector<std::byte>& bytes = from.emplace_back(size);
      for (std::size_t i = 0; i < size; i += 997) bytes[i] = static_cast<std::byte>(i / 997 + from.size());
      if (size != 0) bytes.back() = std::byte{0xEE};
      to.emplace_back(size);
    }
    for (std::size_t i = 0; i < sizes.size(); ++i) pieces.push_back({to[i].data(), from[i].data(), sizes[i]});
    store::copy_pieces(pieces);
    BOOST_TEST((from == to));
  }
}

BOOST_AUTO_TEST_CASE(the_memory_of_a_copy_is_used_again) {
  const auto spare = std::make_shared<store::SpareBuffer>();
  Doubles values = counted(1000);
  const Region region = make_region("x", std::span(values));
  const std::byte* first = nullptr;
  {
    const store::RegionCopy copy({region}, spare);
    first = copy.regions()[0].memory.data();
    BOOST_TEST((first != region.memory.data()));
    BOOST_TEST(std::memcmp(first, values.data(), 8000) == 0);
    const store::RegionCopy beside({region}, spare);
    BOOST_TEST((beside.regions()[0].memory.data() != first));
  }
  const store::RegionCopy again({region}, spare);
  BOOST_TEST((again.regions()[0].memory.data() == first));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
