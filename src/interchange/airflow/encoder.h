// Values as documents of Airflow's serialization.
#pragma once

#include <cairn/value.h>

#include <string>
#include <vector>

#include "interchange/airflow/notes.h"
#include "interchange/airflow/wire.h"

namespace cairn::interchange::airflow {

class Encoder {
 public:
  /// `forms` are those of decoder.h: how objects stand at some places.
  explicit Encoder(const Map& forms) : forms_(forms) {}

  /// The document (see wire.h) that is read as this value. Throws unstorable with the place in the document for what would be
  /// read as something else.
  Value encode(const Value& value) { return encode(value, ""); }
  /// Places and what a reader may take otherwise.
  const std::vector<std::pair<std::string, std::string>>& altered() const { return altered_; }

 private:
  Value encode(const Value& value, const std::string& place);
  Value encode_list(const List& list, const std::string& place);
  Value encode_dict(const Map& map, const std::string& place);
  Value encode_object(const Object& object, const std::string& place);
  Value object_at(const std::string& place, const std::string& class_name, std::uint32_t version, Value data) const;
  std::string data_place(const std::string& place) const;
  bool has_form(const std::string& place, const char* form) const;

  const Map& forms_;
  ZoneDatabase zones_;
  std::vector<std::pair<std::string, std::string>> altered_;
};

}  // namespace cairn::interchange::airflow
