#include "interchange/aiida/zip_writer.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <ostream>

namespace cairn::interchange::aiida {
namespace {

la_ssize_t write_output(archive*, void* out, const void* bytes, std::size_t count) {
  auto& stream = *static_cast<std::ostream*>(out);
  stream.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
  return stream ? static_cast<la_ssize_t>(count) : ARCHIVE_FATAL;
}

}  // namespace

class ZipWriter::Impl {
 public:
  Impl(std::ostream& out, int level) : archive_(::archive_write_new(), &::archive_write_free) {
    if (archive_ == nullptr) throw Error(ErrorCode::internal, "write an archive: libarchive refuses");
    archive* const to = archive_.get();
    require(::archive_write_set_format_zip(to));
    if (level == 0)
      require(::archive_write_zip_set_compression_store(to));
    else
      require(::archive_write_set_format_option(to, "zip", "compression-level", std::to_string(level).c_str()));
    require(::archive_write_set_bytes_per_block(to, 0));
    require(::archive_write_open(to, &out, nullptr, write_output, nullptr));
  }

  // One that was not closed is not complete, and must not look so.
  ~Impl() {
    if (!is_closed_) ::archive_write_fail(archive_.get());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void begin(const std::string& name, std::uint64_t size) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(::archive_entry_new(), ::archive_entry_free);
    ::archive_entry_set_pathname(entry.get(), name.c_str());
    ::archive_entry_set_filetype(entry.get(), AE_IFREG);
    ::archive_entry_set_perm(entry.get(), 0644);
    ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    require(::archive_write_header(archive_.get(), entry.get()));
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const la_ssize_t written = ::archive_write_data(archive_.get(), bytes.data(), bytes.size());
      if (written <= 0) throw_problem();
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void close() {
    require(::archive_write_close(archive_.get()));
    is_closed_ = true;
  }

 private:
  void require(int result) {
    if (result != ARCHIVE_OK) throw_problem();
  }
  [[noreturn]] void throw_problem() {
    const char* problem = ::archive_error_string(archive_.get());
    throw Error(ErrorCode::io, fmt::format("write the archive: {}", problem == nullptr ? "the stream refuses" : problem));
  }

  std::unique_ptr<archive, int (*)(archive*)> archive_;
  bool is_closed_ = false;
};

ZipWriter::ZipWriter(std::ostream& out, int level) : impl_(std::make_unique<Impl>(out, level)) {}
ZipWriter::~ZipWriter() = default;

void ZipWriter::begin(const std::string& name, std::uint64_t size) { impl_->begin(name, size); }
void ZipWriter::write(std::span<const std::byte> bytes) { impl_->write(bytes); }
void ZipWriter::close() { impl_->close(); }

}  // namespace cairn::interchange::aiida
