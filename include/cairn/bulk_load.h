// BulkLoad: a graph of any size as one atomic commit of one run, for imports.
#pragma once

#include <cairn/transaction.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace store {
class BulkLoadState;
}  // namespace store

/// What becomes of links that break the rules of the graph.
enum class Violations : std::uint8_t {
  refuse,  ///< commit() throws rule_violation, naming the first
  take,    ///< they come in, marked: see Store::violations
};

/// A link that breaks a rule, as a load took it in.
struct Violation {
  Link link;
  std::string rule;
};

struct BulkReceipt {
  std::uint64_t node_count = 0;
  std::uint64_t link_count = 0;
  std::vector<Violation> violations;  ///< that were taken in
};

/// Writes nodes to tables as they come, and makes all of them visible with their links and indexes at once, or none. Links may
/// be given in any order, also before others of the same node; the rules are those of Transaction, checked by commit() over the
/// whole. Memory: 84 bytes for a node and 24 for a link (by the sizes of what is kept; twice that while a list grows), what its
/// texts take once, and about 80 bytes for an entry of an index of attributes. An index that is made while a load is under way
/// is built over its nodes by commit(); should that fail, it is not ready, and Store::index_attribute goes on.
///
/// Move-only; what was not committed is dropped with it. Not thread-safe; several may be in use at once.
class BulkLoad {
 public:
  /// Names a node or a label within the load.
  using Number = std::uint32_t;

  BulkLoad(BulkLoad&&) noexcept;
  BulkLoad& operator=(BulkLoad&&) noexcept;
  ~BulkLoad();

  /// As Transaction. What a value needs beside itself becomes durable before the load does.
  template <class T>
  ObjectId put(const T& value, const SaveOptions& options = {}) {
    return put_encoded(encodable(value), options);
  }
  ArtifactId add_path(const std::filesystem::path& path, const AddOptions& options = {});

  /// A new node. Throws as Transaction::add; that UUIDs and unique ids are new is seen by commit().
  Number add(const NewNode& node);
  /// A node of the store, for links that new nodes hold. Throws not_found.
  Number find(const Uuid& node);
  /// Throws rule_violation for a text that is no label.
  Number label(std::string_view text);
  /// Throws invalid_argument for a number that this load did not give, and for a link that a node of the store would hold.
  void link(Number source, Number target, LinkType type, Number label);

  /// Durable when it returns. Throws as Transaction::commit; nothing is changed then, and the load is spent either way.
  BulkReceipt commit(Violations violations = Violations::refuse);

 private:
  friend class Run;
  friend class Store;
  explicit BulkLoad(std::unique_ptr<store::BulkLoadState> state);
  ObjectId put_encoded(const Encodable& value, const SaveOptions& options);

  std::unique_ptr<store::BulkLoadState> state_;
};

}  // namespace cairn
