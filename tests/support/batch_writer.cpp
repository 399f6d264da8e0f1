// Puts large batches into a store until it is killed, and acknowledges each by a line in a file outside:
//
//   batch_writer STORE ACKNOWLEDGEMENTS FIRST objects|graph
//
// FIRST is the number of the first batch, which is one of objects, or a load of nodes and links.
#include <cairn/cairn.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "support/large_batch.h"

int main(int count, char** arguments) {
  if (count != 5) {
    std::fputs("usage: batch_writer STORE ACKNOWLEDGEMENTS FIRST objects|graph\n", stderr);
    return 2;
  }
  try {
    const int acknowledgements = ::open(arguments[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    cairn::Store store = cairn::Store::open(arguments[1]);
    for (std::int64_t number = std::stoll(arguments[3]);; ++number) {
      if (arguments[4] == std::string_view("graph"))
        cairn::test::load_large_graph(store, number);
      else
        store.put_all(cairn::test::large_batch(number));
      const std::string line = std::to_string(number) + "\n";
      if (::write(acknowledgements, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return 3;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "batch_writer: %s\n", error.what());
    return 1;
  }
}
