#include "store/repair_nodes.h"

#include <fmt/format.h>

#include <set>
#include <string>

#include "base/clock.h"
#include "format/keys.h"
#include "format/records.h"
#include "store/history.h"
#include "store/new_node.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::CellId;
using engine::NodeId;
using engine::Record;

class NodeRepair {
 public:
  explicit NodeRepair(RepairPass& pass) : pass_(pass) {}

  void run() {
    give_up_unreadable();
    make_nodes_of_runs();
    erase_wrong_names();
    add_missing_names();
  }

 private:
  template <class Visit>
  static void visit_nodes(const engine::View& view, const Visit& visit) {
    const auto nodes = view.records(Record::node);
    for (bool more = nodes->seek(""); more; more = nodes->next()) visit(format::parse_be64(nodes->key()), nodes->value());
  }

  static std::optional<format::NodeRecord> find(const engine::View& view, NodeId id) {
    const auto bytes = view.find_record(Record::node, id);
    return bytes ? unless_damaged([&] { return format::decode_node(*bytes); }) : std::nullopt;
  }

  void give_up_unreadable() {
    const auto view = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "give up nodes");
    visit_nodes(*view, [&](NodeId id, std::string_view bytes) {
      if (unless_damaged([&] { return format::decode_node(bytes); })) return;
      pass_.keep_aside(fmt::format("node-{}", id), bytes);
      pass_.log.add("given up", "node", std::to_string(id), "its record cannot be read");
      edits.record(Record::node, id, std::nullopt);
    });
    edits.flush();
  }

  // What the node of a run says is in the record of the run, but for what became of it since.
  void make_nodes_of_runs() {
    const auto view = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "make nodes of runs");
    for (CellId cell = format::kFirstRunCell, end = end_of_cells(*view); cell < end; ++cell) {
      const auto run = unless_damaged([&] { return find_run_record(*view, cell); }).value_or(std::nullopt);
      if (!run || run->workflow == 0 || find(*view, run->workflow)) continue;
      const format::NodeRecord node = node_of_run(*run, cell);
      pass_.log.add("rebuilt", "node", node.uuid.text(), fmt::format("the node of run {} is missing", run->name));
      edits.record(Record::node, run->workflow, format::encode_node(node));
    }
    edits.flush();
  }

  void erase_wrong_names() {
    const auto view = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "take out names that lead nowhere");
    const auto erase = [&](std::string_view key, std::string_view what) {
      pass_.log.count("rebuilt", what, "it leads to a node that is missing or another one");
      edits.claim(std::string(key), std::nullopt);
    };
    visit_claims(*view, format::claim::kNode, [&](std::string_view key, std::string_view owner) {
      const auto node = owner.size() == 8 ? find(*view, format::parse_be64(owner)) : std::nullopt;
      if (!node || format::claim::node(node->uuid) != key) erase(key, "UUID of a node");
    });
    visit_claims(*view, format::claim::kUniqueId, [&](std::string_view key, std::string_view owner) {
      const auto node = owner.size() == 8 ? find(*view, format::parse_be64(owner)) : std::nullopt;
      const auto is_this = [&](const Identity& name) { return format::claim::unique_id(name) == key; };
      if (!node || std::ranges::none_of(node->unique_ids, is_this)) erase(key, "unique id of a node");
    });
    edits.flush();
  }

  void add_missing_names() {
    const auto view = pass_.view();
    RepairEdits edits(pass_, format::kRootCell, "add missing names");
    visit_nodes(*view, [&](NodeId id, std::string_view bytes) {
      const auto node = unless_damaged([&] { return format::decode_node(bytes); });
      if (!node) return;
      const auto require = [&](std::string key, std::string_view what) {
        if (view->find_claim(key)) return;  // one that leads elsewhere has been erased
        pass_.log.count("rebuilt", what, "it leads to nothing");
        edits.claim(std::move(key), format::be64_text(id));
      };
      require(format::claim::node(node->uuid), "UUID of a node");
      for (const Identity& name : node->unique_ids) require(format::claim::unique_id(name), "unique id of a node");
    });
    edits.flush();
  }

  RepairPass& pass_;
};

}  // namespace

void repair_nodes(RepairPass& pass) { NodeRepair(pass).run(); }

void repair_groups(RepairPass& pass) {
  const auto view = pass.view();
  RepairEdits edits(pass, format::kGroupCell, "repair groups");
  std::set<std::string, std::less<>> whole;
  visit_rows(*view, format::kGroupCell, row::kGroup, [&](std::string_view key, std::string_view value) {
    const std::string name(key.substr(1));
    const auto record = unless_damaged([&] { return format::decode_group(value); });
    if (record && record->name == name) whole.insert(name);
    else pass.keep_aside(fmt::format("group-{}", base::now_nanoseconds()), value);
  });
  std::set<std::string, std::less<>> made;
  const auto require_group = [&](const std::string& name) {
    if (whole.contains(name) || !made.insert(name).second) return;
    pass.log.add("given up", "group", name, "its record is missing or cannot be read: its description and extras are lost");
    const format::GroupRecord record{Uuid::generate(), name, "", base::now_nanoseconds(), ""};
    edits.row(row::group(name), format::encode_group(record));
  };
  visit_rows(*view, format::kGroupCell, row::kGroup, [&](std::string_view key, std::string_view) { require_group(std::string(key.substr(1))); });
  visit_rows(*view, format::kGroupCell, row::kMember, [&](std::string_view key, std::string_view) {
    const auto node = unless_damaged([&] { return row::parse_member(key); });
    const auto is_there = [&] { return node && view->find_record(Record::node, *node); };
    if (is_there()) return require_group(std::string(key.substr(1, key.size() - sizeof(NodeId) - 2)));
    pass.log.count("given up", "member of a group", "the node is missing");
    edits.row(std::string(key), std::nullopt);
  });
  edits.flush();
}

}  // namespace cairn::store
