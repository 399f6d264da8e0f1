// A store with two checkpoints, the second of which may be damaged.
#pragma once

#include <string>

#include "command.h"

namespace cairn::test {

struct DamagedPackFixture : CommandFixture {
  std::string first, second;  // checkpoints

  DamagedPackFixture() {
    for (const char c : {'a', 'b'}) {
      std::string bytes(150'000, c);
      for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] + (i * i * 2654435761u >> 11));
      (c == 'a' ? first : second) =
          run_line({"checkpoint", "argon", "--step", c == 'a' ? "1" : "2", "--artifact", "data=" + file("data", bytes)});
    }
  }

  // In the last bytes of what was stored.
  void damage_second() const {
    const std::filesystem::path pack = store() / "packs" / "00000001.pack";
    std::string bytes = read_all(pack);
    const std::size_t at = bytes.find_last_not_of('\0') - 60'000;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write_all(pack, bytes);
  }
};

}  // namespace cairn::test
