// The canonical form, made and checked word by word, against what Cap'n Proto itself makes and accepts.
#include "format/canonical.h"

#include <boost/test/unit_test.hpp>

#include <cairn/codec/value.h>
#include <cairn/error.h>

#include <capnp/message.h>

#include <algorithm>
#include <cstring>

#include "format/encode_context.h"
#include "random_value.h"

using namespace cairn;
using namespace cairn::test;

namespace {

constexpr int kNesting = 200;

template <class Use>
void with_message(const Value& value, unsigned segment_words, Use&& use) {
  capnp::MallocMessageBuilder message(segment_words, capnp::AllocationStrategy::FIXED_SIZE);
  auto root = message.initRoot<wire::StoredObject>();
  const format::ObjectOptions options;
  format::EncodeContext context(root, nullptr, options);
  encode_value(format::EncoderAccess::encoder(root.initValue(), {&context, 0, false}), value);
  context.finish(root);
  use(message);
}

std::vector<std::uint64_t> words_of(std::span<const std::byte> bytes) {
  std::vector<std::uint64_t> words(bytes.size() / 8);
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

std::vector<std::uint64_t> words_of(const kj::Array<capnp::word>& words) {
  return words_of(std::as_bytes(std::span(words.begin(), words.size())));
}

std::vector<std::uint64_t> form(capnp::MessageBuilder& message) {
  return words_of(format::canonical_form(message.getSegmentsForOutput(), "test"));
}

std::vector<std::uint64_t> form_by_library(capnp::MessageBuilder& message) {
  return words_of(capnp::canonicalize(message.getRoot<wire::StoredObject>().asReader()));
}

bool is_accepted(std::span<const std::uint64_t> words) {
  try {
    format::require_canonical(words, "test", kNesting);
    return true;
  } catch (const Error& error) {
    BOOST_TEST_REQUIRE((error.code() == ErrorCode::damaged || error.code() == ErrorCode::limit), error.what());
    return false;
  }
}

enum class Verdict { accepts, refuses, gives_up };

// Its check lets a pointer to an empty list lead anywhere behind the end, so it has to make the same words as well.
Verdict verdict_of_library(std::span<const std::uint64_t> words) {
  const kj::ArrayPtr<const capnp::word> segment(reinterpret_cast<const capnp::word*>(words.data()), words.size());
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 100'000;
  options.nestingLimit = kNesting;
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), options);
  try {
    if (!message.isCanonical()) return Verdict::refuses;
    const auto again = capnp::canonicalize(message.getRoot<wire::StoredObject>());
    return std::ranges::equal(words_of(again), words) ? Verdict::accepts : Verdict::refuses;
  } catch (const kj::Exception& exception) {
    const bool many = exception.getDescription().startsWith("Exceeded message traversal limit");
    return many ? Verdict::gives_up : Verdict::refuses;
  }
}

void mutate(std::vector<std::uint64_t>& words, RandomValue& random) {
  for (auto count = 1 + random.below(2); count > 0; --count) {
    std::uint64_t& word = words[random.below(words.size())];
    switch (random.below(5)) {
      case 0: word = 0; break;
      case 1: word = words[random.below(words.size())]; break;
      case 2: word += std::uint64_t{1} << 32; break;
      case 3: word -= std::uint64_t{1} << 35; break;
      default: word ^= std::uint64_t{1} << random.below(64); break;
    }
  }
  if (random.below(10) == 0) words.resize(1 + random.below(words.size()));
  if (random.below(10) == 0) words.push_back(random.below(2));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(canonical)

BOOST_AUTO_TEST_CASE(messages_of_one_segment_and_of_many_have_the_form_that_the_library_gives_them) {
  RandomValue random(1);
  std::size_t segments = 0;
  for (int round = 0; round < 2000; ++round) {
    const Value value = random.graph();
    std::vector<std::uint64_t> first;
    for (const unsigned segment_words : {1u << 16, 64u, 8u}) {
      with_message(value, segment_words, [&](capnp::MessageBuilder& message) {
        segments = std::max(segments, message.getSegmentsForOutput().size());
        const std::vector<std::uint64_t> words = form(message);
        if (first.empty()) first = words;
        BOOST_TEST_REQUIRE((words == form_by_library(message)), "round " << round);
        BOOST_TEST_REQUIRE((words == first), "round " << round);
      });
    }
    BOOST_TEST_REQUIRE(is_accepted(first));
  }
  BOOST_TEST(segments > 10u);
}

BOOST_AUTO_TEST_CASE(what_is_accepted_is_what_the_library_accepts) {
  RandomValue random(2);
  int accepted = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::uint64_t> words;
    with_message(random(3), 1u << 16, [&](capnp::MessageBuilder& message) { words = form(message); });
    for (int tries = 0; tries < 20; ++tries) {
      std::vector<std::uint64_t> changed = words;
      mutate(changed, random);
      const Verdict verdict = verdict_of_library(changed);
      if (verdict == Verdict::gives_up) continue;
      BOOST_TEST_REQUIRE(is_accepted(changed) == (verdict == Verdict::accepts), "round " << round << ", " << tries);
      (verdict == Verdict::accepts ? accepted : refused) += 1;
    }
  }
  BOOST_TEST(accepted > 1000);
  BOOST_TEST(refused > 1000);
}

// Structs with one pointer to the next, the last one with a word of data.
std::vector<std::uint64_t> nested(unsigned depth) {
  std::vector<std::uint64_t> words(depth - 1, std::uint64_t{1} << 48);
  words.push_back(std::uint64_t{1} << 32);
  words.push_back(7);
  return words;
}

BOOST_AUTO_TEST_CASE(nesting_has_a_limit) {
  const auto check = [](unsigned depth, unsigned most) { format::require_canonical(nested(depth), "test", most); };
  check(1, 1);
  check(1552, 1552);  // what objects of the greatest depth may have
  const auto is_limit = [](const Error& error) {
    return error.code() == ErrorCode::limit && std::string_view(error.what()) == "test: nested deeper than 1551";
  };
  BOOST_CHECK_EXCEPTION(check(1552, 1551), Error, is_limit);
  BOOST_CHECK_EXCEPTION(check(1'000'000, 1551), Error, is_limit);
}

BOOST_AUTO_TEST_CASE(no_words_are_refused) { BOOST_TEST(!is_accepted({})); }

BOOST_AUTO_TEST_SUITE_END()
