#include "format/object_message.h"

#include "format/canonical.h"
#include "format/object.h"

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "object";

// Three pointers for each level of values, and a few at both ends.
int nesting_limit(const Limits& limits) { return 3 * static_cast<int>(limits.depth) + 16; }

}  // namespace

void throw_object_error(const kj::Exception& exception) {
  const bool traversal = exception.getDescription().startsWith("Exceeded message traversal limit");  // kj has no codes
  throw_wire_error(traversal ? ErrorCode::limit : ErrorCode::damaged, kWhat, exception);
}

ObjectMessage::ObjectMessage(std::span<const std::byte> bytes, const Limits& limits)
    : words_(bytes, kWhat), segment_(words_.segment()) {
  if (bytes.size() > limits.object_bytes) throw_object_size(bytes.size(), limits);
  capnp::ReaderOptions options;
  options.traversalLimitInWords = limits.traversal_words;
  options.nestingLimit = nesting_limit(limits);
  require_canonical(words_.get(), kWhat, static_cast<unsigned>(options.nestingLimit));
  try {
    message_.emplace(kj::arrayPtr(&segment_, 1), options);
    if (root().getSchemas().size() > kSchemasMax) throw_damaged(kWhat, "too many schemas");
  } catch (const kj::Exception& exception) {
    throw_object_error(exception);
  }
}

}  // namespace cairn::format
