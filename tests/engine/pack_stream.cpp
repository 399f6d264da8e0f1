// Reading ahead in packs: what comes out is what is in the file, however it is asked for.
#include "engine/pack_stream.h"

#include <cairn/error.h>
#include <cairn/uuid.h>

#include <boost/test/unit_test.hpp>

#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <vector>

#include "engine/pack_writer.h"
#include "format/blob.h"

BOOST_AUTO_TEST_SUITE(pack_stream)

namespace {

namespace engine = cairn::engine;
namespace format = cairn::format;
using cairn::Digest;

struct Record {
  format::BlobLocation location;
  Digest digest;
  std::vector<std::byte> bytes;
};

// A pack of records of uneven sizes, about 12 MiB in several segments and windows.
struct Pack {
  Pack() {
    std::filesystem::create_directories(directory);
    engine::PackWriter writer(directory, 0600, 1, {}, 1);
    for (unsigned i = 0; i < 400; ++i) {
      Record record;
      record.bytes = std::vector<std::byte>(1000 + i * 7919 % 60000, static_cast<std::byte>(i));
      record.digest = format::blob_digest(format::BlobKind::chunk, 0, record.bytes);
      record.location = {format::BlobKind::chunk, 0,        format::BlobCodec::raw, true, record.bytes.size(),
                         record.bytes.size(), 0, 0, 0};
      const auto at = writer.append(writer.generation(),
                                    {format::BlobKind::chunk, 0, format::BlobCodec::raw, record.digest,
                                     record.bytes.size(), record.bytes.size()},
                                    record.bytes);
      record.location.pack = at.pack;
      record.location.offset = at.offset;
      records.push_back(std::move(record));
    }
    writer.flush();
  }
  ~Pack() { std::filesystem::remove_all(directory); }

  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("cairn_pack_stream_" + cairn::Uuid::generate().text());
  std::vector<Record> records;
};

bool reads(engine::PackStream& stream, const Record& record) {
  return std::ranges::equal(stream.read(record.location, record.digest), record.bytes);
}

// No thread can be started while this lives: none has room for such a stack.
class NoThreads {
 public:
  NoThreads() {
    ::pthread_getattr_default_np(&before_);
    pthread_attr_t large = before_;
    ::pthread_attr_setstacksize(&large, std::size_t{1} << 46);
    BOOST_REQUIRE(::pthread_setattr_default_np(&large) == 0);
  }
  ~NoThreads() { ::pthread_setattr_default_np(&before_); }

 private:
  pthread_attr_t before_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(records_in_a_row_are_read_as_they_were_written) {
  const Pack pack;
  const engine::PackReader reader(pack.directory);
  engine::PackStream stream(reader);
  for (const Record& record : pack.records) BOOST_TEST(reads(stream, record));
}

BOOST_AUTO_TEST_CASE(reads_elsewhere_and_backwards_change_nothing) {
  const Pack pack;
  const engine::PackReader reader(pack.directory);
  engine::PackStream stream(reader);
  for (std::size_t i = 0; i < pack.records.size(); ++i) {
    BOOST_TEST(reads(stream, pack.records[i]));
    if (i % 5 == 0) BOOST_TEST(reads(stream, pack.records[i * 37 % pack.records.size()]));
  }
  for (auto record = pack.records.rbegin(); record != pack.records.rend(); ++record) BOOST_TEST(reads(stream, *record));
}

BOOST_AUTO_TEST_CASE(records_that_are_left_out_are_passed_over) {
  const Pack pack;
  const engine::PackReader reader(pack.directory);
  for (const std::size_t step : {2, 3, 7, 40}) {
    engine::PackStream stream(reader);
    for (std::size_t i = 0; i < pack.records.size(); i += step) BOOST_TEST(reads(stream, pack.records[i]));
  }
}

BOOST_AUTO_TEST_CASE(without_a_thread_to_read_ahead_each_record_is_read_alone) {
  const Pack pack;
  const engine::PackReader reader(pack.directory);
  engine::PackStream stream(reader);
  const NoThreads none;
  for (const Record& record : pack.records) BOOST_TEST(reads(stream, record));
}

BOOST_AUTO_TEST_CASE(a_writer_of_packs_that_gets_no_thread_says_so) {
  const Pack pack;
  const NoThreads none;
  const auto is_io = [](const cairn::Error& error) { return error.code() == cairn::ErrorCode::io; };
  BOOST_CHECK_EXCEPTION(engine::PackWriter(pack.directory, 0600, 1, {}, 2), cairn::Error, is_io);
}

BOOST_AUTO_TEST_CASE(a_damaged_record_in_a_row_is_reported_and_those_behind_it_are_read) {
  const Pack pack;
  const Record& broken = pack.records[200];
  const auto path = pack.directory / format::pack_file_name(broken.location.pack);
  const std::byte zeros[format::kRecordHeaderSize]{};
  cairn::base::File::open(path, O_WRONLY).write_at(broken.location.offset, zeros);
  const engine::PackReader reader(pack.directory);
  engine::PackStream stream(reader);
  for (const Record& record : pack.records) {
    if (&record != &broken) {
      BOOST_TEST(reads(stream, record));
      continue;
    }
    BOOST_CHECK_EXCEPTION(stream.read(record.location, record.digest), cairn::Error, [](const cairn::Error& error) {
      return error.code() == cairn::ErrorCode::damaged;
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
