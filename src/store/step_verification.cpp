#include "store/step_verification.h"

#include <fmt/format.h>

#include "format/keys.h"
#include "format/step_attempts.h"
#include "store/step_index.h"

namespace cairn::store {

namespace {

namespace row = format::row;

void look_for_nodes(const engine::View& view, const format::StepRecord& step, std::vector<std::string>& missing) {
  for (const NodeId node : {step.process, step.result})
    if (!view.find_record(engine::Record::node, node))
      missing.push_back(fmt::format("step {} leads to node number {}", step.name, node));
}

void look_for_processes(const engine::View& view, const format::StepAttemptRecord& attempts, std::vector<std::string>& missing) {
  const auto look = [&](std::uint32_t number, const Uuid& process) {
    if (!view.find_claim(format::claim::node(process)))
      missing.push_back(fmt::format("attempt {} of step {} leads to node {}", number, attempts.step.name, process.text()));
  };
  for (const format::StepAttempt& attempt : attempts.attempts) look(attempt.number, attempt.process);
  if (attempts.claim) look(attempts.claim->number, attempts.claim->process);
}

}  // namespace

std::vector<std::string> missing_for_step_row(const engine::View& view, engine::CellId cell, std::string_view key,
                                              std::string_view value) {
  std::vector<std::string> missing;
  if (key[0] == row::kStep) look_for_nodes(view, format::decode_step(value), missing);
  if (key[0] == row::kAttempt) look_for_processes(view, format::decode_step_attempts(value), missing);
  if (key[0] == row::kPosition && !view.find_row(cell, std::string(1, row::kStep) + std::string(value)))
    missing.push_back(fmt::format("position {} leads to a step", format::parse_be64(key.substr(1))));
  return missing;
}

std::vector<std::string> entries_of_step_row(const format::RunRecord& run, engine::CellId cell, std::string_view key,
                                             std::string_view value) {
  if (key[0] != row::kStep) return {};
  std::vector<std::string> entries = step_index_keys(format::decode_step(value), {cell, row::parse_step(key)});
  std::erase_if(entries, [&](const std::string& entry) {
    return entry[0] == format::index::kStepKey ? !run.step_keys_indexed : !run.steps_indexed;
  });
  return entries;
}

}  // namespace cairn::store
