#include "interchange/prov/terms.h"

#include <algorithm>
#include <array>

namespace cairn::interchange::prov {
namespace {

// Source: the PROV-JSON submission to the W3C, section 3, and PROV-LINKS for mentionOf.
constexpr std::array kGeneration{PartyTerm{"prov:entity", Party::entity}, PartyTerm{"prov:activity", Party::activity}};
constexpr std::array kUsage{PartyTerm{"prov:activity", Party::activity}, PartyTerm{"prov:entity", Party::entity}};
constexpr std::array kCommunication{PartyTerm{"prov:informed", Party::activity}, PartyTerm{"prov:informant", Party::activity}};
constexpr std::array kStart{PartyTerm{"prov:activity", Party::activity}, PartyTerm{"prov:trigger", Party::entity},
                            PartyTerm{"prov:starter", Party::activity}};
constexpr std::array kEnd{PartyTerm{"prov:activity", Party::activity}, PartyTerm{"prov:trigger", Party::entity},
                          PartyTerm{"prov:ender", Party::activity}};
constexpr std::array kDerivation{PartyTerm{"prov:generatedEntity", Party::entity}, PartyTerm{"prov:usedEntity", Party::entity},
                                 PartyTerm{"prov:activity", Party::activity}, PartyTerm{"prov:generation", Party::statement},
                                 PartyTerm{"prov:usage", Party::statement}};
constexpr std::array kAttribution{PartyTerm{"prov:entity", Party::entity}, PartyTerm{"prov:agent", Party::agent}};
constexpr std::array kAssociation{PartyTerm{"prov:activity", Party::activity}, PartyTerm{"prov:agent", Party::agent},
                                  PartyTerm{"prov:plan", Party::entity}};
constexpr std::array kDelegation{PartyTerm{"prov:delegate", Party::agent}, PartyTerm{"prov:responsible", Party::agent},
                                 PartyTerm{"prov:activity", Party::activity}};
constexpr std::array kInfluence{PartyTerm{"prov:influencee", Party::any}, PartyTerm{"prov:influencer", Party::any}};
constexpr std::array kSpecialization{PartyTerm{"prov:specificEntity", Party::entity}, PartyTerm{"prov:generalEntity", Party::entity}};
constexpr std::array kAlternate{PartyTerm{"prov:alternate1", Party::entity}, PartyTerm{"prov:alternate2", Party::entity}};
constexpr std::array kMembership{PartyTerm{"prov:collection", Party::entity}, PartyTerm{"prov:entity", Party::entity}};
constexpr std::array kMention{PartyTerm{"prov:specificEntity", Party::entity}, PartyTerm{"prov:generalEntity", Party::entity},
                              PartyTerm{"prov:bundle", Party::entity}};

constexpr std::array<RelationTerm, 15> kRelations{{
    {"wasGeneratedBy", kGeneration},
    {"used", kUsage},
    {"wasInformedBy", kCommunication},
    {"wasStartedBy", kStart},
    {"wasEndedBy", kEnd},
    {"wasInvalidatedBy", kGeneration},
    {"wasDerivedFrom", kDerivation},
    {"wasAttributedTo", kAttribution},
    {"wasAssociatedWith", kAssociation},
    {"actedOnBehalfOf", kDelegation},
    {"wasInfluencedBy", kInfluence},
    {"specializationOf", kSpecialization},
    {"alternateOf", kAlternate},
    {"hadMember", kMembership},
    {"mentionOf", kMention},
}};

constexpr std::array<ElementTerm, 3> kElements{{
    {"entity", Party::entity, "prov:Entity"},
    {"activity", Party::activity, "prov:Activity"},
    {"agent", Party::agent, "prov:Agent"},
}};

}  // namespace

std::span<const ElementTerm> element_terms() { return kElements; }
std::span<const RelationTerm> relation_terms() { return kRelations; }

const ElementTerm* find_element_term(std::string_view section) {
  const auto found = std::ranges::find(kElements, section, &ElementTerm::section);
  return found == kElements.end() ? nullptr : &*found;
}

const RelationTerm* find_relation_term(std::string_view section) {
  const auto found = std::ranges::find(kRelations, section, &RelationTerm::section);
  return found == kRelations.end() ? nullptr : &*found;
}

bool names_party(std::string_view attribute) {
  return std::ranges::any_of(kRelations, [&](const RelationTerm& relation) {
    return std::ranges::find(relation.parties, attribute, &PartyTerm::attribute) != relation.parties.end();
  });
}

bool is_time(std::string_view attribute) {
  return attribute == "prov:time" || attribute == "prov:startTime" || attribute == "prov:endTime";
}

}  // namespace cairn::interchange::prov
