// What is in a bundle, as its index says: counted while the parts are told.
#pragma once

#include <cairn/bundle.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/bundle.h"
#include "store/bundle_parts.h"

namespace cairn::store {

/// One section, as far as it goes.
struct SectionTotals {
  std::uint64_t offset = 0;  ///< of its first frame; 0 if it has none
  std::uint64_t frames = 0;
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;   ///< of the items

  friend bool operator==(const SectionTotals&, const SectionTotals&) = default;
};

/// The sections before the index, by number - 1.
using AllSections = std::array<SectionTotals, format::kBundleSectionCount - 1>;

/// A sink that counts.
class BundleTotals final : public BundleSink {
 public:
  void add_blob(const BundleBlob& blob) override;
  void add_purge(const Digest&, const format::PurgeRecord&) override { ++report_.purge_count; }
  void add_label(std::string_view) override {}
  void add_run(const BundleRun& run) override;
  void add_node(const format::NodeRecord& node) override;
  void add_links(std::uint64_t, const std::vector<format::PackedLink>& links) override { report_.link_count += links.size(); }
  void add_row(const BundleRow& row) override;
  void add_group(const format::GroupRecord&, const std::vector<std::uint64_t>&) override { ++report_.group_count; }
  void add_invalidation(const format::StepInvalidationRecord&) override { ++report_.invalidation_count; }
  void finish() override {}

  /// Without the size of the file.
  const BundleReport& report() const { return report_; }

 private:
  BundleReport report_;
};

/// The items of the index, in order.
std::vector<std::string> encode_index(const AllSections& sections, const BundleReport& report);
struct BundleIndex {
  AllSections sections;
  BundleReport report;  ///< without the size of the file

  friend bool operator==(const BundleIndex&, const BundleIndex&) = default;
};
/// Throws damaged.
BundleIndex decode_index(const std::vector<std::string>& items);

}  // namespace cairn::store
