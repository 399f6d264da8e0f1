// The parts of an archive, taken out of it.
#pragma once

#include <cairn/interchange.h>

#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "interchange/aiida/repository.h"

namespace cairn::interchange::aiida {

struct Contents {
  explicit Contents(const std::filesystem::path& directory) : files(directory / "files") {}

  std::optional<std::string> metadata;            ///< the text of metadata.json
  std::optional<std::filesystem::path> database;  ///< db.sqlite3, as a file
  std::optional<std::string> data;                ///< the text of data.json, in archives of JSON
  std::map<std::string, FileTree> trees;          ///< of those: by the text of a node's UUID
  FileSpool files;
};

/// Puts databases and files below `directory`, and checks that the files are what their names say. What is no part of an
/// archive is reported as left out. Throws bad_document, naming the member; limit for a metadata.json or data.json of more than
/// ImportOptions::document_bytes_max and a database of more than 64 GiB; no_space, io. Memory: these texts, and some hundred
/// bytes for each file.
Contents take_out(std::istream& in, const std::filesystem::path& directory, const ImportOptions& options,
                  std::vector<ReportItem>& items);

}  // namespace cairn::interchange::aiida
