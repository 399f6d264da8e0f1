// Content in and out: the chunker over a stream of bytes, and reading back any range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "engine/engine.h"
#include "format/content.h"

namespace cairn::object {

/// Cuts a stream into chunks, stages them and the tree of chunk lists above them. Equal bytes give an equal result,
/// however they are split into appends. Memory: one chunk and one open list a level, whatever the length; a chunk
/// that lies whole in the appended span is staged from there, without a copy.
class ContentWriter {
 public:
  explicit ContentWriter(engine::Staging& staging);
  ~ContentWriter();
  /// Throws what stage_blob throws; the writer can then not be used any more.
  void append(std::span<const std::byte> bytes);
  /// Ends the stream. Nothing may be appended after it.
  format::ContentRef finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A whole buffer at once; cuts where the stream would be cut.
format::ContentRef write_content(engine::Staging& staging, std::span<const std::byte> bytes);

/// A chunk or a hole of one content.
struct Extent {
  std::uint64_t begin = 0;
  format::ChunkList::Entry entry;

  std::uint64_t end() const { return begin + entry.size; }
};

/// Finds any range of one content; keeps the chunk lists it is working in. Not thread-safe.
class ContentReader {
 public:
  ContentReader(const engine::BlobSource& blobs, const format::ContentRef& content);
  ~ContentReader();
  /// Fills `out` from `offset`; throws invalid_argument past the end, damaged when a chunk or list is.
  void read(std::uint64_t offset, std::span<std::byte> out);
  /// Bytes from `offset` up to, usually, the end of its chunk; at least one. They live until the next call: reading
  /// all of a large content this way copies nothing. Throws as read does.
  std::span<const std::byte> piece_at(std::uint64_t offset);
  /// The chunk or hole that holds `offset`, which is not read. Throws as read does.
  Extent extent_at(std::uint64_t offset);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Calls `visit` with the place and the bytes of each chunk, and with the place of each hole and no bytes, in any order.
/// Throws as ContentReader::read, and what `visit` throws. The quickest way to all of a content. Memory: bounded.
void for_each_extent(const engine::BlobSource& blobs, const format::ContentRef& content,
                     const std::function<void(const Extent&, std::span<const std::byte>)>& visit);

}  // namespace cairn::object
