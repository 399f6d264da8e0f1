#include "format/packed_links.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace cairn::format {
namespace {

auto sort_key(const PackedLink& link) {
  return std::tuple(link_code(link.type, link.outgoing), link.label, link.other);
}

bool same_group(const PackedLink& a, const PackedLink& b) {
  return a.type == b.type && a.outgoing == b.outgoing && a.label == b.label;
}

void append_group(std::string& out, std::span<const PackedLink> group, NodeId previous) {
  const PackedLink& first = group.front();
  base::append_varint(out, (group.size() - 1) << kLinkCodeBits | link_code(first.type, first.outgoing));
  base::append_varint(out, first.label);
  base::append_varint(out, base::zigzag(static_cast<std::int64_t>(first.other - previous)));
  for (std::size_t i = 1; i < group.size(); ++i)
    base::append_varint(out, group[i].other - group[i - 1].other - 1);
}

}  // namespace

void throw_damaged_links(std::string_view bytes) {
  throw Error(ErrorCode::damaged, fmt::format("decode links: {} bytes are not packed links", bytes.size()));
}

std::string encode_links(std::vector<PackedLink> links) {
  std::sort(links.begin(), links.end(),
            [](const auto& a, const auto& b) { return sort_key(a) < sort_key(b); });
  links.erase(std::unique(links.begin(), links.end()), links.end());
  std::string out;
  NodeId previous = 0;
  for (std::size_t begin = 0, end = 0; begin < links.size(); begin = end) {
    while (end < links.size() && same_group(links[begin], links[end])) ++end;
    append_group(out, std::span(links).subspan(begin, end - begin), previous);
    previous = links[end - 1].other;
  }
  return out;
}

void append_links(std::string_view bytes, std::vector<PackedLink>& out) {
  visit_links(bytes, [&](const PackedLink& link) { out.push_back(link); });
}

std::vector<PackedLink> decode_links(std::string_view bytes) {
  std::vector<PackedLink> links;
  append_links(bytes, links);
  return links;
}

}  // namespace cairn::format
