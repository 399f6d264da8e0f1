// Reads one part of a document: finds the objects and links in it, and checks what the fields of its objects
// hold.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "interchange/gemd/document.h"

namespace cairn::interchange::gemd {

/// What is not of the format, and where in the document.
struct Fault {
  std::string place;
  std::string problem;
};

bool is_number(const Value& value);
/// True if there are more than so many lists and maps in one another.
bool nests_deeper(const Value& value, unsigned levels);
/// True for a map that says its type.
bool is_typed(const Value& value);

/// Adds to the document what it finds: entities, links, and parts for objects that are read by themselves.
class PartReader {
 public:
  PartReader(const ImportOptions& options, ImportReport& report, Document& document, std::size_t number)
      : options_(options), report_(report), document_(document), number_(number) {}

  /// Throws Fault.
  void read();

 private:
  void visit(const Value& value, const Path& path, unsigned depth);
  void visit_elements(const List& list, const Path& path, unsigned depth);
  void visit_entries(const Map& map, const Path& path, unsigned depth);
  void visit_object(const Value& value, const Path& path, unsigned depth, Types wanted);
  void visit_unknown(const Value& value, const std::string& type, const Path& path);

  void read_object(const Map& map, const TypeTerm& term, const Path& path, unsigned depth);
  void read_field(const FieldTerm& field, const Value& value, const Path& path, unsigned depth);
  void read_one(const FieldTerm& field, const Value& value, const Path& path, unsigned depth);
  void read_many(const FieldTerm& field, const Value& value, const Path& path, unsigned depth);
  void read_range(const FieldTerm& field, const Value& value, const Path& path, unsigned depth);
  void read_uids(const Value& value, const Path& path);
  void read_texts(const Value& value, const Path& path);
  void read_link(const Map& map, const Path& path, Types wanted);
  void check_scalar(const FieldTerm& field, const Value& value, const Path& path);
  void check_choice(const FieldTerm& field, const Value& value, const Path& path);

  std::size_t add_part(const Value& value, const Path& path);
  void add_link(LinkUse link);
  void add_uid(const Value& scope, const Value& id, const Path& path);
  std::string place_of(const Path& path) const;
  void count_place(std::size_t bytes);
  void cut(const Value& value, const Path& path);
  void keep_as_text(const Value& value, const Path& path);
  [[noreturn]] void fail(const Path& path, std::string problem) const;
  void note(const Path& path, std::string what);
  bool has_entity() const { return entity_ != kNone; }

  const ImportOptions& options_;
  ImportReport& report_;
  Document& document_;
  const std::size_t number_;
  std::size_t entity_ = kNone;
};

}  // namespace cairn::interchange::gemd
