#include "store/violations.h"

#include <cairn/error.h>

#include "format/keys.h"
#include "format/packed_links.h"
#include "graph/reader.h"

namespace cairn::store {
namespace {

void append_of_cell(const StoreState& state, const engine::View& view, engine::CellId cell, std::vector<Violation>& found) {
  const graph::GraphReader reader(view, state.labels());
  const std::string prefix(1, format::row::kViolation);
  const auto rows = view.rows(cell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
    const format::row::Violation marked = format::row::parse_violation(rows->key());
    if (!format::is_link_code(marked.code)) throw Error(ErrorCode::damaged, "read violations: a link of an unknown type");
    if (!view.find_record(engine::Record::node, marked.holder) || !view.find_record(engine::Record::node, marked.other))
      continue;  // one is being forgotten
    const graph::StoredLink link =
        graph::stored_link(marked.holder, {marked.other, format::link_code_type(marked.code), format::link_code_outgoing(marked.code), marked.label});
    found.push_back({reader.public_links(std::span(&link, 1)).front(), std::string(rows->value())});
  }
}

}  // namespace

std::vector<Violation> list_violations(const StoreState& state) {
  const auto view = state.engine().view();
  std::vector<Violation> found;
  append_of_cell(state, *view, format::kLooseCell, found);
  const auto claims = view->claims();
  const std::string prefix(1, format::claim::kRunName);
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next())
    append_of_cell(state, *view, format::parse_be64(claims->value()), found);
  return found;
}

}  // namespace cairn::store
