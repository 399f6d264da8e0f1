// A document of Weave, taken apart and checked: its rows, each with its place.
//
// A document is, known by its keys:
//
//   an object    {"object_id", "val" or "val_dump", "digest", "project_id", "kind", ...}
//   a call       {"id", "op_name", "trace_id", "parent_id", "inputs", "output", ...}
//   a table      {"digest", "row_digests" or "rows", ...}
//   a row        {"digest", "val" or "val_dump"}
//   a file       {"digest", "content"}
//   a list of such rows, of any kinds
//   an export    {"objects": [...], "calls": [...], "tables": [...], "table_rows": [...], "files": [...], "values": [...]}, any
//   of
//                these, also "objs" and "rows" as Weave's server answers; "project_id" is that of rows that do not say theirs
//   a value      anything else
//
// What is called x_dump, or is text where Weave's database has text for a member that is no text, is JSON within JSON:
// val_dump, row_digests, and of calls whose inputs are text also attributes, inputs, input_refs, output, output_refs and
// summary. The content of a file is text, {"$hex": text}, {"$base64": text}, or a list of these: its chunks.
#pragma once

#include <cairn/interchange.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::interchange::weave {

enum class RowKind : std::uint8_t { object, call, table, row, file, value };

struct RowTerm {
  std::string_view name;     ///< for people
  std::string_view type;     ///< of the node that stands for it
  std::string_view section;  ///< of an export
  std::string_view scope;    ///< of the unique id of its node
};

const RowTerm& term_of(RowKind kind);
/// The kind of row that a node stands for; empty for any other node.
std::optional<RowKind> kind_of(const Node& node);

/// One row. Whatever it was written as, `fields` have val (of objects and rows), content (of files, as bytes), and row_digests
/// (of tables) as what they are.
struct Row {
  RowKind kind = RowKind::value;
  std::string section = {};  ///< of an export
  Map fields = {};           ///< of a value: none
  Value value = {};          ///< of a value
  /// By field: the key that it was written under as JSON text; with that text, if Python spells it otherwise.
  Map dumps = {};
  Value spelling = {};         ///< of the content of a file
  std::vector<Row> rows = {};  ///< of a table that has its rows within it
  bool has_rows = false;
  std::string project = {};  ///< what it or the export says
  std::string place = {};

  /// Empty if it is not there, or no text.
  const std::string& text(std::string_view field) const;
  /// The key that the field was written under.
  std::string written_key(std::string_view field) const;
  /// Null if it is not there, or null.
  const Value* find(std::string_view field) const;
};

enum class Form : std::uint8_t { value, row, list, sections };

struct Document {
  Form form = Form::value;
  std::vector<Row> rows;              ///< in the order of the document, by section
  std::vector<std::string> sections;  ///< of an export, in order
  Map rest;                           ///< members of an export that are no sections
};

/// Takes a document apart. What is not of the format throws bad_document with its place, or with ImportOptions::partial is left
/// out and reported.
Document take_apart(const Value& json, const ImportOptions& options, ImportReport& report);

/// A row, and a document, as they were written.
Value written(const Row& row);
Value written(const Document& document);

}  // namespace cairn::interchange::weave
