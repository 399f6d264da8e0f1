// Values that are shared: one numbering for equal graphs, and no reference that leads nowhere or back to itself.
#include <boost/test/unit_test.hpp>

#include <cairn/value_json.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "memory_objects.h"
#include "random_value.h"

using namespace cairn;
using namespace cairn::test;

namespace {

using Renumber = std::function<SharedRef(SharedRef)>;

/// `value` with other numbers, which are asked for in the order in which they are stored.
Value renumbered(const Value& value, const Renumber& renumber) {
  const auto all = [&](const List& list) {
    List elements;
    for (const Value& element : list) elements.push_back(renumbered(element, renumber));
    return elements;
  };
  if (const auto* shared = value.get_if<SharedRef>()) return renumber(*shared);
  if (const auto* list = value.get_if<List>()) return all(*list);
  if (const auto* tuple = value.get_if<Tuple>()) return Tuple{all(tuple->elements)};
  if (const auto* map = value.get_if<Map>()) {
    Map entries;
    for (const MapEntry& entry : *map) entries.put(entry.key, renumbered(entry.value, renumber));
    return entries;
  }
  if (const auto* object = value.get_if<Object>()) {
    Object copy(object->class_name, object->class_version, {});
    for (const Field& field : object->fields) copy.fields.push_back({field.name, renumbered(field.value, renumber)});
    return copy;
  }
  if (const auto* one = value.get_if<Enumerator>())
    return Enumerator(one->type(), one->name(), renumbered(one->value(), renumber));
  if (const auto* quantity = value.get_if<Quantity>())
    return Quantity(renumbered(quantity->magnitude(), renumber), quantity->unit());
  if (const auto* lossy = value.get_if<Lossy>()) return Lossy(lossy->type(), renumbered(lossy->rest(), renumber));
  return value;
}

/// As it is stored: in the order of a walk from the root.
Value canonical(const Value& value) {
  const Graph* graph = value.get_if<Graph>();
  if (graph == nullptr) return value;
  List shared;
  std::map<std::uint32_t, std::uint32_t> numbers;
  const Renumber renumber = [&](SharedRef reference) {
    const auto [known, is_new] = numbers.try_emplace(reference.number, static_cast<std::uint32_t>(shared.size()));
    const std::uint32_t number = known->second;
    if (is_new) {
      shared.emplace_back();
      Value content = renumbered(graph->shared()[reference.number], renumber);
      shared[number] = std::move(content);
    }
    return SharedRef{number};
  };
  Value root = renumbered(graph->root(), renumber);
  return shared.empty() ? root : Value(Graph(std::move(shared), std::move(root)));
}

/// The same graph in another order, with values that nothing refers to.
Value shuffled(const Value& value, RandomValue& random) {
  const Graph* graph = value.get_if<Graph>();
  if (graph == nullptr) return value;
  std::vector<std::uint32_t> order(graph->shared().size() + random.below(3));
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  const Renumber renumber = [&](SharedRef reference) { return SharedRef{order[reference.number]}; };
  List shared(order.size(), Value("nothing refers to this"));
  for (std::size_t i = 0; i < graph->shared().size(); ++i) shared[order[i]] = renumbered(graph->shared()[i], renumber);
  return Graph(std::move(shared), renumbered(graph->root(), renumber));
}

Value loaded(const Value& value) { return round_trip(value); }

std::string refusal(const Value& value, ErrorCode code = ErrorCode::unstorable) {
  const std::string message = error_of(code, [&] { (void)bytes_of(value); });
  BOOST_TEST(error_of(code, [&] { (void)to_value(encodable(value)); }) == message);
  return message;
}

using Words = std::vector<std::uint64_t>;

/// The bytes of `value` with the words `to` where `from` are, as nobody would write them.
std::vector<std::byte> tampered(const Value& value, const Words& from, const Words& to) {
  auto bytes = bytes_of(value);
  const std::size_t size = from.size() * sizeof from[0];
  int changed = 0;
  for (std::size_t at = 0; at + size <= bytes.size(); at += sizeof from[0]) {
    if (std::memcmp(bytes.data() + at, from.data(), size) != 0) continue;
    std::memcpy(bytes.data() + at, to.data(), size);
    ++changed;
  }
  BOOST_REQUIRE_EQUAL(changed, 1);
  return bytes;
}

constexpr std::uint64_t kInteger = 2, kLossy = 28, kGraph = 30, kShared = 31;  // tags
Words reference(std::uint64_t number) { return {kShared, number}; }

std::string damage(const std::vector<std::byte>& bytes) {
  MemoryObjects objects;
  return error_of(ErrorCode::damaged, [&] { (void)objects.decode<Value>(bytes); });
}

/// A chain of `length` values, each a list with a reference to the next.
Value chain(std::uint32_t length) {
  List shared;
  for (std::uint32_t i = 1; i < length; ++i) shared.push_back(List{SharedRef{i}});
  shared.push_back(List{});
  return Graph(std::move(shared), SharedRef{0});
}

Value nested(unsigned depth, Value value) {
  for (; depth > 0; --depth) {
    List list;
    list.push_back(std::move(value));
    value = std::move(list);
  }
  return value;
}

/// Writes a value, or what is left of it if it cannot be stored.
struct OrElse {
  Value value;
};

}  // namespace

template <>
struct cairn::Codec<OrElse> {
  static void encode(const Encoder& out, const OrElse& value) {
    static const auto kNot = std::make_shared<int>(1), kThis = std::make_shared<int>(2);
    const ListEncoder list = out.list(3);
    const auto write_this = [](const Encoder& place) { place.integer(2); };
    try {
      list[0].shared(kNot, typeid(int), [&](const Encoder& place) {
        const ListEncoder inner = place.list(2);
        inner[0].shared(kThis, typeid(int), write_this);
        cairn::encode(inner[1], value.value);
      });
    } catch (const Error&) {
      list[0].text("refused");
    }
    list[1].shared(kThis, typeid(int), write_this);
    list[2].shared(kThis, typeid(int), write_this);
  }
};

BOOST_AUTO_TEST_SUITE(graph_values)

BOOST_AUTO_TEST_CASE(every_graph_comes_back_from_its_bytes_in_one_numbering) {
  RandomValue random(11);
  int graphs = 0;
  for (int round = 0; round < 3'000; ++round) {
    const Value value = random.graph();
    graphs += value.is<Graph>();
    MemoryObjects objects;
    const auto bytes = objects.encode(encodable(value));
    const Value back = objects.decode<Value>(bytes);
    BOOST_TEST_REQUIRE((back == canonical(value)), "round " << round);
    BOOST_TEST_REQUIRE((objects.encode(encodable(back)) == bytes), "round " << round);
    BOOST_TEST_REQUIRE((bytes_of(shuffled(value, random)) == bytes), "round " << round);
    BOOST_TEST_REQUIRE((to_value(encodable(value)) == canonical(value)), "round " << round);
  }
  BOOST_TEST(graphs > 500);
}

BOOST_AUTO_TEST_CASE(every_graph_comes_back_from_its_json) {
  RandomValue random(12);
  for (int round = 0; round < 2'000; ++round) {
    const Value value = random.graph();
    BOOST_TEST_REQUIRE((from_json(to_json(value)) == value), "round " << round);
  }
  const Value pair = Graph({"twice"}, List{SharedRef{0}, SharedRef{0}});
  BOOST_TEST(to_json(pair) == R"({"$graph":{"shared":["twice"],"root":[{"$shared":0},{"$shared":0}]}})");
  for (const char* bad : {R"({"$shared":-1})", R"({"$shared":4294967296})", R"({"$shared":"0"})", R"({"$graph":[]})",
                          R"({"$graph":{"shared":{},"root":1}})", R"({"$graph":{"shared":[]}})"})
    BOOST_TEST(error_of(ErrorCode::invalid_argument, [&] { (void)from_json(bad); }) != "", bad);
}

BOOST_AUTO_TEST_CASE(one_value_twice_is_not_two_equal_values) {
  const Value one = Graph({"a"}, List{SharedRef{0}, SharedRef{0}});
  const Value two = Graph({"a", "a"}, List{SharedRef{0}, SharedRef{1}});
  BOOST_TEST((loaded(one) == one));
  BOOST_TEST((loaded(two) == two));
  BOOST_TEST((bytes_of(one) != bytes_of(two)));
  BOOST_TEST((bytes_of(one) != bytes_of(Value(List{"a", "a"}))));
  BOOST_TEST((loaded(Graph({"a"}, 5)) == Value(5)));  // nothing refers to it
  BOOST_TEST((loaded(Graph({Value()}, SharedRef{0})) == Value(Graph({Value()}, SharedRef{0}))));
}

BOOST_AUTO_TEST_CASE(the_bytes_of_graphs_are_the_ones_they_always_had) {
  const auto digest = [](const Value& value) {
    return format::blob_digest(format::BlobKind::object, 0, bytes_of(value)).hex();
  };
  const Value pair = Graph({Object("P", 1, {{"x", 1}})}, List{SharedRef{0}, SharedRef{0}});
  const Value tree = Graph({List{SharedRef{1}}, "leaf"}, Tuple{{SharedRef{0}, SharedRef{1}}});
  BOOST_TEST(digest(pair) == "4ab1de7433be4a9ad72b3fb331c3a6c6");
  BOOST_TEST(digest(tree) == "5dfcdcfd027457237f04aa1efcf280b9");
  BOOST_TEST(digest(Graph({Value()}, SharedRef{0})) == "c3ba71ec8d50a80a057e4711027467b8");
}

BOOST_AUTO_TEST_CASE(a_reference_that_leads_nowhere_is_refused_with_its_path) {
  Map map, keys;
  map.put("a", List{1, SharedRef{0}});
  keys.put(SharedRef{0}, 1);
  Set set;
  set.insert(SharedRef{0});
  BOOST_TEST(refusal(map) == "a[1]: a reference to a shared value outside a graph");
  BOOST_TEST(refusal(Graph({1}, List{SharedRef{1}})) == "[0]: shared value number 1 of 1");
  BOOST_TEST(refusal(Graph({1}, Graph({1}, SharedRef{0}))) == "a graph inside a value, expected it outermost");
  BOOST_TEST(refusal(List{Graph({1}, SharedRef{0})}) == "[0]: a graph inside a value, expected it outermost");
  BOOST_TEST(refusal(Graph({Graph({1}, SharedRef{0})}, SharedRef{0})) == "a graph inside a value, expected it outermost");
  BOOST_TEST(refusal(Graph({1}, keys)).find("in a key of a map") != std::string::npos);
  BOOST_TEST(refusal(Graph({1}, List{set})).find("or an element of a set") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_value_that_contains_itself_is_refused_with_its_path) {
  const std::string problem = "a shared value that contains itself: cycles go through links (see link.h)";
  BOOST_TEST(refusal(Graph({SharedRef{0}}, SharedRef{0})) == problem);
  BOOST_TEST(refusal(Graph({List{1, SharedRef{0}}}, List{SharedRef{0}})) == "[0][1]: " + problem);
  BOOST_TEST(refusal(Graph({List{SharedRef{1}}, Object("A", 1, {{"back", SharedRef{0}}})}, SharedRef{1})) ==
             "back[0]: " + problem);
}

BOOST_AUTO_TEST_CASE(long_lists_share_values_across_their_segments) {
  List list, long_list;
  for (int i = 0; i < 20'000; ++i) {
    list.push_back(List{i, SharedRef{static_cast<std::uint32_t>(i % 3)}});
    long_list.push_back("element " + std::to_string(i));
  }
  const Value value = Graph({"a", long_list, List{SharedRef{1}}}, List{list, SharedRef{2}});
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(value));
  BOOST_TEST((objects.decode<Value>(bytes) == value));
  BOOST_TEST((objects.encode(encodable(objects.decode<Value>(bytes))) == bytes));
  BOOST_TEST(format::object_references(bytes).blobs.size() > 10u);
}

BOOST_AUTO_TEST_CASE(what_shared_values_refer_to_is_found) {
  const ObjectId object{Digest::parse("000102030405060708090a0b0c0d0e0f").value()};
  const NodeRef node{Uuid{object.digest.bytes}};
  const auto found = format::object_references(bytes_of(Value(Graph({List{object}, node}, List{SharedRef{0}, SharedRef{1}}))));
  BOOST_TEST_REQUIRE(found.blobs.size() == 1u);
  BOOST_TEST((found.blobs[0] == format::BlobReference{format::BlobKind::object, object.digest}));
  BOOST_TEST((found.nodes == std::vector{node.node}));
}

BOOST_AUTO_TEST_CASE(references_that_lead_nowhere_are_damage) {
  MemoryObjects objects;
  const Value sound = Graph({SharedRef{1}, "end"}, SharedRef{0});
  BOOST_TEST(damage(tampered(sound, reference(1), reference(1))) == "");
  BOOST_TEST(damage(tampered(sound, reference(1), reference(2))) == "object: shared value number 2 of 2");
  BOOST_TEST(damage(tampered(7, {kInteger, 7}, reference(7))) == "object: shared value number 7 of 0");
  const Value back = Graph({List{SharedRef{1}, 5}, "end"}, SharedRef{0});
  BOOST_TEST(damage(tampered(back, reference(1), reference(0))) == "object: a shared value that contains itself");
  const Value inner = List{Lossy("A", 1)};
  BOOST_TEST(damage(tampered(inner, {kLossy}, {kGraph})) == "object: a graph inside a value");
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)format::object_references(tampered(inner, {kLossy}, {kGraph})); }) ==
             "object: a graph inside a value");
  Set set;
  set.insert(7);
  BOOST_TEST(damage(tampered(Graph({1.5}, List{SharedRef{0}, set}), {kInteger, 7}, reference(7))) ==
             "object: a shared value in a key of a map or an element of a set");
}

BOOST_AUTO_TEST_CASE(references_that_lead_to_references_alone_are_damage) {
  MemoryObjects objects;
  const auto look = [](const Decoder& in) { (void)in.without_sharing(); };
  const auto bytes = tampered(Graph({SharedRef{1}, SharedRef{2}, "end"}, SharedRef{0}), reference(2), reference(1));
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { format::decode_object(bytes, objects, look); }) ==
             "object: a shared value that is nothing but a reference");
}

BOOST_AUTO_TEST_CASE(a_number_of_shared_values_that_are_not_there_has_a_limit) {
  constexpr std::uint32_t kFew = 1'001, kMany = 1u << 28;
  List references;
  for (std::uint32_t i = 0; i < kFew; ++i) references.push_back(SharedRef{i});
  const auto bytes = tampered(Graph(List(kFew), references), {std::uint64_t{kFew} << 2}, {std::uint64_t{kMany} << 2});
  BOOST_TEST(damage(bytes).ends_with("list elements without content"));
}

BOOST_AUTO_TEST_CASE(a_chain_of_references_has_a_limit) {
  BOOST_TEST((loaded(chain(kDepthMax / 2)) == chain(kDepthMax / 2)));
  BOOST_TEST(refusal(chain(kDepthMax / 2 + 1), ErrorCode::limit).ends_with("values nest deeper than 256"));
  BOOST_TEST(refusal(chain(100'000), ErrorCode::limit).ends_with("values nest deeper than 256"));
  BOOST_TEST((from_json(to_json(chain(100'000))) == chain(100'000)));  // which is not deep by itself
  List references(100'000);
  for (std::uint32_t i = 0; i + 1 < references.size(); ++i) references[i] = SharedRef{i + 1};
  BOOST_TEST(refusal(Graph(std::move(references), SharedRef{0}), ErrorCode::limit) == "values nest deeper than 256");
}

// A reader may come to it from the deep end first.
BOOST_AUTO_TEST_CASE(no_way_to_a_shared_value_is_too_deep) {
  const auto twice = [](unsigned depth) { return Graph({nested(10, 1)}, List{SharedRef{0}, nested(depth, SharedRef{0})}); };
  BOOST_TEST((loaded(twice(kDepthMax - 12)) == Value(twice(kDepthMax - 12))));
  BOOST_TEST(refusal(twice(kDepthMax - 11), ErrorCode::limit).ends_with("values nest deeper than 256"));
  const auto behind = [](unsigned depth) {
    return Graph({List{SharedRef{1}}, nested(10, 1)}, List{SharedRef{0}, nested(depth, SharedRef{0})});
  };
  BOOST_TEST(refusal(behind(kDepthMax - 14), ErrorCode::limit) == "");
  BOOST_TEST(refusal(behind(kDepthMax - 13), ErrorCode::limit).ends_with("values nest deeper than 256"));
}

BOOST_AUTO_TEST_CASE(json_of_any_depth_is_read_or_refused) {
  constexpr std::size_t kDeep = 100'000;
  const auto repeated = [](std::string_view part, std::size_t count) {
    std::string text;
    for (; count > 0; --count) text += part;
    return text;
  };
  for (const char* open : {"[", "{\"a\":", "{\"$tuple\":[", "{\"$graph\":{\"shared\":[", "{\"$graph\":{\"root\":"})
    BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)from_json(repeated(open, kDeep)); }) != "", open);
  const std::string too_deep = repeated("[", kDepthMax + 1) + repeated("]", kDepthMax + 1);
  for (const std::string& json : {"{\"$graph\":{\"shared\":[" + too_deep + "],\"root\":1}}",
                                  "{\"$graph\":{\"shared\":[],\"root\":" + too_deep + "}}"})
    BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)from_json(json); }) != "");
  Value graphs = 1;
  for (unsigned i = 0; i <= kDepthMax + 1; ++i) graphs = Graph({}, std::move(graphs));
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)to_json(graphs); }) != "");
}

BOOST_AUTO_TEST_CASE(a_shared_value_that_was_refused_is_as_if_it_had_not_been_met) {
  const Value refused = to_value(encodable(OrElse{SharedRef{0}}));
  BOOST_TEST((refused == Value(Graph({2}, List{"refused", SharedRef{0}, SharedRef{0}}))));
  const Value taken = to_value(encodable(OrElse{5}));
  BOOST_TEST((taken == Value(Graph({List{SharedRef{1}, 5}, 2}, List{SharedRef{0}, SharedRef{1}, SharedRef{1}}))));
}

BOOST_AUTO_TEST_SUITE_END()
