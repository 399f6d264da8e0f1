// Reading a bundle front to back: nothing of it is believed before its checksum, and no length before that of its header.
#pragma once

#include <cairn/bundle.h>

#include <iosfwd>

#include "store/bundle_parts.h"

namespace cairn::store {

/// Tells the sink the parts, as they come; what the index says is compared with what came before finish(). Of blobs the digest is
/// compared. Throws bad_document, newer_format, damaged naming the offset, and what the sink throws. Memory: a frame.
BundleReport read_bundle(std::istream& in, BundleSink& sink);

/// As cairn::list_bundle.
BundleReport list_bundle(std::istream& in);

}  // namespace cairn::store
