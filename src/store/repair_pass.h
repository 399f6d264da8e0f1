// What the parts of one repair share: the store, whether anything is changed, what was done; and the commits that do it.
#pragma once

#include <cairn/error.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "store/findings.h"
#include "store/repair_log.h"
#include "store/store_state.h"

namespace cairn::store {

struct RepairPass {
  StoreState& state;
  const bool apply;
  RepairLog& log;

  engine::Engine& engine() const { return state.engine(); }
  std::unique_ptr<engine::View> view() const { return engine().view(); }
  /// Keeps bytes that are about to go, see engine/quarantine.h.
  void keep_aside(std::string_view name, std::string_view bytes) const;
};

/// Commits of one cell that change a few thousand things each. In a dry run nothing happens. What was added and not flushed is dropped
/// with the object.
class RepairEdits {
 public:
  /// `pass` must outlive it.
  RepairEdits(RepairPass& pass, engine::CellId cell, std::string_view doing) : pass_(pass), cell_(cell), doing_(doing) {}

  void row(std::string key, std::optional<std::string> value);
  void record(engine::Record record, engine::NodeId id, std::optional<std::string> value);
  /// A claim that somebody else has must be erased, and that be flushed, before it can be made.
  void claim(std::string key, std::optional<std::string> owner);
  void index(std::string key, std::optional<std::string> value);
  void flush();

 private:
  void count();

  RepairPass& pass_;
  const engine::CellId cell_;
  const std::string doing_;
  engine::Edit edit_;
  std::size_t count_ = 0;
};

/// The result of `read`, or empty if what it reads is damaged.
template <class Read>
auto unless_damaged(const Read& read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Error& error) {
    if (!is_damage(error) && !is_gone(error)) throw;
    return std::nullopt;
  }
}

/// The cell behind the last one that may have rows of a run.
engine::CellId end_of_cells(const engine::View& view);
/// Calls `visit(key, value)` for each row of the cell that begins with the letter.
void visit_rows(const engine::View& view, engine::CellId cell, char letter,
                const std::function<void(std::string_view key, std::string_view value)>& visit);
/// The same for claims.
void visit_claims(const engine::View& view, char letter, const std::function<void(std::string_view key, std::string_view owner)>& visit);

}  // namespace cairn::store
