// Parts of objects, read from a store.
#include <boost/test/unit_test.hpp>

#include <numeric>

#include "store/stores.h"

namespace {

/// Loads as another value than it was stored from.
struct Forgetful {
  int value = 0;
};

}  // namespace

template <>
struct cairn::Codec<Forgetful> {
  static void encode(const Encoder& out, const Forgetful& value) { out.integer(value.value); }
  static Forgetful decode(const Decoder&) { return {}; }
};

namespace cairn::test {
namespace {

struct Atom {
  std::string element;
  int charge = 0;
  friend bool operator==(const Atom&, const Atom&) = default;
};
BOOST_DESCRIBE_STRUCT(Atom, (), (element, charge))

struct Molecule {
  std::vector<double> energy = std::vector<double>(1'000'000);
  std::vector<Atom> atoms = std::vector<Atom>(20'000);
  std::set<std::string> labels{"a", "b", "c"};
};
BOOST_DESCRIBE_STRUCT(Molecule, (), (energy, atoms, labels))

Molecule molecule() {
  Molecule molecule;
  std::iota(molecule.energy.begin(), molecule.energy.end(), 0.5);
  for (std::size_t i = 0; i < molecule.atoms.size(); ++i) molecule.atoms[i] = {"H", static_cast<int>(i)};
  return molecule;
}

BOOST_AUTO_TEST_SUITE(parts)

BOOST_AUTO_TEST_CASE(one_field_or_element_is_read_as_a_type_or_as_plain_data) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(molecule());
    store.reopen();
    BOOST_TEST((store->get_part<Atom>(id, "atoms[777]") == Atom{"H", 777}));
    BOOST_TEST(store->get_part<int>(id, "atoms[19999].charge") == 19'999);
    BOOST_TEST((store->get_part<Value>(id, "labels[1]") == Value("b")));
    BOOST_CHECK_EXCEPTION((void)store->get_part<int>(id, "atoms[0].element"), Error, has_code(ErrorCode::type_mismatch));
    BOOST_CHECK_EXCEPTION((void)store->get_part<int>(id, "atoms[20000]"), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(a_range_of_an_array_goes_into_the_span_of_the_caller) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(molecule());
    store.reopen();
    BOOST_TEST((store->find_array(id, "energy") == StoredArray{DType::float64, {1'000'000}, 8'000'000}));
    std::vector<double> range(1'000);
    store->read_array(id, "energy", std::span(range), 999'000);
    BOOST_TEST(range.front() == 999'000.5);
    BOOST_TEST(range.back() == 999'999.5);
    BOOST_CHECK_EXCEPTION(store->read_array(id, "energy", std::span(range), 999'001), Error,
                          has_code(ErrorCode::invalid_argument));
    std::vector<float> floats(1);
    BOOST_CHECK_EXCEPTION(store->read_array(id, "energy", std::span(floats)), Error, has_code(ErrorCode::type_mismatch));
    BOOST_CHECK_EXCEPTION((void)store->find_array(id, "atoms"), Error, has_code(ErrorCode::type_mismatch));
  });
}

BOOST_AUTO_TEST_CASE(a_list_is_walked_over_element_by_element) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(molecule());
    store.reopen();
    int seen = 0;
    store->for_each<Atom>(id, "atoms", [&](Atom&& atom) { return atom.charge == seen++ && seen < 15'000; });
    BOOST_TEST(seen == 15'000);
    std::string labels;
    store->for_each<std::string>(id, "labels", [&](std::string&& label) { return labels += label, true; });
    BOOST_TEST(labels == "abc");
    const auto wrong = [&] { store->for_each<int>(id, "labels", [](int) { return true; }); };
    BOOST_CHECK_EXCEPTION(wrong(), Error, has_code(ErrorCode::type_mismatch, "[0]"));
  });
}

BOOST_AUTO_TEST_CASE(writes_are_checked_when_the_store_is_told_to) {
  Store unchecked = Store::in_memory({.check_writes = false});
  unchecked.put(Forgetful{1});
  TemporaryDirectory directory;
  Store store = Store::open(directory.path() / "store", {.check_writes = true});
  BOOST_CHECK_EXCEPTION(store.put(Forgetful{1}), Error, has_code(ErrorCode::unstorable));
  BOOST_TEST(nodes_of(store).empty());
  CheckpointBuilder checkpoint = store.run("r").checkpoint(1);
  BOOST_CHECK_EXCEPTION(checkpoint.save("a", Forgetful{1}), Error, has_code(ErrorCode::unstorable));
  checkpoint.save("b", molecule()).commit();
  BOOST_TEST(store.run("r").restart<Molecule>("b")->atoms.back().charge == 19'999);
  BOOST_TEST(store.run("r").latest()->state.size() == 1u);
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(limits_of_the_store_hold_for_its_objects) {
  Store store = Store::in_memory({.limits = {.depth = 3, .object_bytes = 1'000, .elements = 5}});
  store.put(std::vector<std::vector<std::string>>{{"a"}});
  BOOST_CHECK_EXCEPTION(store.put(std::vector<std::string>(6)), Error, has_code(ErrorCode::limit));
  BOOST_CHECK_EXCEPTION(store.put(std::string(2'000, 'a')), Error, has_code(ErrorCode::limit));
  BOOST_CHECK_EXCEPTION((void)Store::in_memory({.limits = {.depth = 0}}), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION((void)Store::in_memory({.limits = {.depth = kDepthMost + 1}}), Error,
                        has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION((void)Store::in_memory({.limits = {.object_bytes = UINT64_MAX}}), Error,
                        has_code(ErrorCode::invalid_argument));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
