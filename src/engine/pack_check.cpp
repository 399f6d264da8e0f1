#include "engine/pack_check.h"

#include <fmt/format.h>

#include <array>

#include "base/file.h"
#include "format/pack.h"

namespace cairn::engine {

void check_pack(const std::filesystem::path& directory, std::uint64_t pack, std::uint64_t end, std::uint64_t store_id,
                std::vector<Finding>& findings) {
  const std::filesystem::path path = directory / format::pack_file_name(pack);
  const auto file = base::File::open_if_exists(path, O_RDONLY);
  if (!file) {
    findings.push_back({path.string(), "the pack is missing", std::nullopt});
    return;
  }
  const std::uint64_t size = file->size();
  if (size < end)
    findings.push_back({path.string(), fmt::format("{} bytes, expected {}", size, end), std::nullopt});
  for (std::uint64_t offset = 0; offset < std::min(size, end);) {
    std::array<std::byte, format::kSegmentHeaderSize> bytes{};
    file->read_at(offset, bytes);
    const auto header = format::decode_segment_header(bytes);
    const bool fits = header && header->pack == pack && header->offset == offset && header->store == store_id &&
                      header->length <= end - offset;
    if (!fits) {
      findings.push_back({fmt::format("{} at {}", path.string(), offset), "expected the header of a segment", std::nullopt});
      return;
    }
    offset += header->length;
  }
}

}  // namespace cairn::engine
