#include "object/value_comparer.h"

#include <cairn/codec/value.h>
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "format/element_text.h"
#include "format/outside_parts.h"
#include "format/part_name.h"
#include "object/abbreviation.h"
#include "object/array_difference.h"

namespace cairn::object {

namespace {

constexpr std::size_t kSharedPairsMax = 1u << 20;

[[noreturn]] void throw_pairs() {
  throw Error(ErrorCode::limit, fmt::format("compare objects: shared values are met in more than {} pairs", kSharedPairsMax));
}

// Values with others inside that have paths of their own.
bool has_parts(ValueKind kind) {
  switch (kind) {
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::set:
    case ValueKind::map:
    case ValueKind::object:
    case ValueKind::array:
    case ValueKind::shared: return true;
    default: return false;
  }
}

// A value with one other inside, and what it says of that.
struct Wrapped {
  std::string_view one, other;
  Decoder inside;
};

Wrapped unwrap(const Decoder& in) {
  if (in.kind() == ValueKind::enumerator) {
    const EnumeratorDecoder enumerator = in.enumerator();
    return {enumerator.type, enumerator.name, enumerator.value};
  }
  if (in.kind() == ValueKind::quantity) {
    const QuantityDecoder quantity = in.quantity();
    return {quantity.unit, {}, quantity.magnitude};
  }
  const LossyDecoder lossy = in.lossy();
  return {lossy.type, {}, lossy.rest};
}

std::string element_text(const ArrayDecoder& array, std::uint64_t index) {
  Array element{array.dtype(), {}, Bytes(dtype_size(array.dtype()))};
  array.read(index, element.data);
  return format::elements_text(element, 1, SIZE_MAX);
}

bool same_message(const Decoder& before, const Decoder& after) {
  const MessageDecoder one = before.message(), other = after.message();
  if (one.type_id() != other.type_id() || one.size_bytes() != other.size_bytes()) return false;
  const auto content = format::content_of(one);
  if (content && content == format::content_of(other) && format::schema_of(one) == format::schema_of(other)) return true;
  return one.read() == other.read();
}

}  // namespace

class ValueComparer::At {
 public:
  At(ValueComparer& comparer, std::string_view name) : At(comparer) { format::append_part_name(path_, name); }
  At(ValueComparer& comparer, std::uint64_t index) : At(comparer) { path_ += fmt::format("[{}]", index); }
  // A key of a map.
  At(ValueComparer& comparer, const Decoder& key) : At(comparer) {
    if (key.kind() == ValueKind::text) format::append_part_name(path_, key.text());
    else path_ += fmt::format("{{{}}}", abbreviated_text(key));
  }
  ~At() { path_.resize(size_); }

 private:
  explicit At(ValueComparer& comparer) : path_(comparer.path_), size_(path_.size()) {}

  std::string& path_;
  const std::size_t size_;
};

void ValueComparer::add_change(ValueChange change) {
  ++found_.change_count;
  if (found_.changes.size() >= changes_max_) return;
  change.path = path_;
  found_.changes.push_back(std::move(change));
}

void ValueComparer::add(ChangeKind kind, const Decoder* before, const Decoder* after) {
  differs_ = true;
  if (asks_equal_) return;
  ValueChange change{kind, {}, {}, {}, {}};
  if (found_.changes.size() < changes_max_) {
    if (before != nullptr) change.before = abbreviated_text(*before);
    if (after != nullptr) change.after = abbreviated_text(*after);
  }
  add_change(std::move(change));
}

void ValueComparer::compare(const Decoder& before, const Decoder& after) {
  if (asks_equal_ && differs_) return;
  const bool are_shared = before.kind() == ValueKind::shared && after.kind() == ValueKind::shared;
  if (are_shared) {
    const SharedPair pair(before.shared_number(), after.shared_number());
    if (asks_equal_) {
      const auto known = equals_.find(pair);
      if (known != equals_.end()) {
        differs_ = !known->second;
        return;
      }
      if (equals_.size() == kSharedPairsMax) throw_pairs();
      compare_same_kind(before.without_sharing(), after.without_sharing());
      equals_.emplace(pair, !differs_);
      return;
    }
    if (compared_.size() == kSharedPairsMax) throw_pairs();
    if (!compared_.insert(pair).second) return;
  }
  compare_same_kind(before.without_sharing(), after.without_sharing());
}

// Neither is a reference to a shared value.
void ValueComparer::compare_same_kind(const Decoder& before, const Decoder& after) {
  if (before.kind() != after.kind()) return add(ChangeKind::changed, &before, &after);
  switch (before.kind()) {
    case ValueKind::list: return compare_lists(before.list(), after.list());
    case ValueKind::tuple: return compare_lists(before.tuple(), after.tuple());
    case ValueKind::set: return compare_sets(before.set(), after.set());
    case ValueKind::map: {
      const MapDecoder one = before.map(), other = after.map();
      return compare_maps(&one, &other);
    }
    case ValueKind::object: return compare_objects(before, after);
    case ValueKind::array: return compare_arrays(before, after);
    case ValueKind::enumerator:
    case ValueKind::quantity:
    case ValueKind::lossy: return compare_wrapped(before, after);
    default: return compare_whole(before, after);
  }
}

void ValueComparer::compare_lists(const ListDecoder& before, const ListDecoder& after) {
  const auto one = format::segments_of(before), other = format::segments_of(after);
  if (one.empty() || other.empty()) return compare_gap(before, after, {0, before.size(), 0, after.size()});
  for (const ListGap& gap : unshared_gaps(one, other)) compare_gap(before, after, gap);
}

// Elements of equal number are compared one by one. Else those at both ends that are equal are taken off first, so that what
// was inserted or removed in one place is found as that.
void ValueComparer::compare_gap(const ListDecoder& before, const ListDecoder& after, ListGap gap) {
  const auto one_count = [&] { return gap.before_end - gap.before_begin; };
  const auto other_count = [&] { return gap.after_end - gap.after_begin; };
  if (one_count() != other_count()) {
    if (asks_equal_) {
      differs_ = true;
      return;
    }
    while (one_count() != 0 && other_count() != 0 && equal(before[gap.before_begin], after[gap.after_begin]))
      ++gap.before_begin, ++gap.after_begin;
    while (one_count() != 0 && other_count() != 0 && equal(before[gap.before_end - 1], after[gap.after_end - 1]))
      --gap.before_end, --gap.after_end;
  }
  for (; one_count() != 0 && other_count() != 0; ++gap.before_begin, ++gap.after_begin) {
    if (asks_equal_ && differs_) return;
    const At at(*this, gap.after_begin);
    compare(before[gap.before_begin], after[gap.after_begin]);
  }
  for (; one_count() != 0; ++gap.before_begin) {
    const At at(*this, gap.before_begin);
    const Decoder element = before[gap.before_begin];
    add(ChangeKind::removed, &element, nullptr);
  }
  for (; other_count() != 0; ++gap.after_begin) {
    const At at(*this, gap.after_begin);
    const Decoder element = after[gap.after_begin];
    add(ChangeKind::added, nullptr, &element);
  }
}

void ValueComparer::compare_sets(const ListDecoder& before, const ListDecoder& after) {
  std::size_t one = 0, other = 0;
  while ((one < before.size() || other < after.size()) && !(asks_equal_ && differs_)) {
    std::strong_ordering order = std::strong_ordering::equal;
    if (one == before.size()) order = std::strong_ordering::greater;
    else if (other == after.size()) order = std::strong_ordering::less;
    else order = decode_value(before[one]) <=> decode_value(after[other]);
    if (order < 0) {
      const At at(*this, std::uint64_t{one});
      const Decoder element = before[one];
      add(ChangeKind::removed, &element, nullptr);
    } else if (order > 0) {
      const At at(*this, std::uint64_t{other});
      const Decoder element = after[other];
      add(ChangeKind::added, nullptr, &element);
    }
    if (order <= 0) ++one;
    if (order >= 0) ++other;
  }
}

void ValueComparer::compare_maps(const MapDecoder* before, const MapDecoder* after) {
  const std::size_t one_size = before == nullptr ? 0 : before->size(), other_size = after == nullptr ? 0 : after->size();
  std::size_t one = 0, other = 0;
  while ((one < one_size || other < other_size) && !(asks_equal_ && differs_)) {
    std::strong_ordering order = std::strong_ordering::equal;
    if (one == one_size) order = std::strong_ordering::greater;
    else if (other == other_size) order = std::strong_ordering::less;
    else order = decode_value(before->key(one)) <=> decode_value(after->key(other));
    const At at(*this, order <= 0 ? before->key(one) : after->key(other));
    if (order == 0) {
      compare(before->value(one), after->value(other));
    } else if (order < 0) {
      const Decoder value = before->value(one);
      add(ChangeKind::removed, &value, nullptr);
    } else {
      const Decoder value = after->value(other);
      add(ChangeKind::added, nullptr, &value);
    }
    if (order <= 0) ++one;
    if (order >= 0) ++other;
  }
}

void ValueComparer::compare_objects(const Decoder& before, const Decoder& after) {
  const ObjectDecoder one = before.object(), other = after.object();
  if (one.class_name() != other.class_name()) return add(ChangeKind::changed, &before, &after);
  if (one.class_version() != other.class_version()) {
    differs_ = true;
    if (asks_equal_) return;
    const auto version = [](const ObjectDecoder& object) {
      return fmt::format("{} (version {})", object.class_name(), object.class_version());
    };
    add_change({ChangeKind::changed, {}, version(one), version(other), {}});
  }
  for (std::size_t i = 0; i < one.size(); ++i) {
    const At at(*this, std::string_view(one.name(i)));
    const Decoder field = one.field(i);
    // The fields of a class are mostly in one order.
    const std::optional<Decoder> same =
        i < other.size() && other.name(i) == one.name(i) ? std::optional(other.field(i)) : other.find(one.name(i));
    if (same) compare(field, *same);
    else add(ChangeKind::removed, &field, nullptr);
  }
  for (std::size_t i = 0; i < other.size(); ++i) {
    if ((i < one.size() && one.name(i) == other.name(i)) || one.find(other.name(i))) continue;
    const At at(*this, std::string_view(other.name(i)));
    const Decoder field = other.field(i);
    add(ChangeKind::added, nullptr, &field);
  }
}

void ValueComparer::compare_arrays(const Decoder& before, const Decoder& after) {
  const ArrayDecoder one = before.array(), other = after.array();
  if (one.dtype() != other.dtype() || one.shape() != other.shape()) return add(ChangeKind::changed, &before, &after);
  const ArrayChange found = object::compare_arrays(blobs_, one, other, asks_equal_ ? CountElements::first : CountElements::all);
  if (found.differing_count == 0) return;
  differs_ = true;
  if (!asks_equal_)
    add_change({ChangeKind::changed, {}, element_text(one, found.first), element_text(other, found.first), found});
}

void ValueComparer::compare_wrapped(const Decoder& before, const Decoder& after) {
  const Wrapped one = unwrap(before), other = unwrap(after);
  if (one.one != other.one || one.other != other.other) return add(ChangeKind::changed, &before, &after);
  if (has_parts(one.inside.kind()) || has_parts(other.inside.kind())) return compare(one.inside, other.inside);
  if (!equal(one.inside, other.inside)) add(ChangeKind::changed, &before, &after);
}

void ValueComparer::compare_whole(const Decoder& before, const Decoder& after) {
  bool same = false;
  switch (before.kind()) {
    case ValueKind::text: same = before.text() == after.text(); break;
    case ValueKind::bytes: same = std::ranges::equal(before.bytes(), after.bytes()); break;
    case ValueKind::message: same = same_message(before, after); break;
    default: same = decode_value(before) == decode_value(after);
  }
  if (!same) add(ChangeKind::changed, &before, &after);
}

bool ValueComparer::equal(const Decoder& before, const Decoder& after) {
  const bool asked = std::exchange(asks_equal_, true), differed = std::exchange(differs_, false);
  compare(before, after);
  const bool result = !differs_;
  asks_equal_ = asked;
  differs_ = differed;
  return result;
}

}  // namespace cairn::object
