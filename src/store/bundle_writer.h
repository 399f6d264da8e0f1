// BundleWriter: parts as the bytes of a bundle, front to back.
#pragma once

#include <cairn/bundle.h>

#include <cstdint>
#include <iosfwd>
#include <string>

#include "engine/compression.h"
#include "store/bundle_parts.h"
#include "store/bundle_totals.h"

namespace cairn::store {

/// Memory: a frame, of 1 MiB or one larger item.
class BundleWriter final : public BundleSink {
 public:
  /// `out` must outlive it. Every call throws io if it refuses.
  BundleWriter(std::ostream& out, Compression compression);

  void add_blob(const BundleBlob& blob) override;
  void add_purge(const Digest& digest, const format::PurgeRecord& purge) override;
  void add_label(std::string_view text) override;
  void add_run(const BundleRun& run) override;
  void add_node(const format::NodeRecord& node) override;
  void add_links(std::uint64_t holder, const std::vector<format::PackedLink>& links) override;
  void add_row(const BundleRow& row) override;
  void add_group(const format::GroupRecord& group, const std::vector<std::uint64_t>& members) override;
  void add_invalidation(const format::StepInvalidationRecord& invalidation) override;
  void finish() override;

  /// After finish().
  BundleReport report() const;

 private:
  void add(format::BundleSection section, std::string_view item);
  void begin(format::BundleSection section);
  void write_frame();
  void write(std::span<const std::byte> bytes);

  std::ostream& out_;
  engine::Compressor compressor_;
  std::uint64_t offset_ = 0;
  format::BundleSection section_ = format::BundleSection::blobs;
  std::string frame_;  // items
  AllSections sections_;
  BundleTotals totals_;
};

}  // namespace cairn::store
