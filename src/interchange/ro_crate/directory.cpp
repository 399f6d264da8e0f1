#include "interchange/ro_crate/directory.h"

#include <cairn/error.h>
#include <cairn/uuid.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace cairn::interchange {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void throw_system(std::string_view doing, const fs::path& path, int number) {
  const ErrorCode code = number == ENOSPC || number == EDQUOT            ? ErrorCode::no_space
                         : number == EEXIST || number == ENOTEMPTY ? ErrorCode::exists
                                                                    : ErrorCode::io;
  throw Error(code, fmt::format("{} {}: {}", doing, path.string(), std::strerror(number)));
}

}  // namespace

CrateDirectory::CrateDirectory(fs::path target) : target_(std::move(target)) {
  if (!target_.has_filename()) target_ = target_.parent_path();  // "out/" is "out"
  std::error_code error;
  if (fs::exists(fs::symlink_status(target_, error)) && (!fs::is_directory(target_, error) || !fs::is_empty(target_, error)))
    throw Error(ErrorCode::exists, fmt::format("write {}: it is there, and no empty directory", target_.string()));
  const fs::path path = fmt::format("{}.{}", target_.string(), Uuid::generate().text());
  if (::mkdir(path.c_str(), 0777) != 0) throw_system("create", path, errno);
  path_ = path;
}

CrateDirectory::~CrateDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

void CrateDirectory::write(std::string_view relative_path, std::string_view bytes) const {
  const fs::path path = path_ / relative_path;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) throw_system("create", path.parent_path(), error.value());
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw_system("write", path, errno == 0 ? EIO : errno);
}

void CrateDirectory::publish() {
  std::error_code error;
  fs::rename(path_, target_, error);
  if (error) throw_system("write", target_, error.value());
  path_.clear();
}

}  // namespace cairn::interchange
