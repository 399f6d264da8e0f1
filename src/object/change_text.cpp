// Changes in words.
#include <cairn/difference.h>
#include <cairn/error.h>
#include <cairn/text.h>

#include <fmt/format.h>

namespace cairn {

std::string_view change_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::added: return "added";
    case ChangeKind::removed: return "removed";
    case ChangeKind::changed: return "changed";
  }
  throw Error(ErrorCode::invalid_argument, fmt::format("change {} does not exist", static_cast<int>(kind)));
}

std::string to_text(const ValueChange& change) {
  const std::string path = change.path.empty() ? "the value" : printable(change.path);
  if (change.kind == ChangeKind::added) return fmt::format("{}: added {}", path, printable(change.after));
  if (change.kind == ChangeKind::removed) return fmt::format("{}: removed {}", path, printable(change.before));
  const std::string change_text = fmt::format("{} -> {}", printable(change.before), printable(change.after));
  if (!change.array || change.array->element_count == 1) return fmt::format("{}: {}", path, change_text);
  const ArrayChange& array = *change.array;
  if (array.differing_count == 1)
    return fmt::format("{}: 1 of {} elements differs, [{}] {}", path, array.element_count, array.first, change_text);
  return fmt::format("{}: {} of {} elements differ, [{}] to [{}], the first {}", path, array.differing_count,
                     array.element_count, array.first, array.last, change_text);
}

}  // namespace cairn
