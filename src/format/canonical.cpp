#include "format/canonical.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <memory>

#include "format/wire.h"

namespace cairn::format {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kSegmentWordsMax = (std::size_t{1} << 29) - 1;  // a pointer reaches no farther

/// One word that says where something is and how large. Null if all bits are zero.
struct Pointer {
  enum class Kind : std::uint8_t { structure, list, far, capability };
  enum class Elements : std::uint8_t { none, bit, byte, two_bytes, four_bytes, eight_bytes, pointers, structures };

  std::uint64_t word;

  Kind kind() const { return static_cast<Kind>(word & 3); }
  /// In words, from the one behind the pointer.
  std::int64_t offset() const { return static_cast<std::int32_t>(static_cast<std::uint32_t>(word)) >> 2; }
  /// Of a struct, or of the structs of a list, whose first word is such a pointer: in words.
  std::size_t data() const { return static_cast<std::uint16_t>(word >> 32); }
  std::size_t pointers() const { return word >> 48; }
  /// In the first word of a list of structs: how many they are.
  std::size_t structures() const { return static_cast<std::uint32_t>(word) >> 2; }
  Elements elements() const { return static_cast<Elements>(word >> 32 & 7); }
  /// Of a list; words where they are structs.
  std::size_t count() const { return word >> 35; }

  /// Of a list whose elements are no structs.
  std::size_t list_bits() const {
    static constexpr std::uint8_t kBits[] = {0, 1, 8, 16, 32, 64, 64};
    return count() * kBits[static_cast<std::size_t>(elements())];
  }
  std::size_t list_words() const { return (list_bits() + 63) / 64; }

  /// Far: of the segment in which the pointer to the content is, or, if that is double, where the content itself begins.
  std::size_t segment() const { return word >> 32; }
  std::size_t segment_offset() const { return static_cast<std::uint32_t>(word) >> 3; }
  bool is_double_far() const { return (word & 4) != 0; }

  Pointer moved(std::size_t from, std::size_t to) const {
    const auto offset = static_cast<std::uint32_t>(to - from - 1) << 2;
    return {(word & 0xffffffff00000003) | offset};
  }
  static Pointer to_struct(std::size_t data, std::size_t pointers) {
    return {std::uint64_t{data} << 32 | std::uint64_t{pointers} << 48};
  }
  static Pointer to_structs(std::size_t words) { return {1 | std::uint64_t{7} << 32 | std::uint64_t{words} << 35}; }
};

// A struct without content has no place; its pointer leads to itself.
constexpr std::uint64_t kEmptyStruct = 0xfffffffc;

/// Sizes of a struct without the zeros at the ends of its data and of its pointers.
struct Extent {
  std::size_t data = 0, pointers = 0;

  void cover(const std::uint64_t* content, std::size_t all_data, std::size_t all_pointers) {
    while (all_pointers > pointers && content[all_data + all_pointers - 1] == 0) --all_pointers;
    while (all_data > data && content[all_data - 1] == 0) --all_data;
    pointers = std::max(pointers, all_pointers);
    data = std::max(data, all_data);
  }
};

/// Copies depth first, each thing behind the last.
class CanonicalCopy {
 public:
  using Segments = kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>;

  CanonicalCopy(Segments segments, std::string_view what) : segments_(segments), what_(what) {
    std::size_t words = 0;  // the copy is never larger
    for (const auto& segment : segments) words += segment.size();
    if (words > kSegmentWordsMax) refuse("too large");
    if (words > std::size(few_)) {
      many_ = std::make_unique_for_overwrite<std::uint64_t[]>(words);
      out_ = many_.get();
    }
    copy(word(0, 0), 0);
  }

  std::vector<std::byte> bytes() const {
    const auto bytes = std::as_bytes(std::span(out_, end_));
    return {bytes.begin(), bytes.end()};
  }

 private:
  struct Target {
    Pointer pointer;
    const std::uint64_t* content;
  };

  const std::uint64_t* word(std::size_t segment, std::size_t offset) const {
    return reinterpret_cast<const std::uint64_t*>(segments_[segment].begin()) + offset;
  }

  Target follow(const std::uint64_t* from) const {
    const Pointer pointer{*from};
    if (pointer.kind() != Pointer::Kind::far) return {pointer, from + 1 + pointer.offset()};
    const std::uint64_t* pad = word(pointer.segment(), pointer.segment_offset());
    const Pointer landed{*pad};
    if (!pointer.is_double_far()) return {landed, pad + 1 + landed.offset()};
    return {{pad[1]}, word(landed.segment(), landed.segment_offset())};
  }

  void copy(const std::uint64_t* from, std::size_t to) {
    out_[to] = 0;
    if (*from == 0) return;
    const auto [pointer, content] = follow(from);
    if (pointer.kind() == Pointer::Kind::structure) return copy_struct(pointer, content, to);
    if (pointer.kind() != Pointer::Kind::list) refuse("a capability");
    if (pointer.elements() == Pointer::Elements::structures) return copy_structs(content, to);
    copy_list(pointer, content, to);
  }

  void copy_struct(Pointer pointer, const std::uint64_t* content, std::size_t to) {
    Extent extent;
    extent.cover(content, pointer.data(), pointer.pointers());
    if (extent.data + extent.pointers == 0) {
      out_[to] = kEmptyStruct;
      return;
    }
    const std::size_t at = take(extent.data + extent.pointers);
    out_[to] = Pointer::to_struct(extent.data, extent.pointers).moved(to, at).word;
    fill(content, extent.data, at);
    copy_pointers(content + pointer.data(), extent.pointers, at + extent.data);
  }

  void copy_structs(const std::uint64_t* content, std::size_t to) {
    const Pointer tag{*content++};
    const std::size_t size = tag.data() + tag.pointers();
    Extent extent;
    for (std::size_t i = 0; i < tag.structures(); ++i) extent.cover(content + i * size, tag.data(), tag.pointers());
    const std::size_t kept = extent.data + extent.pointers;
    const std::size_t at = take(1 + tag.structures() * kept) + 1;
    out_[to] = Pointer::to_structs(tag.structures() * kept).moved(to, at - 1).word;
    out_[at - 1] = Pointer::to_struct(extent.data, extent.pointers).word | std::uint64_t{tag.structures()} << 2;
    for (std::size_t i = 0; i < tag.structures(); ++i) {
      fill(content + i * size, extent.data, at + i * kept);
      copy_pointers(content + i * size + tag.data(), extent.pointers, at + i * kept + extent.data);
    }
  }

  void copy_list(Pointer pointer, const std::uint64_t* content, std::size_t to) {
    const std::size_t at = take(pointer.list_words());
    out_[to] = pointer.moved(to, at).word;
    if (pointer.elements() == Pointer::Elements::pointers) return copy_pointers(content, pointer.count(), at);
    fill(content, pointer.list_words(), at);
  }

  void copy_pointers(const std::uint64_t* from, std::size_t count, std::size_t to) {
    for (std::size_t i = 0; i < count; ++i) copy(from + i, to + i);
  }

  void fill(const std::uint64_t* from, std::size_t words, std::size_t at) { std::copy_n(from, words, out_ + at); }

  std::size_t take(std::size_t words) {
    const std::size_t at = end_;
    end_ += words;
    return at;
  }

  [[noreturn]] void refuse(std::string_view problem) const {
    throw Error(ErrorCode::limit, fmt::format("{}: {} for the canonical form", what_, problem));
  }

  const Segments segments_;
  const std::string_view what_;
  std::uint64_t few_[512];
  std::unique_ptr<std::uint64_t[]> many_;
  std::uint64_t* out_ = few_;
  std::size_t end_ = 1;
};

/// Goes through the words in the order in which the canonical form has them: whatever a pointer leads to begins where the
/// thing before it ends.
class CanonicalCheck {
 public:
  CanonicalCheck(std::span<const std::uint64_t> words, std::string_view what, unsigned nesting_max)
      : words_(words), what_(what), nesting_max_(nesting_max) {}

  void run() {
    require(!words_.empty() && words_[0] != 0 && Pointer{words_[0]}.kind() == Pointer::Kind::structure);
    check(0, 0);
    require(end_ == words_.size());
  }

 private:
  void check(std::size_t at, unsigned nesting) {
    const Pointer pointer{words_[at]};
    if (pointer.word == 0 || pointer.word == kEmptyStruct) return;
    nesting = deeper(nesting);
    require(pointer.kind() == Pointer::Kind::structure || pointer.kind() == Pointer::Kind::list);
    require(static_cast<std::int64_t>(at) + 1 + pointer.offset() == static_cast<std::int64_t>(end_));
    if (pointer.kind() == Pointer::Kind::structure) return check_struct(pointer, nesting);
    if (pointer.elements() == Pointer::Elements::structures) return check_structs(pointer, nesting);
    check_list(pointer, nesting);
  }

  void check_struct(Pointer pointer, unsigned nesting) {
    const std::size_t at = take(pointer.data() + pointer.pointers());
    require(pointer.data() + pointer.pointers() != 0 && is_tight(at, 1, pointer));
    check_pointers(at + pointer.data(), pointer.pointers(), nesting);
  }

  void check_structs(Pointer pointer, unsigned nesting) {
    const std::size_t at = take(1 + pointer.count()) + 1;
    const Pointer tag{words_[at - 1]};
    const std::size_t size = tag.data() + tag.pointers();
    require(tag.kind() == Pointer::Kind::structure && tag.structures() * size == pointer.count());
    require(is_tight(at, tag.structures(), tag));
    if (tag.structures() != 0) nesting = deeper(nesting);
    if (tag.pointers() == 0) return;  // any number of them may take no room
    for (std::size_t i = 0; i < tag.structures(); ++i) check_pointers(at + i * size + tag.data(), tag.pointers(), nesting);
  }

  void check_list(Pointer pointer, unsigned nesting) {
    const std::size_t size = pointer.list_words();
    const std::size_t at = take(size);
    if (pointer.elements() == Pointer::Elements::pointers) return check_pointers(at, size, nesting);
    const std::size_t used = pointer.list_bits() % 64;
    require(used == 0 || words_[at + size - 1] >> used == 0);
  }

  void check_pointers(std::size_t at, std::size_t count, unsigned nesting) {
    for (std::size_t i = 0; i < count; ++i) check(at + i, nesting);
  }

  unsigned deeper(unsigned nesting) const {
    if (nesting == nesting_max_) throw Error(ErrorCode::limit, fmt::format("{}: nested deeper than {}", what_, nesting_max_));
    return nesting + 1;
  }

  // Some struct uses the last word of its data, and some the last of its pointers.
  bool is_tight(std::size_t at, std::size_t count, Pointer sizes) const {
    const std::size_t size = sizes.data() + sizes.pointers();
    const auto uses = [&](std::size_t word) {
      for (std::size_t i = 0; i < count; ++i)
        if (words_[at + i * size + word] != 0) return true;
      return false;
    };
    return (sizes.data() == 0 || uses(sizes.data() - 1)) && (sizes.pointers() == 0 || uses(size - 1));
  }

  std::size_t take(std::size_t words) {
    require(words <= words_.size() - end_);
    const std::size_t at = end_;
    end_ += words;
    return at;
  }

  void require(bool canonical) const {
    if (!canonical) throw_damaged(what_, "it is not in canonical form");
  }

  const std::span<const std::uint64_t> words_;
  const std::string_view what_;
  const unsigned nesting_max_;
  std::size_t end_ = 1;  // of what has been met
};

}  // namespace

std::vector<std::byte> canonical_form(kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments, std::string_view what) {
  return CanonicalCopy(segments, what).bytes();
}

void require_canonical(std::span<const std::uint64_t> words, std::string_view what, unsigned nesting_max) {
  CanonicalCheck(words, what, nesting_max).run();
}

}  // namespace cairn::format
