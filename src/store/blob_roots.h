// Blob roots: what records and rows refer to, and so keep.
#pragma once

#include <functional>

#include "format/records.h"
#include "object/references.h"

namespace cairn::store {

using VisitRoot = std::function<void(const object::BlobReference&)>;

/// What a value names that is kept inside a record; empty bytes are none. Throws damaged.
void visit_parts(std::string_view embedded, const VisitRoot& visit);
/// The content of a node, and what its attributes and extras name. Throws damaged.
void visit_roots_of_node(const format::NodeRecord& record, const VisitRoot& visit);
/// What the rows of a cell refer to: checkpoints, pending writes, parameters of steps, extras of groups. Passes over damaged rows.
void visit_roots_of_cell(const engine::View& view, format::CellId cell, const VisitRoot& visit);
/// Those of all nodes and cells, purged or not. Passes over what is damaged.
void visit_roots(const engine::View& view, const VisitRoot& visit);

}  // namespace cairn::store
