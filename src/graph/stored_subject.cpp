#include "graph/stored_subject.h"

namespace cairn::graph {

void StoredSubject::look_at(NodeId id, const format::NodeRecord& record) {
  id_ = id;
  record_ = &record;
  groups_ = std::nullopt;
  attributes_ = extras_ = std::nullopt;
}

std::string_view StoredSubject::run() const {
  const auto known = runs_.find(record_->cell);
  if (known != runs_.end()) return known->second;
  return runs_.emplace(record_->cell, lookups_.run_name(record_->cell)).first->second;
}

std::string_view StoredSubject::unique_id(std::size_t index) const {
  const Identity& name = record_->unique_ids[index];
  return unique_id_ = name.scope + ":" + name.id;
}

const std::vector<std::string>& StoredSubject::groups() const {
  if (groups_) return *groups_;
  groups_.emplace();
  const std::string prefix = format::index::groups_of(id_);
  const auto cursor = view_.indexes();
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next())
    groups_->emplace_back(cursor->key().substr(prefix.size()));
  return *groups_;
}

const Value& StoredSubject::decoded(const std::string& bytes, std::optional<Value>& value) const {
  if (!value) value = bytes.empty() ? Value() : lookups_.decode(bytes);
  return *value;
}

}  // namespace cairn::graph
