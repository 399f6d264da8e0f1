#include "damage.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "text.h"

namespace cairn::cli {
namespace {

boost::json::object document(const Damage& damage) {
  boost::json::array affected;
  for (const std::string& one : damage.affected) affected.emplace_back(json_text(one));
  return {{"kind", damage.kind}, {"id", json_text(damage.id)}, {"problem", json_text(damage.problem)}, {"affected", std::move(affected)}};
}

boost::json::object document(const RepairItem& item) {
  return {{"action", item.action}, {"kind", item.kind}, {"id", json_text(item.id)}, {"count", item.count}, {"problem", json_text(item.problem)}};
}

}  // namespace

bool is_known_loss(const Damage& damage) { return damage.kind == "lost"; }

std::vector<Damage> known_losses(std::span<const Damage> damage) {
  std::vector<Damage> losses;
  std::ranges::copy_if(damage, std::back_inserter(losses), is_known_loss);
  return losses;
}

std::vector<Damage> new_damage(std::span<const Damage> damage) {
  std::vector<Damage> found;
  std::ranges::remove_copy_if(damage, std::back_inserter(found), is_known_loss);
  return found;
}

boost::json::array damage_documents(std::span<const Damage> damage) {
  boost::json::array all;
  for (const Damage& one : damage) all.push_back(document(one));
  return all;
}

boost::json::object document(const RepairReport& report) {
  boost::json::array items;
  for (const RepairItem& item : report.items) items.push_back(document(item));
  return {{"applied", report.applied},
          {"lost_commits", report.lost_commits},
          {"items", std::move(items)},
          {"damage", damage_documents(new_damage(report.remaining))},
          {"known_losses", damage_documents(known_losses(report.remaining))}};
}

void print_damage(std::span<const Damage> damage, Output& out) {
  for (const Damage& found : damage) {
    out.line(fmt::format("{} {}: {}", is_known_loss(found) ? "known loss" : "damaged " + found.kind, printable(found.id), printable(found.problem)));
    for (const std::string& affected : found.affected) out.line(fmt::format("  lost with it: {}", printable(affected)));
  }
}

}  // namespace cairn::cli
