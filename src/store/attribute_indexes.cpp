#include "store/attribute_indexes.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "format/keys.h"
#include "graph/value_key.h"
#include "store/commit.h"
#include "store/embedded.h"

namespace cairn::store {
namespace {

using format::kIndexCell;
using graph::AttributeIndex;
namespace row = format::row;
namespace index = format::index;

constexpr std::size_t kIndexesMost = 64;
// Of one batch, during which no other commit is made: some 20 ms.
constexpr std::size_t kBatchNodes = 2000;
constexpr std::size_t kBatchBytes = 4 << 20;
constexpr std::size_t kBatchErased = 10'000;

std::string doing(std::string_view what, const FilterPath& path) { return fmt::format("{} index of {}", what, path.text()); }

void commit(StoreState& state, std::string_view doing, const BuildEdit& build) {
  if (state.engine().read_only()) throw Error(ErrorCode::read_only, fmt::format("{}: the store is open for reading only", doing));
  commit_cell(state.engine(), {kIndexCell, 0, nullptr, doing}, build);
}

std::optional<AttributeIndex> find(const engine::View& view, const FilterPath& path) {
  const auto indexes = graph::read_attribute_indexes(view);
  const auto found = std::ranges::find(indexes, path, &AttributeIndex::path);
  return found == indexes.end() ? std::nullopt : std::optional(*found);
}

engine::RowEdit row_of(const AttributeIndex& index) {
  return {row::attribute_index(index.number), format::encode_attribute_index(graph::record_of(index))};
}

void check_path(const FilterPath& path) {
  const bool is_value = path.field() == FilterField::attributes || path.field() == FilterField::extras;
  if (!is_value || path.steps().empty())
    throw Error(ErrorCode::invalid_argument,
                fmt::format("index {}: expected a path into attributes or extras, such as attributes.energy", path.text()));
}

AttributeIndex new_index(const engine::View& view, const FilterPath& path) {
  if (graph::read_attribute_indexes(view).size() >= kIndexesMost)
    throw Error(ErrorCode::limit, fmt::format("index {}: there are {} indexes of attributes already", path.text(), kIndexesMost));
  const auto next = view.find_row(kIndexCell, row::next_index());
  return {static_cast<std::uint32_t>(next ? format::parse_be64(*next) : 1), path, IndexState::building, 0};
}

// Step 1 above. The index that is there already, if there is one.
AttributeIndex enter(StoreState& state, const FilterPath& path) {
  const auto pass = state.gate().enter_alone();
  if (const auto known = find(*state.engine().view(), path)) return *known;
  AttributeIndex entered;
  commit(state, doing("make", path), [&](const engine::View& view) {
    entered = new_index(view, path);
    engine::Edit edit;
    edit.rows.push_back({row::next_index(), format::be64_text(entered.number + std::uint64_t{1})});
    edit.rows.push_back(row_of(entered));
    return edit;
  });
  return entered;
}

// The entries of the next nodes, and how far the index is then.
engine::Edit next_batch(const engine::View& view, AttributeIndex& at) {
  const graph::AttributeEntries entries({at}, [&](std::string_view bytes) { return read_embedded(view, bytes); });
  engine::Edit edit;
  std::size_t nodes = 0, bytes = 0;
  const auto records = view.records(engine::Record::node);
  bool more = records->seek(format::be64_text(at.next));
  for (; more && nodes < kBatchNodes && bytes < kBatchBytes; more = records->next()) {
    const engine::NodeId id = format::parse_be64(records->key());
    for (std::string& key : entries.keys(id, format::decode_node(records->value()))) edit.indexes.push_back({std::move(key), std::string()});
    bytes += records->value().size();
    ++nodes;
    at.next = id + 1;
  }
  if (!more) at.state = IndexState::ready;
  edit.rows.push_back(row_of(at));
  return edit;
}

// Steps 2 and 3 above. True if the index is ready.
bool build_batch(StoreState& state, std::uint32_t number, engine::NodeId& next) {
  const auto pass = state.gate().enter_alone();
  const auto known = graph::find_attribute_index(*state.engine().view(), number);
  if (!known || !known->is_kept_up())
    throw Error(ErrorCode::conflict, fmt::format("build an index of attributes: number {} was dropped meanwhile", number));
  if (known->is_ready()) return true;
  AttributeIndex at;
  commit(state, doing("build", known->path), [&](const engine::View& view) {
    at = *known;  // nobody else is in the gate
    return next_batch(view, at);
  });
  next = at.next;
  return at.is_ready();
}

// Step 4 above.
void begin_to_drop(StoreState& state, AttributeIndex index) {
  const auto pass = state.gate().enter_alone();
  index.state = IndexState::dropping;
  commit(state, doing("drop", index.path), [&](const engine::View& view) {
    engine::Edit edit;
    if (graph::find_attribute_index(view, index.number)) edit.rows.push_back(row_of(index));
    return edit;
  });
}

// Some of its entries, or at last its row. True if that was all.
bool drop_batch(StoreState& state, const AttributeIndex& dropped) {
  bool is_all = false;
  commit(state, doing("drop", dropped.path), [&](const engine::View& view) {
    engine::Edit edit;
    const std::string prefix = index::attributes_of(dropped.number);
    const auto cursor = view.indexes();
    bool more = cursor->seek(prefix);
    for (; more && cursor->key().starts_with(prefix) && edit.indexes.size() < kBatchErased; more = cursor->next())
      edit.indexes.push_back({std::string(cursor->key()), std::nullopt});
    is_all = edit.indexes.size() < kBatchErased;
    if (is_all) edit.rows.push_back({row::attribute_index(dropped.number), std::nullopt});
    return edit;
  });
  return is_all;
}

void drop(StoreState& state, const AttributeIndex& index) {
  if (index.is_kept_up()) begin_to_drop(state, index);
  while (!drop_batch(state, index)) {
  }
}

std::uint64_t count_entries(const engine::View& view, std::uint32_t number) {
  const std::string prefix = index::attributes_of(number);
  std::uint64_t count = 0;
  const auto cursor = view.indexes();
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next()) ++count;
  return count;
}

}  // namespace

void index_attribute(StoreState& state, const FilterPath& path, const IndexProgress& progress) {
  check_path(path);
  AttributeIndex entered = enter(state, path);
  while (!entered.is_kept_up()) {  // what was interrupted while it was dropped
    drop(state, entered);
    entered = enter(state, path);
  }
  build_attribute_index(state, entered.number, progress);
}

void build_attribute_index(StoreState& state, std::uint32_t number, const IndexProgress& progress) {
  engine::NodeId next = 0;
  while (!build_batch(state, number, next)) {
    if (!progress) continue;
    const auto end = state.engine().view()->find_row(format::kRootCell, row::next_node());
    progress(next, end ? format::parse_be64(*end) : next);
  }
}

std::vector<cairn::AttributeIndex> list_attribute_indexes(const engine::View& view, bool with_count) {
  std::vector<cairn::AttributeIndex> list;
  for (const AttributeIndex& index : graph::read_attribute_indexes(view))
    list.push_back({index.path, index.state, with_count ? count_entries(view, index.number) : 0});
  return list;
}

void drop_attribute_index(StoreState& state, const FilterPath& path) {
  const auto index = find(*state.engine().view(), path);
  if (!index) throw Error(ErrorCode::not_found, fmt::format("drop an index: there is none of {}", path.text()));
  drop(state, *index);
}

void set_back_attribute_index(StoreState& state, std::uint32_t number, engine::NodeId first) {
  auto index = graph::find_attribute_index(*state.engine().view(), number);
  if (!index || !index->is_kept_up()) return;
  index->next = index->is_ready() ? first : std::min(index->next, first);
  index->state = IndexState::building;
  commit(state, doing("set back", index->path), [&](const engine::View&) {
    engine::Edit edit;
    edit.rows.push_back(row_of(*index));
    return edit;
  });
}

graph::AttributeEntries attribute_entries(const engine::View& view, const engine::BlobSource& blobs) {
  return {graph::read_attribute_indexes(view), [&blobs](std::string_view bytes) { return read_embedded(blobs, bytes); }};
}

}  // namespace cairn::store
