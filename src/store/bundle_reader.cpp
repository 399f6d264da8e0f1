#include "store/bundle_reader.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <istream>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "engine/compression.h"
#include "format/blob.h"
#include "format/bundle.h"
#include "format/pack.h"
#include "store/bundle_totals.h"

namespace cairn::store {
namespace {

using format::BundleSection;
using format::FrameHeader;
using format::ItemReader;

constexpr std::size_t kReadAtOnce = 1 << 20;

[[noreturn]] void throw_damaged(std::uint64_t offset, std::string_view problem) {
  throw Error(ErrorCode::damaged, fmt::format("read a bundle: at byte {}: {}", offset, problem));
}

class BundleBytes {
 public:
  explicit BundleBytes(std::istream& in) : in_(in) {}

  std::uint64_t offset() const { return offset_; }

  // As memory comes to be needed: a length that lies does not cost more than what is there.
  std::string read(std::uint64_t count, std::string_view what) {
    std::string bytes;
    while (bytes.size() < count) {
      const std::size_t before = bytes.size();
      const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(kReadAtOnce, count - before));
      bytes.resize(before + some);
      in_.read(bytes.data() + before, static_cast<std::streamsize>(some));
      const auto got = static_cast<std::size_t>(in_.gcount());
      offset_ += got;
      if (in_.bad()) throw Error(ErrorCode::io, fmt::format("read a bundle: the stream cannot be read at byte {}", offset_));
      if (got != some) throw_damaged(offset_, fmt::format("it ends within {}", what));
    }
    return bytes;
  }
  bool is_over() { return in_.peek() == std::istream::traits_type::eof(); }

 private:
  std::istream& in_;
  std::uint64_t offset_ = 0;
};

struct Frame {
  FrameHeader header;
  std::string items;
};

Frame read_frame(BundleBytes& in, std::uint64_t first_offset) {
  const std::uint64_t offset = first_offset + in.offset();
  const std::string header = in.read(format::kFrameHeaderSize, "the header of a frame");
  const auto decoded = format::decode_frame_header(base::as_bytes(header));
  if (!decoded || decoded->offset != offset) throw_damaged(offset, "the header of a frame is damaged");
  Frame frame{*decoded, in.read(decoded->length, fmt::format("a frame of {}", format::bundle_section_name(decoded->section)))};
  if (base::hash64(base::as_bytes(frame.items)) != frame.header.checksum)
    throw_damaged(offset, fmt::format("the checksum of a frame of {} does not match", format::bundle_section_name(frame.header.section)));
  return frame;
}

std::uint64_t read_trailer(BundleBytes& in) {
  const std::uint64_t offset = in.offset();
  const auto index = format::decode_bundle_trailer(base::as_bytes(in.read(format::kBundleTrailerSize, "its last bytes")));
  if (!index) throw_damaged(offset, "its last bytes are damaged");
  return *index;
}

BundleIndex index_of(const Frame& frame) {
  std::vector<std::string> items;
  for (ItemReader in(frame.items); !in.is_over();) items.emplace_back(in.text());
  return decode_index(items);
}

class PartReader {
 public:
  explicit PartReader(BundleSink& sink) : sink_(sink) {}

  const BundleReport& totals() const { return totals_.report(); }

  void read(BundleSection section, std::string_view item) {
    switch (section) {
      case BundleSection::blobs: return read_blob(item);
      case BundleSection::purges: return read_purge(item);
      case BundleSection::labels:
        ++label_count_;
        return tell([&](BundleSink& sink) { sink.add_label(item); });
      case BundleSection::runs: return read_run(item);
      case BundleSection::nodes: return read_node(item);
      case BundleSection::links: return read_links(item);
      case BundleSection::rows: return read_row(item);
      case BundleSection::groups: return read_group(item);
      case BundleSection::invalidations: {
        const auto record = format::decode_step_invalidation(item);
        return tell([&](BundleSink& sink) { sink.add_invalidation(record); });
      }
      case BundleSection::index: return;
    }
  }

 private:
  template <class Tell>
  void tell(const Tell& tell) {
    tell(static_cast<BundleSink&>(totals_));
    tell(sink_);
  }

  void read_blob(std::string_view item) {
    ItemReader in(item);
    const auto header = format::decode_record_header(base::as_bytes(in.take(format::kRecordHeaderSize)));
    const std::span<const std::byte> stored = base::as_bytes(in.rest());
    if (!header || header->stored_size != stored.size()) throw Error(ErrorCode::damaged, "the header of a blob is damaged");
    const auto bytes = engine::decompress(header->codec, stored, header->size, room_);
    if (!bytes || bytes->size() != header->size || format::blob_digest(header->kind, header->probe, *bytes) != header->digest)
      throw Error(ErrorCode::damaged, fmt::format("the bytes of {} {} do not match the digest", format::blob_kind_name(header->kind),
                                                  header->digest.hex()));
    tell([&](BundleSink& sink) { sink.add_blob({{header->kind, header->digest}, header->probe, *bytes}); });
  }

  void read_purge(std::string_view item) {
    ItemReader in(item);
    Digest digest;
    std::memcpy(digest.bytes.data(), in.take(digest.bytes.size()).data(), digest.bytes.size());
    const format::PurgeRecord purge = format::decode_purge(in.rest());
    tell([&](BundleSink& sink) { sink.add_purge(digest, purge); });
  }

  void read_run(std::string_view item) {
    ItemReader in(item);
    const std::uint64_t is_whole = in.number();
    const BundleRun run{format::decode_run(in.rest()), is_whole != 0};
    if (is_whole > 1 || run.record.forked_from > totals().runs.size()) throw Error(ErrorCode::damaged, "a run is out of order");
    tell([&](BundleSink& sink) { sink.add_run(run); });
  }

  void read_node(std::string_view item) {
    const format::NodeRecord node = format::decode_node(item);
    const std::uint64_t place = node.cell == 0 ? UINT64_MAX : node.cell;
    if ((node.cell != 0 && node.cell > totals().runs.size()) || place < last_run_)
      throw Error(ErrorCode::damaged, "a node is out of order");
    last_run_ = place;
    tell([&](BundleSink& sink) { sink.add_node(node); });
  }

  void read_links(std::string_view item) {
    ItemReader in(item);
    const std::uint64_t holder = in.number();
    const std::vector<format::PackedLink> links = format::decode_links(in.rest());
    if (holder <= last_holder_ || holder > totals().node_count) throw Error(ErrorCode::damaged, "links are out of order");
    last_holder_ = holder;
    for (const format::PackedLink& link : links)
      if (link.other == 0 || link.other > totals().node_count || link.label == 0 || link.label > label_count_)
        throw Error(ErrorCode::damaged, "a link leads to what did not come");
    tell([&](BundleSink& sink) { sink.add_links(holder, links); });
  }

  void read_row(std::string_view item) {
    ItemReader in(item);
    BundleRow row{in.number(), in.text(), {}};
    row.value = in.rest();
    const std::size_t letter = row.key.empty() ? std::string_view::npos : kBundledRows.find(row.key[0]);
    if (letter == std::string_view::npos || row.run > totals().runs.size()) throw Error(ErrorCode::damaged, "a row is of an unknown type, or run");
    const std::pair place(row.run, letter);
    if (place < last_row_) throw Error(ErrorCode::damaged, "a row is out of order");
    last_row_ = place;
    tell([&](BundleSink& sink) { sink.add_row(row); });
  }

  void read_group(std::string_view item) {
    ItemReader in(item);
    const format::GroupRecord group = format::decode_group(in.text());
    std::vector<std::uint64_t> members;
    while (!in.is_over()) {
      members.push_back(in.number());
      if (members.back() == 0 || members.back() > totals().node_count) throw Error(ErrorCode::damaged, "a group has a member that did not come");
    }
    tell([&](BundleSink& sink) { sink.add_group(group, members); });
  }

  BundleSink& sink_;
  BundleTotals totals_;
  std::vector<std::byte> room_;  // for decompressing
  std::uint64_t last_run_ = 0, last_holder_ = 0, label_count_ = 0;
  std::pair<std::uint64_t, std::size_t> last_row_;
};

// Says where the item was.
void read_items(const Frame& frame, PartReader& parts, SectionTotals& totals) {
  for (ItemReader in(frame.items); !in.is_over();) {
    const std::string_view item = in.text();
    ++totals.items;
    totals.bytes += item.size();
    try {
      parts.read(frame.header.section, item);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged) throw;
      throw_damaged(frame.header.offset, fmt::format("in a frame of {}: {}", format::bundle_section_name(frame.header.section), error.what()));
    }
  }
}

}  // namespace

BundleReport read_bundle(std::istream& stream, BundleSink& sink) {
  BundleBytes in(stream);
  format::check_bundle_header(base::as_bytes(in.read(format::kBundleHeaderSize, "its header")));
  PartReader parts(sink);
  AllSections sections;
  for (BundleSection section = BundleSection::blobs;;) {
    const Frame frame = read_frame(in, 0);
    if (frame.header.section < section) throw_damaged(frame.header.offset, "a section is out of order");
    section = frame.header.section;
    if (section == BundleSection::index) {
      if (!(index_of(frame) == BundleIndex{sections, parts.totals()})) throw_damaged(frame.header.offset, "its index is not about what came");
      if (read_trailer(in) != frame.header.offset) throw_damaged(in.offset(), "its end leads to another index");
      if (!in.is_over()) throw_damaged(in.offset(), "there is more behind its end");
      break;
    }
    SectionTotals& totals = sections[static_cast<std::size_t>(section) - 1];
    if (totals.frames++ == 0) totals.offset = frame.header.offset;
    read_items(frame, parts, totals);
  }
  sink.finish();
  BundleReport report = parts.totals();
  report.bundle_bytes = in.offset();
  return report;
}

BundleReport list_bundle(std::istream& in) {
  const std::istream::pos_type start = in.tellg();
  if (start == std::istream::pos_type(-1)) {
    in.clear();
    BundleTotals nobody;
    return read_bundle(in, nobody);
  }
  format::check_bundle_header(base::as_bytes(BundleBytes(in).read(format::kBundleHeaderSize, "its header")));
  in.seekg(0, std::ios::end);
  const auto size = static_cast<std::uint64_t>(in.tellg() - start);
  if (size < format::kBundleHeaderSize + format::kFrameHeaderSize + format::kBundleTrailerSize) throw_damaged(size, "it ends too early");
  const auto seek = [&](std::uint64_t offset) { in.seekg(start + static_cast<std::streamoff>(offset)); };
  seek(size - format::kBundleTrailerSize);
  BundleBytes last(in);
  const auto index_offset = format::decode_bundle_trailer(base::as_bytes(last.read(format::kBundleTrailerSize, "its last bytes")));
  if (!index_offset || *index_offset > size - format::kBundleTrailerSize)
    throw_damaged(size - format::kBundleTrailerSize, "its last bytes are damaged, or missing");
  seek(*index_offset);
  BundleBytes index(in);
  const Frame frame = read_frame(index, *index_offset);
  if (frame.header.section != BundleSection::index) throw_damaged(*index_offset, "its end does not lead to an index");
  BundleReport report = index_of(frame).report;
  report.bundle_bytes = size;
  return report;
}

}  // namespace cairn::store

namespace cairn {

BundleReport list_bundle(std::istream& in) { return store::list_bundle(in); }

}  // namespace cairn
