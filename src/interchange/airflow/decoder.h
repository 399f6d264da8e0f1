// Documents of Airflow's serialization as the values that they mean.
#pragma once

#include <cairn/interchange.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/airflow/wire.h"
#include "interchange/airflow/zone_offsets.h"

namespace cairn::interchange::airflow {

/// How an object stands in a document, where that is not as it is written: kept in the map of "forms", by JSON pointer.
inline constexpr const char* kDictForm = "dict";  ///< a dict, though its members are those of an object
inline constexpr const char* kOldDictForm = "old dict";
inline constexpr const char* kOldObjectForm = "old object";

/// Objects of classes that have no serializer become Objects of their class and version: of the members of their data if that
/// is a dict, else of one field __data__. So do objects of other classes whose data or version is not known; the report says
/// so.
class Decoder {
 public:
  Decoder(const ImportOptions& options, ImportReport& report) : options_(options), report_(report) {}

  /// The value of a document (see wire.h). Throws bad_document with the place for an object whose class or version is none, and
  /// for one whose class is not allowed; if the import is partial, such become a dict and null.
  Value decode(const Value& wire) { return decode(wire, ""); }
  /// Of what was decoded.
  Map forms() const;

 private:
  /// What an object holds: fields, or something else.
  struct Data {
    bool are_fields = false;
    std::vector<Field> fields = {};
    Value other = {};
  };

  Value decode(const Value& wire, const std::string& place);
  Value decode_list(const List& list, const std::string& place);
  Value decode_dict(const Object& members, const std::string& place);
  Value decode_object(const Object& members, const std::string& place);
  Value decode_old_object(const Object& members, const std::string& place);
  Value object_value(const std::string& class_name, std::uint32_t version, const Value& data, const std::string& place,
                     const std::string& data_place);
  Data decode_data(const Value& data, const std::string& place);
  bool is_allowed(const std::string& class_name) const;
  void note_extra(const Object& members, const std::string& place, std::size_t expected);
  void note(Outcome outcome, const std::string& place, std::string what);
  Value refuse_object(const Object& members, const std::string& place, const std::string& problem);

  const ImportOptions& options_;
  ImportReport& report_;
  ZoneDatabase zones_;
  std::map<std::string, const char*> forms_;
};

/// Whether the pattern, in which * stands for any text, is all of the name.
bool matches(std::string_view pattern, std::string_view name);

}  // namespace cairn::interchange::airflow
