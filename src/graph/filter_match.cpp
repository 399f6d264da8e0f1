#include "graph/filter_match.h"

#include <algorithm>
#include <variant>

#include "graph/filter_order.h"

namespace cairn::graph::filter {
namespace {

// ---- What a path leads to ----

const Value* part_of(const Value& whole, const std::string& name) {
  if (const auto* map = whole.get_if<Map>()) return map->find(std::string_view(name));
  const auto* object = whole.get_if<Object>();
  return object == nullptr ? nullptr : object->find(name);
}

const Value* part_of(const Value& whole, std::uint64_t index) {
  const auto* list = whole.get_if<List>();
  if (const auto* tuple = whole.get_if<Tuple>()) list = &tuple->elements;
  return list != nullptr && index < list->size() ? &(*list)[index] : nullptr;
}

Held held_content(const Content& content) {
  if (const auto* object = std::get_if<ObjectId>(&content)) return object->digest;
  if (const auto* artifact = std::get_if<ArtifactId>(&content)) return artifact->digest;
  return std::monostate();
}

// ---- Terms ----

class Matcher {
 public:
  Matcher(const FilterSubject& subject, Timestamp now) : subject_(subject), now_(now) {}

  // The depth of terms is limited where they are made, and so is this recursion.
  bool passes(const Term& term) const { return std::visit(*this, term.form); }

  bool operator()(const And& all) const { return !find_term(all.terms, false); }
  bool operator()(const Or& any) const { return find_term(any.terms, true); }
  bool operator()(const Not& none) const { return !passes(*none.term); }

  bool operator()(const Compare& test) const {
    const bool is_pattern = test.comparison == Comparison::matches;
    return any_of_field(test.path, [&](const Held& held) {
      return is_pattern ? fits(held, test.operand)
                        : order_holds(test.comparison, order(held, test.operand, now_));
    });
  }

  bool operator()(const In& test) const {
    return any_of_field(test.path, [&](const Held& held) {
      return std::ranges::any_of(test.operands,
                                 [&](const Operand& operand) { return order(held, operand, now_) == 0; });
    });
  }

  bool operator()(const Exists& test) const {
    return any_of_field(test.path, [](const Held& held) {
      if (const auto* text = std::get_if<std::string_view>(&held)) return !text->empty();
      return !std::holds_alternative<std::monostate>(held);
    });
  }

 private:
  // True if a term gives `verdict`. Asks the cheap ones first.
  bool find_term(const std::vector<TermPtr>& terms, bool verdict) const {
    for (const Cost cost : kCosts)
      for (const TermPtr& term : terms)
        if (term->cost == cost && passes(*term) == verdict) return true;
    return false;
  }

  // True if the test is true of what the field holds, or of one of the names in it.
  template <class Test>
  bool any_of_field(const FilterPath& path, Test test) const {
    const auto any_name = [&](std::size_t count, auto name) {
      for (std::size_t i = 0; i < count; ++i)
        if (test(Held((subject_.*name)(i)))) return true;
      return false;
    };
    switch (path.field()) {
      case FilterField::tag:
        return any_name(subject_.tag_count(), &FilterSubject::tag);
      case FilterField::group:
        return any_name(subject_.group_count(), &FilterSubject::group);
      case FilterField::uid:
        return any_name(subject_.unique_id_count(), &FilterSubject::unique_id);
      default:
        return test(find_held(subject_, path));
    }
  }

  const FilterSubject& subject_;
  Timestamp now_;
};

}  // namespace

Held find_part(const Value& root, const FilterPath& path) {
  const Value* value = &root;
  for (const FilterPath::Step& step : path.steps()) {
    value = std::visit([value](const auto& key) { return part_of(*value, key); }, step);
    if (value == nullptr) return std::monostate();
  }
  return value;
}

Held find_held(const FilterSubject& subject, const FilterPath& path) {
  switch (path.field()) {
    case FilterField::id:
      return subject.id();
    case FilterField::kind:
      return subject.kind();
    case FilterField::type:
      return subject.type();
    case FilterField::state:
      return subject.state();
    case FilterField::label:
      return subject.label();
    case FilterField::description:
      return subject.description();
    case FilterField::run:
      return subject.run();
    case FilterField::created:
      return instant_of(subject.created());
    case FilterField::modified:
      return instant_of(subject.modified());
    case FilterField::exit_status:
      return std::int64_t{subject.exit_status()};
    case FilterField::exit_message:
      return subject.exit_message();
    case FilterField::code_version:
      return subject.code_version();
    case FilterField::content:
      return held_content(subject.content());
    case FilterField::size:
      return subject.size_bytes();
    case FilterField::attributes:
      return find_part(subject.attributes(), path);
    case FilterField::extras:
      return find_part(subject.extras(), path);
    case FilterField::tag:
    case FilterField::group:
    case FilterField::uid:
      break;  // several
  }
  return std::monostate();
}

bool passes(const Term& term, const FilterSubject& subject, Timestamp now) {
  return Matcher(subject, now).passes(term);
}

}  // namespace cairn::graph::filter
