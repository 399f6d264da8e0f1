// Transaction: nodes and links of one run, written in one atomic commit.
#pragma once

#include <cairn/artifact.h>
#include <cairn/codec.h>
#include <cairn/fallback.h>
#include <cairn/node.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace store {
class RunState;
class TransactionState;
}  // namespace store

/// What a new node is to be. Texts are UTF-8 without NUL.
struct NewNode {
  NodeKind kind = NodeKind::data;
  std::string type = {};         ///< at most 1024 bytes
  std::string label = {};        ///< for people
  std::string description = {};
  std::optional<NodeState> state = {};  ///< created, if it is a process and nothing is said; data is always finished
  Value attributes = {};  ///< null or a map with text keys
  Value extras = {};      ///< as attributes
  std::vector<std::string> tags = {};      ///< of 1 to 255 bytes each
  std::vector<Identity> unique_ids = {};   ///< scope 1 to 255 bytes, compared without regard to the case of ASCII letters; id 1 to 1024
  Content content = {};   ///< of data: put or added here, or in the store already
  std::string code_version = {};
  std::int32_t exit_status = 0;
  std::string exit_message = {};
  std::optional<Uuid> uuid = {};          ///< else a new one
  std::optional<Timestamp> created = {};  ///< else now
};

/// What changes in a node; what is empty stays as it is.
struct NodeEdit {
  std::optional<NodeState> state = {};  ///< of a process that is not finished, failed or killed
  std::optional<std::int32_t> exit_status = {};       ///< as state
  std::optional<std::string> exit_message = {};       ///< as state
  std::optional<std::string> code_version = {};       ///< as state
  std::optional<Value> attributes = {};               ///< as state; takes the place of all of them
  std::optional<std::string> label = {};              ///< this and the rest may always change
  std::optional<std::string> description = {};
  std::optional<Value> extras = {};                   ///< takes the place of all of them
  std::vector<std::string> add_tags = {}, remove_tags = {};
  std::vector<Identity> add_unique_ids = {}, remove_unique_ids = {};
};

/// Collects nodes, links and changes, in any order, and commits them all at once or not at all. The rules of the graph are
/// checked by commit(), whatever the order in which things were given:
///
///   input      data -> calculation, workflow   labels differ at the target
///   create     calculation -> data             one creator; labels differ at the source
///   return     workflow -> data                labels differ at the source
///   call       workflow -> calculation, workflow   one caller
///   reference, mutual   any -> any other       labels differ between the same two nodes
///
/// Input, create and call links belong to their target from its birth: they are committed with it, their source is older or
/// new as well, and they form no cycle. A process that is finished, failed or killed gets no links of which it is the
/// source. A label is an identifier of at most 255 characters, `a__b` being b in the namespace a.
///
/// Move-only; what was not committed is dropped with it. Not thread-safe; several may be in use at once.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  /// Stores a value as the content of a node that is added next; kept by it.
  template <class T>
  ObjectId put(const T& value, const SaveOptions& options = {}) {
    return put_encoded(encodable(value), options);
  }
  /// As Store::add, without a node of its own.
  ArtifactId add_path(const std::filesystem::path& path, const AddOptions& options = {});

  /// A node that commit() will make. Throws invalid_argument for what it cannot be, not_found for content that is not in
  /// the store, exists for a UUID that was given before.
  Uuid add(const NewNode& node);
  /// A change of a node of this run, in the store or added here. A later change of the same thing wins.
  void edit(const Uuid& node, const NodeEdit& edit);
  /// A link between nodes of the store or added here. The one that will hold it, which is the target of input, create and
  /// call links and the source of others, is of this run. Throws rule_violation for a label that is none.
  void link(const Uuid& source, const Uuid& target, LinkType type, std::string_view label);

  /// Durable when it returns. Throws rule_violation naming both nodes, the link and the rule; not_found for an unknown
  /// node; exists naming the node that has a UUID or unique id already; invalid_argument for a node of another run;
  /// no_space, io, unknown_outcome as CheckpointBuilder::commit. Nothing is changed then, and it can be tried again.
  /// Afterwards the transaction is empty.
  void commit();

 private:
  friend class Run;
  friend class Store;
  explicit Transaction(std::unique_ptr<store::TransactionState> state);
  ObjectId put_encoded(const Encodable& value, const SaveOptions& options);

  std::unique_ptr<store::TransactionState> state_;
};

}  // namespace cairn
