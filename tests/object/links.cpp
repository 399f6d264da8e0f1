// Links by unique id: cycles between objects, and links in both directions that are stored once.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>
#include <cairn/link.h>
#include <cairn/registry.h>

#include <boost/describe.hpp>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace {

// A cake in the classes of GEMD, as small as they go.
struct Material;
struct Process;

struct Spec {
  UniqueId id;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Spec, (), (id, text))

struct Entity {
  std::vector<UniqueId> ids;
  std::string name;
  std::shared_ptr<Spec> spec;
};
BOOST_DESCRIBE_STRUCT(Entity, (), (ids, name, spec))

struct Ingredient : Entity {
  LinkTo<Material> material;
  LinkTo<Process> process;
  double fraction = 0;
};
BOOST_DESCRIBE_STRUCT(Ingredient, (Entity), (material, process, fraction))

struct Measurement : Entity {
  std::vector<LinkTo<Material>> materials;
};
BOOST_DESCRIBE_STRUCT(Measurement, (Entity), (materials))

struct Material : Entity {
  LinkTo<Process> process;
  BackLinks<&Measurement::materials> measurements;
};
BOOST_DESCRIBE_STRUCT(Material, (Entity), (process, measurements))

struct Process : Entity {
  BackLinks<&Ingredient::process> ingredients;
  BackLinks<&Material::process> outputs;
};
BOOST_DESCRIBE_STRUCT(Process, (Entity), (ingredients, outputs))

struct Animal {
  virtual ~Animal() = default;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Animal, (), (name))

struct Dog;
struct Offspring : Animal {
  LinkTo<Dog> mother;
};
BOOST_DESCRIBE_STRUCT(Offspring, (Animal), (mother))

struct Dog : Offspring {
  UniqueId id;
  BackLinks<&Offspring::mother> pups;
};
BOOST_DESCRIBE_STRUCT(Dog, (Offspring), (id, pups))

struct Kennel {
  std::vector<std::shared_ptr<Animal>> animals;
  std::vector<std::shared_ptr<Dog>> dogs;
};
BOOST_DESCRIBE_STRUCT(Kennel, (), (animals, dogs))

struct Cake {
  std::shared_ptr<Material> cake;
  std::vector<std::shared_ptr<Measurement>> measurements;
  std::vector<std::shared_ptr<Process>> processes;
  std::map<std::string, std::shared_ptr<Material>> materials;
  std::vector<std::shared_ptr<Ingredient>> ingredients;
};
BOOST_DESCRIBE_STRUCT(Cake, (), (cake, measurements, processes, materials, ingredients))

// Each refers to the other: a cycle.
struct Person {
  UniqueId id;
  LinkTo<Person> spouse;
  BackLinks<&Person::spouse> spouse_of;
};

template <class T>
std::shared_ptr<T> make(const std::string& name, const std::shared_ptr<Spec>& spec = nullptr) {
  auto made = std::make_shared<T>();
  made->ids = {{"auto", name + "-1"}, {"my id", name}};
  made->name = name;
  made->spec = spec;
  return made;
}

Cake bake() {
  const auto spec = std::make_shared<Spec>(Spec{{"auto", "spec"}, "mix well"});
  Cake made;
  made.cake = make<Material>("cake", spec);
  made.materials = {{"cake", made.cake}, {"flour", make<Material>("flour")}, {"milk", make<Material>("milk")}};
  made.processes = {make<Process>("baking", spec), make<Process>("milling")};
  made.cake->process = made.processes[0];
  made.materials.at("flour")->process = made.processes[1];
  for (const char* name : {"flour", "milk"}) {
    const auto ingredient = make<Ingredient>(std::string(name) + " in cake", spec);
    ingredient->material = made.materials.at(name);
    ingredient->process = made.processes[0];
    made.ingredients.push_back(ingredient);
  }
  // The cake is an ingredient of its own process: round and round.
  made.ingredients.push_back(make<Ingredient>("crumbs"));
  made.ingredients.back()->material = made.cake;
  made.ingredients.back()->process = made.processes[0];
  for (const char* name : {"taste", "weight"}) {
    made.measurements.push_back(make<Measurement>(name));
    made.measurements.back()->materials = {made.cake, made.materials.at("milk")};
  }
  return made;
}

template <class Range>
std::string names(const Range& range) {
  std::string all;
  for (const auto& one : range) all += one->name + ";";
  return all;
}

BOOST_DESCRIBE_STRUCT(Person, (), (id, spouse, spouse_of))

using People = std::vector<std::shared_ptr<Person>>;

People couple(UniqueId a = {"tax", "1"}, UniqueId b = {"tax", "2"}) {
  People people{std::make_shared<Person>(Person{std::move(a), {}, {}}), std::make_shared<Person>(Person{std::move(b), {}, {}})};
  people[0]->spouse = people[1];
  people[1]->spouse = people[0];
  return people;
}

std::string refusal(const People& people) {
  return error_of(ErrorCode::unstorable, [&] { (void)bytes_of(people); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(a_cake_comes_back_with_all_its_links) {
  const Cake loaded = round_trip(bake());
  const auto& baking = loaded.processes.at(0);
  BOOST_TEST((loaded.cake == loaded.materials.at("cake")));
  BOOST_TEST((loaded.cake->process.lock() == baking));
  BOOST_TEST((loaded.materials.at("flour")->process.lock() == loaded.processes.at(1)));
  BOOST_TEST(loaded.materials.at("milk")->process.empty());
  BOOST_TEST((loaded.ingredients.at(0)->material.lock() == loaded.materials.at("flour")));
  BOOST_TEST((loaded.ingredients.at(2)->material.lock() == loaded.cake));
  BOOST_TEST((loaded.ingredients.at(2)->process.lock() == baking));
  BOOST_TEST((loaded.cake->spec != nullptr && loaded.cake->spec == baking->spec));
  BOOST_TEST((loaded.ingredients.at(0)->spec == baking->spec));
}

BOOST_AUTO_TEST_CASE(links_in_both_directions_are_rebuilt_in_stored_order) {
  const Cake loaded = round_trip(bake());
  BOOST_TEST(names(loaded.processes.at(0)->ingredients) == "flour in cake;milk in cake;crumbs;");
  BOOST_TEST(names(loaded.processes.at(0)->outputs) == "cake;");
  BOOST_TEST(names(loaded.processes.at(1)->outputs) == "flour;");
  BOOST_TEST(loaded.processes.at(1)->ingredients.empty());
  BOOST_TEST(names(loaded.cake->measurements) == "taste;weight;");
  BOOST_TEST(names(loaded.materials.at("milk")->measurements) == "taste;weight;");
  BOOST_TEST((loaded.cake->measurements[0] == loaded.measurements[0]));
}

BOOST_AUTO_TEST_CASE(links_are_stored_on_their_writable_side_alone) {
  const Value stored = to_value(encodable(couple()));
  const auto person = [](const std::string& own, const std::string& spouse) {
    return Object(type_name<Person>(), 1, {{"id", Identity{"tax", own}, "unique id"},
                                           {"spouse", Identity{"tax", spouse}, type_name<LinkTo<Person>>()}});
  };
  const Value left = person("1", "2"), right = person("2", "1");
  BOOST_TEST((stored == Value(Graph({left, right}, List{SharedRef{0}, SharedRef{1}}))));
}

BOOST_AUTO_TEST_CASE(what_was_loaded_has_the_same_bytes) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(bake()));
  BOOST_TEST((objects.encode(encodable(objects.decode<Cake>(bytes))) == bytes));
}

BOOST_AUTO_TEST_CASE(a_link_keeps_the_name_that_it_was_stored_by) {
  MemoryObjects objects;
  auto cake = bake();
  cake.materials.clear();
  cake.ingredients.clear();
  cake.measurements.clear();
  cake.cake->process = LinkTo<Process>(Identity{"MY ID", "baking"});  // the second, where saving would take the first
  const auto bytes = objects.encode(encodable(cake));
  const Cake loaded = objects.decode<Cake>(bytes);
  BOOST_TEST((loaded.cake->process.lock() == loaded.processes.at(0)));
  BOOST_TEST((loaded.cake->process.name() == Identity{"MY ID", "baking"}));
  BOOST_TEST((objects.encode(encodable(loaded)) == bytes));
  loaded.processes.at(0)->ids = {{"new", "name"}};
  BOOST_TEST((loaded.cake->process.name() == Identity{"new", "name"}));
}

BOOST_AUTO_TEST_CASE(a_cycle_of_links_is_no_cycle_of_pointers) {
  const People loaded = round_trip(couple());
  BOOST_TEST((loaded[0]->spouse.lock() == loaded[1] && loaded[1]->spouse.lock() == loaded[0]));
  BOOST_TEST((loaded[0]->spouse_of[0] == loaded[1] && loaded[1]->spouse_of[0] == loaded[0]));
  const std::weak_ptr<Person> watched = loaded[0];
  People gone = round_trip(couple());
  const std::weak_ptr<Person> first = gone[0];
  gone.clear();
  BOOST_TEST(first.expired());  // links own nothing
  BOOST_TEST(!watched.expired());
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_out_of_the_graph_keeps_its_name) {
  MemoryObjects objects;
  People people = couple();
  const People left_behind{people[1]};
  people.pop_back();
  const auto bytes = objects.encode(encodable(people));
  const People loaded = objects.decode<People>(bytes);
  BOOST_TEST(!loaded[0]->spouse.resolved());
  BOOST_TEST((loaded[0]->spouse.lock() == nullptr));
  BOOST_TEST((loaded[0]->spouse.name() == Identity{"tax", "2"}));
  BOOST_TEST((objects.encode(encodable(loaded)) == bytes));
}

BOOST_AUTO_TEST_CASE(a_link_to_what_has_no_name_is_refused_with_its_path) {
  BOOST_TEST(refusal(couple({"tax", "1"}, {})) == "[0].spouse: a link to an object without a unique id");
  People people = couple();
  people.pop_back();
  BOOST_TEST(refusal(people) == "[0].spouse: a link to an object that is gone");
}

BOOST_AUTO_TEST_CASE(two_objects_of_one_name_are_refused) {
  BOOST_TEST(refusal(couple({"tax", "1"}, {"tax", "1"})) == "[1]: two objects of the unique id \"1\" in the scope \"tax\"");
  BOOST_TEST(refusal(couple({"tax", "1"}, {"Tax", "1"})) == "[1]: two objects of the unique id \"1\" in the scope \"Tax\"");
  BOOST_TEST(refusal(couple({"tax", "a"}, {"tax", "A"})) == "");
  BOOST_TEST(refusal(couple({"tax", "1"}, {"vat", "1"})) == "");
  MemoryObjects objects;
  const auto person = [](const char* scope) {
    return Object(type_name<Person>(), 1, {{"id", Identity{scope, "1"}}, {"spouse", {}}});
  };
  const auto bytes = objects.encode(encodable(Value(Graph({person("a"), person("A")}, List{SharedRef{0}, SharedRef{1}}))));
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)objects.decode<People>(bytes); }) ==
             "[1]: object: two objects of the unique id \"1\" in the scope \"A\"");
}

BOOST_AUTO_TEST_CASE(a_link_to_an_object_of_another_class_is_refused) {
  MemoryObjects objects;
  const auto spec = std::make_shared<Spec>(Spec{{"auto", "spec"}, ""});
  const auto ingredient = make<Ingredient>("milk", spec);
  ingredient->process = LinkTo<Process>(Identity{"auto", "spec"});
  const auto bytes = objects.encode(encodable(ingredient));
  BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)objects.decode<std::shared_ptr<Ingredient>>(bytes); })
                 .starts_with("the link to \"spec\" in the scope \"auto\" leads to an object of another class"));
}

BOOST_AUTO_TEST_CASE(registered_classes_behind_pointers_to_their_base_take_part) {
  Registry registry;
  registry.add<Dog>().as<Animal>();
  MemoryObjects objects;
  objects.options.registry = std::make_shared<const Registry>(registry);
  const auto mother = std::make_shared<Dog>(), pup = std::make_shared<Dog>();
  mother->id = {"chip", "1"};
  pup->id = {"chip", "2"};
  pup->mother = mother;
  const Kennel kennel{{mother, pup}, {pup, mother}};
  const auto bytes = objects.encode(encodable(kennel));
  const auto loaded = objects.decode<Kennel>(bytes);
  BOOST_TEST((loaded.animals[0] == loaded.dogs[1] && loaded.animals[1] == loaded.dogs[0]));
  BOOST_TEST((loaded.dogs[0]->mother.lock() == loaded.dogs[1]));
  BOOST_TEST_REQUIRE(loaded.dogs[1]->pups.size() == 1u);
  BOOST_TEST((loaded.dogs[1]->pups[0] == loaded.dogs[0]));
  BOOST_TEST((objects.encode(encodable(loaded)) == bytes));
  pup->id = mother->id;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)objects.encode(encodable(kennel)); }) != "");
}

BOOST_AUTO_TEST_CASE(links_follow_the_values_that_hold_them) {
  People loaded = round_trip(couple());
  LinkTo<Person> copy = loaded[0]->spouse;
  const Person moved = std::move(*loaded[0]);
  BOOST_TEST((moved.spouse.lock() == loaded[1] && copy.lock() == loaded[1]));
  copy = nullptr;
  BOOST_TEST((copy.empty() && moved.spouse.resolved()));
  const LinkTo<Person> widowed = couple()[0]->spouse;
  BOOST_TEST((widowed != LinkTo<Person>(Identity{"tax", "2"})));  // the name is gone with its target
  const People people = couple();
  BOOST_TEST((people[0]->spouse == LinkTo<Person>(Identity{"tax", "2"})));
  BOOST_TEST((people[0]->spouse != people[1]->spouse));
}

BOOST_AUTO_TEST_SUITE_END()
