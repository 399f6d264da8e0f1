// Objects in and out of the store, with the schemas and arrays they need.
#pragma once

#include <cairn/codec/core.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/object.h"
#include "object/schema_cache.h"

namespace cairn::object {

/// Writes objects into one staging, and each schema only once. For many objects it is twice as fast as write_object.
class ObjectWriter {
 public:
  explicit ObjectWriter(engine::Staging& staging, const format::ObjectOptions& options = {})
      : staging_(staging), options_(options) {}

  /// Stages the value, its schemas and its large arrays, and holds the objects and artifacts it names. Equal values
  /// get equal ids. Throws unstorable with the path of what has no lossless form, not_found with the path of what
  /// names nothing in the store, limit, and what staging throws.
  ObjectId write(const Encodable& value);
  /// The canonical bytes of an object that will be kept inside a record; its schemas and large arrays are staged.
  std::vector<std::byte> write_bytes(const Encodable& value);

 private:
  class Sink;
  struct StagedSchema {
    Schema schema;
    Digest digest;
    const Schema* is_static;  // where it is, if it stays there
  };

  engine::Staging& staging_;
  const format::ObjectOptions options_;
  std::vector<StagedSchema> schemas_;
};

/// As ObjectWriter::write, for one object.
ObjectId write_object(engine::Staging& staging, const Encodable& value, const format::ObjectOptions& options = {});
/// As ObjectWriter::write_bytes, for one object.
std::vector<std::byte> write_object_bytes(engine::Staging& staging, const Encodable& value,
                                          const format::ObjectOptions& options = {});

/// How stored objects are read.
struct ObjectReading {
  format::ObjectOptions options;
  SchemaCache* cache = nullptr;  ///< without one, the schemas of each object are read anew
};

/// Calls `read` with the stored value. Throws not_found, damaged, limit, and what `read` throws.
void read_object(const engine::BlobSource& blobs, const ObjectId& id, const std::function<void(const Decoder&)>& read,
                 const ObjectReading& reading = {});
/// As read_object, for an object whose bytes are at hand, such as the attributes of a node.
void read_object_bytes(const engine::BlobSource& blobs, std::span<const std::byte> bytes,
                       const std::function<void(const Decoder&)>& read, const ObjectReading& reading = {});

/// The object as plain data. Arrays kept outside it become StoredArray unless `load_arrays`.
Value read_value(const engine::BlobSource& blobs, const ObjectId& id, bool load_arrays, const ObjectReading& reading = {});

/// What an object is, without its content.
struct ObjectSummary {
  std::string type;                    ///< its class, or its kind of value, such as "map"
  std::uint32_t class_version = 0;     ///< 0 if it is of no class
  bool is_class = false;
  std::uint64_t size_bytes = 0;        ///< of the blob, arrays kept outside it not counted
  format::ObjectReferences references; ///< what it needs and what it points to
};

/// Throws not_found, damaged.
ObjectSummary summarize(const engine::View& view, const ObjectId& id, const ObjectReading& reading = {});

}  // namespace cairn::object
