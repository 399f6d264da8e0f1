// Store: bundles and copies.
#include <cairn/bundle.h>
#include <cairn/store.h>

#include "store/bundle_plan.h"
#include "store/bundle_reader.h"
#include "store/bundle_source.h"
#include "store/bundle_writer.h"
#include "store/merge.h"
#include "store/store_state.h"

namespace cairn {

BundleReport Store::bundle(const BundleSelection& selection, std::ostream& out, const BundleOptions& options) const {
  const auto view = state_->engine().view();
  const store::BundlePlan plan(*state_, *view, selection);
  store::BundleWriter writer(out, options.compression);
  store::BundleSource(*state_, *view, plan, writer, options.progress).tell();
  return writer.report();
}

MergeReport Store::unbundle(std::istream& in, const MergeOptions& options) {
  store::Merge merge(*state_, options);
  store::read_bundle(in, merge);
  return merge.take_report();
}

MergeReport Store::copy_from(const Store& source, const BundleSelection& selection, const MergeOptions& options) {
  const auto view = source.state_->engine().view();
  const store::BundlePlan plan(*source.state_, *view, selection);
  store::Merge merge(*state_, options);
  store::BundleSource(*source.state_, *view, plan, merge, {}).tell();
  return merge.take_report();
}

}  // namespace cairn
