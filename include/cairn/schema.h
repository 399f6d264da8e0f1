// Schema: what is stored about a class beside its values, so that they can be read without it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// Name, version and fields of a class as an object was written with them.
struct Schema {
  struct Field {
    std::string name;
    std::string type;  ///< for people: "int64", "list<text>"; "value" if it may hold anything
    std::string codec = {};  ///< name of the codec that was chosen for this field; empty for that of its type

    friend bool operator==(const Field&, const Field&) = default;
  };

  std::string class_name;
  std::uint32_t class_version = 1;
  std::vector<Field> fields;  ///< in the order of the class

  friend bool operator==(const Schema&, const Schema&) = default;
};

}  // namespace cairn
