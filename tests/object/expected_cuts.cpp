#include "object/expected_cuts.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <random>

#include <sys/stat.h>
#include <unistd.h>

#include "blob_map.h"
#include "format/blob.h"
#include "object/cut_file.h"
#include "random_bytes.h"
#include "scratch_directory.h"

namespace cairn::object {
namespace {

using Bytes = std::vector<std::byte>;
using format::ChunkList;
using format::ContentRef;

struct Piece {
  std::uint64_t size = 0;
  Digest digest;
  bool is_hole = false;
  friend bool operator==(const Piece&, const Piece&) = default;
};

struct Fixture {
  BlobMap map;
  MapStaging staging{map};
  MapView view{map};
  ScratchDirectory scratch;
  std::filesystem::path path = scratch.path() / "file";

  void write(std::span<const std::byte> bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  std::vector<Piece> cut(const std::optional<ContentRef>& earlier) {
    const auto file = std::make_shared<const base::File>(base::File::open(path, O_RDONLY));
    ReadJob job;
    job.files.push_back({file, "", FileIdentity(file->status()), earlier});
    job.blobs = &view;
    std::vector<Piece> pieces;
    cut_files(job, [&](CutBatch batch) {
      if (batch.error != nullptr) std::rethrow_exception(batch.error);
      for (const CutBatch::Piece& piece : batch.pieces) {
        if (!piece.is_hole) BOOST_TEST((format::blob_digest(format::BlobKind::chunk, 0, batch.bytes(piece)) == piece.digest));
        pieces.push_back({piece.size, piece.digest, piece.is_hole});
      }
      CutBatch next;
      next.memory.resize(kBatchBytes);
      return next;
    });
    return pieces;
  }

  void require_same_cuts(const ContentRef& earlier) {
    const std::vector<Piece> plain = cut(std::nullopt);
    BOOST_TEST((cut(earlier) == plain));
  }
};

Bytes edited(Bytes bytes, std::mt19937_64& random) {
  const std::size_t at = bytes.empty() ? 0 : random() % bytes.size();
  const Bytes fresh = random_bytes(1 + random() % 300'000, random());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random() % 6) {
    case 0: bytes.insert(place, fresh.begin(), fresh.end()); break;
    case 1: bytes.erase(place, bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), at + fresh.size()))); break;
    case 2: bytes.resize(at); break;
    case 3: bytes.insert(bytes.end(), fresh.begin(), fresh.end()); break;
    case 4: std::fill(place, bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), at + 400'000)), std::byte{}); break;
    default: std::copy_n(fresh.begin(), std::min(fresh.size(), bytes.size() - at), place);
  }
  return bytes;
}

BOOST_FIXTURE_TEST_SUITE(expected_cuts, Fixture)

BOOST_AUTO_TEST_CASE(a_file_is_cut_the_same_whatever_it_was_before) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 60; ++round) {
    const Bytes before = random_bytes(random() % 9'000'000, random());
    Bytes now = before;
    for (std::size_t edits = random() % 4; edits != 0; --edits) now = edited(std::move(now), random);
    write(now);
    require_same_cuts(write_content(staging, before));
  }
}

BOOST_AUTO_TEST_CASE(the_last_chunk_of_what_has_grown_goes_on) {
  Bytes bytes = random_bytes(5'000'000, 1);
  const ContentRef earlier = write_content(staging, bytes);
  bytes.resize(bytes.size() + 1);
  write(bytes);
  require_same_cuts(earlier);
}

BOOST_AUTO_TEST_CASE(a_chunk_before_a_hole_goes_on_when_the_hole_is_filled) {
  constexpr std::uint64_t kHole = 1u << 20;
  write(random_bytes(3'000'000, 1));
  BOOST_REQUIRE(::truncate(path.c_str(), 3'000'000 + kHole) == 0);
  const std::vector<Piece> with_hole = cut(std::nullopt);
  BOOST_REQUIRE(with_hole.back().is_hole);
  ChunkList list;
  for (const Piece& piece : with_hole)
    list.entries.push_back(piece.is_hole ? ChunkList::Entry::hole(piece.size) : ChunkList::Entry{piece.digest, piece.size});
  const ContentRef earlier{3'000'000 + kHole, ContentRef::Form::list,
                           stage_blob(staging, engine::BlobKind::chunk_list, format::encode_chunk_list(list))};
  BOOST_TEST((cut(earlier) == with_hole));
  Bytes filled = random_bytes(3'000'000, 1);
  filled.resize(filled.size() + kHole, std::byte{3});
  write(filled);
  require_same_cuts(earlier);
}

// The chunker would never cut so; that it is cut so tells that nobody looked for cuts.
BOOST_AUTO_TEST_CASE(where_bytes_are_the_same_no_cut_is_looked_for) {
  const Bytes bytes = random_bytes(3'000'000, 1);
  write(bytes);
  ChunkList list;
  for (std::size_t at = 0; at < bytes.size(); at += 100'000)
    list.entries.push_back({stage_blob(staging, engine::BlobKind::chunk, std::span(bytes).subspan(at, 100'000)), 100'000});
  const ContentRef earlier{bytes.size(), ContentRef::Form::list,
                           stage_blob(staging, engine::BlobKind::chunk_list, format::encode_chunk_list(list))};
  const std::vector<Piece> pieces = cut(earlier);
  BOOST_REQUIRE(pieces.size() == list.entries.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) BOOST_TEST((pieces[i].digest == list.entries[i].digest));
}

BOOST_AUTO_TEST_CASE(lists_that_are_damaged_or_gone_do_not_matter) {
  const Bytes bytes = random_bytes(20'000'000, 1);
  write(bytes);
  const ContentRef earlier = write_content(staging, bytes);
  map.damage(map.any(engine::BlobKind::chunk_list));
  require_same_cuts(earlier);
  ContentRef gone = earlier;
  gone.digest.bytes.fill(9);
  require_same_cuts(gone);
  ContentRef lies = earlier;
  lies.size = UINT64_MAX / 4;
  require_same_cuts(lies);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
