#include "store/repair_leases.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "format/keys.h"
#include "format/records.h"
#include "store/history.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::CellId;
using engine::NodeId;

class LeaseRepair {
 public:
  LeaseRepair(RepairPass& pass, RepairEdits& edits) : pass_(pass), edits_(edits), view_(pass.view()) {}

  GivenNumbers run() {
    read_leases();
    read_lists();
    look_at_claims();
    for (CellId cell = format::kLooseCell; cell < given_.cell_end; ++cell) look_at_run(cell);
    look_at_nodes();
    complete_lists();
    return given_;
  }

 private:
  struct Lease {
    CellId cell = 0;
    std::uint64_t count = 0;
  };

  void know(NodeId first, const Lease& lease) {
    leases_[first] = lease;
    given_.node_end = std::max(given_.node_end, first + lease.count);
    given_.cell_end = std::max(given_.cell_end, lease.cell + 1);
  }
  void add(NodeId first, const Lease& lease) {
    know(first, lease);
    pass_.log.count("rebuilt", "lease", "numbers of nodes belong to nobody");
    edits_.row(row::lease(first), format::be64_pair(lease.cell, lease.count));
  }
  bool is_leased(NodeId node) const {
    const auto behind = leases_.upper_bound(node);
    return behind != leases_.begin() && node - std::prev(behind)->first < std::prev(behind)->second.count;
  }

  void read_leases() {
    visit_rows(*view_, format::kRootCell, row::kLease, [&](std::string_view key, std::string_view value) {
      const NodeId first = row::parse_lease(key);
      if (value.size() == 16) return know(first, {format::parse_be64(value.substr(0, 8)), format::parse_be64(value.substr(8))});
      pass_.log.add("given up", "lease", std::to_string(first), "it cannot be read");
      edits_.row(std::string(key), std::nullopt);
    });
  }

  void read_lists() {
    visit_rows(*view_, format::kRootCell, row::kBlock, [&](std::string_view key, std::string_view value) {
      if (key.size() != 1 + 2 * sizeof(std::uint64_t) || value.size() != 8) return;
      const CellId cell = format::parse_be64(key.substr(1, 8));
      const NodeId first = row::parse_block(key);
      listed_.insert(cell);
      if (!leases_.contains(first)) add(first, {cell, format::parse_be64(value)});
    });
  }

  // A cell that has no rows was given out to nobody, whatever leads to it.
  void look_at_claims() {
    const auto know_cell = [&](std::string_view owner, std::size_t size) {
      const CellId cell = owner.size() == size ? format::parse_be64(owner.substr(0, 8)) : 0;
      if (cell >= given_.cell_end && view_->rows(cell)->seek("")) given_.cell_end = cell + 1;
    };
    visit_claims(*view_, format::claim::kRunName, [&](std::string_view, std::string_view owner) { know_cell(owner, 8); });
    visit_claims(*view_, format::claim::kCheckpoint, [&](std::string_view, std::string_view owner) { know_cell(owner, 16); });
  }

  void look_at_run(CellId cell) {
    const auto run = unless_damaged([&] { return find_run_record(*view_, cell); }).value_or(std::nullopt);
    if (run && run->node_next < run->node_end && !is_leased(run->node_next)) add(run->node_next, {cell, run->node_end - run->node_next});
  }

  // Those that follow each other become one lease.
  void look_at_nodes() {
    NodeId first = 0, end = 0;
    CellId cell = 0;
    const auto flush = [&] {
      if (first != end) add(first, {cell, end - first});
    };
    const auto nodes = view_->records(engine::Record::node);
    for (bool more = nodes->seek(""); more; more = nodes->next()) {
      const NodeId id = format::parse_be64(nodes->key());
      given_.node_end = std::max(given_.node_end, id + 1);
      if (is_leased(id)) continue;
      const auto node = unless_damaged([&] { return format::decode_node(nodes->value()); });
      if (!node) continue;
      if (first != end && end == id && cell == node->cell) {
        ++end;
        continue;
      }
      flush();
      first = id;
      end = id + 1;
      cell = node->cell;
    }
    flush();
  }

  // A cell has all of its leases in its list, or has none.
  void complete_lists() {
    for (const auto& [first, lease] : leases_) {
      if (!listed_.contains(lease.cell) || view_->find_row(format::kRootCell, row::block(lease.cell, first))) continue;
      pass_.log.count("rebuilt", "lease", "it is missing from those of its cell");
      edits_.row(row::block(lease.cell, first), format::be64_text(lease.count));
    }
  }

  RepairPass& pass_;
  RepairEdits& edits_;
  const std::unique_ptr<engine::View> view_;
  std::map<NodeId, Lease> leases_;  // by the first number
  std::set<CellId> listed_;         // cells with a list
  GivenNumbers given_;
};

}  // namespace

GivenNumbers repair_leases(RepairPass& pass, RepairEdits& edits) { return LeaseRepair(pass, edits).run(); }

}  // namespace cairn::store
