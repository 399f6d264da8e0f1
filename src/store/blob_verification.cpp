#include "store/blob_verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>
#include <tuple>

#include "base/bytes.h"
#include "engine/blob_scan.h"

namespace cairn::store {
namespace {

using engine::BlobInfo;
using engine::BlobKind;

constexpr std::uint64_t kProgressEvery = 256;  // blobs

// A part of all blobs, another one for each sample.
class Sample {
 public:
  explicit Sample(double part) : part_(part), seed_(std::random_device()() | std::uint64_t{std::random_device()()} << 32) {}

  bool has(const Digest& digest) const {
    if (part_ >= 1) return true;
    std::uint64_t mixed = base::load_big_endian<std::uint64_t>(digest.bytes.data()) ^ seed_;  // then as splitmix64
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    mixed ^= mixed >> 31;
    return static_cast<double>(mixed >> 11) * 0x1p-53 < part_;
  }

 private:
  const double part_;
  const std::uint64_t seed_;
};

unsigned threads_of(const VerifyOptions& options) {
  return options.threads != 0 ? options.threads : std::max(std::thread::hardware_concurrency(), 1u);
}

// One scan over blobs, by several threads.
class BlobCheck {
 public:
  BlobCheck(VerificationPass& pass, const VerifyOptions& options)
      : pass_(pass), options_(options), sample_(options.sample), already_read_(pass.counts.blobs_read) {}

  // `is_wanted` is asked about each blob of the store, perhaps several times.
  void run(const std::function<bool(const Digest&, const BlobInfo&)>& is_wanted) {
    const std::size_t found_before = pass_.findings.all().size();
    pass_.findings.guarded("index", "digest", [&] { scan(is_wanted); });
    std::ranges::sort(pass_.findings.all().begin() + static_cast<std::ptrdiff_t>(found_before), pass_.findings.all().end(), {},
                      [](const Finding& finding) { return std::tie(finding.damage.kind, finding.damage.id, finding.damage.problem); });
    pass_.counts.blobs_read += read_;
    pass_.counts.bytes_read += bytes_;
    if (options_.progress) options_.progress(already_read_ + done_, already_read_ + done_);
  }

  /// Of the blobs of the store; how many there are is known when all have been asked about.
  std::uint64_t blob_count() const { return asked_; }

 private:
  void scan(const std::function<bool(const Digest&, const BlobInfo&)>& is_wanted) {
    bool is_planned = false;
    engine::scan_blobs(pass_.view,
                       {.is_wanted =
                               [&](const Digest& digest, const BlobInfo& info) {
                                 if (!is_planned) ++asked_;
                                 return is_wanted(digest, info) && sample_.has(digest);
                               },
                           .planned =
                               [&](std::uint64_t count) {
                                 is_planned = true;
                                 total_ = count;
                               },
                           .visit = [&](const Digest& digest, const BlobInfo& info,
                                        std::span<const std::byte> bytes) { check(digest, info, bytes); },
                           .failed = [&](const Digest& digest, const BlobInfo* info, const Error& error) { fail(digest, info, error); },
                           .threads = threads_of(options_)});
  }

  void check(const Digest& digest, const BlobInfo& info, std::span<const std::byte> bytes) {
    ++read_;
    bytes_ += bytes.size();
    if (!names_nothing(info.kind)) check_references(digest, info, bytes);
    advance();
  }

  void check_references(const Digest& digest, const BlobInfo& info, std::span<const std::byte> bytes) {
    try {
      pass_.require_named(info.kind, digest, object::references_of(info.kind, bytes));
    } catch (const Error& error) {
      if (!is_damage(error)) throw;
      pass_.findings.add_blob(info.kind, digest, error.what());
    }
  }

  void fail(const Digest& digest, const BlobInfo* info, const Error& error) {
    if (info == nullptr) {
      pass_.findings.add("index", digest.hex(), error.what());
      return;
    }
    if (is_damage(error)) pass_.findings.add_blob(info->kind, digest, error.what());
    else if (!is_gone(error)) throw Error(error);
    advance();
  }

  void advance() {
    const std::uint64_t done = ++done_;
    if (!options_.progress || done % kProgressEvery != 0) return;
    const std::lock_guard lock(progress_mutex_);
    if (done <= shown_) return;  // another thread was faster
    shown_ = done;
    options_.progress(already_read_ + done, already_read_ + total_);
  }

  VerificationPass& pass_;
  const VerifyOptions& options_;
  const Sample sample_;
  const std::uint64_t already_read_;
  std::uint64_t asked_ = 0, total_ = 0;
  std::atomic<std::uint64_t> read_ = 0, bytes_ = 0, done_ = 0;
  std::mutex progress_mutex_;
  std::uint64_t shown_ = 0;
};

}  // namespace

void check_sample(const VerifyOptions& options) {
  if (!(options.sample >= 0 && options.sample <= 1))
    throw Error(ErrorCode::invalid_argument, fmt::format("verify: a sample is a part from 0 to 1, got {}", options.sample));
}

void check_blobs(VerificationPass& pass, const VerifyOptions& options) {
  BlobCheck check(pass, options);
  check.run([&](const Digest&, const BlobInfo& info) { return info.kind != BlobKind::chunk || options.read_data; });
  pass.counts.blob_count = check.blob_count();
}

void check_leaves(VerificationPass& pass, const VerifyOptions& options, const DigestSet& wanted) {
  BlobCheck check(pass, options);
  check.run([&](const Digest& digest, const BlobInfo& info) {
    return names_nothing(info.kind) && (info.kind != BlobKind::chunk || options.read_data) && wanted.contains(digest);
  });
}

}  // namespace cairn::store
