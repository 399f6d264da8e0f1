#include "format/superblock.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "base/hash.h"

namespace cairn::format {
namespace {

constexpr std::string_view kMagic = "cairn store\n";
constexpr std::string_view kDigestName = "xxh3-128";
constexpr std::string_view kChunkingName = "gear-1 8192:4194304 16384:536870912 65536";
constexpr std::string_view kFeatures = "none";  // a later build may add names; one that is not known is refused

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::string checksum(std::string_view bytes) { return fmt::format("{:016x}", base::hash64(base::as_bytes(bytes))); }

// "key value" lines; empty if a line has another form.
std::optional<std::map<std::string, std::string, std::less<>>> parse_lines(std::string_view text) {
  std::map<std::string, std::string, std::less<>> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const std::size_t space = line.find(' ');
    if (end == std::string_view::npos || space == std::string_view::npos) return std::nullopt;
    lines.emplace(line.substr(0, space), line.substr(space + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

std::string encode_superblock(const Superblock& superblock) {
  std::string text = fmt::format("{}format {}\nfeatures {}\nuuid {}\ncreated {}\ndigest {}\nchunking {}\n", kMagic,
                                 superblock.format, kFeatures, superblock.uuid.text(), superblock.created,
                                 kDigestName, kChunkingName);
  text += fmt::format("checksum {}\n", checksum(text));
  return text;
}

Superblock decode_superblock(std::string_view bytes, std::string_view path) {
  const auto damaged = [&](std::string_view what) {
    return Error(ErrorCode::damaged, fmt::format("open {}: {}; the superblock is damaged", path, what));
  };
  if (!bytes.starts_with(kMagic)) throw damaged("expected it to begin with 'cairn store'");
  const auto lines = parse_lines(bytes.substr(kMagic.size()));
  if (!lines) throw damaged("expected lines of a key and a value");

  // The version is judged before the checksum: a later format may compute that in another way.
  const auto version = lines->find("format");
  const auto format = version == lines->end() ? std::nullopt : parse_number<std::uint32_t>(version->second);
  if (!format || *format == 0) throw damaged("expected a format version");
  if (*format > kFormatVersion)
    throw Error(ErrorCode::newer_format, fmt::format("open {}: format {} is newer than {}, the newest this build reads",
                                                     path, *format, kFormatVersion));

  const std::size_t last = bytes.rfind("checksum ");
  const auto sum = lines->find("checksum");
  if (sum == lines->end() || bytes.find('\n', last) + 1 != bytes.size()) throw damaged("expected a checksum at its end");
  if (sum->second != checksum(bytes.substr(0, last))) throw damaged("its checksum does not match");
  const auto text = [&](std::string_view key) {
    const auto found = lines->find(key);
    return found == lines->end() ? std::string() : found->second;
  };
  const std::optional<Uuid> uuid = Uuid::parse(text("uuid"));
  const auto created = parse_number<std::int64_t>(text("created"));
  if (!uuid || !created) throw damaged("expected a UUID and a time of creation");
  for (const auto& [key, known] : {std::pair{"features", kFeatures}, {"digest", kDigestName}, {"chunking", kChunkingName}})
    if (text(key) != known)
      throw Error(ErrorCode::newer_format, fmt::format("open {}: {} '{}' is not known to this build, which reads '{}'", path,
                                                       key, text(key), known));
  return {*format, *uuid, *created};
}

}  // namespace cairn::format
