#include "interchange/aiida/zip_reader.h"

#include <cairn/error.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <clocale>
#include <istream>
#include <optional>
#include <vector>

#include "interchange/json_reader.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::size_t kPieceBytes = 256 << 10;

// Names are UTF-8, whatever the program's locale is. Of this thread alone.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_ = nullptr;
  locale_t before_ = nullptr;
};

// The stream as libarchive asks for it.
class Input {
 public:
  explicit Input(std::istream& in) : in_(in), begin_(in.tellg()), piece_(kPieceBytes) { in_.clear(); }

  la_ssize_t read(const void** out) {
    in_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
    if (in_.bad()) return refuse();
    read_bytes_ += static_cast<std::uint64_t>(in_.gcount());
    *out = piece_.data();
    return static_cast<la_ssize_t>(in_.gcount());
  }

  la_int64_t seek(la_int64_t offset, int whence) {
    in_.clear();
    if (whence == SEEK_SET)
      in_.seekg(begin_ + static_cast<std::streamoff>(offset));
    else
      in_.seekg(static_cast<std::streamoff>(offset), whence == SEEK_CUR ? std::ios::cur : std::ios::end);
    const auto at = in_.tellg();
    return !in_ || at < begin_ ? refuse() : static_cast<la_int64_t>(at - begin_);
  }

  bool refused() const { return refused_; }
  /// Of a stream that is read from front to back: so far.
  std::uint64_t read_bytes() const { return read_bytes_; }

 private:
  int refuse() {
    refused_ = in_.bad();
    return ARCHIVE_FATAL;
  }

  std::istream& in_;
  std::istream::pos_type begin_;
  std::vector<char> piece_;
  std::uint64_t read_bytes_ = 0;
  bool refused_ = false;
};

la_ssize_t read_input(archive*, void* input, const void** out) { return static_cast<Input*>(input)->read(out); }
la_int64_t seek_input(archive*, void* input, la_int64_t offset, int whence) {
  return static_cast<Input*>(input)->seek(offset, whence);
}

std::string plain_name(std::string name) {
  while (name.starts_with("./")) name.erase(0, 2);
  while (name.ends_with('/')) name.pop_back();
  return name;
}

}  // namespace

class ZipReader::Impl {
 public:
  Impl(std::istream& in, ArchiveForm form, std::uint64_t expansion_most)
      : input_(in), expansion_most_(expansion_most), archive_(::archive_read_new(), &::archive_read_free) {
    if (archive_ == nullptr) throw Error(ErrorCode::internal, "read an archive: libarchive refuses");
    archive* const to = archive_.get();
    if (form == ArchiveForm::zip) {
      require(::archive_read_support_format_zip_seekable(to));
      require(::archive_read_set_seek_callback(to, seek_input));
      const la_int64_t size = input_.seek(0, SEEK_END);
      if (size < 0 || input_.seek(0, SEEK_SET) != 0) throw Error(ErrorCode::io, "read the archive: the stream refuses");
      zip_bytes_ = static_cast<std::uint64_t>(size);
    } else {
      require(::archive_read_support_format_tar(to));
      require(::archive_read_support_filter_gzip(to));
    }
    require(::archive_read_set_read_callback(to, read_input));
    require(::archive_read_set_callback_data(to, &input_));
    require(::archive_read_open1(to));
  }

  bool next() {
    const int result = ::archive_read_next_header(archive_.get(), &entry_);
    if (result == ARCHIVE_EOF) return false;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) require(result);
    const char* name = ::archive_entry_pathname_utf8(entry_);
    if (name == nullptr) throw_bad(name_, "the member after it has a name that is not UTF-8");
    name_ = plain_name(name);
    require(result);
    if (::archive_entry_is_encrypted(entry_) != 0) throw_bad(name_, "is encrypted");
    return true;
  }

  MemberKind kind() const {
    if (::archive_entry_hardlink(entry_) != nullptr) return MemberKind::other;
    const auto type = ::archive_entry_filetype(entry_);
    return type == AE_IFREG ? MemberKind::file : type == AE_IFDIR ? MemberKind::directory : MemberKind::other;
  }

  void read(const std::function<void(std::span<const std::byte>)>& visit) {
    const bool has_size = ::archive_entry_size_is_set(entry_) != 0;
    const auto expected = static_cast<std::uint64_t>(::archive_entry_size(entry_));
    std::vector<std::byte> piece(kPieceBytes);
    std::uint64_t size = 0;
    for (;;) {
      const la_ssize_t count = ::archive_read_data(archive_.get(), piece.data(), piece.size());
      if (count < 0) require(static_cast<int>(count));
      if (count == 0) break;
      size += static_cast<std::uint64_t>(count);
      note_expanded(static_cast<std::uint64_t>(count));
      if (has_size && size > expected) break;
      visit(std::span(piece).first(static_cast<std::size_t>(count)));
    }
    if (has_size && size != expected) throw_bad(name_, fmt::format("is not of {} bytes, as the archive says", expected));
  }

  const std::string& name() const { return name_; }

 private:
  // What expands more is made to fill disks: by other methods than deflate, or by members that overlap.
  void note_expanded(std::uint64_t bytes) {
    expanded_bytes_ += bytes;
    if (expanded_bytes_ / expansion_most_ > zip_bytes_.value_or(input_.read_bytes()))
      throw Error(ErrorCode::limit, fmt::format("{}: the archive expands more than {} fold", name_, expansion_most_));
  }

  // Warnings, too: they are about sizes and checksums that do not match.
  void require(int result) {
    if (result == ARCHIVE_OK) return;
    if (input_.refused()) throw Error(ErrorCode::io, "read the archive: the stream refuses");
    const char* problem = ::archive_error_string(archive_.get());
    throw_bad(name_, fmt::format("the archive is damaged: {}", printable(problem == nullptr ? "it cannot be read" : problem)));
  }

  const Utf8Names utf8_names_;
  Input input_;
  const std::uint64_t expansion_most_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  archive_entry* entry_ = nullptr;
  std::optional<std::uint64_t> zip_bytes_;
  std::uint64_t expanded_bytes_ = 0;
  std::string name_ = "the archive";
};

ZipReader::ZipReader(std::istream& in, ArchiveForm form, std::uint64_t expansion_most)
    : impl_(std::make_unique<Impl>(in, form, expansion_most)) {}
ZipReader::~ZipReader() = default;

bool ZipReader::next() { return impl_->next(); }
const std::string& ZipReader::name() const { return impl_->name(); }
MemberKind ZipReader::kind() const { return impl_->kind(); }
void ZipReader::read(const std::function<void(std::span<const std::byte>)>& visit) { impl_->read(visit); }

std::string ZipReader::read_text(std::uint64_t most) {
  std::string text;
  read([&](std::span<const std::byte> bytes) {
    if (text.size() + bytes.size() > most)
      throw Error(ErrorCode::limit, fmt::format("{}: is longer than {} bytes", name(), most));
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  return text;
}

}  // namespace cairn::interchange::aiida
