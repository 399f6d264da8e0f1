#include "store/marker.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <cstring>
#include <string>

#include "format/blob.h"
#include "format/keys.h"
#include "store/losses.h"

namespace cairn::store {
namespace {

constexpr std::size_t kReadTogether = 512;  // blobs

bool may_refer_to_others(engine::BlobKind kind) {
  return kind != engine::BlobKind::chunk && kind != engine::BlobKind::schema && kind != engine::BlobKind::message_schema;
}

[[noreturn]] void refuse(const object::BlobReference& blob, std::string_view problem) {
  throw Error(ErrorCode::damaged, fmt::format("collect: {} {}: {}; what it refers to is not known, so nothing is removed: expected "
                                              "it to be repaired, purged, or forgotten with all that needs it",
                                              format::blob_kind_name(blob.kind), blob.digest.hex(), problem));
}

}  // namespace

Marker::Marker(const MarkedStore& store, engine::BlobMarks& marks, const std::function<bool()>& may_go_on)
    : store_(store), marks_(marks), may_go_on_(may_go_on), open_(store.scratch) {
  read_purged();
}

void Marker::read_purged() {
  const std::string prefix(1, format::claim::kPurged);
  const auto claims = store_.view.claims();
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next()) {
    Digest digest;
    if (claims->key().size() != prefix.size() + digest.bytes.size()) continue;
    std::memcpy(digest.bytes.data(), claims->key().data() + prefix.size(), digest.bytes.size());
    purged_.insert(digest);
  }
}

void Marker::add(const object::BlobReference& blob, std::uint32_t reason) {
  mark(blob, reason);
  while (open_.size() >= kReadTogether && !stopped_) follow_some();
}

void Marker::add_touched(const object::BlobReference& blob, std::uint32_t reason) {
  const bool was_purged = purged_.erase(blob.digest) != 0;
  mark(blob, reason);
  if (was_purged) purged_.insert(blob.digest);
}

// A blob that has no number was stored after the collection began: who stored it held what it refers to.
void Marker::mark(const object::BlobReference& blob, std::uint32_t reason) {
  if (purged_.contains(blob.digest)) return;
  const auto found = marks_.find(blob.digest);
  if (!found) {
    if (may_refer_to_others(blob.kind) && !store_.engine.view()->find_blob(blob.digest) && !find_loss(store_.view, blob.digest))
      refuse(blob, "it is missing");
    return;
  }
  if (!marks_.mark(found->number)) return;
  ++marked_;
  reasons_.add(reason, found->stored_bytes);
  if (may_refer_to_others(blob.kind)) open_.push({found->number, reason, blob.kind});
}

void Marker::finish() {
  while (!open_.is_empty() && !stopped_) follow_some();
}

// Reads the last ones, as long as they are of one kind: those that were named together lie together.
void Marker::follow_some() {
  if (open_.is_empty()) return;
  stopped_ = !may_go_on_();
  if (stopped_) return;
  std::vector<Open> batch{open_.pop()};
  while (!open_.is_empty() && batch.size() < kReadTogether) {
    const Open next = open_.pop();
    if (next.kind != batch.front().kind) {
      open_.push(next);
      break;
    }
    batch.push_back(next);
  }
  std::vector<Digest> digests;
  for (const Open& one : batch) digests.push_back(marks_.digest(one.number));
  try {
    store_.view.get_many(batch.front().kind, digests, [&](std::size_t index, std::span<const std::byte> bytes) {
      follow(batch[index], bytes);
    });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
    read_each(batch, digests);
  }
}

// What is damaged may have been stored anew since the view was taken.
void Marker::read_each(const std::vector<Open>& batch, const std::vector<Digest>& digests) {
  const auto now = store_.engine.view();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    engine::Bytes bytes;
    try {
      bytes = now->get_blob(batch[i].kind, digests[i]);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
      refuse({batch[i].kind, digests[i]}, error.what());
    }
    follow(batch[i], bytes);
  }
}

void Marker::follow(const Open& from, std::span<const std::byte> bytes) {
  for (const object::BlobReference& named : object::references_of(from.kind, bytes)) mark(named, from.reason);
}

}  // namespace cairn::store
