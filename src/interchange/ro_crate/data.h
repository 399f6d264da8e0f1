// CrateData: the data nodes of a crate, as its files, directories and values.
#pragma once

#include <cairn/interchange.h>

#include <string>
#include <unordered_map>

#include "interchange/ro_crate/directory.h"
#include "interchange/ro_crate/entities.h"

namespace cairn::interchange {

/// Artifacts are files and directories of the crate, and so are objects but for single numbers, texts and booleans, which are
/// values.
class CrateData {
 public:
  /// `directory` gets the files; if it is null, they are only described. All must outlive the object.
  CrateData(const Store& store, const CrateDirectory* directory, CrateEntities& entities, ExportReport& report)
      : store_(store), directory_(directory), entities_(entities), report_(report) {}

  void add(const Node& node);
  /// The @id of a node that was added.
  const std::string& id(const Uuid& node) const { return ids_.at(node); }

 private:
  void add_artifact(const Node& node, const ArtifactId& artifact, Map entity);
  void add_object(const Node& node, const ObjectId& object, Map entity);
  void add_part(const Node& node, std::string id, Map entity);
  void add_value(const Node& node, Value value, Map entity);

  const Store& store_;
  const CrateDirectory* const directory_;
  CrateEntities& entities_;
  ExportReport& report_;
  std::unordered_map<Uuid, std::string> ids_;
};

}  // namespace cairn::interchange
