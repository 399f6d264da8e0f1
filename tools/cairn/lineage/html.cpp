// A lineage as one page that has everything in it: see page/ for what it does there.
#include <cairn/error.h>
#include <cairn/text.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "documents.h"
#include "lineage/folding.h"
#include "lineage/formats.h"
#include "lineage/page.h"
#include "text.h"

namespace cairn::cli {
namespace {

using boost::json::array;
using boost::json::object;

// What a browser can lay out in seconds, and hold.
constexpr std::size_t kNodesMax = 50'000, kLinksMax = 200'000, kBytesMax = 64 << 20;
// Of the attributes and of the extras of a node.
constexpr std::size_t kEntriesMax = 200;
constexpr TextOptions kEntryText{.form = TextForm::line, .elements_max = 64, .text_max = 2000, .bytes_max = 8 << 10};

void require(std::size_t count, std::size_t count_max, std::string_view noun) {
  if (count > count_max)
    throw Error(ErrorCode::limit, fmt::format("--format html: {}, at most {} go into a page; use --format dot or json, or a "
                                              "smaller --depth",
                                              count_of(count, noun), count_max));
}

// Names and values as text, in the order of the map.
array entries(const Value& value) {
  array list;
  const Map* map = value.get_if<Map>();
  if (map == nullptr) return list;
  for (const MapEntry& entry : *map) {
    if (list.size() == kEntriesMax) {
      list.push_back(array{"...", fmt::format("and {} more", map->size() - kEntriesMax)});
      break;
    }
    const std::string* name = entry.key.get_if<std::string>();
    const std::string key = name != nullptr ? *name : to_text(entry.key, kEntryText);
    list.push_back(array{json_text(key), to_text(entry.value, kEntryText)});
  }
  return list;
}

// As everywhere, but with attributes as texts of bounded size.
object described(const Reached& reached) {
  Node plain = reached.node;
  plain.attributes = {};
  plain.extras = {};
  object node = document(plain);
  node["attributes"] = entries(reached.node.attributes);
  node["extras"] = entries(reached.node.extras);
  node["depth"] = reached.depth;
  return node;
}

// JSON within a page: no "<", so no text can end the element or begin a comment.
void append_json(const boost::json::value& value, std::string& text) {
  for (const char c : boost::json::serialize(value))
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  if (text.size() > kBytesMax)
    throw Error(ErrorCode::limit, fmt::format("--format html: the page would be larger than {}; use --format json or a smaller "
                                              "--depth",
                                              human_size(kBytesMax)));
}

// A list of what `item` makes of each element; null is left out.
template <class Elements, class Item>
void append_list(std::string_view name, const Elements& elements, std::string& text, const Item& item) {
  text += fmt::format(",\n\"{}\":[", name);
  bool first = true;
  for (const auto& element : elements) {
    const boost::json::value made = item(element);
    if (made.is_null()) continue;
    text += first ? "\n" : ",\n";
    first = false;
    append_json(made, text);
  }
  text += "]";
}

std::string page_data(const Picture& picture, const PictureOptions& options) {
  std::unordered_map<Uuid, std::size_t> places;
  for (const Reached& reached : picture.graph.nodes) places.emplace(reached.node.uuid, places.size());
  std::string text =
      fmt::format("{{\"direction\":\"{}\",\n\"siblings_max\":{}", direction_name(picture.direction),
                  options.all ? picture.graph.nodes.size() + 1 : kSiblingsMax);
  append_list("starts", picture.starts, text, [&](const Uuid& start) -> boost::json::value {
    const auto place = places.find(start);
    return place == places.end() ? boost::json::value(nullptr) : boost::json::value(place->second);
  });
  append_list("nodes", picture.graph.nodes, text, described);
  append_list("links", picture.graph.links, text, [&](const Link& link) -> boost::json::value {
    const auto source = places.find(link.source), target = places.find(link.target);
    if (source == places.end() || target == places.end()) return nullptr;
    return array{source->second, target->second, link_name(link.type), json_text(link.label)};
  });
  return text + "}";
}

}  // namespace

void print_html(const Picture& picture, const PictureOptions& options, Output& out) {
  require(picture.graph.nodes.size(), kNodesMax, "node");
  require(picture.graph.links.size(), kLinksMax, "link");
  const std::string data = page_data(picture, options);
  out.raw(kPageHead);
  out.raw(data);
  out.raw(kPageTail);
}

}  // namespace cairn::cli
