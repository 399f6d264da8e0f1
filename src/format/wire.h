// Cap'n Proto messages as blobs: canonical on the way in, bounded on the way out. For src/format/*.cpp only.
#pragma once

#include <cairn/digest.h>
#include <cairn/error.h>
#include <cairn/uuid.h>

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "cairn.capnp.h"

namespace cairn::format {

/// Throws Error(`code`) for something kj found wrong with `what`, such as "chunk list".
[[noreturn]] void throw_wire_error(ErrorCode code, std::string_view what, const kj::Exception& exception);
/// Throws Error(damaged) for something found wrong with `what` by our own rules.
[[noreturn]] void throw_damaged(std::string_view what, std::string_view problem);

/// What a message may cost its reader. The encoder of a type has to refuse what these limits would refuse.
struct WireLimits {
  int nesting = 64;  ///< pointers followed in a row
  /// Words that may be read beyond eight times the message's size. Matters for long lists whose elements are all
  /// default: their canonical form takes no room, yet each element counts as one word.
  std::uint64_t extra_words = 4096;
};

/// The canonical form of the struct that `root` (a Reader or Builder of a generated type) points to: one segment, no
/// frame, one spelling for equal values. Throws limit if a part is too large for Cap'n Proto (2^29 elements).
/// Cost: one zeroed allocation, one copy. Source: schema/FORMAT.md, "Canonical form".
template <class Root>
std::vector<std::byte> canonical_bytes(Root&& root, std::string_view what) {
  try {
    auto reader = kj::fwd<Root>(root).asReader();
    const std::size_t words = reader.totalSize().wordCount + 1;  // and the root pointer
    std::vector<std::byte> bytes(words * sizeof(capnp::word));  // operator new aligns for words
    capnp::FlatMessageBuilder message(kj::arrayPtr(reinterpret_cast<capnp::word*>(bytes.data()), words));
    message.getRoot<capnp::AnyPointer>().setCanonicalAs<capnp::FromReader<decltype(reader)>>(reader);
    bytes.resize(message.getSegmentsForOutput()[0].asBytes().size());
    return bytes;
  } catch (const kj::Exception& exception) {
    throw_wire_error(ErrorCode::limit, what, exception);
  }
}

/// The words of a message. A copy if the bytes are not aligned: Cap'n Proto throws on such.
class MessageWords {
 public:
  /// `bytes` must outlive this. Throws damaged unless they are whole words, one at least.
  MessageWords(std::span<const std::byte> bytes, std::string_view what) {
    if (bytes.empty() || bytes.size() % sizeof(std::uint64_t) != 0) throw_damaged(what, "its size is not whole words");
    const void* data = bytes.data();
    if (reinterpret_cast<std::uintptr_t>(data) % alignof(std::uint64_t) != 0) {
      aligned_.resize(bytes.size() / sizeof(std::uint64_t));
      std::memcpy(aligned_.data(), data, bytes.size());
      data = aligned_.data();
    }
    words_ = {static_cast<const std::uint64_t*>(data), bytes.size() / sizeof(std::uint64_t)};
  }
  MessageWords(const MessageWords&) = delete;

  std::span<const std::uint64_t> get() const { return words_; }
  kj::ArrayPtr<const capnp::word> segment() const {
    return {reinterpret_cast<const capnp::word*>(words_.data()), words_.size()};
  }

 private:
  std::vector<std::uint64_t> aligned_;
  std::span<const std::uint64_t> words_;
};

/// Calls `read` with the Root::Reader of a message made by canonical_bytes and returns what it returns. The reader
/// dies with the call. Throws damaged if `bytes` are no such message or exceed `limits`; `what` names it then.
template <class Root, class Read>
auto read_wire(std::span<const std::byte> bytes, std::string_view what, Read&& read, const WireLimits& limits = {}) {
  const MessageWords words(bytes, what);
  const kj::ArrayPtr<const capnp::word> segment = words.segment();
  capnp::ReaderOptions options;
  options.traversalLimitInWords = segment.size() * 8 + limits.extra_words;  // a field may be looked at more than once
  options.nestingLimit = limits.nesting;
  try {
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), options);
    return std::forward<Read>(read)(message.getRoot<Root>());
  } catch (const kj::Exception& exception) {
    throw_wire_error(ErrorCode::damaged, what, exception);
  }
}

// Sixteen bytes as two big-endian numbers, for every struct with fields high and low.

template <class Builder>
void set_high_low(Builder builder, const std::array<std::uint8_t, 16>& bytes) {
  builder.setHigh(base::load_big_endian<std::uint64_t>(bytes.data()));
  builder.setLow(base::load_big_endian<std::uint64_t>(bytes.data() + 8));
}

template <class Reader>
std::array<std::uint8_t, 16> get_high_low(Reader reader) {
  const std::uint64_t halves[2] = {base::big_endian(std::uint64_t{reader.getHigh()}),
                                   base::big_endian(std::uint64_t{reader.getLow()})};
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), halves, sizeof halves);
  return bytes;
}

inline Digest get_digest(wire::Digest::Reader reader) { return {get_high_low(reader)}; }
inline void set_digest(wire::Digest::Builder builder, const Digest& digest) { set_high_low(builder, digest.bytes); }
inline Uuid get_uuid(wire::Uuid::Reader reader) { return {get_high_low(reader)}; }
inline void set_uuid(wire::Uuid::Builder builder, const Uuid& uuid) { set_high_low(builder, uuid.bytes); }

inline kj::ArrayPtr<const kj::byte> as_data(std::string_view bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}
inline std::string_view data_view(capnp::Data::Reader data) {
  return {reinterpret_cast<const char*>(data.begin()), data.size()};
}
inline capnp::Text::Reader as_wire_text(const std::string& text) { return {text.c_str(), text.size()}; }
inline std::string_view text_view(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

}  // namespace cairn::format
