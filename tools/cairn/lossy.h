// Where a value is lossy: what a fallback left of something that had no way back.
#pragma once

#include <cairn/decoder.h>
#include <cairn/value.h>

#include <string>
#include <vector>

namespace cairn::cli {

struct LossyPlace {
  std::string path;  ///< as "solver.callbacks[2]"; empty for the value itself
  std::string type;  ///< of what was lost
};

/// In order. Those inside of another are not told apart from it.
std::vector<LossyPlace> lossy_places(const Value& value);

/// Whether there is any. Memory: what one segment of a long list takes.
bool is_lossy(const Decoder& in);

}  // namespace cairn::cli
