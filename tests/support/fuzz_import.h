// What every fuzz target of an importer looks at.
#pragma once

#include <cairn/cairn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

namespace cairn::test {

[[noreturn]] inline void fail(std::string_view what, std::string_view detail) {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(what.size()), what.data(), static_cast<int>(detail.size()), detail.data());
  std::abort();
}

/// Takes the bytes in as a document. They are refused with an Error, and then nothing is in the store; or what is exported of
/// them comes in elsewhere, and is exported there as the same. Anything else aborts.
inline void fuzz_import(std::string_view format, const std::uint8_t* data, std::size_t size, const ImportOptions& options = {}) {
  Store store = Store::in_memory();
  ImportReport report;
  try {
    std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
    report = import_document(store, format, in, options);
  } catch (const Error&) {
    if (!store.query({}).nodes.empty()) fail("a refused document left nodes", format);
    return;
  }
  (void)report.text();
  (void)report.json();
  std::ostringstream first, second;
  try {
    export_document(store, format, report.roots, first);
    Store other = Store::in_memory();
    std::istringstream in(first.str());
    const ImportReport again = import_document(other, format, in, options);
    export_document(other, format, again.roots, second);
  } catch (const Error& error) {
    fail("what came in does not come out and in again", error.what());
  }
  if (first.str() != second.str()) fail("two exports of one document differ", first.str() + "\n" + second.str());
}

}  // namespace cairn::test
