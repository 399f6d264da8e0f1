// AiiDA's archives in.
//
// Every node of the archive becomes one with the same UUID, and so do computers, groups, comments and logs; users are known by
// their address. What a row refers to is a reference link. The node that stands for the archive refers to all of them, and
// holds as its content what no node and no link says: the metadata, and where rows differ from what was in the store before.
#include <cairn/error.h>

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "interchange/aiida/archive_import.h"
#include "interchange/aiida/contents.h"
#include "interchange/aiida/database_source.h"
#include "interchange/aiida/document_source.h"
#include "interchange/aiida/migration.h"
#include "interchange/format.h"
#include "interchange/json_reader.h"

namespace cairn::interchange {
namespace aiida {
namespace {

Value read_member(const std::optional<std::string>& text, std::string_view name, const ImportOptions& options) {
  if (!text) throw_bad(name, "the archive has no such member");
  try {
    Value value = from_plain_json(*text, {.allow_nonfinite = options.allow_nonfinite});
    if (!value.is<Map>()) throw_bad("/", "expected an object");
    return value;
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", name, error.what()));
  }
}

std::string version_of(const Map& metadata) {
  const Value* version = metadata.find("export_version");
  const auto* text = version == nullptr ? nullptr : version->get_if<std::string>();
  if (text == nullptr) throw_bad(fmt::format("{}: /export_version", kMetadataName), "expected text");
  return *text;
}

// As main_0001 has it.
Map metadata_now(const Map& before, const std::string& version) {
  Map metadata;
  for (const MapEntry& entry : before) {
    const auto& name = *entry.key.get_if<std::string>();
    if (name != "unique_identifiers" && name != "all_fields_info" && name != "export_parameters")
      metadata.put(entry.key, entry.value);
  }
  const Value* parameters = before.find("export_parameters");
  metadata.put("creation_parameters", parameters == nullptr ? Value(Map()) : *parameters);
  metadata.put("key_format", "sha256");
  metadata.put("export_version", kVersion);
  const Value* conversions = before.find("conversion_info");
  const List* list = conversions == nullptr ? nullptr : conversions->get_if<List>();
  List all = list == nullptr ? List() : *list;
  all.emplace_back(fmt::format("Converted from version {} to {} with cairn", version, kVersion));
  metadata.put("conversion_info", std::move(all));
  return metadata;
}

class Opened {
 public:
  Opened(std::istream& in, const ImportOptions& options, std::vector<ReportItem>& items)
      : contents_(take_out(in, scratch_.path(), options, items)) {
    const Refuse refuse = refusal(options, items);
    const Value metadata = read_member(contents_.metadata, kMetadataName, options);
    metadata_ = *metadata.get_if<Map>();
    const std::string version = version_of(metadata_);
    if (version == kVersion)
      open_database(options, items, refuse);
    else if (const auto number = json_version(version))
      open_document(version, *number, options, items, refuse);
    else
      throw_bad(fmt::format("{}: /export_version", kMetadataName),
                fmt::format("expected {} or 0.4 to 0.13, got {}", kVersion, version));
  }

  void import(Store& store, const ImportOptions& options, ImportReport& report) {
    ArchiveImport(store, options, report, *source_, contents_.files, scratch_.path() / "tree", metadata_).run();
  }

 private:
  void open_database(const ImportOptions& options, std::vector<ReportItem>& items, const Refuse& refuse) {
    if (!contents_.database) throw_bad(kDatabaseName, "the archive has no such member");
    if (const Value* format = metadata_.find("key_format"); format != nullptr && *format != Value("sha256"))
      throw_bad(fmt::format("{}: /key_format", kMetadataName), "expected sha256");
    if (contents_.data) refuse("data.json", "is no part of an archive of this version");
    for (const auto& [uuid, tree] : contents_.trees) refuse("nodes/" + uuid, "is no part of an archive of this version");
    source_ = std::make_unique<DatabaseSource>(*contents_.database, options, items, refuse);
  }

  void open_document(const std::string& version, int number, const ImportOptions& options, std::vector<ReportItem>& items,
                     const Refuse& refuse) {
    Value data = read_member(contents_.data, "data.json", options);
    contents_.data.reset();
    if (contents_.database) refuse(std::string(kDatabaseName), "is no part of an archive of this version");
    items.push_back({Outcome::altered, fmt::format("{}: /export_version", kMetadataName),
                     fmt::format("the archive is of version {}, and came in as one of {}", version, kVersion)});
    metadata_ = metadata_now(metadata_, version);
    source_ = std::make_unique<DocumentSource>(std::move(data), number, contents_.trees, items, refuse);
  }

  ScratchDirectory scratch_;
  Contents contents_;
  Map metadata_;
  std::unique_ptr<Source> source_;
};

// One that was made for what did not come in.
void remove_run(Store& store, const std::string& name) {
  std::optional<Uuid> uuid;
  if (const auto run = store.find_run(name)) uuid = run->uuid();
  if (uuid) store.forget(std::span(&*uuid, 1));
}

}  // namespace
}  // namespace aiida

ImportReport import_aiida(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  aiida::Opened opened(in, options, report.items);
  const bool has_run = options.run.empty() || store.find_run(options.run).has_value();
  try {
    opened.import(store, options, report);
  } catch (...) {
    if (!has_run) aiida::remove_run(store, options.run);
    throw;
  }
  return report;
}

}  // namespace cairn::interchange
