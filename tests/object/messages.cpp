// Messages of the user's own Cap'n Proto schemas: stored with their schema, loaded, and shown without it.
#include <boost/test/unit_test.hpp>

#include <cairn/capnp.h>
#include <cairn/codec.h>
#include <cairn/value_json.h>

#include <boost/describe.hpp>

#include <algorithm>
#include <cstring>
#include <functional>

#include "memory_objects.h"
#include "newer.capnp.h"
#include "object/blob_map.h"
#include "object/objects.h"
#include "object/references.h"
#include "orders.capnp.h"
#include "random_value.h"

using namespace cairn;
using namespace cairn::test;
using wire::Order;
using wire::Sample;

namespace {

using OrderMessage = CapnpMessage<Order>;
using SampleMessage = CapnpMessage<Sample>;

void fill_items(capnp::List<Order::Item>::Builder items) {
  for (unsigned i = 0; i < items.size(); ++i) {
    items[i].setName(i == 0 ? "bolt" : "nut");
    items[i].initSize().setX(0.5 + i);
  }
}

void fill(Order::Builder order) {
  order.setNumber(1234567890123456789);
  order.setColour(wire::Colour::GREEN);
  order.setStamp(capnp::Data::Reader(reinterpret_cast<const kj::byte*>("\x01\xff"), 2));
  order.getPayment().initTransfer().setBank("cairn");
  order.getPayment().getTransfer().setAccount(-7);
  order.getDelivery().setDays(5);
  order.setPrices({1.5, -0.0});
  order.setFlags({true, false, true});
  order.setColours({wire::Colour::RED, static_cast<wire::Colour>(9)});
  order.initNote().setContent("handle with care");
  auto table = order.initTable(2);
  table.set(0, {1, 2});
  fill_items(order.initItems(2));
  order.initParent().setNumber(1);
}

OrderMessage an_order() {
  capnp::MallocMessageBuilder builder;
  fill(builder.initRoot<Order>());
  return OrderMessage(builder);
}

SampleMessage a_sample(const char* name) {
  capnp::MallocMessageBuilder builder;
  builder.initRoot<Sample>().setName(name);
  return SampleMessage(builder);
}

/// What a program with a later schema stores.
Message newer_sample() {
  capnp::MallocMessageBuilder builder;
  auto sample = builder.initRoot<wire::newer::Sample>();
  sample.setName("argon");
  sample.setWeight(39.95);
  sample.setTags({"noble", "gas"});
  const CapnpMessage<wire::newer::Sample> later(builder);
  Bytes schema = *later.message().schema();
  const std::uint64_t own = capnp::typeId<wire::newer::Sample>(), id = capnp::typeId<Sample>();
  std::size_t replaced = 0;
  for (std::size_t at = 0; at < schema.size(); at += 8)
    if (std::memcmp(schema.data() + at, &own, 8) == 0) {
      std::memcpy(schema.data() + at, &id, 8);
      ++replaced;
    }
  BOOST_REQUIRE_EQUAL(replaced, 1u);
  return Message(id, std::make_shared<const Bytes>(schema), later.message().data());
}

struct Shipment {
  std::string port;
  OrderMessage order;
  std::map<std::string, SampleMessage> samples;
  std::optional<SampleMessage> best;

  friend bool operator==(const Shipment&, const Shipment&) = default;
};
BOOST_DESCRIBE_STRUCT(Shipment, (), (port, order, samples, best))

Value show(const OrderMessage& order) { return to_value(order.message()); }

const Value& field(const Value& value, std::string_view name) {
  const Object* object = value.get_if<Object>();
  BOOST_REQUIRE(object != nullptr);
  const Value* found = object->find(name);
  BOOST_REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

/// An order whose schema has only those nodes that `edit` returns true for, as it left them.
Message with_schema(const std::function<bool(capnp::schema::Node::Builder)>& edit) {
  const Message sound = an_order().message();
  const auto words_of = [](capnp::Data::Reader bytes) {
    return kj::arrayPtr(reinterpret_cast<const capnp::word*>(bytes.begin()), bytes.size() / sizeof(capnp::word));
  };
  const auto whole = words_of({reinterpret_cast<const kj::byte*>(sound.schema()->data()), sound.schema()->size()});
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&whole, 1));
  std::vector<kj::Array<capnp::word>> nodes;
  for (const auto data : reader.getRoot<capnp::AnyStruct>().getPointerSection()[0].getAs<capnp::List<capnp::Data>>()) {
    const auto words = words_of(data);
    capnp::SegmentArrayMessageReader node(kj::arrayPtr(&words, 1));
    capnp::MallocMessageBuilder edited;
    edited.setRoot(node.getRoot<capnp::schema::Node>());
    if (edit(edited.getRoot<capnp::schema::Node>()))
      nodes.push_back(capnp::canonicalize(edited.getRoot<capnp::schema::Node>().asReader()));
  }
  capnp::MallocMessageBuilder message;
  auto root = message.getRoot<capnp::AnyPointer>().initAsAnyStruct(0, 1);
  auto list = root.getPointerSection()[0].initAs<capnp::List<capnp::Data>>(static_cast<unsigned>(nodes.size()));
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, nodes[i].asBytes());
  const auto schema = root.asReader().canonicalize();
  const auto bytes = std::as_bytes(std::span(schema.asBytes().begin(), schema.asBytes().size()));
  return Message(sound.type_id(), std::make_shared<const Bytes>(bytes.begin(), bytes.end()), sound.data());
}

std::vector<std::string> field_names(const Value& value) {
  std::vector<std::string> names;
  for (const Field& field : value.get_if<Object>()->fields) names.push_back(field.name);
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(a_message_is_loaded_as_it_was_stored) {
  const OrderMessage order = an_order(), loaded = round_trip(order);
  BOOST_TEST((loaded == order));
  BOOST_TEST((loaded.message() == order.message()));
  const auto reader = loaded.reader();
  BOOST_TEST(reader.getNumber() == 1234567890123456789u);
  BOOST_TEST(std::string(reader.getCustomer().cStr()) == "nobody");
  BOOST_TEST(reader.getPayment().getTransfer().getAccount() == -7);
  BOOST_TEST(std::string(reader.getItems()[1].getName().cStr()) == "nut");
  BOOST_TEST(reader.getItems()[1].getSize().getX() == 1.5);
  BOOST_TEST(std::string(reader.getNote().getContent().cStr()) == "handle with care");
  BOOST_TEST(reader.getParent().getNumber() == 1u);
}

BOOST_AUTO_TEST_CASE(a_reader_outlives_a_move) {
  auto order = std::make_unique<OrderMessage>(an_order());
  const auto reader = order->reader();
  const OrderMessage moved = std::move(*order);
  order.reset();
  BOOST_TEST(reader.getItems().size() == 2u);
  BOOST_TEST(reader.getItems()[0].getSize().getX() == 0.5);
}

BOOST_AUTO_TEST_CASE(a_message_without_content_has_its_defaults) {
  BOOST_TEST(std::string(OrderMessage().reader().getCustomer().cStr()) == "nobody");
  BOOST_TEST((round_trip(OrderMessage()) == OrderMessage()));
  capnp::MallocMessageBuilder builder;
  builder.initRoot<Order>();
  BOOST_TEST((OrderMessage(builder) == OrderMessage()));
}

BOOST_AUTO_TEST_CASE(messages_of_equal_content_are_equal_however_they_were_built) {
  // In another order, over many segments, with parts that were set and dropped.
  capnp::MallocMessageBuilder builder(8, capnp::AllocationStrategy::FIXED_SIZE);
  auto order = builder.initRoot<Order>();
  order.initParent().setCustomer("somebody that is forgotten");
  fill_items(order.initItems(7));
  fill(order);
  BOOST_REQUIRE(builder.getSegmentsForOutput().size() > 1u);
  const OrderMessage other(builder);
  BOOST_TEST((other == an_order()));
  BOOST_TEST((bytes_of(other) == bytes_of(an_order())));
  order.getParent().setNumber(2);
  BOOST_TEST((OrderMessage(builder) != other));
}

BOOST_AUTO_TEST_CASE(messages_are_members_elements_and_keys) {
  const Shipment shipment{"Kiel", an_order(), {{"a", a_sample("x")}, {"b", a_sample("y")}}, a_sample("z")};
  BOOST_TEST((round_trip(shipment) == shipment));
  BOOST_TEST((round_trip(Shipment{}) == Shipment{}));
  const std::vector<SampleMessage> samples{a_sample("b"), a_sample("a"), a_sample("b")};
  BOOST_TEST((round_trip(samples) == samples));
  const std::map<SampleMessage, int> by_sample{{a_sample("b"), 1}, {a_sample("a"), 2}, {a_sample("longer than a word"), 3}};
  BOOST_TEST((round_trip(by_sample) == by_sample));
  const Value plain = to_value(encodable(by_sample));
  BOOST_TEST(plain.get_if<Map>()->size() == 3u);
  BOOST_TEST((round_trip(plain) == plain));
  BOOST_TEST((bytes_of(plain) == bytes_of(by_sample)));
  BOOST_TEST(type_name<SampleMessage>() == "message<Sample>");
  BOOST_TEST(type_name<CapnpMessage<Order::Item>>() == "message<Order.Item>");
}

BOOST_AUTO_TEST_CASE(keys_that_differ_in_their_schema_only_are_in_order) {
  const Message newer = newer_sample(), older(newer.type_id(), a_sample("").message().schema(), newer.data());
  Map map;
  map.put(newer, 1);
  map.put(older, 2);
  BOOST_TEST(map.size() == 2u);
  BOOST_TEST((round_trip(Value(map)) == Value(map)));
}

BOOST_AUTO_TEST_CASE(an_object_has_each_schema_once) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(std::vector<SampleMessage>(2'000, a_sample("x"))));
  BOOST_TEST(objects.schemas_put == 1u);
  BOOST_TEST((objects.decode<std::vector<SampleMessage>>(bytes).back() == a_sample("x")));
}

BOOST_AUTO_TEST_CASE(a_large_message_is_outside_its_object_and_all_it_needs_is_referred_to) {
  capnp::MallocMessageBuilder builder;
  auto prices = builder.initRoot<Order>().initPrices(100'000);
  for (unsigned i = 0; i < prices.size(); ++i) prices.set(i, i * 0.5);
  const OrderMessage order(builder);
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(order));
  BOOST_TEST(bytes.size() < 200u);
  BOOST_TEST((objects.decode<OrderMessage>(bytes) == order));
  BOOST_TEST((objects.decode<Value>(bytes) == Value(order.message())));
  const auto references = format::object_references(bytes);
  BOOST_REQUIRE(references.blobs.size() == 2u);
  BOOST_TEST((references.blobs[0].kind == format::BlobKind::message_schema));
  BOOST_TEST((references.blobs[1].kind == format::BlobKind::chunk));
  const auto small = format::object_references(objects.encode(encodable(a_sample("x"))));
  BOOST_TEST(small.blobs.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_commit_to_a_pack_brings_the_schema_of_a_message_along) {
  object::BlobMap map;
  object::MapStaging writing(map), staging(map);
  const ObjectId id = object::write_object(writing, encodable(an_order()));
  BOOST_TEST(map.count(format::BlobKind::message_schema) == 1u);
  staging.to_pack = true;
  object::hold(staging, {format::BlobKind::object, id.digest});
  object::hold_needed(staging);
  BOOST_TEST(staging.held_digests.size() == map.blobs.size());
  const object::MapView view(map);
  std::optional<OrderMessage> loaded;
  object::read_object(view, id, [&](const Decoder& in) { loaded = decode<OrderMessage>(in); });
  BOOST_TEST((loaded == an_order()));
}

BOOST_AUTO_TEST_CASE(a_message_of_another_type_is_refused) {
  BOOST_TEST(mismatch_of<SampleMessage>(an_order()).starts_with("expected a message<Sample> (type ad1d17ec3428b33b), found"));
  BOOST_TEST(mismatch_of<SampleMessage>(1) == "expected message, found integer");
  BOOST_TEST(mismatch_of<int>(an_order()) == "expected integer, found message");
}

BOOST_AUTO_TEST_CASE(every_field_is_shown_without_the_type) {
  const Value shown = show(an_order());
  BOOST_TEST(shown.get_if<Object>()->class_name == "orders.capnp:Order");
  const std::vector<std::string> expected{"number", "customer", "items", "colour", "corner", "prices", "flags",
                                          "stamp",  "delivery", "payment", "parent", "note", "extra", "service",
                                          "table",  "colours",  "limit"};
  BOOST_TEST(field_names(shown) == expected, boost::test_tools::per_element());
  BOOST_TEST((field(shown, "number") == Value(1234567890123456789)));
  BOOST_TEST((field(shown, "customer") == Value("nobody")));
  BOOST_TEST((field(shown, "colour") == Value(Enumerator("shapes.capnp:Colour", "green", 1))));
  BOOST_TEST((field(shown, "corner") == Value()));
  BOOST_TEST((field(shown, "limit") == Value()));
  BOOST_TEST((field(shown, "stamp") == Value(Bytes{std::byte{1}, std::byte{0xff}})));
  BOOST_TEST((field(shown, "flags") == Value(Array{DType::boolean, {3}, {std::byte{1}, std::byte{0}, std::byte{1}}})));
  BOOST_TEST((field(shown, "delivery") ==
              Value(Object("orders.capnp:Order.delivery", 1, {{"days", 5}, {"insured", false}}))));
  BOOST_TEST((field(shown, "payment") ==
              Value(Object("orders.capnp:Order.payment", 1,
                           {{"transfer", Object("orders.capnp:Order.payment.transfer", 1,
                                                {{"bank", "cairn"}, {"account", -7}})}}))));
  const List* items = field(shown, "items").get_if<List>();
  BOOST_REQUIRE(items != nullptr);
  BOOST_TEST(((*items)[1] ==
              Value(Object("orders.capnp:Order.Item", 1,
                           {{"name", "nut"}, {"size", Object("shapes.capnp:Point", 1, {{"x", 1.5}, {"y", 0.0}})}}))));
  BOOST_TEST((field(shown, "note") ==
              Value(Object("shapes.capnp:Box", 1, {{"content", "handle with care"}, {"label", ""}}))));
  BOOST_TEST((field(shown, "colours") == Value(List{Enumerator("shapes.capnp:Colour", "red", 0), 9})));
  BOOST_TEST((field(field(shown, "parent"), "number") == Value(1)));
  BOOST_TEST((field(field(shown, "parent"), "parent") == Value()));
  const Array numbers{DType::int32, {2}, {std::byte{1}, {}, {}, {}, std::byte{2}, {}, {}, {}}};
  BOOST_TEST((field(shown, "table") == Value(List{numbers, Array{DType::int32, {0}, {}}})));
}

BOOST_AUTO_TEST_CASE(a_pointer_of_any_type_is_shown_as_a_message_of_its_own) {
  capnp::MallocMessageBuilder builder;
  auto order = builder.initRoot<Order>();
  order.getExtra().setAs<Sample>(a_sample("inside").reader());
  const Value shown = show(OrderMessage(builder));
  BOOST_TEST((field(shown, "extra") == Value(a_sample("inside").message().data())));
  BOOST_TEST((field(shown, "service") == Value()));
}

BOOST_AUTO_TEST_CASE(fields_of_a_newer_schema_are_kept_and_shown) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(newer_sample()));
  const SampleMessage loaded = objects.decode<SampleMessage>(bytes);
  BOOST_TEST(std::string(loaded.reader().getName().cStr()) == "argon");
  BOOST_TEST((objects.encode(encodable(loaded)) == bytes));  // what it does not know it does not lose
  const Value shown = to_value(loaded.message());
  BOOST_TEST((field(shown, "weight") == Value(39.95)));
  BOOST_TEST((field(shown, "tags") == Value(List{"noble", "gas"})));
  BOOST_TEST(field_names(to_value(a_sample("x").message())).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_newer_program_reads_what_an_older_one_stored) {
  const Message stored = round_trip(a_sample("x")).message();
  const auto reader = capnp::readMessageUnchecked<wire::newer::Sample>(
      reinterpret_cast<const capnp::word*>(stored.data().data()));
  BOOST_TEST(std::string(reader.getName().cStr()) == "x");
  BOOST_TEST(reader.getWeight() == 0.0);
  BOOST_TEST(reader.getTags().size() == 0u);
}

BOOST_AUTO_TEST_CASE(tagged_json_comes_back_equal) {
  const Value value = an_order().message();
  BOOST_TEST((from_json(to_json(value)) == value));
  BOOST_TEST((bytes_of(from_json(to_json(value))) == bytes_of(an_order())));
  for (const char* bad : {R"({"$message":{"type":"12","schema":"","data":""}})",
                          R"({"$message":{"type":"00000000000000zz","schema":"","data":""}})",
                          R"({"$message":{"type":"0000000000000001","schema":"!","data":""}})",
                          R"({"$message":{"type":"0000000000000001","schema":""}})"})
    BOOST_TEST(error_of(ErrorCode::invalid_argument, [&] { (void)from_json(bad); }) != "", bad);
}

BOOST_AUTO_TEST_CASE(a_schema_comes_out_the_same_wherever_it_is_compiled) {
  BOOST_TEST((from_json(kSampleMessage) == Value(a_sample("argon").message())));
}

BOOST_AUTO_TEST_CASE(what_is_no_canonical_message_is_not_stored) {
  const Message sound = a_sample("x").message();
  const auto refused = [&](std::uint64_t type, const Bytes& schema, const Bytes& data) {
    return error_of(ErrorCode::invalid_argument, [&] {
      (void)bytes_of(Message(type, std::make_shared<const Bytes>(schema), data));
    });
  };
  Bytes longer = sound.data();
  longer.resize(longer.size() + 8);
  BOOST_TEST(refused(sound.type_id(), *sound.schema(), sound.data()) == "");
  BOOST_TEST(refused(sound.type_id(), *sound.schema(), longer) == "message: it is not in canonical form");
  BOOST_TEST(refused(sound.type_id(), *sound.schema(), Bytes(8)) == "message: it is not in canonical form");
  BOOST_TEST(refused(sound.type_id(), *sound.schema(), {}) == "message: its size is not whole words");
  BOOST_TEST(refused(sound.type_id(), {}, sound.data()) == "message schema: its size is not whole words");
  BOOST_TEST(refused(1, *sound.schema(), sound.data()) ==
             "message of type 0000000000000001: its schema does not have that");
  BOOST_TEST(refused(sound.type_id(), *an_order().message().schema(), sound.data()) != "");
}

BOOST_AUTO_TEST_CASE(limits_hold_for_messages) {
  MemoryObjects objects;
  capnp::MallocMessageBuilder builder;
  auto order = builder.initRoot<Order>();
  for (auto at = order; at.getNumber() < 40; at = at.getParent()) at.initParent().setNumber(at.getNumber() + 1);
  const OrderMessage deep(builder);
  const auto bytes = objects.encode(encodable(deep));
  objects.options.limits.depth = 30;
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)objects.decode<OrderMessage>(bytes); }) != "");
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)objects.encode(encodable(deep)); }) != "");
  objects.options.limits = {};
  objects.options.limits.object_bytes = deep.message().data().size() - 1;
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)objects.encode(encodable(deep)); }) != "");
}

BOOST_AUTO_TEST_CASE(a_schema_of_which_a_part_is_missing_is_damaged) {
  std::vector<std::string> names;
  const Message whole = with_schema([&](capnp::schema::Node::Builder node) {
    names.push_back(node.getDisplayName().cStr());
    return true;
  });
  BOOST_TEST((whole == an_order().message()));
  BOOST_TEST((std::ranges::find(names, "shapes.capnp:Colour") != names.end()));
  for (const std::string& missing : names) {
    const Message message = with_schema([&](auto node) { return node.getDisplayName() != missing.c_str(); });
    BOOST_TEST(error_of(ErrorCode::damaged, [&] { (void)to_value(message); }).ends_with("is missing"), missing);
  }
}

BOOST_AUTO_TEST_CASE(a_schema_that_contains_itself_ends) {
  const Message message = with_schema([&](capnp::schema::Node::Builder node) {
    if (node.getDisplayName() == "orders.capnp:Order")
      for (auto one : node.getStruct().getFields())
        if (one.getName() == "delivery") one.getGroup().setTypeId(node.getId());
    return true;
  });
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)to_value(message); }) == "message: it nests deeper than 256");
}

BOOST_AUTO_TEST_CASE(a_list_of_nothing_does_not_become_a_list_of_everything) {
  capnp::MallocMessageBuilder small;
  small.initRoot<Order>().initItems(500'000);
  const OrderMessage order(small);
  BOOST_TEST(order.message().data().size() < 200u);
  const std::uint64_t few = std::uint64_t{500'000} << 2, many = std::uint64_t{(1u << 29) - 1} << 2;
  Bytes data = order.message().data();
  const auto tag = [&](std::uint64_t word) {
    std::size_t at = 0;
    while (at < data.size() && std::memcmp(data.data() + at, &word, 8) != 0) at += 8;
    return at;
  };
  BOOST_REQUIRE(tag(few) < data.size());
  std::memcpy(data.data() + tag(few), &many, 8);
  const Message hostile(order.message().type_id(), order.message().schema(), data);
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)to_value(hostile); }) ==
             "message: it holds too many values for its size");
  BOOST_TEST((field(to_value(order.message()), "items").get_if<List>()->size() == 500'000u));
}

BOOST_AUTO_TEST_CASE(data_that_was_tampered_with_is_read_or_refused) {
  RandomValue random(1);
  const Message sound = an_order().message();
  int refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    Bytes data = sound.data();
    for (auto count = 1 + random.below(3); count > 0; --count)
      data[random.below(data.size())] ^= static_cast<std::byte>(1u << random.below(8));
    try {
      (void)to_value(Message(sound.type_id(), sound.schema(), data));
    } catch (const Error& error) {
      ++refused;
      BOOST_TEST_REQUIRE((error.code() == ErrorCode::damaged || error.code() == ErrorCode::limit), error.what());
    }
  }
  BOOST_TEST(refused > 1'000);
}

BOOST_AUTO_TEST_CASE(a_schema_that_was_tampered_with_is_read_or_refused) {
  RandomValue random(2);
  const Message sound = an_order().message();
  int refused = 0, loaded = 0;
  for (int round = 0; round < 5'000; ++round) {
    Bytes schema = *sound.schema();
    for (auto count = 1 + random.below(2); count > 0; --count) {
      const auto at = random.below(schema.size());
      schema[at] = random.below(2) == 0 ? static_cast<std::byte>(random.below(256)) : schema[at] ^ std::byte{1};
    }
    const Message message(sound.type_id(), std::make_shared<const Bytes>(std::move(schema)), sound.data());
    try {
      (void)to_value(message);
      ++loaded;
    } catch (const Error& error) {
      ++refused;
      BOOST_TEST_REQUIRE((error.code() == ErrorCode::damaged || error.code() == ErrorCode::limit), error.what());
    }
  }
  BOOST_TEST(refused > 500);
  BOOST_TEST(loaded > 500);
}

BOOST_AUTO_TEST_SUITE_END()
