#include "graph/filter_order.h"

#include <optional>

#include "graph/number_order.h"
#include "graph/text_pattern.h"

namespace cairn::graph::filter {
namespace {

std::partial_ordering value_order(const Value& held, const Value& wanted) {
  if (is_number(wanted)) return number_order(held, wanted);
  if (const auto* text = wanted.get_if<std::string>()) {
    const auto* held_text = held.get_if<std::string>();
    return held_text == nullptr ? std::partial_ordering::unordered : *held_text <=> *text;
  }
  if (const auto* boolean = wanted.get_if<bool>()) {
    const auto* held_boolean = held.get_if<bool>();
    return held_boolean == nullptr ? std::partial_ordering::unordered : *held_boolean <=> *boolean;
  }
  const bool are_null = wanted.is<std::monostate>() && held.is<std::monostate>();
  return are_null ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
}

template <class Integer>
std::partial_ordering integer_order(Integer held, const Operand& wanted) {
  const auto* value = std::get_if<Value>(&wanted);
  return value == nullptr ? std::partial_ordering::unordered : number_order(Value(held), *value);
}

/// How what is held stands to an operand; unordered if their types differ.
class Order {
 public:
  explicit Order(Timestamp now) : now_(now) {}

  std::partial_ordering operator()(std::monostate, const Operand&) const {
    return std::partial_ordering::unordered;
  }

  std::partial_ordering operator()(std::string_view text, const Operand& wanted) const {
    const auto* value = std::get_if<Value>(&wanted);
    const auto* wanted_text = value == nullptr ? nullptr : value->get_if<std::string>();
    return wanted_text == nullptr ? std::partial_ordering::unordered
                                  : text <=> std::string_view(*wanted_text);
  }

  std::partial_ordering operator()(std::int64_t number, const Operand& wanted) const {
    return integer_order(number, wanted);
  }
  std::partial_ordering operator()(std::uint64_t number, const Operand& wanted) const {
    return integer_order(number, wanted);
  }

  std::partial_ordering operator()(Instant time, const Operand& wanted) const {
    if (const auto* instant = std::get_if<Instant>(&wanted)) return time <=> *instant;
    const auto* from_now = std::get_if<FromNow>(&wanted);
    return from_now == nullptr ? std::partial_ordering::unordered : time <=> instant_of(*from_now, now_);
  }

  std::partial_ordering operator()(const Value* held, const Operand& wanted) const {
    if (const auto* value = std::get_if<Value>(&wanted)) return value_order(*held, *value);
    const std::optional<Instant> time = instant_of(*held);
    return time ? (*this)(*time, wanted) : std::partial_ordering::unordered;
  }

  // Ids, kinds, states and contents have no order that a filter could ask for, but one does no harm.
  template <class Plain>
  std::partial_ordering operator()(const Plain& plain, const Operand& wanted) const {
    const auto* same = std::get_if<Plain>(&wanted);
    return same == nullptr ? std::partial_ordering::unordered : plain <=> *same;
  }

 private:
  Timestamp now_;
};

}  // namespace

std::partial_ordering order(const Held& held, const Operand& wanted, Timestamp now) {
  return std::visit([&](const auto& value) { return Order(now)(value, wanted); }, held);
}

bool order_holds(Comparison comparison, std::partial_ordering order) {
  switch (comparison) {
    case Comparison::equal:
      return order == 0;
    case Comparison::not_equal:
      return order < 0 || order > 0;  // != is true of what is unordered
    case Comparison::less:
      return order < 0;
    case Comparison::less_equal:
      return order <= 0;
    case Comparison::greater:
      return order > 0;
    case Comparison::greater_equal:
      return order >= 0;
    case Comparison::matches:
      break;  // of texts alone
  }
  return false;
}

bool fits(const Held& held, const Operand& pattern) {
  const auto* value = std::get_if<Value>(&pattern);
  const auto* text = value == nullptr ? nullptr : value->get_if<std::string>();
  if (text == nullptr) return false;
  if (const auto* plain = std::get_if<std::string_view>(&held)) return fits_pattern(*plain, *text);
  const auto* attribute = std::get_if<const Value*>(&held);
  const auto* held_text = attribute == nullptr ? nullptr : (*attribute)->get_if<std::string>();
  return held_text != nullptr && fits_pattern(*held_text, *text);
}

}  // namespace cairn::graph::filter
