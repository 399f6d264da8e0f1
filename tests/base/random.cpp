// Random bytes: nobody gets what another one got, threads and children of fork() included.
#include "base/random.h"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace cairn::test {
namespace {

std::vector<std::uint64_t> take(std::size_t count) {
  std::vector<std::uint64_t> numbers(count);
  for (std::uint64_t& number : numbers) base::fill_random(std::as_writable_bytes(std::span(&number, 1)));
  return numbers;
}

std::vector<std::uint64_t> take_in_child(std::size_t count) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    const std::vector<std::uint64_t> numbers = take(count);
    const ssize_t written = ::write(ends[1], numbers.data(), count * sizeof numbers[0]);
    ::_exit(written == static_cast<ssize_t>(count * sizeof numbers[0]) ? 0 : 1);
  }
  std::vector<std::uint64_t> numbers(count);
  const ssize_t got = ::read(ends[0], numbers.data(), count * sizeof numbers[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  if (status != 0 || got != static_cast<ssize_t>(count * sizeof numbers[0])) throw std::runtime_error("child");
  return numbers;
}

void require_distinct(const std::vector<std::vector<std::uint64_t>>& all) {
  std::set<std::uint64_t> seen;
  for (const auto& numbers : all)
    for (const std::uint64_t number : numbers) BOOST_TEST(seen.insert(number).second);
}

BOOST_AUTO_TEST_SUITE(random_bytes)

BOOST_AUTO_TEST_CASE(numbers_do_not_come_again) { require_distinct({take(5000)}); }

BOOST_AUTO_TEST_CASE(a_child_gets_others_than_its_parent) {
  const auto before = take(1);  // so that there is something to inherit
  const auto one = take_in_child(100), other = take_in_child(100);
  require_distinct({before, one, other, take(400)});
}

BOOST_AUTO_TEST_CASE(threads_get_others_than_each_other) {
  std::vector<std::vector<std::uint64_t>> all(4);
  {
    std::vector<std::jthread> threads;
    for (auto& numbers : all) threads.emplace_back([&numbers] { numbers = take(1000); });
  }
  require_distinct(all);
}

BOOST_AUTO_TEST_CASE(any_length_up_to_256_bytes_is_filled) {
  for (std::size_t size = 0; size <= 256; ++size) {
    std::vector<std::byte> bytes(size + 8);
    base::fill_random(std::span(bytes).first(size));
    for (std::size_t i = size; i < bytes.size(); ++i) BOOST_TEST((bytes[i] == std::byte{}));
    if (size >= 32) BOOST_TEST((bytes != std::vector<std::byte>(size + 8)));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
