// JSON documents as nodes: a data node for each value, which all equal documents share.
#pragma once

#include <cairn/interchange.h>

#include <map>
#include <vector>

namespace cairn::interchange::json {

inline constexpr const char* kValueType = "json:Value";
inline constexpr const char* kValueScope = "json-value";  ///< of the unique id, which is that of the object

/// Brings values in. Memory: some 200 bytes for each, beside what BulkLoad needs.
class ValuesImport {
 public:
  ValuesImport(Store& store, const ImportOptions& options, ImportReport& report);

  /// A document with this value, which may be anything that can be stored.
  template <class T>
  void add(const T& value) {
    add_content(load_.put(value));
  }
  /// In one commit. Writes nothing if all values came in before.
  void commit();

 private:
  void add_content(const ObjectId& content);
  void enter_run();

  Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  const bool makes_run_;  // once all that is to be in it was read
  BulkLoad load_;
  std::map<ObjectId, Uuid> nodes_;
  std::vector<NewNode> new_nodes_;
};

/// The value of a node. Throws unstorable for one that has none.
Value value_of(const Store& store, const Uuid& node);

}  // namespace cairn::interchange::json
