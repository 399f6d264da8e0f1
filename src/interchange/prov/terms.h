// The words of PROV-JSON: sections of a document, and the parties of each relation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cairn::interchange::prov {

enum class Party : std::uint8_t {
  entity,
  activity,
  agent,
  any,        ///< an entity, activity or agent
  statement,  ///< another relation, by its own name
};

struct PartyTerm {
  std::string_view attribute;
  Party party;
};

/// One kind of relation. The first party is its subject, the second its object.
struct RelationTerm {
  std::string_view section;
  std::span<const PartyTerm> parties;
};

struct ElementTerm {
  std::string_view section;
  Party party;
  std::string_view type;  ///< of the node that stands for it
};

std::span<const ElementTerm> element_terms();
std::span<const RelationTerm> relation_terms();
const ElementTerm* find_element_term(std::string_view section);
const RelationTerm* find_relation_term(std::string_view section);

/// True for attributes whose text is the name of something.
bool names_party(std::string_view attribute);
/// True for prov:startTime and the like.
bool is_time(std::string_view attribute);

}  // namespace cairn::interchange::prov
