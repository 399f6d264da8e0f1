// Shared pointers: one object loads as one object, equal ones stay apart, and no shape of them does harm.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>
#include <cairn/store.h>

#include <boost/describe.hpp>

#include <cstring>
#include <utility>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace {

struct Atom {
  std::string symbol;
  friend bool operator==(const Atom&, const Atom&) = default;
};
BOOST_DESCRIBE_STRUCT(Atom, (), (symbol))

using AtomPointer = std::shared_ptr<Atom>;

struct Molecule {
  AtomPointer first;
  std::vector<AtomPointer> atoms;
  std::map<std::string, AtomPointer> named;
  std::optional<AtomPointer> maybe;
  std::variant<int, AtomPointer> either;
  std::shared_ptr<const Atom> constant;
};
BOOST_DESCRIBE_STRUCT(Molecule, (), (first, atoms, named, maybe, either, constant))

struct Bead {
  int value = 0;
  std::shared_ptr<Bead> next;
};
BOOST_DESCRIBE_STRUCT(Bead, (), (value, next))

struct Pair {
  Atom first;
  Atom second;
};
BOOST_DESCRIBE_STRUCT(Pair, (), (first, second))

struct Parts {
  std::shared_ptr<Pair> whole;
  AtomPointer part;
  AtomPointer same_part;
};
BOOST_DESCRIBE_STRUCT(Parts, (), (whole, part, same_part))

struct Shape {
  virtual ~Shape() = default;
  int sides = 0;
};
BOOST_DESCRIBE_STRUCT(Shape, (), (sides))

struct Square : Shape {
  double length = 0;
};
BOOST_DESCRIBE_STRUCT(Square, (Shape), (length))

struct OtherBase {
  virtual ~OtherBase() = default;
  int other = 0;
};
BOOST_DESCRIBE_STRUCT(OtherBase, (), (other))

struct Both : OtherBase, Shape {};
BOOST_DESCRIBE_STRUCT(Both, (OtherBase, Shape), ())

struct Shapes {
  std::shared_ptr<Both> both;
  std::shared_ptr<Shape> shape;
  std::shared_ptr<OtherBase> other;
};
BOOST_DESCRIBE_STRUCT(Shapes, (), (both, shape, other))

struct Tree {
  std::vector<Tree> children;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (children))

/// A list of objects that exist only while they are written.
struct Temporaries {};

std::shared_ptr<Bead> chain(int length) {
  std::shared_ptr<Bead> first;
  for (int i = length; i > 0; --i) first = std::make_shared<Bead>(Bead{i, std::move(first)});
  return first;
}

/// One by one: destructors that call each other would not end well.
void take_apart(std::shared_ptr<Bead>& first) {
  while (first) first = std::exchange(first->next, nullptr);
}

Molecule molecule(const AtomPointer& carbon) {
  return {carbon, {carbon, std::make_shared<Atom>(*carbon), nullptr, carbon}, {{"a", carbon}}, carbon, carbon, carbon};
}

}  // namespace

template <>
struct cairn::Codec<Temporaries> {
  static void encode(const Encoder& out, const Temporaries&) {
    const ListEncoder list = out.list(100);
    for (std::size_t i = 0; i < 100; ++i) cairn::encode(list[i], std::make_shared<Atom>(Atom{std::to_string(i)}));
  }
};

BOOST_AUTO_TEST_SUITE(shared)

BOOST_AUTO_TEST_CASE(two_pointers_to_one_object_load_as_one_object) {
  const Molecule loaded = round_trip(molecule(std::make_shared<Atom>(Atom{"C"})));
  BOOST_TEST_REQUIRE((loaded.first != nullptr));
  BOOST_TEST((*loaded.first == Atom{"C"}));
  BOOST_TEST((loaded.atoms.size() == 4u && loaded.atoms[0] == loaded.first && loaded.atoms[3] == loaded.first));
  BOOST_TEST((loaded.named.at("a") == loaded.first));
  BOOST_TEST((loaded.maybe.value() == loaded.first));
  BOOST_TEST((std::get<1>(loaded.either) == loaded.first));
  BOOST_TEST((loaded.constant == loaded.first));
  loaded.first->symbol = "N";
  BOOST_TEST(loaded.constant->symbol == "N");
}

BOOST_AUTO_TEST_CASE(equal_objects_stay_two_and_null_stays_null) {
  const Molecule loaded = round_trip(molecule(std::make_shared<Atom>(Atom{"C"})));
  BOOST_TEST((loaded.atoms[1] != loaded.first && *loaded.atoms[1] == *loaded.first));
  BOOST_TEST((loaded.atoms[2] == nullptr));
  const auto empty = std::make_shared<std::optional<int>>();
  BOOST_TEST((round_trip(empty) != nullptr && !round_trip(empty)->has_value()));
}

BOOST_AUTO_TEST_CASE(what_was_loaded_has_the_same_bytes) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(molecule(std::make_shared<Atom>(Atom{"C"}))));
  BOOST_TEST((objects.encode(encodable(objects.decode<Molecule>(bytes))) == bytes));
}

BOOST_AUTO_TEST_CASE(plain_data_shows_what_is_shared) {
  const auto atom = std::make_shared<Atom>(Atom{"C"});
  const Value stored = to_value(encodable(std::vector{atom, atom}));
  BOOST_TEST((stored == Value(Graph({Object(type_name<Atom>(), 1, {{"symbol", "C", "text"}})}, List{SharedRef{0}, SharedRef{0}}))));
  BOOST_TEST(type_name<Molecule>() != "");
  BOOST_TEST(type_name<AtomPointer>() == "shared<" + type_name<Atom>() + ">");
}

BOOST_AUTO_TEST_CASE(pointers_in_a_long_list_keep_what_they_point_to) {
  std::vector<AtomPointer> atoms;
  for (int i = 0; i < 5; ++i) atoms.push_back(std::make_shared<Atom>(Atom{std::string(1'000, 'a')}));
  for (std::size_t i = 5; i < 50'000; ++i) atoms.push_back(atoms[i % 5]);
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(atoms));
  BOOST_TEST(bytes.size() < 20'000u);
  const auto loaded = objects.decode<std::vector<AtomPointer>>(bytes);
  BOOST_TEST_REQUIRE(loaded.size() == atoms.size());
  for (std::size_t i = 5; i < loaded.size(); ++i) BOOST_TEST_REQUIRE((loaded[i] == loaded[i % 5]));
  BOOST_TEST((loaded[0] != loaded[1]));
}

BOOST_AUTO_TEST_CASE(long_lists_inside_shared_objects_inside_long_lists_come_back) {
  using Inner = std::shared_ptr<std::vector<AtomPointer>>;
  const auto atom = std::make_shared<Atom>(Atom{"C"});
  std::vector<Inner> lists(2'000);
  for (std::size_t i = 0; i < lists.size(); ++i)
    lists[i] = i % 100 == 0 ? std::make_shared<std::vector<AtomPointer>>(1'500, atom) : lists[i - 1];
  const auto loaded = round_trip(lists);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    BOOST_TEST_REQUIRE((loaded[i] == loaded[i / 100 * 100]));
    BOOST_TEST_REQUIRE((loaded[i]->size() == 1'500u && loaded[i]->back() == loaded[0]->front()));
  }
  BOOST_TEST((loaded[0] != loaded[100]));
}

BOOST_AUTO_TEST_CASE(a_pointer_to_a_pointer_is_one) {
  const auto atom = std::make_shared<AtomPointer>(std::make_shared<Atom>(Atom{"C"}));
  const auto loaded = round_trip(std::vector{atom, atom});
  BOOST_TEST((loaded[0] == loaded[1] && **loaded[0] == Atom{"C"}));
}

BOOST_AUTO_TEST_CASE(a_part_of_another_object_loads_as_an_object_of_its_own) {
  const auto whole = std::make_shared<Pair>(Pair{{"A"}, {"B"}});
  const AtomPointer part(whole, &whole->first);  // its address is that of the whole
  const Parts loaded = round_trip(Parts{whole, part, part});
  BOOST_TEST((loaded.whole->first == Atom{"A"} && *loaded.part == Atom{"A"}));
  BOOST_TEST((loaded.part == loaded.same_part));
  BOOST_TEST((loaded.part.get() != &loaded.whole->first));
}

BOOST_AUTO_TEST_CASE(objects_that_come_and_go_at_one_address_are_not_one) {
  MemoryObjects objects;
  const auto loaded = objects.decode<std::vector<AtomPointer>>(objects.encode(encodable(Temporaries{})));
  for (std::size_t i = 0; i < loaded.size(); ++i) BOOST_TEST_REQUIRE(loaded[i]->symbol == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_value_that_is_not_shared_is_taken_for_a_pointer) {
  MemoryObjects objects;
  BOOST_TEST((*objects.decode<AtomPointer>(objects.encode(encodable(Atom{"C"}))) == Atom{"C"}));
  BOOST_TEST((objects.decode<AtomPointer>(objects.encode(encodable(std::optional<Atom>()))) == nullptr));
}

BOOST_AUTO_TEST_CASE(one_value_loads_as_each_type_that_is_asked_for) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(Value(Graph({5}, Tuple{{SharedRef{0}, SharedRef{0}, SharedRef{0}}}))));
  using Types = std::tuple<std::shared_ptr<int>, std::shared_ptr<long>, std::shared_ptr<const int>>;
  const auto [a, b, c] = objects.decode<Types>(bytes);
  BOOST_TEST((*a == 5 && *b == 5 && a == c));
}

BOOST_AUTO_TEST_CASE(pointers_to_the_bases_of_an_object_are_pointers_to_it) {
  const auto both = std::make_shared<Both>();
  both->sides = 4, both->other = 7;
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(Shapes{both, both, nullptr}));
  const Shapes loaded = objects.decode<Shapes>(bytes);
  BOOST_TEST((loaded.shape == loaded.both && loaded.shape->sides == 4));
  const Shapes again = objects.decode<Shapes>(objects.encode(encodable(Shapes{both, both, both})));
  BOOST_TEST((again.shape == again.both && again.other == again.both && again.other->other == 7));
}

BOOST_AUTO_TEST_CASE(an_object_that_would_be_cut_is_refused) {
  const std::vector<std::shared_ptr<Shape>> shapes{std::make_shared<Shape>(), std::make_shared<Square>()};
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(shapes); })
                 .find("Square, which is not registered as a ") != std::string::npos);
  BOOST_TEST(round_trip(std::make_shared<Square>())->sides == 0);
}

BOOST_AUTO_TEST_CASE(an_object_that_contains_itself_is_refused_with_its_path) {
  auto node = chain(3);
  node->next->next->next = node;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(node); }) ==
             "next.next.next: a shared value that contains itself: cycles go through links (see link.h)");
  node->next->next->next = node->next->next;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(node); }) != "");
  node->next->next->next = nullptr;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(node); }) == "");
}

BOOST_AUTO_TEST_CASE(a_chain_of_pointers_has_a_limit) {
  auto longest = chain(kDepthMax / 2), longer = chain(kDepthMax / 2 + 1), endless = chain(100'000);
  BOOST_TEST(round_trip(longest)->next->value == 2);
  for (const auto& refused : {longer, endless})
    BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)bytes_of(refused); }).ends_with("values nest deeper than 256"));
  take_apart(endless);
  MemoryObjects objects;
  objects.options.limits.depth = kDepthMost;
  auto deepest = chain(kDepthMost / 2);
  auto loaded = objects.decode<std::shared_ptr<Bead>>(objects.encode(encodable(deepest)));
  int length = 0;
  for (const Bead* node = loaded.get(); node != nullptr; node = node->next.get()) length += node->value == length + 1;
  BOOST_TEST(length == static_cast<int>(kDepthMost / 2));
}

BOOST_AUTO_TEST_CASE(vectors_in_vectors_have_a_limit) {
  Tree root;
  std::vector<Tree*> path{&root};
  for (int i = 0; i < 100'000; ++i) path.push_back(&path.back()->children.emplace_back());
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)bytes_of(root); }).ends_with("values nest deeper than 256"));
  for (; !path.empty(); path.pop_back()) path.back()->children.clear();  // from the innermost outwards
}

BOOST_AUTO_TEST_CASE(stored_data_that_contains_itself_is_damaged) {
  MemoryObjects objects;
  const auto node = [](Value next) { return Object(type_name<Bead>(), 1, {{"value", 1}, {"next", std::move(next)}}); };
  const auto bytes = objects.encode(encodable(Value(Graph({node(SharedRef{1}), node({})}, List{SharedRef{0}, SharedRef{1}}))));
  using Beads = std::vector<std::shared_ptr<Bead>>;
  const Beads sound = objects.decode<Beads>(bytes);
  BOOST_TEST((sound[0]->next == sound[1]));
  constexpr std::uint64_t kReference[] = {31, 1};  // as no writer would have it where that of the first bead is
  int refused = 0;
  for (std::size_t at = 0; at + sizeof kReference <= bytes.size(); at += 8) {
    if (std::memcmp(bytes.data() + at, kReference, sizeof kReference) != 0) continue;
    auto changed = bytes;
    changed[at + 8] = std::byte{0};
    const std::string problem = error_of(ErrorCode::damaged, [&] { (void)objects.decode<Beads>(changed); });
    refused += problem == "[0].next: object: a shared value that contains itself";
  }
  BOOST_TEST(refused == 1);
}

BOOST_AUTO_TEST_CASE(a_store_knows_an_object_behind_a_pointer_by_its_class) {
  Store store = Store::in_memory();
  const auto atom = std::make_shared<Atom>(Atom{"C"});
  const ObjectId id = store.put(atom);
  BOOST_TEST((*store.get<AtomPointer>(id) == *atom));
  BOOST_TEST((store.get_value(id) == to_value(encodable(atom))));
  store.put(Molecule{atom, {}, {}, {}, {}, atom});
  const StoredTypes found = store.types();
  BOOST_TEST(found.damaged_count == 0u);
  BOOST_TEST_REQUIRE(found.types.size() == 2u);
  BOOST_TEST(found.types[0].name == type_name<Atom>());
  BOOST_TEST(found.types[1].name == type_name<Molecule>());
}

BOOST_AUTO_TEST_SUITE_END()
