// ContentRef inside other messages: arrays and files. For src/format/*.cpp only.
#pragma once

#include "format/content.h"
#include "format/wire.h"

namespace cairn::format {

void set_content(wire::Content::Builder builder, const ContentRef& content);
/// Throws damaged, naming `what`, unless the content is empty exactly if its form is, and has less than 2^63 bytes.
ContentRef get_content(wire::Content::Reader reader, std::string_view what);

}  // namespace cairn::format
