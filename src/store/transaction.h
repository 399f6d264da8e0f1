// TransactionState: what a transaction has been given, and its commit.
#pragma once

#include <cairn/transaction.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "format/records.h"
#include "graph/birth_order.h"
#include "store/file_memory.h"
#include "store/new_node.h"
#include "store/run_state.h"

namespace cairn::store {

class TransactionState {
 public:
  explicit TransactionState(std::shared_ptr<RunState> run);

  ObjectId put(const Encodable& value, const SaveOptions& options);
  ArtifactId add_path(const std::filesystem::path& path, const AddOptions& options);
  Uuid add(const NewNode& node);
  void edit(const Uuid& node, const NodeEdit& edit);
  void link(const Uuid& source, const Uuid& target, LinkType type, std::string_view label);
  void commit();

 private:
  struct PendingEdit {
    Uuid node;
    NodeEdit edit;
    std::optional<std::string> attributes, extras;  // encoded
  };
  struct PendingLink {
    Uuid source, target;
    LinkType type;
    std::string label;
  };

  void begin();
  std::vector<std::string> labels() const;
  std::vector<std::size_t> order_nodes() const;
  [[noreturn]] void refuse_cycle(const std::vector<std::size_t>& cycle) const;
  std::vector<Uuid> stored_nodes() const;
  void build(Draft& draft, const std::vector<std::size_t>& order) const;
  static void apply(const PendingEdit& edit, format::NodeRecord& record);

  std::shared_ptr<RunState> run_;
  std::unique_ptr<engine::Staging> staging_;
  std::optional<NewNodes> new_nodes_;
  std::unique_ptr<StoredFileMemory> memory_;  // once a path is added
  std::vector<format::NodeRecord> nodes_;
  boost::unordered_flat_map<Uuid, std::size_t, std::hash<Uuid>> positions_;  // in nodes_
  std::vector<PendingEdit> edits_;
  std::vector<PendingLink> links_;
};

}  // namespace cairn::store
