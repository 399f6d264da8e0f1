#include "entries.h"

#include <CLI/Validators.hpp>

#include <fmt/format.h>

#include "text.h"

namespace cairn::cli {
namespace {

// As ls -l writes them.
std::string permissions(const ArtifactEntry& entry) {
  std::string text(1, entry.kind == EntryKind::directory ? 'd' : entry.kind == EntryKind::symlink ? 'l' : '-');
  for (int bit = 8; bit >= 0; --bit) text += (entry.mode >> bit & 1) == 0 ? '-' : "xwr"[bit % 3];
  return text;
}

std::string described(const ArtifactEntry& entry) {
  if (entry.kind == EntryKind::symlink) return printable(entry.path + " -> " + entry.link_target);
  if (!entry.first_name.empty() && entry.first_name != entry.path)
    return fmt::format("{} (one file with {})", printable(entry.path), printable(entry.first_name));
  return printable(entry.path);
}

}  // namespace

void print_entries(const std::vector<ArtifactEntry>& entries, Output& out) {
  Table table({"MODE", "SIZE", "MODIFIED", "PATH"});
  for (const ArtifactEntry& entry : entries)
    table.add({permissions(entry), entry.kind == EntryKind::file ? human_size(entry.size_bytes) : "-",
               short_time(entry.modified), described(entry)});
  table.print(out);
}

void add_attributes_option(CLI::App& app, KeptAttributes& kept, const std::string& help) {
  static const std::map<std::string, KeptAttributes> kNames{
      {"none", KeptAttributes::none}, {"user", KeptAttributes::user}, {"all", KeptAttributes::all}};
  app.add_option("--attributes", kept, help + ": none, user (those called user.*) or all")
      ->transform(CLI::CheckedTransformer(kNames).description(""))
      ->type_name("WHICH")
      ->default_str("none");
}

}  // namespace cairn::cli
