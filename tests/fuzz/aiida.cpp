// An archive; or the data.json or the database of one, which nothing that guesses bytes would find behind their checksums.
#include <sstream>

#include "interchange/aiida/zip_writer.h"
#include "support/fuzz_import.h"

namespace {

std::string archive_of(std::string_view version, const std::string& member, std::string_view bytes) {
  std::ostringstream out;
  cairn::interchange::aiida::ZipWriter writer(out, 0);
  const std::string metadata = R"({"aiida_version": "2.9.0", "export_version": ")" + std::string(version) + "\"}";
  writer.begin("metadata.json", metadata.size());
  writer.write(std::as_bytes(std::span(metadata)));
  writer.begin(member, bytes.size());
  writer.write(std::as_bytes(std::span(bytes)));
  writer.close();
  return out.str();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string archive(bytes);
  if (bytes.starts_with('{')) archive = archive_of("0.4", "data.json", bytes);
  if (bytes.starts_with("SQLite")) archive = archive_of("main_0001", "db.sqlite3", bytes);
  const auto* begin = reinterpret_cast<const std::uint8_t*>(archive.data());
  cairn::test::fuzz_import("aiida", begin, archive.size());
  cairn::test::fuzz_import("aiida", begin, archive.size(), {.partial = true});
  return 0;
}
