#include "format/link_page.h"

#include <cairn/error.h>

#include <fmt/format.h>

namespace cairn::format {

void throw_damaged_page(NodeId first) {
  throw Error(ErrorCode::damaged, fmt::format("read the page of links of nodes {} to {}: it is not one", first, first + kLinkPageNodes - 1));
}

std::optional<std::string_view> find_in_page(std::string_view page, NodeId node) {
  std::optional<std::string_view> found;
  visit_page(link_page_of(node), page, [&](NodeId id, std::string_view packed) {
    if (id == node) found = packed;
  });
  return found;
}

}  // namespace cairn::format
