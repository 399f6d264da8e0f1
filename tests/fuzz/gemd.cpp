#include "support/fuzz_import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cairn::test::fuzz_import("gemd", data, size, {.allow_nonfinite = true});
  return 0;
}
