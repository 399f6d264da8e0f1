// Names of files in a crate, as paths and as the relative URIs that stand for them.
#pragma once

#include <string>
#include <string_view>

namespace cairn::interchange {

/// A name of any bytes as one component of a path: what is no component, or would be hidden, is written %NN.
std::string safe_component(std::string_view name);

/// A path with '/' between its parts as a relative URI (RFC 3986): all but unreserved characters is written %NN.
std::string path_uri(std::string_view path);

}  // namespace cairn::interchange
