// Values of the whole model through stores of every kind, and through tagged JSON: equal to the bit, with equal ids.
#include "random_value.h"

#include <boost/test/unit_test.hpp>

#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

std::vector<Value> values_for(TestStore& store) {
  RandomValue random(2026);
  random.objects = {store->put(1), store->put("two")};
  const std::filesystem::path file = store.write_file("three", "3");
  std::filesystem::last_write_time(file, std::filesystem::file_time_type());  // part of the artifact's id
  random.artifacts = {store->add(file).id};
  std::vector<Value> values;
  for (int i = 0; i < 600; ++i) values.push_back(random.graph());
  return values;
}

BOOST_AUTO_TEST_SUITE(random_values)

BOOST_AUTO_TEST_CASE(every_value_comes_back_and_has_the_same_id_in_every_store) {
  std::vector<ObjectId> first;
  for_each_store([&](TestStore& store) {
    const std::vector<Value> values = values_for(store);
    std::vector<ObjectId> ids;
    for (std::size_t i = 0; i < 100; ++i) ids.push_back(store->put(values[i]));
    const auto rest = store->put_all(std::span(values).subspan(100));
    ids.insert(ids.end(), rest.begin(), rest.end());
    store.reopen();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Value found = store->get_value(ids[i]);
      // Shared values come back in the one numbering that is stored.
      BOOST_TEST_REQUIRE((values[i].is<Graph>() || found == values[i]), "value " << i << ": " << to_json(values[i]));
      BOOST_TEST_REQUIRE((store->put(from_json(to_json(found))) == ids[i]), "value " << i << ": " << to_json(values[i]));
    }
    if (first.empty()) first = ids;
    BOOST_TEST((ids == first));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
