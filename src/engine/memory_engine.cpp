#include "engine/memory_engine.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/memory_collection.h"
#include "engine/memory_core.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

// The first byte of a key.
constexpr char kRowFamily = 'R';
constexpr char kRecordFamily = 'N';
constexpr char kClaimFamily = 'C';
constexpr char kIndexFamily = 'I';

std::string row_prefix(CellId cell) { return kRowFamily + format::be64_text(cell); }
std::string record_prefix(Record record) { return {kRecordFamily, static_cast<char>(record)}; }

const std::string* visible(const std::vector<MemoryVersion>& versions, std::uint64_t commit) {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version)
    if (version->commit <= commit) return version->value ? &*version->value : nullptr;
  return nullptr;
}

class MemoryCursor : public Cursor {
 public:
  MemoryCursor(const Memory& memory, std::uint64_t commit, std::string prefix)
      : memory_(memory), commit_(commit), prefix_(std::move(prefix)) {}

  bool seek(std::string_view key) override {
    std::shared_lock lock(memory_.mutex);
    return forward(memory_.table.lower_bound(prefix_ + std::string(key)));
  }
  bool seek_back(std::string_view key) override {
    std::shared_lock lock(memory_.mutex);
    return backward(memory_.table.upper_bound(prefix_ + std::string(key)));
  }
  bool next() override {
    std::shared_lock lock(memory_.mutex);
    return forward(memory_.table.upper_bound(key_));
  }
  bool previous() override {
    std::shared_lock lock(memory_.mutex);
    return backward(memory_.table.lower_bound(key_));
  }
  std::string_view key() const override { return std::string_view(key_).substr(prefix_.size()); }
  std::string_view value() const override { return value_; }

 private:
  using Position = decltype(Memory::table)::const_iterator;

  bool accept(Position at) {
    const std::string* value = visible(at->second, commit_);
    if (value == nullptr) return false;
    key_ = at->first;
    value_ = *value;
    return true;
  }
  bool forward(Position at) {
    for (; at != memory_.table.end() && at->first.starts_with(prefix_); ++at)
      if (accept(at)) return true;
    return false;
  }
  bool backward(Position at) {
    while (at != memory_.table.begin() && (--at)->first.starts_with(prefix_))
      if (accept(at)) return true;
    return false;
  }

  const Memory& memory_;
  std::uint64_t commit_;
  std::string prefix_;
  std::string key_, value_;
};

class MemoryView : public View {
 public:
  explicit MemoryView(std::shared_ptr<Memory> memory) : memory_(std::move(memory)) {
    std::unique_lock lock(memory_->mutex);
    commit_ = memory_->commits;
    cells_ = memory_->cells;
    memory_->views.insert(commit_);
  }
  ~MemoryView() override {
    std::unique_lock lock(memory_->mutex);
    memory_->views.erase(memory_->views.find(commit_));
    if (!memory_->removed.empty()) memory_->forget_removed();
  }

  std::optional<BlobInfo> find_blob(const Digest& digest) const override {
    std::shared_lock lock(memory_->mutex);
    const MemoryBlob* found = memory_->find(digest, commit_);
    return found == nullptr ? std::nullopt : std::optional(found->info);
  }

  Bytes get_blob(BlobKind kind, const Digest& digest) const override {
    std::shared_lock lock(memory_->mutex);
    const MemoryBlob* found = memory_->find(digest, commit_);
    if (found == nullptr)
      throw Error(ErrorCode::not_found, fmt::format("read {} {}: no such blob", format::blob_kind_name(kind), digest.hex()));
    if (found->info.kind != kind)
      throw Error(ErrorCode::damaged, fmt::format("read {} {}: the blob is of kind {}", format::blob_kind_name(kind),
                                                  digest.hex(), format::blob_kind_name(found->info.kind)));
    return found->bytes;
  }

  void list_blobs(const std::function<bool(const Digest&, const BlobInfo&)>& visit) const override {
    std::vector<std::pair<Digest, BlobInfo>> all;
    {
      std::shared_lock lock(memory_->mutex);
      for (const auto& [digest, blob] : memory_->blobs) all.emplace_back(digest, blob.info);
    }
    for (const auto& [digest, info] : all)
      if (!visit(digest, info)) return;
  }

  std::vector<Digest> blobs_with_prefix(std::string_view prefix, std::size_t most) const override {
    std::vector<Digest> found;
    list_blobs([&](const Digest& digest, const BlobInfo&) {
      const std::string_view bytes(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
      if (bytes.starts_with(prefix)) found.push_back(digest);
      return true;
    });
    std::sort(found.begin(), found.end());
    if (found.size() > most) found.resize(most);
    return found;
  }

  std::uint64_t commits() const override { return commit_; }
  CellHeader cell(CellId id) const override {
    const auto found = cells_.find(id);
    return found == cells_.end() ? CellHeader{} : found->second;
  }
  std::optional<std::string> find_row(CellId id, std::string_view key) const override {
    return find(row_prefix(id) + std::string(key));
  }
  std::unique_ptr<Cursor> rows(CellId id) const override { return cursor(row_prefix(id)); }
  std::optional<std::string> find_record(Record record, NodeId id) const override {
    return find(record_prefix(record) + format::be64_text(id));
  }
  std::unique_ptr<Cursor> records(Record record) const override { return cursor(record_prefix(record)); }
  std::optional<std::string> find_claim(std::string_view key) const override {
    return find(kClaimFamily + std::string(key));
  }
  std::unique_ptr<Cursor> claims() const override { return cursor(std::string(1, kClaimFamily)); }
  std::optional<std::string> find_index(std::string_view key) const override {
    return find(kIndexFamily + std::string(key));
  }
  std::unique_ptr<Cursor> indexes() const override { return cursor(std::string(1, kIndexFamily)); }

 private:
  std::optional<std::string> find(const std::string& key) const {
    std::shared_lock lock(memory_->mutex);
    const auto found = memory_->table.find(key);
    if (found == memory_->table.end()) return std::nullopt;
    const std::string* value = visible(found->second, commit_);
    return value == nullptr ? std::nullopt : std::optional(*value);
  }
  std::unique_ptr<Cursor> cursor(std::string prefix) const {
    return std::make_unique<MemoryCursor>(*memory_, commit_, std::move(prefix));
  }

  std::shared_ptr<Memory> memory_;
  std::uint64_t commit_ = 0;
  std::unordered_map<CellId, CellHeader> cells_;
};

class MemoryStaging : public Staging {
 public:
  explicit MemoryStaging(std::shared_ptr<Memory> memory) : memory_(std::move(memory)) {
    std::unique_lock lock(memory_->mutex);
    memory_->holds.insert(&held_);
  }
  ~MemoryStaging() override {
    std::unique_lock lock(memory_->mutex);
    memory_->holds.erase(&held_);
  }

  StageResult stage(BlobKind kind, std::uint8_t probe, const Digest& digest,
                    std::span<const std::byte> bytes) override {
    const auto equal = [&](const MemoryBlob& blob) {
      return blob.info.kind == kind && std::ranges::equal(blob.bytes, bytes);
    };
    const auto staged = blobs_.find(digest);
    if (staged != blobs_.end()) return count(equal(staged->second), bytes.size());
    {
      std::unique_lock lock(memory_->mutex);
      const auto stored = memory_->blobs.find(digest);
      if (stored != memory_->blobs.end()) {
        const bool same = equal(stored->second);
        if (same) touch(digest);
        else ++memory_->collisions;
        return count(same, bytes.size());
      }
    }
    blobs_[digest] = {BlobInfo{kind, probe, bytes.size(), bytes.size(), false}, Bytes(bytes.begin(), bytes.end())};
    added_ += bytes.size();
    return StageResult::added;
  }
  std::optional<BlobInfo> hold(BlobKind kind, const Digest& digest) override {
    if (const auto staged = blobs_.find(digest); staged != blobs_.end()) return info_of(kind, staged->second);
    std::unique_lock lock(memory_->mutex);
    const auto stored = memory_->blobs.find(digest);
    if (stored == memory_->blobs.end()) return std::nullopt;
    const auto info = info_of(kind, stored->second);
    if (info && touch(digest)) {
      existed_ += info->size;
      named_.emplace_back(kind, digest);
    }
    return info;
  }
  std::vector<std::pair<BlobKind, Digest>> held() const override { return named_; }
  bool goes_to_pack() const override { return false; }
  Bytes read(BlobKind kind, const Digest& digest) override {
    const auto read_from = [&](const std::unordered_map<Digest, MemoryBlob>& blobs) {
      const auto found = blobs.find(digest);
      return found != blobs.end() && info_of(kind, found->second) ? std::optional(found->second.bytes) : std::nullopt;
    };
    std::optional<Bytes> bytes = read_from(blobs_);
    if (!bytes && held_.contains(digest)) {
      std::shared_lock lock(memory_->mutex);
      bytes = read_from(memory_->blobs);
    }
    if (!bytes)
      throw Error(ErrorCode::not_found,
                  fmt::format("read {} {}: it is not held", format::blob_kind_name(kind), digest.hex()));
    return std::move(*bytes);
  }
  std::uint64_t bytes_added() const override { return added_; }
  std::uint64_t bytes_existed() const override { return existed_; }

  /// With the mutex held: moves what was staged into the store, and goes on holding it.
  void store() {
    for (auto& [digest, blob] : std::exchange(blobs_, {})) {
      touch(digest);
      memory_->blobs.try_emplace(digest, std::move(blob));
    }
  }

 private:
  static std::optional<BlobInfo> info_of(BlobKind kind, const MemoryBlob& blob) {
    return blob.info.kind == kind ? std::optional(blob.info) : std::nullopt;
  }
  // With the mutex held. True if it was not held yet.
  bool touch(const Digest& digest) {
    if (!held_.insert(digest).second) return false;
    if (memory_->touched != nullptr) memory_->touched->add(digest);
    return true;
  }
  StageResult count(bool same, std::uint64_t size) {
    if (!same) return StageResult::clash;
    existed_ += size;
    return StageResult::existed;
  }

  std::shared_ptr<Memory> memory_;
  std::unordered_map<Digest, MemoryBlob> blobs_;
  std::unordered_set<Digest> held_;
  std::vector<std::pair<BlobKind, Digest>> named_;
  std::uint64_t added_ = 0, existed_ = 0;
};

class MemoryRowStaging : public RowStaging {
 public:
  void add_record(Record record, NodeId id, std::string_view value) override {
    (record == Record::links ? links : edit.records).push_back({record, id, std::string(value)});
  }
  void add_claim(std::string_view key, std::string_view owner) override { edit.claims.push_back({std::string(key), std::string(owner)}); }
  void add_index(std::string_view key, std::string_view value) override { edit.indexes.push_back({std::string(key), std::string(value)}); }

  Edit edit;
  std::vector<RecordEdit> links;  // which may come from another thread than the nodes
};

class MemoryEngine : public Engine {
 public:
  explicit MemoryEngine(const MemoryEngineOptions& options) : options_(options) {}

  Uuid uuid() const override { return uuid_; }
  bool read_only() const override { return false; }
  std::unique_ptr<View> view() const override { return std::make_unique<MemoryView>(memory_); }
  std::unique_ptr<Staging> stage() override { return std::make_unique<MemoryStaging>(memory_); }

  std::unique_ptr<RowStaging> stage_rows() override { return std::make_unique<MemoryRowStaging>(); }

  PublishResult publish(Staging* staging, const Commit& commit) override {
    std::unique_lock lock(memory_->mutex);
    const std::uint64_t turn = ++memory_->publishes;
    // Blobs first, each on its own: whatever becomes of the commit, any of them may be there afterwards.
    if (staging != nullptr) static_cast<MemoryStaging*>(staging)->store();
    if (options_.conflict_every != 0 && turn % options_.conflict_every == 0) return {Outcome::conflict, {}};
    const bool unknown = options_.unknown_every != 0 && turn % options_.unknown_every == 0;
    if (unknown && (turn / options_.unknown_every) % 2 == 0) return {Outcome::unknown, {}};
    const PublishResult result = apply(commit);
    return unknown && result.outcome == Outcome::ok ? PublishResult{Outcome::unknown, {}} : result;
  }

  void refresh() override {}

  std::unique_ptr<Collection> begin_collection() override {
    return begin_memory_collection(memory_, std::unique_lock(collection_mutex_));
  }

  EngineStats stats() const override {
    std::shared_lock lock(memory_->mutex);
    EngineStats stats;
    for (const auto& [key, versions] : memory_->table) stats.record_bytes += key.size() + versions.size();
    for (const auto& [digest, blob] : memory_->blobs) stats.pack_bytes += blob.bytes.size();
    stats.collisions = memory_->collisions;
    return stats;
  }

  std::vector<Finding> verify() const override { return {}; }

 private:
  PublishResult apply(const Commit& commit) {
    CellHeader& cell = memory_->cells[commit.cell];
    if (commit.guard.epoch < cell.epoch) return {Outcome::fenced, {}};
    if (commit.guard.version != cell.version) return {Outcome::conflict, {}};
    for (const ClaimEdit& claim : commit.edit.claims)
      if (claim.owner && claimed(claim)) return {Outcome::claimed, claim.key};
    auto* more = static_cast<MemoryRowStaging*>(commit.rows);
    if (more != nullptr)
      for (const ClaimEdit& claim : more->edit.claims)
        if (claimed(claim)) return {Outcome::claimed, claim.key};

    ++memory_->commits;
    put(commit.cell, commit.edit);
    if (more != nullptr) {
      put(commit.cell, more->edit);
      put_records(more->links);
    }
    cell = {cell.version + 1, commit.guard.epoch, commit.id};
    return {Outcome::ok, {}};
  }

  void put(CellId cell, const Edit& edit) {
    for (const RowEdit& row : edit.rows) memory_->put(row_prefix(cell) + row.key, row.value);
    put_records(edit.records);
    for (const ClaimEdit& claim : edit.claims) memory_->put(kClaimFamily + claim.key, claim.owner);
    for (const IndexEdit& index : edit.indexes) memory_->put(kIndexFamily + index.key, index.value);
  }

  void put_records(std::span<const RecordEdit> records) {
    for (const RecordEdit& record : records) memory_->put(record_prefix(record.record) + format::be64_text(record.id), record.value);
  }

  bool claimed(const ClaimEdit& claim) const {
    const auto found = memory_->table.find(kClaimFamily + claim.key);
    const std::string* owner = found == memory_->table.end() ? nullptr : visible(found->second, memory_->commits);
    return owner != nullptr && *owner != *claim.owner;
  }

  MemoryEngineOptions options_;
  Uuid uuid_ = Uuid::generate();
  std::shared_ptr<Memory> memory_ = std::make_shared<Memory>();
  std::mutex collection_mutex_;
};

}  // namespace

std::unique_ptr<Engine> make_memory_engine(const MemoryEngineOptions& options) {
  return std::make_unique<MemoryEngine>(options);
}

}  // namespace cairn::engine
