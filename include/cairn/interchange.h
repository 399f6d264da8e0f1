// Interchange: documents of other systems in and out of a store.
//
//   std::ifstream file("provenance.json");
//   const ImportReport report = import_document(store, "prov", file);
//   std::cout << report.text();
//   export_document(store, "prov", report.roots, std::cout);
//
// An import is one atomic commit: all of a document comes in, or nothing. What of it cannot be as it was given is said in the
// report, item by item.
//
// prov, W3C PROV-JSON, in: entities and agents are data nodes of type prov:Entity and prov:Agent, activities calculations of type
// prov:Activity (or what cairn:kind says), with the attributes of their records, and their URIs as unique ids in the scopes "prov"
// and "prov-activity": what two documents describe is one node. wasGeneratedBy is a create link, used an input link, alternateOf a
// mutual one, every other relation a reference from its subject, labelled with the relation's name. A node of type prov:Document
// refers to what the document describes, and holds what no node and no link says; exporting it gives the document back.
// Out, of other nodes: themselves by the names that they came in with, else as cairn:<UUID> with attributes in urn:cairn:.
//
// aiida, archives of AiiDA: main_0001 (a zip of metadata.json, an SQLite database and files) in and out, the older 0.4 to 0.13
// (JSON, in a zip or tar.gz) in, as what main_0001 would say. Each node of AiiDA is one with its UUID, type, label, attributes
// and extras: data (also of a type that AiiDA does not have), a calculation or a workflow; its links are input, create, return
// and call links by the same labels. What else a row has is the attribute aiida.node. The content of data is its files;
// without any its value, of Int, Float, Bool, Str and List that, else its attributes. The files of a process are those of a
// data node that it refers to as repository. Users (by address), computers, groups, comments and logs are data nodes of type
// aiida:User, ..., and what refers to what is a reference link: user, computer, member, dbnode. A node of type aiida:Archive
// refers to all that came in, and holds what no node says: metadata, and how the archive differs from what was in the store,
// which import does not change. Checkpoints of processes stay text, and are never evaluated. Links that dangle, have an
// unknown type or bad label, or break a rule of the graph end the import; or are left out, the last come in marked
// (Store::violations), and are reported with their rows. Out, of other nodes: those alone that came from AiiDA.
//
// json, plain JSON, in: the document is the content of a data node of type json:Value, one for all documents that say the same
// (order of keys and spelling of reals apart), with the id of the object as unique id in the scope "json-value". json-lines: so is
// each line that is not empty, and is stored before the next is read. cairn-json: as json, with the '$' forms of value_json.h, so
// that it says any value. Out, of any node with a value: a document a line; of several nodes, those are json-lines.
//
// airflow, a value of Airflow's serialization, in: a data node of type airflow:Value holds what the document means: tuples, sets,
// decimals, times and zones, UUIDs and numbers of numpy as those; other classes as Objects of their names and versions, and so data
// frames, whose bytes are opaque. All documents that mean the same share it. A data node of type airflow:Document refers to it as
// "value"; its description is the text that Airflow shows without loading classes, its content what the value does not say, such as
// old forms and versions. Out: the document; of any other node with a value, what Airflow reads as that value.
//
// weave, of W&B Weave, in and out: values, rows of objects, calls, tables, rows and files, and exports that have lists of these. A
// version of an object is a data node of type weave:Object or weave:Op, with its value as content, its reference (weave:///...) and
// that of its number as unique ids in the scope "weave", and its digest as the tag weave:<digest>: as recorded, whether or not it
// follows from the value, which the report tells. Tables, rows and files are data nodes that are referred to by what holds them.
// Calls are calculations, those that called others workflows; what their inputs name are input links, what their outputs name
// create or return links. A map that names its class with _type is an Object, a reference an Identity of the scope "weave", both
// with the link that leads to the node; what is only named has a node of type weave:Reference. Code that loads a value (load_op),
// and that of ops, is data, and is never run. How rows were written is kept in a node of type weave:Document.
//
// gemd, documents of GEMD (context and object, raw, or thin), in: each object with unique ids is one node of type gemd:TYPE, named by
// them in the scopes gemd:SCOPE, with its record as attributes; documents that say the same of it share it. Runs of processes and
// measurements are calculations, all else is data. A material has a create link from its process, the material of an ingredient an
// input link to the process, labelled with the ingredient's name, a measured material one to the measurement; every other link is a
// reference labelled with its field. Opaque, and kept: fields and choices that GEMD has not, values out of the bounds of their
// templates, types that it has not (ImportOptions::partial), what nests deeper than 64 levels in an object. A node of type
// gemd:Document says where in the document each object stands; exporting it gives the document back. Out, of objects: a context with
// all that is connected with them, each object after what it links to.
//
// openlineage: run events of processes. ro-crate: a Workflow Run RO-Crate, with the files that belong to it.
//
// scalems, workflow documents (scalems_workflow_1), records and file store metadata of SCALE-MS: types, elements and documents
// are data nodes, elements that are done (with inputs or a result) calculations, of their own types and with their uids, or
// else their fingerprints, as unique ids in the scope "scalems". What a calculation refers to, also through elements that only
// gather others, is an input link, its result a create link, every other reference a reference link labelled with the member.
// Data are contents, arrays of numbers as such; all other members attributes. What an element says of a uid that the store has
// and that says something else is a node of its own, without the uid. References that lead neither within the document nor to a
// uid of the store go to ImportOptions::resolve. Out: documents, and chosen elements with what they refer to.
//
// A step whose result was taken over from another run is exported as any other, with the process that made the result: in prov by
// wasInformedBy, in openlineage by the run facet cairn_reuse, in ro-crate by isBasedOn.
#pragma once

#include <cairn/store.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A format that documents are read or written in.
struct FormatInfo {
  std::string_view name;  ///< as import_document and export_document take it: "prov"
  std::string_view title;
  bool imports = false;
  bool exports = false;
  bool has_files = false;  ///< export may write a directory: the document and files beside it
  /// Export takes any node; else only those that came in by this format, and throws unstorable for others.
  bool exports_any_node = false;
};

/// Every format there is, in order of name.
std::span<const FormatInfo> formats();

/// What became of an item that is not, or not only, what the document says.
enum class Outcome : std::uint8_t {
  refused,     ///< it is wrong, and was left out
  altered,     ///< it came in as something else, since the rules of the graph or of the format do not allow it as it is
  unresolved,  ///< it refers to something that is neither in the document nor in the store
  opaque,      ///< it is kept, and comes back on export, but nothing in the graph says it
};

std::string_view outcome_name(Outcome outcome);

struct ReportItem {
  Outcome outcome = Outcome::altered;
  std::string place;  ///< in the document: a JSON pointer; on export, the id of a node
  std::string what;

  friend bool operator==(const ReportItem&, const ReportItem&) = default;
};

struct ImportOptions {
  std::string name = {};  ///< of the document, for people: the label of the node that stands for it
  std::string run = {};   ///< the run that new nodes belong to, made if absent; if empty, none
  bool partial = false;   ///< leave out what is wrong, and report it; else the first such thing ends the import
  std::uint64_t document_bytes_max = 128u << 20;  ///< a longer one throws limit
  bool allow_nonfinite = false;     ///< JSON may have NaN, Infinity and -Infinity, as Python writes them
  bool references_as_text = false;  ///< text that has the form of a reference stays text (weave)
  /// Patterns of the classes that may come in, with * for any text; if empty, all (airflow).
  std::vector<std::string> allowed_classes = {};
  /// The node that a reference means which leaves the document; empty if there is none. If null, there is none for any.
  std::function<std::optional<Uuid>(std::string_view reference)> resolve = {};
};

/// What importing came to.
struct ImportReport {
  std::string format;
  std::vector<Uuid> roots;           ///< what stands for the document: exporting these gives it back
  bool was_there = false;            ///< an equal document came in before, and nothing was written
  std::uint64_t nodes_new = 0;
  std::uint64_t nodes_known = 0;     ///< that the document describes or names, and that were in the store already
  std::uint64_t links_new = 0;
  std::vector<ReportItem> items;     ///< in the order of the document

  std::uint64_t count(Outcome outcome) const;
  /// Lines for people: the counts, then the items.
  std::string text() const;
  /// One object: format, roots, was_there, nodes_new, nodes_known, links_new, items of outcome, place and what.
  std::string json() const;
};

struct ExportOptions {
  /// Also what the nodes came from: by input and create links, all the way, and by call links. Else what is named, what it
  /// called, and what that used and made.
  bool ancestors = true;
  /// A new or empty directory for the document and the files that belong to it, of formats that have files. It appears when
  /// it is complete. If empty, the document alone is written to the stream.
  std::filesystem::path into = {};
};

/// What exporting came to.
struct ExportReport {
  std::string format;
  std::uint64_t nodes = 0;        ///< that are described
  std::uint64_t statements = 0;   ///< of the format: records, events or entities
  std::uint64_t files = 0;        ///< written below ExportOptions::into
  std::vector<ReportItem> items;  ///< what the format has no words for

  std::string text() const;
  std::string json() const;
};

/// Reads a document. Throws invalid_argument for a format that is none or does not import; bad_document with the place (line
/// and column, or a JSON pointer) for what is not well-formed or not of the format; limit for one that is too long or nests
/// too deep; what BulkLoad::commit throws. After a throw nothing of the document is in the store. Memory: some thirty times the
/// size of a document of small records.
ImportReport import_document(Store& store, std::string_view format, std::istream& in, const ImportOptions& options = {});

/// Writes nodes, and what belongs to them (see ExportOptions::ancestors), as one document. Throws invalid_argument for a format
/// that is none or does not export; not_found for a node that is not there; exists if ExportOptions::into is there and not an
/// empty directory; io if the stream or the system refuses.
ExportReport export_document(const Store& store, std::string_view format, std::span<const Uuid> nodes, std::ostream& out,
                             const ExportOptions& options = {});

}  // namespace cairn
