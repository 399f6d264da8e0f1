// BlobTotals: what blobs take with all below them, each read once however often it is needed.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <vector>

#include "object/references.h"

namespace cairn::store {

/// Shared parts below shared parts can be more than a number holds: then the most that it does.
inline std::uint64_t saturated_sum(std::uint64_t one, std::uint64_t other) {
  return one > UINT64_MAX - other ? UINT64_MAX : one + other;
}

/// Sums over a growing set of blobs. What is missing, purged or damaged counts for nothing: that is for verify to report. Memory: some 30
/// bytes for each blob.
class BlobTotals {
 public:
  /// `view` must outlive it.
  explicit BlobTotals(const engine::View& view) : view_(view) {}

  /// Takes in the blob and all below it, and returns their bytes as if nothing were shared: what is below it twice counts twice.
  std::uint64_t add(const object::BlobReference& root);

  /// Of all that was taken in, each blob once: its bytes, and what it takes.
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t stored_bytes() const { return stored_bytes_; }

 private:
  // A blob whose total is not known yet, and how far its parts are.
  struct Open {
    Digest digest;
    std::vector<object::BlobReference> named;
    std::size_t next = 0;
    std::uint64_t total = 0;
  };

  Open open(const object::BlobReference& blob);

  const engine::View& view_;
  boost::unordered_flat_map<Digest, std::uint64_t, std::hash<Digest>> totals_;
  std::uint64_t bytes_ = 0, stored_bytes_ = 0;
};

}  // namespace cairn::store
