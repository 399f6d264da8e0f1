#include "object/blobs.h"
#include "object/chunk_tree.h"
#include "object/chunker.h"
#include "object/content.h"

namespace cairn::object {

class ContentWriter::Impl {
 public:
  explicit Impl(engine::Staging& staging) : staging_(staging), tree_(staging) {}

  void append(std::span<const std::byte> bytes) {
    while (const std::optional<std::size_t> cut = chunker_.next_cut(bytes)) {
      end_chunk(bytes.first(*cut));
      bytes = bytes.subspan(*cut);
    }
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  }

  format::ContentRef finish() {
    if (!pending_.empty()) end_chunk({});
    return tree_.finish();
  }

 private:
  void end_chunk(std::span<const std::byte> last) {
    if (pending_.empty()) return add_chunk(last);
    pending_.insert(pending_.end(), last.begin(), last.end());
    add_chunk(pending_);
    pending_.clear();
  }

  void add_chunk(std::span<const std::byte> chunk) {
    tree_.add({stage_blob(staging_, engine::BlobKind::chunk, chunk), chunk.size()});
  }

  engine::Staging& staging_;
  Chunker chunker_;
  ChunkTree tree_;
  std::vector<std::byte> pending_;  // the begin of a chunk whose end has not been appended yet
};

ContentWriter::ContentWriter(engine::Staging& staging) : impl_(std::make_unique<Impl>(staging)) {}
ContentWriter::~ContentWriter() = default;
void ContentWriter::append(std::span<const std::byte> bytes) { impl_->append(bytes); }
format::ContentRef ContentWriter::finish() { return impl_->finish(); }

format::ContentRef write_content(engine::Staging& staging, std::span<const std::byte> bytes) {
  ContentWriter writer(staging);
  writer.append(bytes);
  return writer.finish();
}

}  // namespace cairn::object
