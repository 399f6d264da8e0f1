#include "store/repair_pass.h"

#include "engine/quarantine.h"
#include "format/keys.h"
#include "store/commit.h"

namespace cairn::store {
namespace {

constexpr std::size_t kEditsInCommit = 4096;

}  // namespace

void RepairPass::keep_aside(std::string_view name, std::string_view bytes) const {
  if (!apply || engine().scratch_directory().empty()) return;
  engine::keep_aside(engine().scratch_directory(), name, bytes);
}

void RepairEdits::row(std::string key, std::optional<std::string> value) {
  edit_.rows.push_back({std::move(key), std::move(value)});
  count();
}

void RepairEdits::record(engine::Record record, engine::NodeId id, std::optional<std::string> value) {
  edit_.records.push_back({record, id, std::move(value)});
  count();
}

void RepairEdits::claim(std::string key, std::optional<std::string> owner) {
  edit_.claims.push_back({std::move(key), std::move(owner)});
  count();
}

void RepairEdits::index(std::string key, std::optional<std::string> value) {
  edit_.indexes.push_back({std::move(key), std::move(value)});
  count();
}

void RepairEdits::count() {
  if (++count_ >= kEditsInCommit) flush();
}

// The owner of the cell stays who it is.
void RepairEdits::flush() {
  if (count_ != 0 && pass_.apply) {
    const std::uint64_t epoch = pass_.view()->cell(cell_).epoch;
    const auto refused = commit_cell(pass_.engine(), {cell_, epoch, nullptr, doing_}, [&](const engine::View&) { return edit_; });
    if (refused) throw Error(ErrorCode::internal, doing_ + ": a name that was free has an owner");
  }
  edit_ = {};
  count_ = 0;
}

engine::CellId end_of_cells(const engine::View& view) {
  const auto next = view.find_row(format::kRootCell, format::row::next_cell());
  const auto number = next ? unless_damaged([&] { return format::parse_be64(*next); }) : std::nullopt;
  return number.value_or(format::kFirstRunCell);
}

void visit_rows(const engine::View& view, engine::CellId cell, char letter,
                const std::function<void(std::string_view, std::string_view)>& visit) {
  const std::string prefix(1, letter);
  const auto rows = view.rows(cell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) visit(rows->key(), rows->value());
}

void visit_claims(const engine::View& view, char letter, const std::function<void(std::string_view, std::string_view)>& visit) {
  const std::string prefix(1, letter);
  const auto claims = view.claims();
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next())
    visit(claims->key(), claims->value());
}

}  // namespace cairn::store
