// A lineage as one JSON document.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "documents.h"
#include "lineage/formats.h"

namespace cairn::cli {

void print_json(const Picture& picture, const PictureOptions&, Output& out) {
  boost::json::array starts, nodes, links;
  for (const Uuid& start : picture.starts) starts.push_back(boost::json::value(start.text()));
  for (const Reached& reached : picture.graph.nodes) {
    nodes.push_back(document(reached.node));
    nodes.back().as_object().emplace("depth", reached.depth);
  }
  for (const Link& link : picture.graph.links) links.push_back(document(link));
  const boost::json::object whole{{"start", std::move(starts)},
                                  {"direction", direction_name(picture.direction)},
                                  {"nodes", std::move(nodes)},
                                  {"links", std::move(links)}};
  out.json(whole);
}

}  // namespace cairn::cli
