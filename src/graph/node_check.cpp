#include "graph/node_check.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"

namespace cairn::graph {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kIdBytesMax = 1024;
constexpr std::size_t kShortTextBytesMax = 4096;
constexpr std::size_t kLongTextBytesMax = 1 << 20;

// NUL ends texts in keys.
void check_text(std::string_view what, std::string_view text, std::size_t most) {
  if (text.size() > most || !base::is_utf8(text) || text.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::invalid_argument, fmt::format("the {} of a node: expected at most {} bytes of UTF-8 without NUL, got {} bytes",
                                                         what, most, text.size()));
}

}  // namespace

void check_type(std::string_view type) { check_text("type", type, kTypeBytesMax); }

void check_name(std::string_view what, std::string_view name) {
  const bool control = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
  if (name.empty() || name.size() > kNameBytesMax || control || !base::is_utf8(name))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("a {}: expected 1 to {} bytes of UTF-8 without control characters, got {} bytes", what, kNameBytesMax,
                            name.size()));
}

void check_unique_id(const Identity& name) {
  check_name("scope of a unique id", name.scope);
  if (name.id.empty()) throw Error(ErrorCode::invalid_argument, fmt::format("the unique id in scope {}: it is empty", name.scope));
  check_text("unique id", name.id, kIdBytesMax);
}

void check_texts(const format::NodeRecord& record) {
  check_type(record.type);
  check_text("label", record.label, kShortTextBytesMax);
  check_text("description", record.description, kLongTextBytesMax);
  check_text("exit message", record.exit_message, kLongTextBytesMax);
  check_text("code version", record.code_version, kShortTextBytesMax);
  for (const std::string& tag : record.tags) check_name("tag of a node", tag);
  for (const Identity& name : record.unique_ids) check_unique_id(name);
}

}  // namespace cairn::graph
