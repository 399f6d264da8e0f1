// Salvages a store, to be killed meanwhile:
//
//   store_salvager STORE
#include <cstdio>
#include <exception>

#include "store/salvage.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: store_salvager STORE\n", stderr);
    return 2;
  }
  try {
    const cairn::engine::LockFile lock(arguments[1]);
    cairn::store::salvage(arguments[1], lock);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "store_salvager: %s\n", error.what());
    return 1;
  }
}
