#include "base/scratch_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace cairn::base {

File make_scratch_file(const std::filesystem::path& directory) {
  const int unnamed = ::open(directory.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
  if (unnamed >= 0) return File(unnamed, fmt::format("a scratch file in {}", directory.string()));
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
    throw_errno(errno, fmt::format("make a scratch file in {}", directory.string()));
  std::string name = (directory / "scratch-XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) throw_errno(errno, fmt::format("make a scratch file in {}", directory.string()));
  ::unlink(name.c_str());
  return File(named, name);
}

}  // namespace cairn::base
