#include "format/content_wire.h"

#include <limits>

namespace cairn::format {

namespace {

using Form = ContentRef::Form;

ContentRef read_form(wire::Content::Reader reader, std::string_view what) {
  switch (reader.which()) {
    case wire::Content::EMPTY: return {reader.getSize(), Form::empty, {}};
    case wire::Content::CHUNK: return {reader.getSize(), Form::chunk, get_digest(reader.getChunk())};
    case wire::Content::LIST: return {reader.getSize(), Form::list, get_digest(reader.getList())};
    case wire::Content::HOLE: return {reader.getSize(), Form::hole, {}};
  }
  throw_damaged(what, "content of an unknown form");
}

}  // namespace

void set_content(wire::Content::Builder builder, const ContentRef& content) {
  builder.setSize(content.size);
  switch (content.form) {
    case Form::empty: return builder.setEmpty();
    case Form::chunk: return set_digest(builder.initChunk(), content.digest);
    case Form::list: return set_digest(builder.initList(), content.digest);
    case Form::hole: return builder.setHole();
  }
}

ContentRef get_content(wire::Content::Reader reader, std::string_view what) {
  const ContentRef content = read_form(reader, what);
  if ((content.form == Form::empty) != (content.size == 0)) throw_damaged(what, "content whose size denies its form");
  if (content.size > std::numeric_limits<std::int64_t>::max()) throw_damaged(what, "content of more than 2^63-1 bytes");
  return content;
}

}  // namespace cairn::format
