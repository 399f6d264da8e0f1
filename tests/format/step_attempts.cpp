// Rows about attempts at steps and about steps that are not to be reused.
#include "format/step_attempts.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <random>

namespace {

using namespace cairn;
using namespace cairn::format;

Uuid random_uuid(std::mt19937_64& random) {
  Uuid uuid;
  for (std::uint8_t& byte : uuid.bytes) byte = static_cast<std::uint8_t>(random());
  return uuid;
}

std::string random_text(std::mt19937_64& random, std::size_t most) {
  std::string text(random() % 3 == 0 ? 0 : random() % most, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

StepAttemptRecord random_record(std::mt19937_64& random) {
  StepAttemptRecord record;
  record.step.name = random_text(random, 30);
  record.step.parameters = random_text(random, 100);
  record.step.inputs.push_back({random_text(random, 10), {}, random()});
  std::uint32_t number = 0;
  for (std::uint64_t i = random() % (kStepAttemptsMax + 1); i != 0; --i)
    record.attempts.push_back({number += 1 + static_cast<std::uint32_t>(random() % 5), static_cast<StepEnd>(random() % 4),
                               random_uuid(random), static_cast<std::int64_t>(random()), static_cast<std::int64_t>(random()),
                               random_text(random, kStepMessageBytesMax), random() % 2 == 0});
  if (random() % 2 == 0)
    record.claim = StepClaim{number + 1,
                             random_uuid(random),
                             static_cast<std::int64_t>(random()),
                             static_cast<std::int64_t>(random()),
                             random() % 2 == 0,
                             {random_text(random, 20), random_text(random, 20), random(), random()},
                             random() % 2 == 0};
  return record;
}

bool is_damaged(const Error& error) { return error.code() == ErrorCode::damaged; }

void refused(const std::function<void(StepAttemptRecord&)>& edit) {
  std::mt19937_64 random(7);
  StepAttemptRecord record = random_record(random);
  record.attempts = {{1, StepEnd::failed}, {2, StepEnd::failed}};
  record.claim = StepClaim{3};
  BOOST_TEST((decode_step_attempts(encode_step_attempts(record)) == record));
  edit(record);
  BOOST_CHECK_EXCEPTION(decode_step_attempts(encode_step_attempts(record)), Error, is_damaged);
}

BOOST_AUTO_TEST_SUITE(step_attempts)

BOOST_AUTO_TEST_CASE(records_come_back_and_equal_ones_have_equal_bytes) {
  std::mt19937_64 random(42);
  for (int i = 0; i < 300; ++i) {
    const StepAttemptRecord record = random_record(random);
    const std::string bytes = encode_step_attempts(record);
    BOOST_TEST((decode_step_attempts(bytes) == record));
    BOOST_TEST(encode_step_attempts(decode_step_attempts(bytes)) == bytes);
  }
  for (int i = 0; i < 100; ++i) {
    StepInvalidationRecord record{static_cast<std::int64_t>(random())};
    if (random() % 2 == 0) record.name = random_text(random, 30);
    if (random() % 2 == 0) record.code_version = random_text(random, 30);
    if (random() % 2 == 0) record.recorded_before = static_cast<std::int64_t>(random());
    BOOST_TEST((decode_step_invalidation(encode_step_invalidation(record)) == record));
  }
}

BOOST_AUTO_TEST_CASE(what_no_writer_writes_is_refused) {
  refused([](StepAttemptRecord& record) { record.attempts[1].number = 1; });
  refused([](StepAttemptRecord& record) { record.attempts[0].number = 0; });
  refused([](StepAttemptRecord& record) { record.claim->number = 2; });
  refused([](StepAttemptRecord& record) { record.attempts[0].end = static_cast<StepEnd>(4); });
  refused([](StepAttemptRecord& record) { record.attempts[0].message = std::string(kStepMessageBytesMax + 1, 'x'); });
  refused([](StepAttemptRecord& record) {
    record.claim.reset();
    for (std::uint32_t number = 3; number <= kStepAttemptsMax + 1; ++number) record.attempts.push_back({number});
  });
}

BOOST_AUTO_TEST_CASE(bytes_that_were_changed_are_refused_or_another_record) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = encode_step_attempts(random_record(random));
    bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    try {
      decode_step_attempts(bytes);
    } catch (const Error& error) {
      BOOST_TEST(is_damaged(error));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
