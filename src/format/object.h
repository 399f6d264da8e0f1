// Objects as blobs: from any storable value to canonical bytes and back. Source: schema/FORMAT.md, "Objects".
#pragma once

#include <cairn/codec/core.h>
#include <cairn/fallback.h>
#include <cairn/limits.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "format/content.h"
#include "format/references.h"

namespace cairn::format {

/// What the program, not the data, decides about objects.
struct ObjectOptions {
  Limits limits = {};
  std::shared_ptr<const Registry> registry = {};  ///< empty: nothing is registered
  Fallback fallback = Fallback::strict;           ///< for writing
  bool is_check = false;                          ///< of what was written a moment ago, whatever the allow list says
  bool check_writes = false;                      ///< what is written is read back, loaded, encoded again and compared
  bool type_hint = false;                         ///< for reading, see ReadOptions
};

const Registry& registry_of(const ObjectOptions& options);

/// Nulls in lists take no room in canonical form; an object has at most so many of them beyond its size in words.
inline constexpr std::uint64_t kEmptyElementsMax = std::uint64_t{1} << 24;
[[noreturn]] void throw_object_size(std::uint64_t bytes, const Limits& limits);
/// Distinct classes in one object.
inline constexpr std::uint32_t kSchemasMax = 65'535;

/// Where the blobs that an object needs go while it is encoded.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  /// Stores a blob of kind segment and returns its digest.
  virtual Digest put_segment(std::span<const std::byte> bytes) = 0;
  virtual ContentRef put_array(std::span<const std::byte> bytes) = 0;
  /// Stores the schema and returns the digest that names it. Called once for each distinct schema of an object.
  virtual Digest put_schema(const Schema& schema) = 0;
  /// As put_schema, for a schema with static storage duration: it may be known again by its address.
  virtual Digest put_static_schema(const Schema& schema) { return put_schema(schema); }
  /// Stores a blob of kind message_schema. Called once for each distinct one of an object.
  virtual Digest put_message_schema(std::span<const std::byte> bytes) = 0;
  /// Stores an artifact of the files that `write` adds.
  virtual ArtifactId put_files(const std::function<void(FileWriter&)>& write) = 0;
  /// The object names another object or artifact; throws not_found if it is not in the store.
  virtual void keep(const BlobReference& named) = 0;
};

/// Where the blobs that an object needs come from while it is decoded.
class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  virtual std::vector<std::byte> get_segment(const Digest& digest) = 0;
  /// Fills `out` from byte `offset` of the content; throws damaged if it ends before.
  virtual void read_array(const ContentRef& content, std::uint64_t offset, std::span<std::byte> out) = 0;
  virtual std::shared_ptr<const Schema> get_schema(const Digest& digest) = 0;
  virtual std::vector<std::byte> get_message_schema(const Digest& digest) = 0;
  /// Valid as long as this. Throws type_mismatch if the artifact is no directory.
  virtual std::unique_ptr<const FileReader> open_files(const ArtifactId& id, std::uint64_t read_most) = 0;
};

/// The bytes of a blob of kind object. Equal values have equal bytes. Throws unstorable with the path of what has no
/// lossless form, limit, and what the sink throws.
std::vector<std::byte> encode_object(const Encodable& value, ObjectSink& sink, const ObjectOptions& options = {});

/// Calls `read` with the value. Throws damaged if `bytes` are no object, limit, and what `read` throws.
void decode_object(std::span<const std::byte> bytes, ObjectSource& source,
                   const std::function<void(const Decoder&)>& read, const ObjectOptions& options = {});

/// What an object refers to directly. Schemas come first and are distinct; the others follow in the order they are
/// met and may repeat.
struct ObjectReferences {
  /// Schemas, segments, schemas of messages, roots of arrays and messages kept outside, objects and artifacts.
  std::vector<BlobReference> blobs;
  std::vector<Uuid> nodes;

  friend bool operator==(const ObjectReferences&, const ObjectReferences&) = default;
};

/// Throws damaged if `bytes` are no object or segment. Needs no other blob.
ObjectReferences object_references(std::span<const std::byte> bytes);

}  // namespace cairn::format
