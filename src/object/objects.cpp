#include "object/objects.h"

#include <cairn/codec/value.h>

#include <optional>

#include "format/schema.h"
#include "object/blobs.h"
#include "object/content.h"
#include "object/files.h"
#include "object/references.h"
#include "object/write_check.h"

namespace cairn::object {

namespace {

/// Keeps the reader of the content that was read last: ranges of one array are often read in a row.
class BlobObjectSource : public format::ObjectSource {
 public:
  BlobObjectSource(const engine::BlobSource& blobs, SchemaCache& cache) : blobs_(blobs), cache_(cache) {}

  void read_array(const format::ContentRef& content, std::uint64_t offset, std::span<std::byte> out) override {
    if (!reader_ || content_ != content) {
      reader_.reset();
      reader_.emplace(blobs_, content);
      content_ = content;
    }
    reader_->read(offset, out);
  }
  std::shared_ptr<const Schema> get_schema(const Digest& digest) override { return cache_.get(blobs_, digest); }
  std::vector<std::byte> get_segment(const Digest& digest) override {
    return blobs_.get_blob(format::BlobKind::list_segment, digest);
  }
  std::unique_ptr<const FileReader> open_files(const ArtifactId& id, std::uint64_t read_most) override {
    return object::open_files(blobs_, id, read_most);
  }
  std::vector<std::byte> get_message_schema(const Digest& digest) override {
    return blobs_.get_blob(format::BlobKind::message_schema, digest);
  }

 private:
  const engine::BlobSource& blobs_;
  SchemaCache& cache_;
  format::ContentRef content_;
  std::optional<ContentReader> reader_;
};

}  // namespace

/// Where the blobs of the object that is being written go.
class ObjectWriter::Sink : public format::ObjectSink {
 public:
  explicit Sink(ObjectWriter& writer) : writer_(writer) {}

  format::ContentRef put_array(std::span<const std::byte> bytes) override {
    return write_content(writer_.staging_, bytes);
  }
  Digest put_schema(const Schema& schema) override { return put_schema(schema, nullptr); }
  Digest put_static_schema(const Schema& schema) override {
    for (const StagedSchema& staged : writer_.schemas_)
      if (staged.is_static == &schema) return staged.digest;
    return put_schema(schema, &schema);
  }

  Digest put_segment(std::span<const std::byte> bytes) override {
    return stage_blob(writer_.staging_, format::BlobKind::list_segment, bytes);
  }
  Digest put_message_schema(std::span<const std::byte> bytes) override {
    return stage_blob(writer_.staging_, format::BlobKind::message_schema, bytes);
  }
  ArtifactId put_files(const std::function<void(FileWriter&)>& write) override {
    return write_files(writer_.staging_, write);
  }
  void keep(const format::BlobReference& named) override { hold(writer_.staging_, named); }

 private:
  static constexpr std::size_t kSchemasKnownMax = 32;  // looked through one by one

  Digest put_schema(const Schema& schema, const Schema* is_static) {
    for (StagedSchema& staged : writer_.schemas_) {
      if (staged.schema != schema) continue;
      if (is_static != nullptr) staged.is_static = is_static;
      return staged.digest;
    }
    const Digest digest = stage_blob(writer_.staging_, format::BlobKind::schema, format::encode_schema(schema));
    if (writer_.schemas_.size() < kSchemasKnownMax) writer_.schemas_.push_back({schema, digest, is_static});
    return digest;
  }

  ObjectWriter& writer_;
};

std::vector<std::byte> ObjectWriter::write_bytes(const Encodable& value) {
  Sink sink(*this);
  std::vector<std::byte> bytes = format::encode_object(value, sink, options_);
  if (options_.check_writes) check_written(staging_, bytes, value, options_);
  return bytes;
}

ObjectId ObjectWriter::write(const Encodable& value) {
  return {stage_blob(staging_, format::BlobKind::object, write_bytes(value))};
}

ObjectId write_object(engine::Staging& staging, const Encodable& value, const format::ObjectOptions& options) {
  return ObjectWriter(staging, options).write(value);
}

std::vector<std::byte> write_object_bytes(engine::Staging& staging, const Encodable& value,
                                          const format::ObjectOptions& options) {
  return ObjectWriter(staging, options).write_bytes(value);
}

void read_object_bytes(const engine::BlobSource& blobs, std::span<const std::byte> bytes,
                       const std::function<void(const Decoder&)>& read, const ObjectReading& reading) {
  SchemaCache own;
  BlobObjectSource source(blobs, reading.cache != nullptr ? *reading.cache : own);
  format::decode_object(bytes, source, read, reading.options);
}

void read_object(const engine::BlobSource& blobs, const ObjectId& id, const std::function<void(const Decoder&)>& read,
                 const ObjectReading& reading) {
  read_object_bytes(blobs, blobs.get_blob(format::BlobKind::object, id.digest), read, reading);
}

Value read_value(const engine::BlobSource& blobs, const ObjectId& id, bool load_arrays, const ObjectReading& reading) {
  Value value;
  read_object(blobs, id, [&](const Decoder& in) { value = decode_value(in, load_arrays); }, reading);
  return value;
}

ObjectSummary summarize(const engine::View& view, const ObjectId& id, const ObjectReading& reading) {
  const engine::Bytes bytes = view.get_blob(format::BlobKind::object, id.digest);
  ObjectSummary summary;
  summary.size_bytes = bytes.size();
  summary.references = format::object_references(bytes);
  const auto describe = [&](const Decoder& root) {
    const Decoder in = root.without_sharing();
    summary.type = value_kind_name(in.kind());
    summary.is_class = in.kind() == ValueKind::object;
    if (!summary.is_class) return;
    summary.type = in.object().class_name();
    summary.class_version = in.object().class_version();
  };
  read_object_bytes(view, bytes, describe, reading);
  return summary;
}

}  // namespace cairn::object
