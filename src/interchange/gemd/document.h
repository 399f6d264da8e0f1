// A GEMD document, taken apart and checked: its objects, each with its place.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/gemd/place.h"
#include "interchange/gemd/terms.h"

namespace cairn::interchange::gemd {

inline constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// An entry of the unique ids of an object, or what a link has instead of one.
struct Uid {
  std::string scope;  ///< as written
  std::string id;     ///< as written, or the JSON of a number

  /// Equal for those that mean the same: scopes are compared without regard to case.
  std::string key() const;
};

/// A link, or an object in place of one.
struct LinkUse {
  std::string pointer;  ///< inside of what has it
  std::string label;    ///< that a reference for it has
  Types wanted = 0;     ///< types that its target may have; 0: any
  Uid uid = {};
  std::size_t nested = kNone;  ///< the part that stands in its place
};

/// What has unique ids. Several parts of a document may be one of these.
struct Entity {
  const TypeTerm* term = nullptr;  ///< null: of no type of GEMD
  std::string type;
  std::size_t part = 0;        ///< that it is first met in
  std::vector<Uid> uids = {};  ///< at least one: if it has none, an own one in the scope "auto"
  bool has_uids = false;       ///< of its own
  std::vector<LinkUse> links = {};
  Map fields = {};  ///< its record without its type, with links instead of other entities

  bool is(Type wanted) const { return term != nullptr && term->type == wanted; }
};

/// What is read, checked and kept by itself: the document, an object in it, a value that is too deep inside
/// of another part.
struct Part {
  const Value* value = nullptr;
  std::size_t outer = kNone;  ///< the part that it is in, which comes before it
  Steps steps = {};           ///< to it, in that
  std::size_t entity = kNone;
  unsigned depth = 0;   ///< below the document, an object or a part that is cut
  bool is_cut = false;  ///< it is kept apart, since it nests too deep where it stands
  bool is_refused = false;
  std::vector<LinkUse> links = {};    ///< of one that is no entity
  std::vector<Patch> spellings = {};  ///< what it writes in another way than the fields of its entity do
};

struct Document {
  std::vector<Part> parts;  ///< the document first
  std::vector<Entity> entities;
  std::size_t place_bytes = 0;  ///< of places in it, as they are kept

  /// A JSON pointer; one of more than 4 KiB is cut. Made when it is asked for: of objects that nest deep,
  /// they are long.
  std::string place_of(std::size_t part) const;
  std::string place_of(const Entity& entity) const { return place_of(entity.part); }
  /// For people: "process_run mixing".
  std::string name_of(const Entity& entity) const;
};

/// Takes a document apart, which has to live as long as what is returned. What is not of the format throws
/// bad_document with its place, or with ImportOptions::partial is left out and reported; objects of unknown
/// types are opaque then.
Document take_apart(const Value& json, const ImportOptions& options, ImportReport& report);

/// The link by this unique id, as a document has it.
Map link_to(const Uid& uid);
/// The unique id in such a link; empty if it is none.
std::optional<Uid> uid_in(const Map& link);
/// Empty unless the scope is text, and the id text or a number.
std::optional<Uid> uid_of(const Value* scope, const Value* id);
/// The unique ids of a record, in order. Empty for what has none, or has them in a form that is none.
std::vector<Uid> uids_in(const Map& fields);

}  // namespace cairn::interchange::gemd
