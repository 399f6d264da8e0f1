// Quarantine: bytes that a store gives up are kept beside it, for people.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace cairn::engine {

/// The directory in a store that has them; it need not be there.
std::filesystem::path quarantine_path(const std::filesystem::path& store);

/// Makes it, and returns its path. Throws io.
std::filesystem::path make_quarantine(const std::filesystem::path& store);

/// Keeps the bytes as a file of that name, in place of one that is there already: durable when it returns. Throws io, no_space.
void keep_aside(const std::filesystem::path& store, std::string_view name, std::string_view bytes);

/// Keeps a copy of a file, from the byte `begin` on.
void keep_file_aside(const std::filesystem::path& store, std::string_view name, const std::filesystem::path& file, std::uint64_t begin = 0);

/// An engine that can let go of blobs whose bytes are wrong.
class BlobQuarantine {
 public:
  virtual ~BlobQuarantine() = default;
  /// Keeps what is stored of each blob aside, as `<digest>.blob`: the header of a record in a pack, then the stored bytes as far as they
  /// can be read. Then, in one commit, the blobs are not there any more. Blobs that are not there are passed over.
  virtual void set_aside(std::span<const Digest> blobs) = 0;
};

/// As BlobQuarantine::set_aside; does nothing to an engine that has no damage to fear.
void set_aside(Engine& engine, std::span<const Digest> blobs);

}  // namespace cairn::engine
