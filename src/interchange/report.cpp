// Reports as text and as JSON.
#include <cairn/interchange.h>

#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "interchange/json_writer.h"

namespace cairn {
namespace {

constexpr std::array kOutcomes{Outcome::refused, Outcome::altered, Outcome::unresolved, Outcome::opaque};

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string items_text(const std::vector<ReportItem>& items) {
  std::string text;
  for (const Outcome outcome : kOutcomes)
    if (const auto count = std::ranges::count(items, outcome, &ReportItem::outcome); count > 0)
      text += fmt::format(", {} {}", count, outcome_name(outcome));
  text += '\n';
  for (const ReportItem& item : items)
    text += fmt::format("{:<10}  {}  {}\n", outcome_name(item.outcome), printable(item.place), printable(item.what));
  return text;
}

Value items_value(const std::vector<ReportItem>& items) {
  List list;
  for (const ReportItem& item : items)
    list.push_back(Map{{"outcome", outcome_name(item.outcome)}, {"place", item.place}, {"what", item.what}});
  return list;
}

}  // namespace

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::refused: return "refused";
    case Outcome::altered: return "altered";
    case Outcome::unresolved: return "unresolved";
    case Outcome::opaque: return "opaque";
  }
  return "unknown";
}

std::uint64_t ImportReport::count(Outcome outcome) const {
  return static_cast<std::uint64_t>(std::ranges::count(items, outcome, &ReportItem::outcome));
}

std::string ImportReport::text() const {
  std::string text;
  for (const Uuid& root : roots) text += root.text() + "\n";
  if (was_there) return text + "an equal document is in the store already\n";
  return text + fmt::format("{} and {} new, {} known", counted(nodes_new, "node"), counted(links_new, "link"), nodes_known) +
         items_text(items);
}

std::string ImportReport::json() const {
  List ids;
  for (const Uuid& root : roots) ids.emplace_back(root.text());
  return interchange::json_line(Map{{"format", format},
                                    {"roots", std::move(ids)},
                                    {"was_there", was_there},
                                    {"nodes_new", nodes_new},
                                    {"nodes_known", nodes_known},
                                    {"links_new", links_new},
                                    {"items", items_value(items)}});
}

std::string ExportReport::text() const {
  return fmt::format("{} as {}, {}", counted(nodes, "node"), counted(statements, "statement"), counted(files, "file")) +
         items_text(items);
}

std::string ExportReport::json() const {
  return interchange::json_line(Map{{"format", format},
                                    {"nodes", nodes},
                                    {"statements", statements},
                                    {"files", files},
                                    {"items", items_value(items)}});
}

}  // namespace cairn
