#include "engine/memory_collection.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace cairn::engine {
namespace {

// What is condemned is removed in the same moment: nothing here takes long.
class MemoryCollection : public Collection {
 public:
  MemoryCollection(std::shared_ptr<Memory> memory, std::unique_lock<std::mutex> turn)
      : memory_(std::move(memory)), turn_(std::move(turn)), marks_(""), touched_("") {
    const std::unique_lock lock(memory_->mutex);
    for (const auto* held : memory_->holds)
      for (const Digest& digest : *held) touched_.add(digest);
    memory_->touched = &touched_;
    std::vector<std::pair<Digest, std::uint64_t>> all;
    for (const auto& [digest, blob] : memory_->blobs) all.emplace_back(digest, blob.info.stored_size);
    std::ranges::sort(all);
    for (const auto& [digest, bytes] : all) marks_.add(digest, bytes);
    marks_.finish();
  }
  ~MemoryCollection() override {
    const std::unique_lock lock(memory_->mutex);
    memory_->touched = nullptr;
  }

  BlobMarks& marks() override { return marks_; }

  std::vector<Digest> take_touched() override {
    const std::unique_lock lock(memory_->mutex);
    return take_unmarked();
  }

  bool condemn(const MarkMore& mark) override {
    for (;;) {
      std::unique_lock lock(memory_->mutex);
      const std::vector<Digest> some = take_unmarked();
      if (some.empty()) return remove(), true;
      if (!mark) return put_back(some), false;
      lock.unlock();
      mark(some);
    }
  }

  SweepReport sweep() override { return *report_; }
  SweepReport count() const override {
    const std::shared_lock lock(memory_->mutex);
    return counted();
  }

 private:
  std::vector<Digest> take_unmarked() {
    for (;;) {
      std::vector<Digest> some = touched_.take();
      if (some.empty()) return some;
      std::erase_if(some, [&](const Digest& digest) {
        const auto found = marks_.find(digest);
        return !found || marks_.is_marked(found->number);
      });
      if (!some.empty()) return some;
    }
  }

  void put_back(std::span<const Digest> digests) {
    for (const Digest& digest : digests) touched_.add(digest);
  }

  void remove() {
    report_ = counted();
    report_->returned_bytes = report_->freed_bytes;
    ++memory_->commits;
    for (std::uint64_t number = 0; number < marks_.size(); ++number) {
      if (marks_.is_marked(number)) continue;
      auto removed = memory_->blobs.extract(marks_.digest(number));
      memory_->removed[removed.key()].push_back({memory_->commits, std::move(removed.mapped())});
    }
    memory_->forget_removed();
    memory_->touched = nullptr;
  }

  SweepReport counted() const {
    SweepReport report;
    for (std::uint64_t number = 0; number < marks_.size(); ++number) {
      const std::uint64_t bytes = memory_->blobs.at(marks_.digest(number)).info.stored_size;
      const bool stays = marks_.is_marked(number);
      (stays ? report.kept_count : report.freed_count) += 1;
      (stays ? report.kept_bytes : report.freed_bytes) += bytes;
    }
    return report;
  }

  const std::shared_ptr<Memory> memory_;
  const std::unique_lock<std::mutex> turn_;
  BlobMarks marks_;
  DigestLog touched_;
  std::optional<SweepReport> report_;
};

}  // namespace

std::unique_ptr<Collection> begin_memory_collection(std::shared_ptr<Memory> memory, std::unique_lock<std::mutex> turn) {
  return std::make_unique<MemoryCollection>(std::move(memory), std::move(turn));
}

}  // namespace cairn::engine
