// Files of codecs: artifacts that are written and read name by name.
#pragma once

#include <cairn/files.h>

#include <functional>
#include <memory>

#include "engine/engine.h"

namespace cairn::object {

/// Stages what `write` adds as one artifact: a directory, all modes and times the same. Throws what `write` and staging
/// throw.
ArtifactId write_files(engine::Staging& staging, const std::function<void(FileWriter&)>& write);

/// Reads the names, and none of the files, of which it later reads none into memory that has more than
/// `read_most` bytes. Throws not_found, damaged, and type_mismatch if it is no directory. `blobs` must
/// outlive what is returned.
std::unique_ptr<const FileReader> open_files(const engine::BlobSource& blobs, const ArtifactId& id,
                                             std::uint64_t read_most);

}  // namespace cairn::object
