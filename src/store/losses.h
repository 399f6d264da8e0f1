// Losses: blobs that were damaged or missing, and that no repair could save.
//
// Each has a claim by its digest, which counts as long as the blob is not there: so whatever stores the same content again ends the
// loss, and need not know of it. Claims that do not count any more are removed by the next repair or collection.
#pragma once

#include <cairn/error.h>

#include <functional>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "format/purge_record.h"

namespace cairn::store {

/// Of a blob that is not there: what a repair said of it. Cost: a look-up.
std::optional<format::LostRecord> find_loss(const engine::View& view, const Digest& digest);
/// Whether a blob that is not there is missed by nobody any more: lost, or purged.
bool is_given_up(const engine::View& view, const Digest& digest);
/// In words, without kind and digest.
std::string loss_text(const format::LostRecord& loss);
/// What to throw for a blob that could not be found: `error`, or damaged, with what is known of its loss.
Error missing_error(const engine::View& view, engine::BlobKind kind, const Digest& digest, const Error& error);

void visit_losses(const engine::View& view, const std::function<void(const Digest&, const format::LostRecord&)>& visit);
/// Removes the claims of blobs that are there again. Cost: a look-up for each claim. Returns how many they are.
std::size_t end_losses(engine::Engine& engine, bool dry_run = false);

}  // namespace cairn::store
