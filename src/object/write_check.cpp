#include "object/write_check.h"

#include <cairn/codec/value.h>
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "object/objects.h"

namespace cairn::object {

namespace {

class StagedBlobs : public engine::BlobSource {
 public:
  explicit StagedBlobs(engine::Staging& staging) : staging_(staging) {}
  engine::Bytes get_blob(engine::BlobKind kind, const Digest& digest) const override {
    return staging_.read(kind, digest);
  }

 private:
  engine::Staging& staging_;
};

/// Takes what is there already, and drops the rest: equal values need nothing else.
class ComparingStaging : public engine::Staging {
 public:
  explicit ComparingStaging(engine::Staging& staging) : staging_(staging) {}

  engine::StageResult stage(engine::BlobKind kind, std::uint8_t, const Digest& digest,
                            std::span<const std::byte> bytes) override {
    try {
      if (!std::ranges::equal(staging_.read(kind, digest), bytes)) return engine::StageResult::clash;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
    }
    return engine::StageResult::existed;
  }
  std::optional<engine::BlobInfo> hold(engine::BlobKind kind, const Digest& digest) override {
    return staging_.hold(kind, digest);
  }
  std::vector<std::pair<engine::BlobKind, Digest>> held() const override { return staging_.held(); }
  bool goes_to_pack() const override { return staging_.goes_to_pack(); }
  engine::Bytes read(engine::BlobKind kind, const Digest& digest) override { return staging_.read(kind, digest); }
  std::uint64_t bytes_added() const override { return 0; }
  std::uint64_t bytes_existed() const override { return 0; }

 private:
  engine::Staging& staging_;
};

/// What a stored value is when it was loaded and is encoded again.
struct Recoded {
  const Encodable& value;
  const Decoder& in;
};

[[noreturn]] void throw_unequal(std::string_view problem) {
  throw Error(ErrorCode::unstorable, fmt::format("what was written does not decode again: {}", problem));
}

}  // namespace

}  // namespace cairn::object

template <>
struct cairn::Codec<cairn::object::Recoded> {
  static void encode(const Encoder& out, const object::Recoded& recoded) { recoded.value.recode(recoded.in, out); }
};

namespace cairn::object {

void check_written(engine::Staging& staging, std::span<const std::byte> bytes, const Encodable& value,
                   const format::ObjectOptions& options) {
  const StagedBlobs blobs(staging);
  ComparingStaging comparing(staging);
  format::ObjectOptions unchecked = options;
  unchecked.check_writes = false;
  unchecked.is_check = true;
  const auto read = [&](const Decoder& in) {
    // What a fallback left does not load as its type.
    if (!value.can_recode() || options.fallback != Fallback::strict) return static_cast<void>(decode_value(in));
    const std::vector<std::byte> again = write_object_bytes(comparing, encodable(Recoded{value, in}), unchecked);
    if (!std::ranges::equal(again, bytes)) throw_unequal("it was loaded as another value");
  };
  try {
    read_object_bytes(blobs, bytes, read, {unchecked, nullptr});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::type_mismatch && error.code() != ErrorCode::damaged) throw;
    throw_unequal(error.what());
  }
}

}  // namespace cairn::object
