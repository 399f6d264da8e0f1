#include "store/step_match.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

namespace cairn::store {

namespace {

bool same_components(const format::StepRecord& one, const format::StepRecord& other) {
  const auto same_input = [](const auto& a, const auto& b) { return a.label == b.label && a.content == b.content; };
  return one.name == other.name && one.code_version == other.code_version && one.parameters == other.parameters &&
         one.environment == other.environment && std::ranges::equal(one.inputs, other.inputs, same_input);
}

// The steps of one run, and those of another that are equal to them.
class Side {
 public:
  Side(const engine::View& view, CellId cell, CellId other) : view_(view), other_(other), walk_(view, cell) {
    there_ = walk_.first();
  }

  bool there() const { return there_; }
  std::string_view name() const { return walk_.name(); }
  void next() { there_ = walk_.next(); }

  MatchedStep read() const {
    auto record = find_step_record(view_, walk_.place());
    if (!record)
      throw Error(ErrorCode::damaged, fmt::format("read step {}: its row is missing", walk_.name()));
    return {walk_.place(), std::move(*record)};
  }
  // Keys of both runs are made alike, but for digests that collided.
  std::optional<MatchedStep> find_equal(const MatchedStep& step) const {
    const StepPlace place{other_, step.place.key};
    auto record = find_step_record(view_, place);
    if (!record || !same_components(step.record, *record)) return std::nullopt;
    return MatchedStep{place, std::move(*record)};
  }
  // Goes on to the next one of that name that has no equal.
  std::optional<MatchedStep> next_unequal(std::string_view name) {
    for (; there_ && walk_.name() == name; next()) {
      MatchedStep step = read();
      if (!find_equal(step)) {
        next();
        return step;
      }
    }
    return std::nullopt;
  }

 private:
  const engine::View& view_;
  const CellId other_;
  StepWalk walk_;
  bool there_ = false;
};

}  // namespace

void match_steps(const engine::View& view, CellId before, CellId after,
                 const std::function<void(const MatchedStep*, const MatchedStep*)>& visit) {
  Side one(view, before, after), other(view, after, before), equals(view, before, after);
  while (one.there() || other.there()) {
    const std::string name(!other.there() || (one.there() && one.name() <= other.name()) ? one.name() : other.name());
    for (; equals.there() && equals.name() == name; equals.next()) {
      const MatchedStep step = equals.read();
      if (const auto equal = equals.find_equal(step)) visit(&step, &*equal);
    }
    for (;;) {
      const auto left = one.next_unequal(name), right = other.next_unequal(name);
      if (!left && !right) break;
      visit(left ? &*left : nullptr, right ? &*right : nullptr);
    }
  }
}

}  // namespace cairn::store
