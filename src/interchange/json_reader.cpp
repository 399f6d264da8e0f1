#include "interchange/json_reader.h"

#include <cairn/text.h>

#include <fmt/format.h>

#include <istream>

namespace cairn::interchange {

namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

}  // namespace

BadDocument::BadDocument(std::string_view place, const std::string& problem)
    : Error(ErrorCode::bad_document, fmt::format("{}: {}", printable(place), problem)), place_(place), problem_(problem) {}

void throw_bad(std::string_view place, const std::string& problem) { throw BadDocument(place, problem); }

std::string read_text(std::istream& in, std::uint64_t bytes_max) {
  std::string text, piece(kPieceBytes, '\0');
  while (!in.eof()) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (in.bad() || (in.fail() && !in.eof())) throw Error(ErrorCode::io, "read the document: the stream refuses");
    text.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > bytes_max) throw Error(ErrorCode::limit, fmt::format("the document is longer than {} bytes", bytes_max));
  }
  return text;
}

Value read_json(std::istream& in, std::uint64_t bytes_max, const PlainJsonOptions& options) {
  return from_plain_json(read_text(in, bytes_max), options);
}

}  // namespace cairn::interchange
