// What a document of Weave describes and names, and the nodes of the store that stand for it.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "interchange/weave/document.h"
#include "interchange/weave/value.h"

namespace cairn::interchange::weave {

/// How a call uses what it mentions.
enum class Role : std::uint8_t { mention, op, input, output };

struct Item {
  RowKind kind = RowKind::value;
  const Row* row =
      nullptr;  ///< that describes it; null if it is only named, and for nodes of the store that the document names
  std::vector<Identity> names;  ///< of a new node
  std::optional<Node> known;    ///< the node of the store that stands for it
  Uuid uuid;
  NodeKind node_kind = NodeKind::data;
  Map fields;   ///< what a new node has as attributes, references being such
  Value value;  ///< and as its content
  std::map<Role, Mentions> mentions = {};
  std::string place = {};

  bool is_process() const { return node_kind != NodeKind::data; }
};

class Items {
 public:
  Items(const Store& store, const ImportOptions& options, ImportReport& report)
      : store_(store), options_(options), report_(report), reader_(options, report) {}

  /// The item of a row, which must outlive it. Values are read, and digests compared with what they are of.
  std::size_t add(const Row& row);
  /// The item that a reference leads into; one without a description if neither document nor store have it, which is reported.
  std::size_t find(const Mention& mention);
  std::size_t find(const FileMention& mention);
  /// The item of a row of a table.
  std::optional<std::size_t> find_row(const std::string& digest);
  /// The call; empty if neither document nor store have it.
  std::optional<std::size_t> find_call(const Row& row, const std::string& id);
  /// The nodes that stood for the item while it was only named.
  std::vector<std::size_t> placeholders(std::size_t item);

  std::deque<Item>& all() { return items_; }

 private:
  std::size_t add_new(const Row& row, std::vector<Identity> names);
  std::size_t add_known(Node node, const Identity& name);
  std::size_t find_or_name(const Identity& name, RowKind kind, const std::string& place, const std::string& uri);
  std::optional<std::size_t> look_up(const Identity& name);
  void read_values(Item& item);
  void read_call(Item& item);
  void name_versions(std::size_t number);
  void check_digest(const Row& row, const std::string& follows);

  const Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  ValueReader reader_;
  std::deque<Item> items_;
  std::map<Identity, std::size_t> by_name_;
  std::unordered_map<std::string, std::size_t> versions_;  // latest and aliases, as the document has them
  std::unordered_map<Uuid, std::size_t> by_uuid_;          // of nodes of the store
};

}  // namespace cairn::interchange::weave
