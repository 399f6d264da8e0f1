#include "store/groups.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <functional>

#include "base/bytes.h"
#include "base/clock.h"
#include "format/records.h"
#include "graph/node_check.h"
#include "object/references.h"
#include "store/commit.h"
#include "store/embedded.h"
#include "store/purges.h"

namespace cairn::store {
namespace {

using format::kGroupCell;
namespace row = format::row;
namespace index = format::index;

[[noreturn]] void throw_unknown(std::string_view name) {
  throw Error(ErrorCode::not_found, fmt::format("there is no group {}", name));
}

void commit(StoreState& state, engine::Staging* staging, std::string_view doing, const BuildEdit& build) {
  if (state.engine().read_only())
    throw Error(ErrorCode::read_only, fmt::format("{}: the store is open for reading only", doing));
  if (staging != nullptr)
    object::hold_needed(*staging, [&](const Digest& digest) { return is_purged(*state.engine().view(), digest); });
  commit_cell(state.engine(), {kGroupCell, 0, staging, doing}, build);
}

void visit_members(const engine::View& view, std::string_view name, const std::function<void(engine::NodeId)>& visit) {
  const std::string prefix = row::members_of(name);
  const auto rows = view.rows(kGroupCell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next())
    visit(row::parse_member(rows->key()));
}

Group public_group(const engine::View& view, const format::GroupRecord& record) {
  Group group;
  group.uuid = record.uuid;
  group.name = record.name;
  group.description = record.description;
  group.created = base::timestamp(record.created);
  if (!record.extras.empty()) group.extras = read_embedded(view, record.extras);
  visit_members(view, record.name, [&](engine::NodeId) { ++group.node_count; });
  return group;
}

using ChangeMember = std::function<void(const engine::View&, engine::NodeId, engine::Edit&)>;

void change_members(StoreState& state, std::string_view doing, std::string_view name, std::span<const Uuid> nodes,
                    const ChangeMember& change) {
  commit(state, nullptr, doing, [&](const engine::View& view) {
    if (!view.find_row(kGroupCell, row::group(name))) throw_unknown(name);
    const graph::GraphReader reader(view, state.labels());
    engine::Edit edit;
    for (const Uuid& node : nodes) change(view, reader.get_id(node), edit);
    return edit;
  });
}

void remove_member(std::string_view name, engine::NodeId node, engine::Edit& edit) {
  edit.rows.push_back({row::member(name, node), std::nullopt});
  edit.indexes.push_back({index::group(node, name), std::nullopt});
}

}  // namespace

Group put_group(StoreState& state, std::string_view name, std::string_view description, const Value& extras) {
  graph::check_name("group", name);
  if (!base::is_utf8(description)) throw Error(ErrorCode::invalid_argument, fmt::format("group {}: its description is no UTF-8", name));
  if (!extras.is<std::monostate>() && extras.get_if<Map>() == nullptr)
    throw Error(ErrorCode::invalid_argument, fmt::format("group {}: its extras are no map", name));
  const auto staging = state.engine().stage();
  const std::string encoded = extras.is<std::monostate>() ? std::string() : write_embedded(*staging, extras);
  commit(state, staging.get(), fmt::format("make group {}", name), [&](const engine::View& view) {
    const auto stored = view.find_row(kGroupCell, row::group(name));
    format::GroupRecord record = stored ? format::decode_group(*stored) : format::GroupRecord();
    if (!stored) {
      record.uuid = Uuid::generate();
      record.name = name;
      record.created = base::now_nanoseconds();
    }
    record.description = description;
    record.extras = encoded;
    engine::Edit edit;
    edit.rows.push_back({row::group(name), format::encode_group(record)});
    return edit;
  });
  return *find_group(*state.engine().view(), name);
}

std::optional<Group> find_group(const engine::View& view, std::string_view name) {
  const auto stored = view.find_row(kGroupCell, row::group(name));
  return stored ? std::optional(public_group(view, format::decode_group(*stored))) : std::nullopt;
}

std::vector<Group> list_groups(const engine::View& view) {
  std::vector<Group> groups;
  const auto rows = view.rows(kGroupCell);
  for (bool more = rows->seek(row::group("")); more && rows->key().front() == row::kGroup; more = rows->next())
    groups.push_back(public_group(view, format::decode_group(rows->value())));
  return groups;
}

void add_to_group(StoreState& state, std::string_view name, std::span<const Uuid> nodes) {
  change_members(state, fmt::format("add to group {}", name), name, nodes,
                 [&](const engine::View&, engine::NodeId node, engine::Edit& edit) {
                   edit.rows.push_back({row::member(name, node), std::string()});
                   edit.indexes.push_back({index::group(node, name), std::string()});
                 });
}

void remove_from_group(StoreState& state, std::string_view name, std::span<const Uuid> nodes) {
  change_members(state, fmt::format("remove from group {}", name), name, nodes,
                 [&](const engine::View& view, engine::NodeId node, engine::Edit& edit) {
                   if (view.find_row(kGroupCell, row::member(name, node))) remove_member(name, node, edit);
                 });
}

void remove_group(StoreState& state, std::string_view name) {
  commit(state, nullptr, fmt::format("remove group {}", name), [&](const engine::View& view) {
    if (!view.find_row(kGroupCell, row::group(name))) throw_unknown(name);
    engine::Edit edit;
    visit_members(view, name, [&](engine::NodeId node) { remove_member(name, node, edit); });
    edit.rows.push_back({row::group(name), std::nullopt});
    return edit;
  });
}

std::vector<std::string> groups_of(const engine::View& view, engine::NodeId node) {
  std::vector<std::string> names;
  const std::string prefix = index::groups_of(node);
  const auto cursor = view.indexes();
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next())
    names.emplace_back(cursor->key().substr(prefix.size()));
  return names;
}

}  // namespace cairn::store
