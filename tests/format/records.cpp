#include "format/records.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>

#include "base/bytes.h"

namespace {

using namespace cairn;
using namespace cairn::format;

bool is_damaged(const Error& error) {
  return error.code() == ErrorCode::damaged;
}

template <std::size_t size>
void fill(std::array<std::uint8_t, size>& bytes, std::mt19937_64& random) {
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
}

Digest random_digest(std::mt19937_64& random) {
  Digest digest;
  fill(digest.bytes, random);
  return digest;
}

Uuid random_uuid(std::mt19937_64& random) {
  Uuid uuid;
  fill(uuid.bytes, random);
  return uuid;
}

// Empty in a third of the cases; any byte, NUL included.
std::string random_text(std::mt19937_64& random) {
  std::string text(random() % 3 == 0 ? 0 : random() % 30, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

Content random_content(std::mt19937_64& random) {
  switch (random() % 3) {
    case 0:
      return {};
    case 1:
      return ObjectId{random_digest(random)};
    default:
      return ArtifactId{random_digest(random)};
  }
}

NodeRecord random_node(std::mt19937_64& random) {
  NodeRecord node;
  node.uuid = random_uuid(random);
  node.kind = static_cast<NodeKind>(1 + random() % 3);
  node.state = static_cast<NodeState>(1 + random() % 7);
  node.type = random_text(random);
  node.label = random_text(random);
  node.description = random_text(random);
  node.cell = random();
  node.created = static_cast<std::int64_t>(random());
  node.modified = static_cast<std::int64_t>(random());
  node.exit_status = static_cast<std::int32_t>(random());
  node.exit_message = random_text(random);
  node.code_version = random_text(random);
  node.attributes = random_text(random);
  node.content = random_content(random);
  node.size = random();
  node.extras = random_text(random);
  std::set<std::string> tags;
  std::set<Identity> unique_ids;
  for (std::uint64_t i = random() % 4; i != 0; --i) tags.insert(random_text(random));
  for (std::uint64_t i = random() % 4; i != 0; --i) unique_ids.insert({random_text(random), random_text(random)});
  node.tags.assign(tags.begin(), tags.end());
  node.unique_ids.assign(unique_ids.begin(), unique_ids.end());
  return node;
}

GroupRecord random_group(std::mt19937_64& random) {
  return {random_uuid(random), random_text(random), random_text(random), static_cast<std::int64_t>(random()), random_text(random)};
}

RunRecord random_run(std::mt19937_64& random) {
  return {random_uuid(random),
          random_text(random),
          random(),
          static_cast<std::int64_t>(random()),
          random(),
          random(),
          random(),
          random(),
          random() % 2 == 0,
          random(),
          random(),
          random() % 2 == 0,
          random() % 2 == 0,
          random(),
          random(),
          random(),
          random()};
}

PendingWriteRecord random_pending_write(std::mt19937_64& random) {
  return {random_text(random), ObjectId{random_digest(random)}, static_cast<std::int64_t>(random()), random()};
}

CheckpointRow random_checkpoint(std::mt19937_64& random) {
  return {CheckpointId{random_digest(random)}, static_cast<std::int64_t>(random()),
          static_cast<std::int64_t>(random()), random_digest(random)};
}

StepRecord random_step(std::mt19937_64& random) {
  StepRecord step;
  step.name = random_text(random);
  step.code_version = random_text(random);
  step.inputs.resize(random() % 5);
  for (StepRecord::Input& input : step.inputs) input = {random_text(random), random_digest(random), random()};
  step.process = random();
  step.result = random();
  step.time = static_cast<std::int64_t>(random());
  step.duration = random();
  step.result_content = random_digest(random);
  step.parameters = random_text(random);
  step.environment = random_text(random);
  return step;
}

// One row of the table for each kind of record: everything below holds for all of them.
struct RecordType {
  const char* name;
  std::string (*random_bytes)(std::mt19937_64&);
  std::string (*recoded)(std::string_view);  // decoded and encoded again
  bool (*comes_back)(std::mt19937_64&);      // decode(encode(x)) == x
};

template <auto make, auto encode, auto decode>
constexpr RecordType record_type(const char* name) {
  return {name, [](std::mt19937_64& random) { return encode(make(random)); },
          [](std::string_view bytes) { return encode(decode(bytes)); },
          [](std::mt19937_64& random) {
            const auto record = make(random);
            return decode(encode(record)) == record;
          }};
}

const RecordType kTypes[] = {
    record_type<random_node, encode_node, decode_node>("node"),
    record_type<random_run, encode_run, decode_run>("run"),
    record_type<random_checkpoint, encode_checkpoint_row, decode_checkpoint_row>("checkpoint row"),
    record_type<random_step, encode_step, decode_step>("step"),
    record_type<random_group, encode_group, decode_group>("group"),
    record_type<random_pending_write, encode_pending_write, decode_pending_write>("pending write"),
};

BOOST_AUTO_TEST_SUITE(records)

BOOST_AUTO_TEST_CASE(every_record_comes_back) {
  std::mt19937_64 random(1);
  for (const RecordType& type : kTypes) BOOST_TEST_CONTEXT(type.name)
  for (int round = 0; round < 1000; ++round) BOOST_TEST_REQUIRE(type.comes_back(random));
}

BOOST_AUTO_TEST_CASE(records_of_defaults_come_back) {
  BOOST_TEST((decode_node(encode_node({})) == NodeRecord{}));
  BOOST_TEST((decode_run(encode_run({})) == RunRecord{}));
  BOOST_TEST((decode_checkpoint_row(encode_checkpoint_row({})) == CheckpointRow{}));
  BOOST_TEST((decode_step(encode_step({})) == StepRecord{}));
  BOOST_TEST((decode_pending_write(encode_pending_write({})) == PendingWriteRecord{}));
}

// Pinned: stored records of every version are read with these layouts (schema/cairn.capnp).
BOOST_AUTO_TEST_CASE(a_node_record_has_the_bytes_it_always_had) {
  NodeRecord node;
  node.uuid = *Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
  node.type = "int";
  node.cell = 16;
  node.content = ObjectId{*Digest::parse("0123456789abcdef0123456789abcdef")};
  const std::string bytes = encode_node(node);
  const std::string hex = base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  BOOST_TEST(hex ==
             "0000000002000800010101000000000010000000000000001c000000020000002100000022000000000000000000000"
             "000000000"
             "000000000000000000000000000000000000000000000000000000000c000000020000007766554433221100ffeeddc"
             "cbbaa9988"
             "696e740000000000efcdab8967452301efcdab8967452301");
  BOOST_TEST((decode_node(bytes) == node));
}

StepRecord relax_step() {
  StepRecord step;
  step.name = "relax";
  step.code_version = "1.2";
  step.inputs = {{"x", *Digest::parse("000102030405060708090a0b0c0d0e0f"), 5}};
  step.process = 6;
  step.result = 7;
  step.time = 8;
  step.duration = 9;
  step.result_content = *Digest::parse("0123456789abcdef0123456789abcdef");
  return step;
}

std::string hex_of(std::string_view bytes) {
  return base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

BOOST_AUTO_TEST_CASE(a_step_record_without_parameters_has_the_bytes_it_always_had) {
  const StepRecord step = relax_step();
  BOOST_TEST(hex_of(encode_step(step)) == "00000000040004000600000000000000070000000000000008000000000000000900000000000000"
                                      "0d000000320000000d000000220000000d0000001f0000002400000002000000"
                                      "72656c6178000000312e32000000000004000000010002000500000000000000"
                                      "0500000012000000040000000200000078000000000000000706050403020100"
                                      "0f0e0d0c0b0a0908efcdab8967452301efcdab8967452301");
  BOOST_TEST((decode_step(encode_step(step)) == step));
}

BOOST_AUTO_TEST_CASE(a_step_record_with_parameters_has_the_bytes_of_format_6) {
  StepRecord step = relax_step();
  step.parameters = "parameters";
  step.environment = "environment";
  BOOST_TEST(hex_of(encode_step(step)) == "00000000040006000600000000000000070000000000000008000000000000000900000000000000"
                                      "15000000320000001500000022000000150000001f0000002c00000002000000"
                                      "3100000052000000350000005a000000"
                                      "72656c6178000000312e32000000000004000000010002000500000000000000"
                                      "0500000012000000040000000200000078000000000000000706050403020100"
                                      "0f0e0d0c0b0a0908efcdab8967452301efcdab8967452301"
                                      "706172616d6574657273000000000000656e7669726f6e6d656e740000000000");
  BOOST_TEST((decode_step(encode_step(step)) == step));
}

BOOST_AUTO_TEST_CASE(parameters_that_no_writer_would_have_taken_are_damage) {
  StepRecord step = relax_step();
  step.parameters = std::string(kStepComponentBytesMax, 'p');
  BOOST_TEST((decode_step(encode_step(step)) == step));
  step.parameters += 'p';
  BOOST_CHECK_EXCEPTION(decode_step(encode_step(step)), Error, is_damaged);
  step.parameters.clear();
  step.environment = std::string(kStepComponentBytesMax + 1, 'e');
  BOOST_CHECK_EXCEPTION(decode_step(encode_step(step)), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(cut_records_are_damage_or_decode_to_something_that_encodes) {
  std::mt19937_64 random(2);
  for (const RecordType& type : kTypes)
    for (int round = 0; round < 20; ++round) {
      const std::string bytes = type.random_bytes(random);
      for (std::size_t size = 0; size < bytes.size(); ++size) try {
          type.recoded(std::string_view(bytes).substr(0, size));
        } catch (const Error& error) {
          BOOST_TEST_REQUIRE(is_damaged(error));
        }
    }
}

BOOST_AUTO_TEST_CASE(mutated_records_are_damage_or_decode_to_something_that_encodes) {
  std::mt19937_64 random(3);
  int damaged = 0;
  for (const RecordType& type : kTypes)
    for (int round = 0; round < 5000; ++round) {
      std::string bytes = type.random_bytes(random);
      for (int flips = 0; flips < 2; ++flips)
        bytes[random() % bytes.size()] ^= static_cast<char>(1u << (random() % 8));
      try {
        type.recoded(bytes);
      } catch (const Error& error) {
        BOOST_TEST_REQUIRE(is_damaged(error));
        ++damaged;
      }
    }
  BOOST_TEST(damaged > 100);
}

BOOST_AUTO_TEST_CASE(noise_is_damage) {
  std::mt19937_64 random(4);
  for (const RecordType& type : kTypes) BOOST_CHECK_EXCEPTION(type.recoded(""), Error, is_damaged);
  for (const RecordType& type : kTypes) BOOST_CHECK_EXCEPTION(type.recoded("1234567"), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(a_node_of_no_kind_or_state_is_damage) {
  NodeRecord node;
  node.kind = static_cast<NodeKind>(4);
  BOOST_CHECK_EXCEPTION(decode_node(encode_node(node)), Error, is_damaged);
  node.kind = NodeKind::data;
  node.state = static_cast<NodeState>(0);
  BOOST_CHECK_EXCEPTION(decode_node(encode_node(node)), Error, is_damaged);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
