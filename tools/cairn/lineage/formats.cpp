#include "lineage/formats.h"

#include <algorithm>
#include <array>

namespace cairn::cli {
namespace {

constexpr std::array kFormats{
    PictureFormat{"text", "a tree of 80 columns", print_text},
    PictureFormat{"json", "all of it, for programs", print_json},
    PictureFormat{"dot", "a graph for Graphviz", print_dot},
    PictureFormat{"svg", "a picture", print_svg},
    PictureFormat{"html", "a page to explore, complete in itself", print_html},
};

}  // namespace

std::span<const PictureFormat> picture_formats() { return kFormats; }

const PictureFormat* find_picture_format(std::string_view name) {
  const auto* found = std::ranges::find(kFormats, name, &PictureFormat::name);
  return found == kFormats.end() ? nullptr : found;
}

}  // namespace cairn::cli
