#include "store/repair_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "format/keys.h"
#include "format/packed_links.h"
#include "graph/held_links.h"
#include "store/repair_leases.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::NodeId;

class NumberRepair {
 public:
  explicit NumberRepair(RepairPass& pass) : pass_(pass), view_(pass.view()), edits_(pass, format::kRootCell, "repair the root cell") {}

  void run() {
    const GivenNumbers given = repair_leases(pass_, edits_);
    raise(row::next_cell(), given.cell_end, format::kFirstRunCell);
    raise(row::next_node(), given.node_end, 1);
    repair_labels();
    edits_.flush();
    repair_next_index();
  }

 private:
  // The number in the row is the first that was not given out.
  void raise(const std::string& key, std::uint64_t least, std::uint64_t first) {
    const auto value = view_->find_row(format::kRootCell, key);
    const auto number = value ? unless_damaged([&] { return format::parse_be64(*value); }) : std::nullopt;
    if (number.value_or(first) >= least && (number || !value)) return;
    pass_.log.add("rebuilt", "row", key, fmt::format("the next number is {}, expected at least {}",
                                                     number ? std::to_string(*number) : "missing", least));
    edits_.row(key, format::be64_text(std::max(least, first)));
  }

  void repair_labels() {
    std::set<std::uint32_t> known;
    std::set<std::string, std::less<>> texts;
    visit_rows(*view_, format::kRootCell, row::kLabel, [&](std::string_view key, std::string_view text) {
      known.insert(row::parse_label(key));
      texts.emplace(text);
    });
    std::uint32_t last = known.empty() ? 0 : *known.rbegin();
    graph::visit_held_links(
        *view_,
        [&](NodeId, std::string_view packed) {
          if (const auto links = unless_damaged([&] { return format::decode_links(packed); }))
            for (const format::PackedLink& link : *links) last = std::max(last, link.label);
        },
        [](NodeId, const Error&) {});
    for (std::uint32_t number = 1; number <= last && last <= known.size() + kLabelsLostMost; ++number) {
      if (known.contains(number)) continue;
      std::string text = fmt::format("lost_{}", number);
      while (texts.contains(text)) text += "x";
      pass_.log.add("given up", "label", std::to_string(number), fmt::format("its text is missing; it is {} now", text));
      edits_.row(row::label(number), text);
    }
  }

  void repair_next_index() {
    std::uint64_t least = 1;
    RepairEdits edits(pass_, format::kIndexCell, "repair the indexes of attributes");
    visit_rows(*view_, format::kIndexCell, row::kAttributeIndex, [&](std::string_view key, std::string_view value) {
      least = std::max(least, row::parse_attribute_index(key) + std::uint64_t{1});
      if (unless_damaged([&] { return format::decode_attribute_index(value); })) return;
      pass_.log.add("given up", "index of an attribute", std::to_string(row::parse_attribute_index(key)), "its definition cannot be read");
      edits.row(std::string(key), std::nullopt);
    });
    const auto next = view_->find_row(format::kIndexCell, row::next_index());
    if ((next && next->size() == 8 ? format::parse_be64(*next) : 1) < least) {
      pass_.log.add("rebuilt", "row", row::next_index(), "it gives out numbers of indexes that are there");
      edits.row(row::next_index(), format::be64_text(least));
    }
    edits.flush();
  }

  static constexpr std::size_t kLabelsLostMost = 1u << 20;  // a number beyond is none that a link ever had

  RepairPass& pass_;
  const std::unique_ptr<engine::View> view_;
  RepairEdits edits_;
};

}  // namespace

void repair_numbers(RepairPass& pass) { NumberRepair(pass).run(); }

}  // namespace cairn::store
