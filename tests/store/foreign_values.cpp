// Values that other systems lose, from those systems' own records: stored and read without loss.
#include <boost/test/unit_test.hpp>

#include <cairn/value_json.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "python_json.h"
#include "store/airflow_values.h"
#include "store/stores.h"
#include "store/weave_values.h"

namespace cairn::test {
namespace {

Value fixture(const std::string& system) {
  std::ifstream file(std::string(CAIRN_SOURCE_DIR) + "/tests/fixtures/" + system + "/values.json", std::ios::binary);
  BOOST_REQUIRE(file.is_open());
  return PythonJson::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

// One entry of a fixture: a map whose values are, but for the documents, text and booleans.
class Entry {
 public:
  explicit Entry(const Value& value) : map_(*value.get_if<Map>()) {}

  bool has(std::string_view key) const { return map_.find(key) != nullptr; }
  const Value* find(std::string_view key) const { return map_.find(key); }
  std::string text(std::string_view key) const {
    const Value* value = map_.find(key);
    const std::string* text = value == nullptr ? nullptr : value->get_if<std::string>();
    return text == nullptr ? "" : *text;
  }
  std::string name() const { return text("name"); }
  std::string python_type() const { return text("python_type"); }
  bool failed() const { return has("serialize_error") || has("deserialize_error") || has("from_json_error"); }
  bool came_back_as_another_class() const { return has("back_type") && text("back_type") != python_type(); }
  bool came_back_unequal() const {
    const Value* equal = map_.find("equal");
    return equal != nullptr && *equal == Value(false) && text("repr") != text("back_repr");  // NaN is not lost
  }

 private:
  const Map& map_;
};

struct System {
  std::string name;
  std::string document_key;           ///< under which its entries have the form it writes
  Originals originals;
  std::set<std::string> also_lost{};  ///< where the class alone does not show it
};

std::vector<System> systems() {
  return {{"airflow", "wire", airflow_values(), {}},
          // Read back as UTC, and with a key that is text.
          {"weave", "to_json", weave_values(), {"datetime_naive", "dict_int_key"}}};
}

bool is_lost(const System& system, const Entry& entry) {
  return entry.failed() || entry.came_back_as_another_class() || entry.came_back_unequal() ||
         system.also_lost.contains(entry.name());
}

// What Python printed of the original, where the record has it: all of it, or its beginning.
std::string recorded_repr(const System& system, const Entry& entry) {
  if (entry.has("repr")) return entry.text("repr");
  if (entry.text("back_type") == "builtins.str" && entry.python_type() != "builtins.str")
    return entry.text(system.document_key);  // in place of the value
  return is_lost(system, entry) || entry.text("back_type").empty() ? "" : entry.text("back_repr");
}

void check_repr(const System& system, const Entry& entry, const Value& value) {
  const std::string recorded = recorded_repr(system, entry);
  // Objects of no known representation, and those that are printed with an address.
  if (recorded.empty() || value.is<Lossy>() || recorded.starts_with("<wave") || recorded.starts_with("<PIL")) return;
  const std::string found = python::repr(value);
  if (recorded.ends_with("...") || found.ends_with(" at "))
    BOOST_TEST(found.substr(0, 900) == recorded.substr(0, std::min<std::size_t>(found.size(), 900)));
  else
    BOOST_TEST(found == recorded);
}

// Stores the value and reads it, and takes the way through JSON.
void check_kept(TestStore& store, const Value& value) {
  const ObjectId id = store->put(value);
  const Value back = store->get_value(id);
  BOOST_TEST((back == value), to_json(value) << " came back as " << to_json(back));
  const Value parsed = from_json(to_json(value));
  BOOST_TEST((parsed == value), to_json(value) << " was parsed as " << to_json(parsed));
  BOOST_TEST((store->put(parsed) == id));
}

/// Runs `body` with every entry of every fixture.
template <class Body>
void for_each_entry(const Body& body) {
  for (const System& system : systems()) {
    const Value entries = fixture(system.name);
    for (const Value& value : *entries.get_if<List>()) {
      const Entry entry(value);
      BOOST_TEST_CONTEXT(system.name << " " << entry.name()) { body(system, entry); }
    }
  }
}

/// Runs `body` with every original and its entry.
template <class Body>
void for_each_original(const Body& body) {
  for_each_entry([&](const System& system, const Entry& entry) {
    const auto found = system.originals.find(entry.name());
    if (found != system.originals.end() && found->second) body(system, entry, *found->second);
  });
}

Value nested_list(unsigned depth) {
  List list;
  for (; depth > 1; --depth) list = List{Value(std::move(list))};
  return list;
}

// As `lost` is read by the system in place of `original`.
struct Loss {
  const char* what;
  Value original;
  Value lost;
};

std::vector<Loss> losses_told_of() {
  using namespace python;
  const Value inner = Object("m.Inner", 1, {{"x", 1}});
  return {{"numpy's false", scalar<bool>(DType::boolean, false), true},
          {"a complex number", std::complex<double>(1, 2), 1.0},
          {"numpy's float64", scalar<double>(DType::float64, 1.5), 1.5},
          {"numpy's float32", scalar<float>(DType::float32, 1.5F), 1.5},
          {"a dataclass in another", Object("m.Outer", 1, {{"inner", inner}}),
           Object("m.Outer", 1, {{"inner", dict({{"x", 1}})}})},
          {"a fixed offset", datetime("2022-07-10T00:00:00-03:30"), datetime("2022-07-10T03:30:00+00:00")},
          {"a naive time", datetime("2022-07-10T00:00:00"), datetime("2022-07-10T00:00:00+00:00")},
          {"a time in microseconds, far away", datetime("9999-12-31T23:59:59.999999+00:00"),
           datetime("9999-12-31T23:59:59.999998+00:00")},
          {"keys that are one as text",
           dict({{1, "a"}, {"1", "b"}, {Value(), "c"}, {"None", "d"}, {tuple({1, 2}), "e"}, {"(1, 2)", "f"}, {1.0, "g"}}),
           dict({{"1", "b"}, {"None", "d"}, {"(1, 2)", "f"}, {"1.0", "g"}})},
          {"a dict that looks like an object", dict({{"__classname__", "m.C"}, {"__version__", 1}, {"__data__", 2}}),
           Object("m.C", 1, {})},
          {"an empty tuple", tuple({}), List{}},
          {"an empty frozenset", frozenset({}), set({})},
          {"minus zero", -0.0, 0.0}};
}

BOOST_AUTO_TEST_SUITE(foreign_values)

BOOST_AUTO_TEST_CASE(every_entry_has_a_counterpart_and_every_counterpart_an_entry) {
  for (System system : systems()) {
    const Value entries = fixture(system.name);
    for (const Value& value : *entries.get_if<List>()) {
      const Entry entry(value);
      const bool deep = system.name == "airflow" && airflow_deep_lists().contains(entry.name());
      const auto found = system.originals.find(entry.name());
      BOOST_TEST((deep || found != system.originals.end()), system.name << " has an unknown entry " << entry.name());
      if (found == system.originals.end()) continue;
      BOOST_TEST(found->second.has_value() == entry.has("python_type"), entry.name());
      system.originals.erase(found);
    }
    for (const auto& [name, original] : system.originals) BOOST_ERROR(system.name << " has no entry " << name);
  }
}

BOOST_AUTO_TEST_CASE(originals_are_those_of_the_record) {
  for_each_original([](const System& system, const Entry& entry, const Value& original) {
    BOOST_TEST(python::class_of(original) == entry.python_type());
    check_repr(system, entry, original);
  });
}

BOOST_AUTO_TEST_CASE(originals_come_back_equal_and_through_json) {
  for_each_store([](TestStore& store) {
    for_each_original([&](const System&, const Entry&, const Value& original) { check_kept(store, original); });
  });
}

BOOST_AUTO_TEST_CASE(originals_come_back_from_a_store_that_was_closed) {
  on_disk([](TestStore& store) {
    std::vector<ObjectId> ids;
    for_each_original([&](const System&, const Entry&, const Value& original) { ids.push_back(store->put(original)); });
    store.reopen();
    auto id = ids.begin();
    for_each_original([&](const System&, const Entry&, const Value& original) {
      BOOST_TEST((store->get_value(*id++) == original));
    });
  });
}

BOOST_AUTO_TEST_CASE(what_those_systems_lose_comes_back_as_what_it_was) {
  std::map<std::string, unsigned> lost, kept;
  Store store = Store::in_memory();
  for_each_original([&](const System& system, const Entry& entry, const Value& original) {
    if (!is_lost(system, entry)) return;
    ++lost[system.name];
    const Value back = store.get_value(store.put(original));
    BOOST_TEST(python::class_of(back) == entry.python_type());
    check_repr(system, entry, back);
    if (!back.is<Lossy>()) ++kept[system.name];
  });
  BOOST_TEST(lost["airflow"] == 15u);
  BOOST_TEST(kept["airflow"] == 14u);  // all but a function
  BOOST_TEST(lost["weave"] == 25u);
  BOOST_TEST(kept["weave"] == 25u);
}

BOOST_AUTO_TEST_CASE(values_that_differ_are_different_objects) {
  Store store = Store::in_memory();
  std::map<ObjectId, std::string> known;  // class and representation
  for_each_original([&](const System&, const Entry& entry, const Value& original) {
    const std::string printed = original.is<Lossy>() ? "" : python::repr(original);
    const std::string what = entry.python_type() + " " + printed;
    const auto [found, is_new] = known.emplace(store.put(original), what);
    BOOST_TEST((is_new || found->second == what), what << " is stored as " << found->second);
  });
}

BOOST_AUTO_TEST_CASE(documents_are_plain_values_that_come_back_equal) {
  unsigned documents = 0;
  for_each_store([&](TestStore& store) {
    for_each_entry([&](const System& system, const Entry& entry) {
      const Value* document = entry.find(system.document_key);
      if (document == nullptr) return;
      ++documents;
      check_kept(store, *document);
      if (entry.has("json")) BOOST_TEST((PythonJson::parse(entry.text("json")) == *document));
    });
  });
  BOOST_TEST(documents == store_kinds().size() * (62 + 41));
}

BOOST_AUTO_TEST_CASE(whole_records_are_plain_values_that_come_back_equal) {
  for_each_store([](TestStore& store) {
    for (const System& system : systems()) check_kept(store, fixture(system.name));
  });
}

BOOST_AUTO_TEST_CASE(losses_that_the_records_do_not_show_are_none_here) {
  for_each_store([](TestStore& store) {
    for (const Loss& loss : losses_told_of()) {
      BOOST_TEST_CONTEXT(loss.what) {
        check_kept(store, loss.original);
        BOOST_TEST((store->put(loss.original) != store->put(loss.lost)));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(lists_too_deep_are_refused_before_anything_is_stored) {
  Store store = Store::in_memory();
  BOOST_TEST((store.get_value(store.put(nested_list(kDepthMax))) == nested_list(kDepthMax)));
  for (const auto& [name, depth] : airflow_deep_lists()) {
    BOOST_TEST_CONTEXT(name) {
      BOOST_CHECK_EXCEPTION(store.put(nested_list(depth)), Error, has_code(ErrorCode::limit));
      BOOST_CHECK_EXCEPTION(to_json(nested_list(depth)), Error, has_code(ErrorCode::limit));
    }
  }
  BOOST_TEST(nodes_of(store).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
