// Indexes of attributes: made, built over the nodes that are there, listed and dropped.
//
// Which indexes there are stands in a cell of their own, and every commit that writes nodes reads it in the view it is built on.
// That an index which is ready lacks no entry and has none too many rests on the commit gate, in which a commit is from before
// it takes its view until it is published, and on there being one process that writes:
//
//   1. An index is entered, in the state `building`, alone in the gate. So each commit of nodes was published before, or took
//      its view later and keeps up the entries of its nodes: it adds those of new nodes, and for changed ones it removes the
//      entry that follows from the record before and adds the one that follows from the new.
//   2. Nodes that were published before are in every later view. Batches go over all records in order of id, each alone in
//      the gate: so what a batch reads is what its entries are added to, and no commit comes between. `next` moves on in the
//      commit that adds them. Adding an entry that is there changes nothing.
//   3. The batch that finds no more nodes sets the state to `ready`. Nodes that came meanwhile with lower ids than `next` were
//      written by commits of the second kind in 1.
//   4. `dropping` is set alone in the gate: later commits leave the index alone, and no earlier one is on its way. Then its
//      entries are removed, at last its row; its number is never used again.
//
// A load knows the indexes that were there when it began. Those that were made since, and are past its ids already, it sets
// back to `building` at its first id, alone in the gate together with its own commit, and builds them on afterwards.
#pragma once

#include <cairn/attribute_index.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/engine.h"
#include "graph/attribute_index.h"
#include "store/store_state.h"

namespace cairn::store {

using IndexProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// As Store::index_attribute.
void index_attribute(StoreState& state, const FilterPath& path, const IndexProgress& progress);
/// As Store::attribute_indexes.
std::vector<AttributeIndex> list_attribute_indexes(const engine::View& view, bool count_entries);
/// As Store::drop_attribute_index.
void drop_attribute_index(StoreState& state, const FilterPath& path);

/// Lets the index begin again at `first`, if it is beyond. For who is alone in the gate.
void set_back_attribute_index(StoreState& state, std::uint32_t number, engine::NodeId first);
/// Goes on until the index is ready. Throws conflict if it is dropped meanwhile.
void build_attribute_index(StoreState& state, std::uint32_t number, const IndexProgress& progress);

/// The entries of nodes in the indexes that the view has; what their attributes need is read from `blobs`, which must outlive
/// them.
graph::AttributeEntries attribute_entries(const engine::View& view, const engine::BlobSource& blobs);

}  // namespace cairn::store
