// Values of Weave as values of the store, and back.
//
//   text that is a reference                      an Identity in the scope "weave", with the whole URI
//   an object with "_type": "M" (ObjectRecord)    an object of class M, version 1, with all other members as its fields
//   {"_type": "CustomWeaveType", ...}             the same, of class CustomWeaveType; load_op is a reference, and never
//   followed anything else                                 itself
//
// Each has one form, so that equal values of Weave are equal here, and come back as they were.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "interchange/weave/ref.h"

namespace cairn::interchange::weave {

inline constexpr const char* kScope = "weave";
inline constexpr const char* kTypeKey = "_type";
inline constexpr const char* kCustomType = "CustomWeaveType";

/// A reference within a value.
struct Mention {
  Ref ref;
  std::string uri;  ///< as written
  std::string place;
  std::string label;  ///< the keys that lead to it, with "__" between; it need not be a label of the graph
};

/// A file that a custom object is made of.
struct FileMention {
  std::string digest;
  std::string place;
  std::string label;
};

struct Mentions {
  std::vector<Mention> refs;
  std::vector<FileMention> files;
};

/// Reads plain values, and tells what they mention.
class ValueReader {
 public:
  ValueReader(const ImportOptions& options, ImportReport& report) : options_(options), report_(report) {}

  /// Of what stands at `place`, and is called `path` in labels. Text that begins as a reference and is none throws
  /// bad_document; with ImportOptions::partial it stays text, which is reported. Empty `path`: labels begin within the value.
  Value read(const Value& plain, const std::string& place, const std::string& path, Mentions& found);

 private:
  using Step = std::variant<std::string_view, std::size_t>;

  Value read_value(const Value& plain);
  Value read_text(const std::string& text);
  Value read_map(const Map& map);
  void note_files(const Map& custom);
  void note_loss(const Map& map);
  std::string pointer() const;
  std::string place() const;
  std::string label() const;

  const ImportOptions& options_;
  ImportReport& report_;
  std::string start_, path_;
  std::vector<Step> steps_;
  Mentions* found_ = nullptr;
};

/// What read() was given.
Value plain_value(const Value& value);

}  // namespace cairn::interchange::weave
