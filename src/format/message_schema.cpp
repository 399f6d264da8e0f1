#include "format/message_schema.h"

#include <fmt/format.h>

#include "format/object.h"
#include "format/wire.h"

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "message schema";
constexpr WireLimits kNodeLimits{.nesting = 64, .extra_words = 65'536};

// Words of a blob, copied if they are not aligned.
class Words {
 public:
  explicit Words(std::span<const std::byte> bytes, std::string_view what) {
    if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0) throw_damaged(what, "its size is not whole words");
    const void* data = bytes.data();
    if (reinterpret_cast<std::uintptr_t>(data) % alignof(std::uint64_t) != 0) {
      aligned_.resize(bytes.size() / sizeof(capnp::word));
      std::memcpy(aligned_.data(), data, bytes.size());
      data = aligned_.data();
    }
    words_ = {static_cast<const capnp::word*>(data), bytes.size() / sizeof(capnp::word)};
  }
  const kj::ArrayPtr<const capnp::word>& get() const { return words_; }

 private:
  std::vector<std::uint64_t> aligned_;
  kj::ArrayPtr<const capnp::word> words_;
};

void require_canonical(std::span<const std::byte> bytes, std::string_view what, int nesting) {
  const Words words(bytes, what);
  capnp::ReaderOptions options;
  options.traversalLimitInWords = UINT64_MAX;  // no two pointers of a canonical message lead to one place
  options.nestingLimit = nesting;
  try {
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&words.get(), 1), options);
    if (!message.isCanonical() || !message.getRoot<capnp::AnyPointer>().isStruct())
      throw_damaged(what, "it is not in canonical form");
  } catch (const kj::Exception& exception) {
    const kj::StringPtr problem = exception.getDescription();  // kj has no codes
    const bool too_deep = std::string_view(problem.begin(), problem.size()).find("too deeply-nested") != std::string_view::npos;
    throw_wire_error(too_deep ? ErrorCode::limit : ErrorCode::damaged, what, exception);
  }
}

}  // namespace

void read_message_schema(std::span<const std::byte> bytes, const std::function<void(capnp::schema::Node::Reader)>& use) {
  require_canonical(bytes, kWhat, kNodeLimits.nesting);
  read_wire<wire::MessageSchema>(bytes, kWhat, [&](wire::MessageSchema::Reader schema) {
    std::uint64_t last = 0;
    for (const auto data : schema.getNodes()) {
      const auto node = base::as_bytes(data_view(data));
      require_canonical(node, kWhat, kNodeLimits.nesting);
      read_wire<capnp::schema::Node>(node, kWhat, [&](capnp::schema::Node::Reader reader) {
        if (reader.getId() <= last) throw_damaged(kWhat, "ids of nodes that do not ascend");
        last = reader.getId();
        use(reader);
      }, kNodeLimits);
    }
  }, kNodeLimits);
}

std::vector<std::uint64_t> struct_ids(std::span<const std::byte> message_schema) {
  std::vector<std::uint64_t> ids;
  read_message_schema(message_schema, [&](capnp::schema::Node::Reader node) {
    if (node.isStruct()) ids.push_back(node.getId());
  });
  return ids;
}

void check_message(std::span<const std::byte> data, const Limits& limits) {
  if (data.size() > limits.object_bytes) throw_object_size(data.size(), limits);
  require_canonical(data, "message", static_cast<int>(limits.depth));
}

}  // namespace cairn::format
