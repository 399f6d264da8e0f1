#include "graph/attribute_index.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "graph/filter_match.h"
#include "graph/value_key.h"

namespace cairn::graph {
namespace {

namespace row = format::row;

AttributeIndex index_of(std::uint32_t number, std::string_view bytes) {
  const format::AttributeIndexRecord record = format::decode_attribute_index(bytes);
  try {
    return {number, FilterPath(record.path), record.state, record.next};
  } catch (const Error& error) {
    throw Error(ErrorCode::damaged, fmt::format("read index number {} of attributes: {}", number, error.what()));
  }
}

}  // namespace

std::vector<AttributeIndex> read_attribute_indexes(const engine::View& view) {
  std::vector<AttributeIndex> indexes;
  const auto rows = view.rows(format::kIndexCell);
  for (bool more = rows->seek(row::attribute_index(0)); more && rows->key().front() == row::kAttributeIndex; more = rows->next())
    indexes.push_back(index_of(row::parse_attribute_index(rows->key()), rows->value()));
  return indexes;
}

std::optional<AttributeIndex> find_attribute_index(const engine::View& view, std::uint32_t number) {
  const auto bytes = view.find_row(format::kIndexCell, row::attribute_index(number));
  return bytes ? std::optional(index_of(number, *bytes)) : std::nullopt;
}

format::AttributeIndexRecord record_of(const AttributeIndex& index) { return {index.path.text(), index.state, index.next}; }

AttributeEntries::AttributeEntries(std::vector<AttributeIndex> indexes, DecodeAttributes decode)
    : indexes_(std::move(indexes)), decode_(std::move(decode)) {
  std::erase_if(indexes_, [](const AttributeIndex& index) { return !index.is_kept_up(); });
}

std::vector<std::string> AttributeEntries::keys(NodeId id, const format::NodeRecord& record) const {
  std::optional<Value> attributes, extras;
  const auto value_at = [&](const FilterPath& path) {
    const bool is_attribute = path.field() == FilterField::attributes;
    const std::string& bytes = is_attribute ? record.attributes : record.extras;
    std::optional<Value>& decoded = is_attribute ? attributes : extras;
    if (!decoded) decoded = bytes.empty() ? Value() : decode_(bytes);
    return filter::find_part(*decoded, path);
  };
  std::vector<std::string> keys;
  for (const AttributeIndex& index : indexes_)
    if (const auto key = filter::value_key(value_at(index.path)))
      keys.push_back(format::index::attribute(index.number, *key, id));
  std::ranges::sort(keys);
  return keys;
}

}  // namespace cairn::graph
