// Records of what is removed: purges, and ids of nodes that are being forgotten.
#include <cairn/error.h>
#include <boost/test/unit_test.hpp>

#include <limits>
#include <random>

#include "format/id_list.h"
#include "format/purge_record.h"

namespace {

using namespace cairn;
using namespace cairn::format;

bool is_damaged(const Error& error) { return error.code() == ErrorCode::damaged; }

BOOST_AUTO_TEST_SUITE(removal_records)

BOOST_AUTO_TEST_CASE(purges_come_back) {
  for (const BlobKind kind : {BlobKind::object, BlobKind::artifact, BlobKind::checkpoint})
    for (const PurgeRecord& purge : {PurgeRecord{kind}, PurgeRecord{kind, UINT64_MAX, std::numeric_limits<std::int64_t>::min(), "reason"}})
      BOOST_TEST((decode_purge(encode_purge(purge)) == purge));
}

BOOST_AUTO_TEST_CASE(other_kinds_and_bytes_that_are_no_purge_are_damaged) {
  BOOST_CHECK_EXCEPTION(decode_purge(encode_purge({BlobKind::chunk})), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(decode_purge("x"), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(decode_purge(""), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(ids_come_back) {
  std::mt19937_64 random(7);
  for (std::size_t count = 0; count < 200; ++count) {
    std::vector<NodeId> ids;
    NodeId id = 0;
    for (std::size_t i = 0; i < count; ++i) ids.push_back(id += 1 + random() % (random() % 5 == 0 ? 1'000'000 : 3));
    BOOST_TEST((decode_ids(encode_ids(ids)) == ids));
  }
  const std::vector<NodeId> ends = {1, UINT64_MAX};
  BOOST_TEST((decode_ids(encode_ids(ends)) == ends));
}

BOOST_AUTO_TEST_CASE(ids_that_do_not_ascend_or_are_cut_are_damaged) {
  BOOST_CHECK_EXCEPTION(decode_ids(std::string_view("\x01\x00", 2)), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(decode_ids("\x80"), Error, is_damaged);
  const std::vector<NodeId> last = {UINT64_MAX};
  BOOST_CHECK_EXCEPTION(decode_ids(encode_ids(last) + "\x01"), Error, is_damaged);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
