#include "graph/id_source.h"

#include <algorithm>

namespace cairn::graph {
namespace {

// Each walk has a cursor, which holds blocks in memory.
constexpr std::size_t kWalksMost = 16;

std::unique_ptr<engine::Cursor> open(const engine::View& view, IdSpan::Place place) {
  return place == IdSpan::Place::indexes ? view.indexes() : view.rows(format::kGroupCell);
}

// Calls `visit` with each key until it returns false. Spans of one place share a cursor.
template <class Visit>
void visit_keys(const engine::View& view, const std::vector<IdSpan>& spans, Visit&& visit) {
  std::unique_ptr<engine::Cursor> cursor;
  std::optional<IdSpan::Place> place;
  for (const IdSpan& span : spans) {
    if (place != span.place) cursor = open(view, span.place);
    place = span.place;
    for (bool more = cursor->seek(span.begin); more && cursor->key() < span.end; more = cursor->next())
      if (!visit(cursor->key())) return;
  }
}

void sort_once(std::vector<NodeId>& ids) {
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
}

}  // namespace

bool IdSource::is_in_order() const {
  return spans.size() <= kWalksMost && std::ranges::all_of(spans, &IdSpan::is_by_id);
}

std::size_t count_entries(const engine::View& view, const IdSource& source, std::size_t most) {
  std::size_t count = std::min(source.known.size(), most);
  if (count < most) visit_keys(view, source.spans, [&](std::string_view) { return ++count < most; });
  return count;
}

std::optional<std::vector<NodeId>> collect_ids(const engine::View& view, const IdSource& source, std::uint64_t& entries) {
  std::vector<NodeId> ids = source.known;
  visit_keys(view, source.spans, [&](std::string_view key) {
    ++entries;
    ids.push_back(format::index::trailing_node(key));
    return ids.size() <= kIdsMost;
  });
  if (ids.size() > kIdsMost) return std::nullopt;
  sort_once(ids);
  return ids;
}

SourceWalk::SourceWalk(const engine::View& view, const IdSource& source) : known_(source.known) {
  for (const IdSpan& span : source.spans) parts_.push_back({IdWalk(open(view, span.place), span.begin)});
}

bool SourceWalk::move_to(NodeId id) {
  for (Part& part : parts_) {
    part.is_valid = part.walk.move_to(id);
    entries_ += part.is_valid ? 1 : 0;
  }
  at_ = static_cast<std::size_t>(std::ranges::lower_bound(known_, id) - known_.begin());
  return settle();
}

bool SourceWalk::next() {
  for (Part& part : parts_)
    if (part.is_valid && part.walk.id() == id_) {
      part.is_valid = part.walk.next();
      entries_ += part.is_valid ? 1 : 0;
    }
  if (at_ < known_.size() && known_[at_] == id_) ++at_;
  return settle();
}

// The least id that one of them stands on.
bool SourceWalk::settle() {
  std::optional<NodeId> least;
  const auto consider = [&](NodeId id) { least = least ? std::min(*least, id) : id; };
  for (const Part& part : parts_)
    if (part.is_valid) consider(part.walk.id());
  if (at_ < known_.size()) consider(known_[at_]);
  id_ = least.value_or(0);
  return least.has_value();
}

}  // namespace cairn::graph
