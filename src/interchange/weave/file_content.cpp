#include "interchange/weave/file_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "interchange/base64.h"

namespace cairn::interchange::weave {
namespace {

constexpr std::string_view kText = "text", kHex = "hex", kBase64 = "base64";

// "$hex" or "$base64", and its text.
std::optional<std::pair<std::string_view, std::string_view>> encoded(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) return std::pair(kText, std::string_view(*text));
  const Map* map = value.get_if<Map>();
  if (map == nullptr || map->size() != 1) return std::nullopt;
  for (const std::string_view way : {kHex, kBase64})
    if (const Value* text = map->find(std::string_view(fmt::format("${}", way))); text != nullptr && text->is<std::string>())
      return std::pair(way, std::string_view(*text->get_if<std::string>()));
  return std::nullopt;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    unsigned byte = 0;
    const char* const begin = text.data() + at;
    if (std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) return std::nullopt;
    if (std::ranges::any_of(text.substr(at, 2), [](char c) { return c >= 'A' && c <= 'F'; })) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::optional<std::string> decoded(std::string_view way, std::string_view text) {
  return way == kHex ? from_hex(text) : way == kBase64 ? from_base64(text) : std::optional(std::string(text));
}

Value piece(std::string_view way, std::string_view bytes) {
  if (way == kText) return bytes;
  std::string text;
  if (way == kBase64)
    text = base64(bytes);
  else
    for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return Map{{fmt::format("${}", way), std::move(text)}};
}

void append(Bytes& bytes, std::string_view more) {
  const auto* begin = reinterpret_cast<const std::byte*>(more.data());
  bytes.insert(bytes.end(), begin, begin + more.size());
}

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

bool is_content(const Value& value) {
  const List* list = value.get_if<List>();
  return list != nullptr ? std::ranges::all_of(*list, [](const Value& one) { return encoded(one).has_value(); })
                         : encoded(value).has_value();
}

std::optional<FileContent> read_file_content(const Value& value) {
  const List* list = value.get_if<List>();
  const List one{value};
  FileContent content;
  List sizes;
  std::optional<std::string_view> way;
  for (const Value& chunk : list == nullptr ? one : *list) {
    const auto text = encoded(chunk);
    const auto bytes = text ? decoded(text->first, text->second) : std::nullopt;
    if (!bytes || (way && *way != text->first)) return std::nullopt;
    way = text->first;
    append(content.bytes, *bytes);
    sizes.emplace_back(std::uint64_t{bytes->size()});
  }
  const Value as = way.value_or(kText);
  content.spelling = list == nullptr ? as : Value(Map{{"as", as}, {"chunks", std::move(sizes)}});
  return content;
}

Value written_file_content(const FileContent& content) {
  const std::string_view bytes = text_of(content.bytes);
  if (const auto* way = content.spelling.get_if<std::string>()) return piece(*way, bytes);
  const Map* how = content.spelling.get_if<Map>();
  if (how == nullptr) return plain_file_content(content.bytes);
  List chunks;
  std::size_t at = 0;
  for (const Value& size : *how->find("chunks")->get_if<List>()) {
    const auto count = static_cast<std::size_t>(*size.get_if<std::int64_t>());
    chunks.push_back(piece(*how->find("as")->get_if<std::string>(), bytes.substr(at, count)));
    at += count;
  }
  return chunks;
}

Value plain_file_content(const Bytes& bytes) {
  const std::string_view text = text_of(bytes);
  return Value(text).is<std::string>() ? Value(text) : piece(kBase64, text);
}

}  // namespace cairn::interchange::weave
