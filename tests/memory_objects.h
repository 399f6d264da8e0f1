// Objects without a store: their schemas and arrays in maps.
#pragma once

#include <cairn/codec.h>
#include <cairn/error.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "format/blob.h"
#include "format/object.h"
#include "format/schema.h"

namespace cairn::test {

class MemoryObjects : public format::ObjectSink, public format::ObjectSource {
 public:
  using Blob = std::vector<std::byte>;

  format::ContentRef put_array(std::span<const std::byte> bytes) override {
    return {bytes.size(), format::ContentRef::Form::chunk, put(format::BlobKind::chunk, {bytes.begin(), bytes.end()})};
  }
  Digest put_schema(const Schema& schema) override {
    ++schemas_put;
    return put(format::BlobKind::schema, format::encode_schema(schema));
  }
  Digest put_segment(std::span<const std::byte> bytes) override {
    return put(format::BlobKind::list_segment, {bytes.begin(), bytes.end()});
  }
  Digest put_message_schema(std::span<const std::byte> bytes) override {
    ++schemas_put;
    return put(format::BlobKind::message_schema, {bytes.begin(), bytes.end()});
  }
  std::vector<std::byte> get_message_schema(const Digest& digest) override { return get(digest); }
  ArtifactId put_files(const std::function<void(FileWriter&)>&) override {
    throw Error(ErrorCode::internal, "files in memory");
  }
  std::unique_ptr<const FileReader> open_files(const ArtifactId&, std::uint64_t) override {
    throw Error(ErrorCode::internal, "files in memory");
  }
  void keep(const format::BlobReference& named) override { kept.push_back(named); }
  void read_array(const format::ContentRef& content, std::uint64_t offset, std::span<std::byte> out) override {
    const Blob& blob = get(content.digest);
    if (content.size != blob.size() || offset > blob.size() || out.size() > blob.size() - offset)
      throw Error(ErrorCode::damaged, "content: too short");
    bytes_read += out.size();
    std::copy_n(blob.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
  }
  std::shared_ptr<const Schema> get_schema(const Digest& digest) override {
    return std::make_shared<const Schema>(format::decode_schema(get(digest)));
  }

  std::vector<std::byte> get_segment(const Digest& digest) override {
    ++segments_read;
    return get(digest);
  }

  Blob encode(const Encodable& value) { return format::encode_object(value, *this, options); }
  template <class T>
  T decode(const Blob& bytes) {
    std::optional<T> value;
    format::decode_object(bytes, *this, [&](const Decoder& in) { value.emplace(cairn::decode<T>(in)); }, options);
    return std::move(*value);
  }

  format::ObjectOptions options;
  std::map<Digest, Blob> blobs;
  std::vector<format::BlobReference> kept;
  std::size_t schemas_put = 0;
  std::size_t bytes_read = 0;
  std::size_t segments_read = 0;

 private:
  Digest put(format::BlobKind kind, Blob bytes) {
    const Digest digest = format::blob_digest(kind, 0, bytes);
    blobs.emplace(digest, std::move(bytes));
    return digest;
  }
  const Blob& get(const Digest& digest) const {
    const auto found = blobs.find(digest);
    if (found == blobs.end()) throw Error(ErrorCode::damaged, "no blob " + digest.hex());
    return found->second;
  }
};

/// What `value` is after it was stored and loaded.
template <class T>
T round_trip(const T& value) {
  MemoryObjects objects;
  return objects.decode<T>(objects.encode(encodable(value)));
}

template <class T>
std::vector<std::byte> bytes_of(const T& value) {
  MemoryObjects objects;
  return objects.encode(encodable(value));
}

/// The message of the Error with `code` that `call` throws; empty if it throws none.
template <class Call>
std::string error_of(ErrorCode code, Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    if (error.code() == code) return error.what();
    return std::string("another error: ") + error_name(error.code()) + ": " + error.what();
  }
  return {};
}

/// As round_trip, from one type to another.
template <class To, class From>
std::string mismatch_of(const From& value, ErrorCode code = ErrorCode::type_mismatch) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(value));
  return error_of(code, [&] { (void)objects.decode<To>(bytes); });
}

}  // namespace cairn::test
