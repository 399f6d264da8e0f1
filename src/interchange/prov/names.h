// Qualified names of PROV-JSON: prefixes, what they stand for, and names as they are written where other prefixes hold.
#pragma once

#include <cairn/value.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::interchange::prov {

inline constexpr std::string_view kProvUri = "http://www.w3.org/ns/prov#";
inline constexpr std::string_view kXsdUri = "http://www.w3.org/2001/XMLSchema#";
/// Of nodes (with their UUIDs) and of what PROV has no words for.
inline constexpr std::string_view kCairnUri = "urn:cairn:";

/// A scope of prefixes: prov and xsd, those of a document, and above them those of a bundle.
class Prefixes {
 public:
  Prefixes();

  /// Takes the place of an outer one of that name. "default" is that of names without a colon.
  void put(std::string prefix, std::string uri) { uris_[std::move(prefix)] = std::move(uri); }
  const std::string* find(std::string_view prefix) const;
  const std::map<std::string, std::string, std::less<>>& all() const { return uris_; }

  /// The URI that a name stands for; empty if nothing says what its prefix is, and for names of blank nodes ("_:x").
  std::optional<std::string> expand(std::string_view name) const;

  /// A name for the URI that `name` stands for in `other`: as written there if that means the same here, else by a prefix of
  /// these, else by a new one. A name that stands for nothing stays as it is.
  std::string adopt(std::string_view name, const Prefixes& other);

 private:
  std::map<std::string, std::string, std::less<>> uris_;
};

/// The prefix of a name: "default" if it has none.
std::string_view prefix_of(std::string_view name);

/// The URI, or the name itself if that stands for nothing: equal for names that mean the same.
std::string expanded(std::string_view name, const Prefixes& prefixes);

/// True for a literal whose text is a name.
bool is_name_literal(const Map& literal, const Prefixes& prefixes);

/// The record with every name expanded: equal for records that mean the same.
Map expanded_record(const Map& record, const Prefixes& prefixes);
/// The record as it is written where `to` holds, which gets the prefixes that it lacks.
Map adopted_record(const Map& record, const Prefixes& from, Prefixes& to);

/// The prefixes that a record and its name are written with.
Map prefixes_used(std::string_view name, const Map& record, const Prefixes& prefixes);

}  // namespace cairn::interchange::prov
