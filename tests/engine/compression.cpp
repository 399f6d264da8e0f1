// Single blobs: compressed where that saves something, and always given back.
#include "engine/compression.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

#include "base/bytes.h"

namespace cairn::engine {
namespace {

std::string noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string text(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += "a line of words that repeats\n";
  bytes.resize(size);
  return bytes;
}

bool is_compressed(Compressor& compressor, const std::string& blob) {
  const auto compressed = compressor.compress(base::as_bytes(blob));
  if (!compressed) return false;
  BOOST_TEST(compressed->bytes.size() < blob.size());
  std::vector<std::byte> room;
  BOOST_TEST(stands_for(compressed->codec, compressed->bytes, base::as_bytes(blob), room));
  return true;
}

BOOST_AUTO_TEST_SUITE(compression)

BOOST_AUTO_TEST_CASE(what_does_not_shrink_by_an_eighth_is_left) {
  for (const Compression method : {Compression::lz4, Compression::zstd}) {
    Compressor compressor(method);
    BOOST_TEST(is_compressed(compressor, text(20'000)));
    BOOST_TEST(!is_compressed(compressor, noise(20'000, 1)));
    BOOST_TEST(!is_compressed(compressor, text(4000)));
    BOOST_TEST(!is_compressed(compressor, noise(19'000, 2) + text(1000)));
  }
  Compressor none(Compression::none);
  BOOST_TEST(!is_compressed(none, text(20'000)));
}

BOOST_AUTO_TEST_CASE(after_a_row_of_noise_text_is_compressed_as_ever) {
  Compressor compressor(Compression::lz4);
  for (std::size_t i = 0; i < 1000; ++i) {
    BOOST_TEST(!is_compressed(compressor, noise(10'000, i)));
    if (i % 101 == 100) BOOST_TEST(is_compressed(compressor, text(10'000)));
  }
}

// Text with noise in its middle, where the sample is taken.
BOOST_AUTO_TEST_CASE(after_a_row_of_noise_compression_is_soon_taken_up_again) {
  const std::string mixed = text(20'000) + noise(5000, 1) + text(20'000);
  for (const std::size_t row : {1u, 7u, 8u, 9u, 100u, 101u, 103u, 1000u}) {
    Compressor compressor(Compression::lz4);
    for (std::size_t i = 0; i < row; ++i) BOOST_TEST(!is_compressed(compressor, noise(10'000, i)));
    std::size_t left = 0;
    while (left < 100 && !is_compressed(compressor, mixed)) ++left;
    BOOST_TEST(left <= (row < 8 ? 0u : 7u), "after " << row << " blobs of noise " << left << " are left");
    for (int i = 0; i < 20; ++i) {  // and then for good, also where noise lies between
      BOOST_TEST(is_compressed(compressor, mixed));
      BOOST_TEST(!is_compressed(compressor, noise(10'000, row)));
    }
  }
}

BOOST_AUTO_TEST_CASE(small_blobs_are_always_tried) {
  Compressor compressor(Compression::lz4);
  for (std::size_t i = 0; i < 50; ++i) BOOST_TEST(!is_compressed(compressor, noise(10'000, i)));
  BOOST_TEST(is_compressed(compressor, text(5000)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::engine
