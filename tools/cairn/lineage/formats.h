// The formats of `cairn lineage`. A format is one file in this directory, one declaration here and one line in the table of
// formats.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lineage/picture.h"

namespace cairn::cli {

/// Writes a whole picture, or throws before it has written anything.
using PrintPicture = void (*)(const Picture& picture, const PictureOptions& options, Output& out);

struct PictureFormat {
  const char* name;
  const char* help;  ///< a few words
  PrintPicture print;
};

/// The first is the default.
std::span<const PictureFormat> picture_formats();
/// Null if there is none of that name.
const PictureFormat* find_picture_format(std::string_view name);

void print_text(const Picture& picture, const PictureOptions& options, Output& out);
void print_json(const Picture& picture, const PictureOptions& options, Output& out);
void print_dot(const Picture& picture, const PictureOptions& options, Output& out);
/// Throws limit for more than Graphviz lays out in reasonable time, unsupported if the command was built without it.
void print_svg(const Picture& picture, const PictureOptions& options, Output& out);
/// Throws limit for more than a browser can take.
void print_html(const Picture& picture, const PictureOptions& options, Output& out);

}  // namespace cairn::cli
