#include "object/array_difference.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "format/outside_parts.h"
#include "object/content_difference.h"

namespace cairn::object {

namespace {

constexpr std::uint64_t kBlockBytes = 64 << 10;  // read of each at once; a multiple of every element's size

class ArrayComparer {
 public:
  ArrayComparer(const ArrayDecoder& before, const ArrayDecoder& after, CountElements count)
      : before_(before), after_(after), count_(count), element_bytes_(dtype_size(before.dtype())) {
    found_.element_count = before.element_count();
  }

  // Bytes from `begin` to `end`, behind those of earlier calls. False if no more is wanted.
  bool compare(std::uint64_t begin, std::uint64_t end) {
    std::uint64_t first = std::max(begin / element_bytes_, next_);  // an element may be cut by the end of a chunk
    next_ = (end + element_bytes_ - 1) / element_bytes_;
    for (; first < next_; first += kBlockBytes / element_bytes_) {
      const std::uint64_t bytes = std::min((next_ - first) * element_bytes_, kBlockBytes);
      one_.resize(bytes);
      other_.resize(bytes);
      before_.read(first, one_);
      after_.read(first, other_);
      if (std::memcmp(one_.data(), other_.data(), bytes) == 0) continue;
      count_block(first);
      if (count_ == CountElements::first) return false;
    }
    return true;
  }

  const ArrayChange& found() const { return found_; }

 private:
  void count_block(std::uint64_t first) {
    for (std::size_t at = 0; at < one_.size(); at += element_bytes_) {
      if (std::memcmp(&one_[at], &other_[at], element_bytes_) == 0) continue;
      found_.last = first + at / element_bytes_;
      if (found_.differing_count++ == 0) found_.first = found_.last;
    }
  }

  const ArrayDecoder& before_;
  const ArrayDecoder& after_;
  const CountElements count_;
  const std::uint64_t element_bytes_;
  std::uint64_t next_ = 0;  // elements before it have been compared
  std::vector<std::byte> one_, other_;
  ArrayChange found_;
};

}  // namespace

ArrayChange compare_arrays(const engine::BlobSource& blobs, const ArrayDecoder& before, const ArrayDecoder& after,
                           CountElements count) {
  ArrayComparer comparer(before, after, count);
  const auto one = format::content_of(before), other = format::content_of(after);
  if (one && other)
    for_each_unshared_range(blobs, *one, *other, [&](auto begin, auto end) { return comparer.compare(begin, end); });
  else
    comparer.compare(0, before.size_bytes());
  return comparer.found();
}

}  // namespace cairn::object
