// How an archive is known again, whatever the order of its rows.
#pragma once

#include <cairn/value.h>

#include <string>
#include <string_view>
#include <vector>

#include "interchange/sha256.h"

namespace cairn::interchange::aiida {

/// Digests what an archive says. Memory: 32 bytes for each thing it says.
class ArchiveIdentity {
 public:
  /// One thing: begin, its parts in order, end.
  void begin(std::string_view what);
  void add(const Value& value);
  void add(std::string_view text);
  void end();

  /// The same for the same things, in any order.
  Identity identity();

 private:
  Sha256 hash_;
  std::string text_;
  std::vector<Sha256Digest> digests_;
};

}  // namespace cairn::interchange::aiida
