#include "step_documents.h"

#include <cairn/text.h>

#include <boost/json/array.hpp>

#include <algorithm>

#include "output.h"

namespace cairn::cli {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string_view state_text(const StepStatus& step) {
  if (!step.worker.empty()) return "running";
  const auto gave_it = [&](const StepAttemptInfo& attempt) { return attempt.process == step.process; };
  if (step.process) return std::ranges::any_of(step.attempts, gave_it) ? "finished" : "reused";
  return step.attempts.empty() ? "created" : step_end_name(step.attempts.back().end);
}

object document(const StepAttemptInfo& attempt) {
  return {{"number", attempt.number},
          {"end", step_end_name(attempt.end)},
          {"process", attempt.process.text()},
          {"begun", format_time(attempt.begun)},
          {"ended", format_time(attempt.ended)},
          {"message", json_text(attempt.message)}};
}

object document(const StepStatus& step) {
  array attempts;
  for (const StepAttemptInfo& attempt : step.attempts) attempts.push_back(document(attempt));
  return {{"name", json_text(step.name)},
          {"code_version", json_text(step.code_version)},
          {"state", state_text(step)},
          {"process", step.process ? value(step.process->text()) : value(nullptr)},
          {"recorded", format_time(step.recorded)},
          {"attempts", std::move(attempts)},
          {"worker", step.worker.empty() ? value(nullptr) : value(json_text(step.worker))}};
}

object document(const StepInvalidation& invalidation) {
  const auto text = [](const std::optional<std::string>& given) { return given ? value(json_text(*given)) : value(nullptr); };
  const auto& before = invalidation.recorded_before;
  return {{"name", text(invalidation.name)},
          {"code_version", text(invalidation.code_version)},
          {"recorded_before", before ? value(format_time(*before)) : value(nullptr)}};
}

}  // namespace cairn::cli
