#include "store/verification.h"

#include <utility>

#include "store/attribute_indexes.h"
#include "store/blob_verification.h"
#include "store/damage_effects.h"
#include "store/index_verification.h"
#include "store/needed_blobs.h"
#include "store/node_verification.h"
#include "store/run_verification.h"
#include "store/verification_pass.h"

namespace cairn::store {
namespace {

void check_everything(VerificationPass& pass, const VerifyOptions& options) {
  for (const engine::Finding& found : pass.state.engine().verify()) pass.findings.add("file", found.where, found.problem);
  const auto guarded = [&](std::string_view family, void (*check)(VerificationPass&)) {
    pass.findings.guarded("records", std::string(family), [&] { check(pass); });
  };
  check_blobs(pass, options);
  guarded("cell", check_runs);
  guarded("claim", check_claims);
  guarded("node", check_nodes);
  guarded("cell", check_groups);
  guarded("cell", check_numbers);
  guarded("index", check_indexes);
}

void check_some(VerificationPass& pass, const VerifyOptions& options) {
  pass.findings.guarded("records", "", [&] { check_leaves(pass, options, check_part(pass, options)); });
}

}  // namespace

VerifyReport verify(const StoreState& state, const VerifyOptions& options) {
  check_sample(options);
  const auto view = state.engine().view();
  VerificationPass pass{.state = state, .view = *view, .index_walk = view->indexes()};
  pass.findings.guarded("index", "v", [&] { pass.attributes = attribute_entries(*view, *view); });
  if (options.only.empty() && !options.since) check_everything(pass, options);
  else check_some(pass, options);
  trace_effects(pass);
  pass.counts.damage = pass.findings.take();
  return std::move(pass.counts);
}

}  // namespace cairn::store
