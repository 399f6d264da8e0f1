// Rows of AiiDA's tables as nodes, and back.
#pragma once

#include <cairn/node.h>
#include <cairn/transaction.h>

#include <string>
#include <vector>

#include "interchange/aiida/source.h"
#include "interchange/aiida/terms.h"

namespace cairn::interchange::aiida {

/// The row without what it refers to and without files. A node of AiiDA has its attributes, with the entry kKeptName: the
/// columns that a node has no place for, or cannot hold. All others have their columns as attributes. Throws bad_document with
/// the place.
NewNode new_node(const TableTerm& table, const Row& row, const std::string& place);

/// What data without files is, as a value that programs other than AiiDA know: of numbers, texts, booleans and lists that, of all
/// others their attributes. Null if it has none.
Value value_of_data(const TableTerm& table, const Row& row);

/// The table whose row the node was; null if it did not come from AiiDA.
const TableTerm* table_of(const Node& node);

/// The columns of such a node; null for references.
std::vector<Value> values_of(const TableTerm& table, const Node& node);

/// The repository_metadata of a node of AiiDA.
Value repository_of(const Node& node);

/// By what name a row without a UUID is known: users by their address. Empty for others.
Identity identity_of(const TableTerm& table, const Row& row);

/// By what a row must differ from others of its table beside its UUID: computers by their label, groups by that and their type.
/// Empty for others.
std::string unique_label_of(const TableTerm& table, const std::vector<Value>& values);

/// The UUID of a row that has one. Throws bad_document.
Uuid uuid_of(const Row& row, const std::string& place);

}  // namespace cairn::interchange::aiida
