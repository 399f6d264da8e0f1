// Findings: the damage that one verification has found so far.
#pragma once

#include <cairn/error.h>
#include <cairn/verification.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "object/references.h"

namespace cairn::store {

/// True for what is thrown when stored bytes are wrong, missing or not given back.
bool is_damage(const Error& error);
/// True for bytes that were purged, or collected under an old view: they are not there, and that is no damage.
bool is_gone(const Error& error);

/// One finding, and the blob that it is about, if any.
struct Finding {
  Damage damage;
  std::optional<Digest> blob;
  bool is_dangling = false;  ///< the blob is whole and names what is missing: no damage if nothing needs it
};

/// Thread-safe, but for all() and take(). Memory: at most kMost findings; more are only counted.
class Findings {
 public:
  static constexpr std::size_t kMost = 100'000;

  void add(std::string_view kind, std::string id, std::string problem);
  void add_blob(engine::BlobKind kind, const Digest& digest, std::string problem, bool is_dangling = false);
  /// A blob that is known to be lost; once. No damage if nothing needs it.
  void add_loss(const Digest& digest, std::string problem);
  bool is_damaged(const Digest& blob) const;

  /// Runs `check`; what it throws about damage becomes a finding.
  template <class Check>
  void guarded(std::string_view kind, const std::string& id, Check check) {
    try {
      check();
    } catch (const Error& error) {
      report(kind, id, error);
    }
  }

  std::vector<Finding>& all() { return findings_; }
  /// For the report. Nothing may be added after it.
  std::vector<Damage> take();

 private:
  void add(Finding finding);
  void report(std::string_view kind, const std::string& id, const Error& error);

  mutable std::mutex mutex_;
  std::vector<Finding> findings_;
  std::uint64_t not_listed_ = 0;
  boost::unordered_flat_set<Digest, std::hash<Digest>> damaged_;
};

}  // namespace cairn::store
