#include "engine/quarantine.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyAtOnce = 1u << 20;  // bytes

}  // namespace

fs::path make_quarantine(const fs::path& store) {
  const fs::path directory = quarantine_path(store);
  if (::mkdir(directory.c_str(), 0700) == 0) base::sync_directory(store);
  else if (errno != EEXIST) base::throw_errno(errno, fmt::format("create {}", directory.string()));
  return directory;
}

fs::path quarantine_path(const fs::path& store) { return store / "quarantine"; }

void keep_aside(const fs::path& store, std::string_view name, std::string_view bytes) {
  base::replace_file(make_quarantine(store) / name, bytes);
}

void keep_file_aside(const fs::path& store, std::string_view name, const fs::path& file, std::uint64_t begin) {
  const fs::path directory = make_quarantine(store);
  const base::File in = base::File::open(file, O_RDONLY);
  const base::File out = base::File::open(directory / name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<std::byte> bytes(kCopyAtOnce);
  for (std::uint64_t at = begin;;) {
    const std::size_t count = in.read_at(at, bytes);
    if (count == 0) break;
    out.write(std::span(bytes).first(count));
    at += count;
  }
  out.sync();
  base::sync_directory(directory);
}

void set_aside(Engine& engine, std::span<const Digest> blobs) {
  if (auto* const able = dynamic_cast<BlobQuarantine*>(&engine)) able->set_aside(blobs);
}

}  // namespace cairn::engine
