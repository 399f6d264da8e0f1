// Where the references of a document lead within it.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "interchange/scalems/element.h"

namespace cairn::interchange::scalems {

/// Finds targets while elements come in the order of the document.
class Targets {
 public:
  /// All elements that the document has, in their order, also those that are left out later.
  explicit Targets(const std::vector<Element>& elements);

  /// The number of the element that has the uid, or of the one before that has it, too, if `number` is a second one.
  std::size_t owner(std::size_t number) const;
  /// The element is left out: references to it lead outside.
  void leave_out(std::size_t number) { is_left_out_[number] = true; }

  /// Where a reference of element `number` leads. If that comes later, or is the element itself but for its result, throws
  /// bad_document with the place, naming both elements; what may as well be text is that then. Throws also for a subscript of
  /// what has no such element.
  Target find(std::size_t number, const Use& use) const;

 private:
  struct Walk;
  Target not_before(std::size_t number, std::size_t found, const Use& use) const;
  void step(Walk& walk, const Use& use) const;
  void take_label(Walk& walk, const std::string& label, const Use& use) const;
  void take_subscript(Walk& walk, std::uint64_t subscript, const Use& use) const;
  bool follow(Walk& walk, const std::string& text) const;

  const std::vector<Element>& elements_;
  std::unordered_map<std::string, std::size_t> numbers_;  // by uid
  std::vector<bool> is_left_out_;
};

}  // namespace cairn::interchange::scalems
