// The blob of a checkpoint: it comes back as it was, and what no writer may write is damage.
#include "format/checkpoint.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

namespace {

using namespace cairn;
using namespace cairn::format;

CheckpointRecord sample() {
  CheckpointRecord checkpoint;
  checkpoint.run_name = "relax";
  checkpoint.sequence = 3;
  checkpoint.step = -7;
  checkpoint.state.emplace("größe", Digest{});
  checkpoint.artifacts.emplace(std::string(255, 'a'), Digest{});
  checkpoint.unfinished = {{Uuid::generate(), NodeState::running}};
  checkpoint.tags = {"best"};
  checkpoint.forked_from = {{Uuid::generate(), 2}, {Uuid::generate(), 1}};
  return checkpoint;
}

bool is_damaged(const Error& error) { return error.code() == ErrorCode::damaged; }

void check_damaged(const CheckpointRecord& checkpoint) {
  BOOST_CHECK_EXCEPTION(decode_checkpoint(encode_checkpoint(checkpoint)), Error, is_damaged);
}

BOOST_AUTO_TEST_SUITE(checkpoint)

BOOST_AUTO_TEST_CASE(a_checkpoint_comes_back_as_it_was) {
  const CheckpointRecord checkpoint = sample();
  BOOST_TEST((decode_checkpoint(encode_checkpoint(checkpoint)) == checkpoint));
}

BOOST_AUTO_TEST_CASE(a_node_of_no_state_is_damage) {
  for (const int state : {0, 8, 255}) {
    CheckpointRecord checkpoint = sample();
    checkpoint.unfinished.back().second = static_cast<NodeState>(state);
    check_damaged(checkpoint);
  }
}

BOOST_AUTO_TEST_CASE(names_that_are_none_are_damage) {
  const std::string with_nul("a\0b", 3);
  for (const std::string& name : {std::string(), with_nul, std::string("\xff"), std::string(256, 'a')}) {
    CheckpointRecord state = sample(), artifact = sample(), tag = sample(), run = sample();
    state.state.emplace(name, Digest{});
    artifact.artifacts.emplace(name, Digest{});
    tag.tags.push_back(name);
    run.run_name = name;
    for (const CheckpointRecord& checkpoint : {state, artifact, tag, run}) check_damaged(checkpoint);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
