// An element of a SCALE-MS document: a referent of a workflow, a record of the code, a node of the branch that has
// fingerprints, or a file or object of a file store. And what it refers to.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "interchange/scalems/grammar.h"
#include "interchange/scalems/types.h"

namespace cairn::interchange::scalems {

/// How sure it is that a text is a reference.
enum class Certainty : std::uint8_t {
  certain,   ///< the format has nothing else there
  possible,  ///< text may stand there as well, and may look like a uid: bytes are written as hexadecimal digits
  text,      ///< its type says text; only what names an element is a reference
};

/// What a reference means.
struct Target {
  enum class Kind : std::uint8_t {
    outside,  ///< nothing of the document: its uid is not there
    element,  ///< the element itself, or a part of it
    result,   ///< what the element, a process, will make: the document does not have it
    nothing,  ///< its own result, which is not known yet; or text that looks like a reference
  };
  Kind kind = Kind::outside;
  std::size_t element = 0;  ///< its number, but for outside and nothing
  std::string remark = {};  ///< what the document does not say of it; empty if it is all there
};

/// A reference as it is written in an element.
struct Use {
  std::string label;  ///< of the link that says it
  Reference reference;
  std::string text;
  std::string place;
  Certainty certainty = Certainty::certain;
  bool is_result = false;  ///< it says where the result of the element is
  Target target = {};      ///< where it leads, once that was looked for
};

struct Element {
  Map record;  ///< as written; of a file {"uid", "path"}, of an object of a file store {"uid", "object"}
  std::string place;
  std::optional<Uid> uid = {};
  std::string type = {};
  std::string label = {};                        ///< empty if it has none
  bool is_process = false;                       ///< it is done, from inputs to results
  const TypeDescription* description = nullptr;  ///< of its type, if the document has it
  std::vector<Use> uses = {};

  /// True for one of the branch that has fingerprints: what it says is its operation, input and depends.
  bool is_node() const { return record.find("operation") != nullptr && record.find("type") == nullptr; }
  /// Its name in messages: the label if it has one, else the uid.
  std::string shown() const;
  /// The member of that name, of the record or of the object that is its data.
  const Value* find_member(std::string_view name) const;
};

/// Which elements a document has, and so which members they must have.
enum class Dialect : std::uint8_t {
  referent,  ///< of a workflow document, as specified: uid, type, more by type
  record,    ///< alone or in a list: one of uid, identity and operation, or none
  stored,    ///< of a file store
};

/// Reads one element. What is not of the format throws bad_document with its place; what is odd is reported.
/// `find_type` gives the description of a type, or null.
Element read_element(const Value& json, const std::string& place, Dialect dialect,
                     const std::function<const TypeDescription*(std::string_view)>& find_type, ImportReport& report);

/// What the element says, without what may differ for equal work: label, result, spelling.
Value meaning_of(const Element& element);

/// True for a member that is none of an element's own, but says what it is: uid, type, label, shape.
bool is_heading(std::string_view member);

}  // namespace cairn::interchange::scalems
