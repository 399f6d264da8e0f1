#include <cairn/codec/pointee.h>
#include <cairn/registry.h>

#include <cairn/error.h>

#include <fmt/format.h>

#include <fnmatch.h>

#include <algorithm>

#include "format/object.h"

namespace cairn {

namespace {

[[noreturn]] void throw_exists(const std::string& message) { throw Error(ErrorCode::exists, "registry: " + message); }
[[noreturn]] void throw_invalid(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, "registry: " + message);
}

}  // namespace

std::size_t Registry::add_class(detail::RegisteredClass added) {
  const RegistryEntry& entry = added.entry;
  if (find(added.type) != nullptr)
    throw_exists(fmt::format("type {} (class {}) is there already", entry.cpp_type, entry.class_name));
  require_new_name(entry.class_name, entry.cpp_type);
  const std::size_t index = classes_.size();
  by_type_.emplace(added.type, index);
  by_name_.emplace(entry.class_name, index);
  classes_.push_back(std::move(added));
  return index;
}

void Registry::require_new_name(std::string_view name, std::string_view cpp_type) const {
  if (const detail::RegisteredClass* other = find(name))
    throw_exists(fmt::format("the stored name {} is ambiguous: types {} and {} claim it", name, other->entry.cpp_type,
                             cpp_type));
}

void Registry::add_former_name(std::size_t index, std::string_view name) {
  RegistryEntry& entry = classes_[index].entry;
  if (name.empty()) throw_invalid(fmt::format("class {}: a former name that is empty", entry.class_name));
  require_new_name(name, entry.cpp_type);
  by_name_.emplace(name, index);
  entry.former_names.emplace_back(name);
}

void Registry::add_migration(std::size_t index, std::uint32_t from_version, Migration migration) {
  detail::RegisteredClass& added = classes_[index];
  const RegistryEntry& entry = added.entry;
  if (from_version == 0 || from_version >= entry.class_version)
    throw_invalid(fmt::format("class {} has version {}: a migration from version {}, expected 1 to {}", entry.class_name,
                              entry.class_version, from_version, entry.class_version - 1));
  if (!migration)
    throw_invalid(fmt::format("class {}: the migration from version {} is empty", entry.class_name, from_version));
  if (!added.migrations.emplace(from_version, std::move(migration)).second)
    throw_exists(fmt::format("class {}: a migration from version {} to {} is there already", entry.class_name,
                             from_version, from_version + 1));
}

void Registry::add_base(std::size_t index, const detail::RegisteredBase& base, std::string name) {
  detail::RegisteredClass& added = classes_[index];
  if (std::ranges::find(added.bases, base.type, &detail::RegisteredBase::type) != added.bases.end())
    throw_exists(fmt::format("class {} is held as {} already", added.entry.class_name, name));
  added.bases.push_back(base);
  added.entry.bases.push_back(std::move(name));
}

void Registry::add_codec(std::size_t index, detail::RegisteredCodec codec) {
  detail::RegisteredClass& added = classes_[index];
  if (codec.name.empty()) throw_invalid(fmt::format("class {}: a codec without a name", added.entry.class_name));
  if (std::ranges::find(added.codecs, codec.name, &detail::RegisteredCodec::name) != added.codecs.end())
    throw_exists(fmt::format("class {}: a codec called {} is there already", added.entry.class_name, codec.name));
  added.entry.codecs.push_back(codec.name);
  added.codecs.push_back(std::move(codec));
}

void Registry::allow(const std::vector<std::string>& patterns) {
  if (std::ranges::find(patterns, "") != patterns.end()) throw_invalid("an allowed name that is empty");
  patterns_.insert(patterns_.end(), patterns.begin(), patterns.end());
  limits_classes_ = true;
}

bool Registry::allows(std::string_view class_name) const {
  if (!limits_classes_) return true;
  const std::string name(class_name);
  return std::ranges::any_of(patterns_, [&](const std::string& pattern) {
    return pattern == name || ::fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
  });
}

void Registry::check() const {
  for (const detail::RegisteredClass& one : classes_) {
    if (one.migrations.empty()) continue;
    for (std::uint32_t from = one.migrations.begin()->first; from < one.entry.class_version; ++from)
      if (!one.migrations.contains(from))
        throw_invalid(fmt::format("class {} has a migration from version {} and none from {} to {}", one.entry.class_name,
                                  one.migrations.begin()->first, from, from + 1));
  }
}

std::vector<RegistryEntry> Registry::entries() const {
  std::vector<RegistryEntry> entries;
  for (const detail::RegisteredClass& one : classes_) {
    entries.push_back(one.entry);
    for (const auto& [from, migration] : one.migrations) entries.back().migrations.push_back(from);
    entries.back().is_allowed = allows(one.entry.class_name);
  }
  return entries;
}

const detail::RegisteredClass* Registry::find(std::type_index type) const {
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? nullptr : &classes_[found->second];
}

const detail::RegisteredClass* Registry::find(std::string_view stored_name) const {
  const auto found = by_name_.find(stored_name);
  return found == by_name_.end() ? nullptr : &classes_[found->second];
}

const Registry& format::registry_of(const ObjectOptions& options) {
  return options.registry ? *options.registry : detail::empty_registry();
}

const detail::PointeeClass* detail::find_pointee_class(const Registry& registry, const std::type_info& type) {
  const RegisteredClass* known = registry.find(std::type_index(type));
  return known != nullptr ? known->pointee : nullptr;
}

const Registry& detail::empty_registry() {
  static const Registry registry;
  return registry;
}

}  // namespace cairn
