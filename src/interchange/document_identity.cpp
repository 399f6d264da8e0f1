#include "interchange/document_identity.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace cairn::interchange {

Identity document_identity(std::string_view scope, std::span<const std::string> meaning) {
  boost::uuids::uuid digest = boost::uuids::ns::oid();
  for (const std::string& text : meaning) digest = boost::uuids::name_generator_sha1(digest)(text);
  return {std::string(scope), boost::uuids::to_string(digest)};
}

}  // namespace cairn::interchange
