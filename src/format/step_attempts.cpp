#include "format/step_attempts.h"

#include "format/wire.h"

namespace cairn::format {
namespace {

constexpr std::string_view kAttempts = "step attempt record";
constexpr std::string_view kInvalidation = "step invalidation record";

template <class Set>
void set_text(const std::string& text, Set&& set) {
  if (!text.empty()) set(as_wire_text(text));
}

std::string get_text(capnp::Text::Reader text) { return std::string(text_view(text)); }

void set_attempt(wire::StepAttemptRecord::Attempt::Builder wire, const StepAttempt& attempt) {
  wire.setNumber(attempt.number);
  wire.setEnd(static_cast<std::uint8_t>(static_cast<unsigned>(attempt.end) + 1));
  set_uuid(wire.initProcess(), attempt.process);
  wire.setBegun(attempt.begun);
  wire.setEnded(attempt.ended);
  set_text(attempt.message, [&](auto text) { wire.setMessage(text); });
  wire.setAtMostOnce(attempt.at_most_once);
}

StepAttempt get_attempt(wire::StepAttemptRecord::Attempt::Reader wire) {
  const unsigned end = wire.getEnd();
  if (end < 1 || end > static_cast<unsigned>(StepEnd::interrupted) + 1) throw_damaged(kAttempts, "an end that does not exist");
  StepAttempt attempt{wire.getNumber(), static_cast<StepEnd>(end - 1), get_uuid(wire.getProcess()), wire.getBegun(),
                      wire.getEnded(),  get_text(wire.getMessage()),   wire.getAtMostOnce()};
  if (attempt.message.size() > kStepMessageBytesMax) throw_damaged(kAttempts, "a message that is too long");
  return attempt;
}

void set_claim(wire::StepAttemptRecord::Claim::Builder wire, const StepClaim& claim) {
  wire.setNumber(claim.number);
  set_uuid(wire.initProcess(), claim.process);
  wire.setBegun(claim.begun);
  wire.setUntil(claim.until);
  wire.setAtMostOnce(claim.at_most_once);
  set_text(claim.owner.host, [&](auto text) { wire.setHost(text); });
  set_text(claim.owner.boot, [&](auto text) { wire.setBoot(text); });
  wire.setProcessNumber(claim.owner.number);
  wire.setProcessStarted(claim.owner.started);
  wire.setDetached(claim.detached);
}

StepClaim get_claim(wire::StepAttemptRecord::Claim::Reader wire) {
  return {wire.getNumber(), get_uuid(wire.getProcess()), wire.getBegun(), wire.getUntil(), wire.getAtMostOnce(),
          {get_text(wire.getHost()), get_text(wire.getBoot()), wire.getProcessNumber(), wire.getProcessStarted()},
          wire.getDetached()};
}

StepAttemptRecord read_attempts(wire::StepAttemptRecord::Reader wire) {
  StepAttemptRecord record{decode_step(data_view(wire.getStep()))};
  if (wire.getAttempts().size() > kStepAttemptsMax) throw_damaged(kAttempts, "more attempts than are kept");
  std::uint32_t last = 0;
  const auto check_number = [&](std::uint32_t number) {
    if (number <= last) throw_damaged(kAttempts, "attempts that are not in order");
    last = number;
  };
  for (const auto attempt : wire.getAttempts()) {
    record.attempts.push_back(get_attempt(attempt));
    check_number(record.attempts.back().number);
  }
  if (!wire.hasClaim()) return record;
  record.claim = get_claim(wire.getClaim());
  check_number(record.claim->number);
  return record;
}

StepInvalidationRecord read_invalidation(wire::StepInvalidationRecord::Reader wire) {
  StepInvalidationRecord record;
  record.time = wire.getTime();
  if (wire.getHasName()) record.name = get_text(wire.getName());
  if (wire.getHasCodeVersion()) record.code_version = get_text(wire.getCodeVersion());
  record.recorded_before = wire.getRecordedBefore();
  return record;
}

}  // namespace

std::string encode_step_attempts(const StepAttemptRecord& attempts) {
  capnp::MallocMessageBuilder message(64);
  auto wire = message.initRoot<wire::StepAttemptRecord>();
  wire.setStep(as_data(encode_step(attempts.step)));
  if (!attempts.attempts.empty()) {
    auto list = wire.initAttempts(static_cast<unsigned>(attempts.attempts.size()));
    for (unsigned i = 0; i < list.size(); ++i) set_attempt(list[i], attempts.attempts[i]);
  }
  if (attempts.claim) set_claim(wire.initClaim(), *attempts.claim);
  return std::string(base::as_text(canonical_bytes(wire, kAttempts)));
}

StepAttemptRecord decode_step_attempts(std::string_view bytes) {
  return read_wire<wire::StepAttemptRecord>(base::as_bytes(bytes), kAttempts, read_attempts);
}

std::string encode_step_invalidation(const StepInvalidationRecord& invalidation) {
  capnp::MallocMessageBuilder message(16);
  auto wire = message.initRoot<wire::StepInvalidationRecord>();
  wire.setTime(invalidation.time);
  wire.setHasName(invalidation.name.has_value());
  if (invalidation.name) set_text(*invalidation.name, [&](auto text) { wire.setName(text); });
  wire.setHasCodeVersion(invalidation.code_version.has_value());
  if (invalidation.code_version) set_text(*invalidation.code_version, [&](auto text) { wire.setCodeVersion(text); });
  wire.setRecordedBefore(invalidation.recorded_before);
  return std::string(base::as_text(canonical_bytes(wire, kInvalidation)));
}

StepInvalidationRecord decode_step_invalidation(std::string_view bytes) {
  return read_wire<wire::StepInvalidationRecord>(base::as_bytes(bytes), kInvalidation, read_invalidation);
}

}  // namespace cairn::format
