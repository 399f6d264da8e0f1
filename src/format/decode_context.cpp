#include "format/decode_context.h"

#include <cairn/registry.h>

#include <fmt/format.h>

#include <algorithm>

#include "format/loaded_objects.h"
#include "format/message_schema.h"

namespace cairn::format {

DecodeContext::DecodeContext(ObjectSource& source, const ObjectOptions& options,
                             capnp::List<wire::Digest>::Reader schemas, std::uint64_t words)
    : whole_(*this), source_(&source), options_(options), empty_elements_max_(words + kEmptyElementsMax) {
  add_schemas(schemas);
}

DecodeContext::DecodeContext(DecodeContext& around, capnp::List<wire::Digest>::Reader schemas, std::uint64_t words)
    : whole_(around.whole_), source_(around.source_), options_(around.options_),
      empty_elements_max_(words + kEmptyElementsMax) {
  add_schemas(schemas);
}

DecodeContext::~DecodeContext() = default;

void DecodeContext::add_schemas(capnp::List<wire::Digest>::Reader schemas) {
  schemas_.reserve(schemas.size());
  for (const auto digest : schemas) schemas_.push_back({get_digest(digest), nullptr, nullptr});
}

DecodeContext::DecodeContext(const EncodeContext& encoded) : whole_(*this), options_(encoded.options()) {
  for (std::uint32_t i = 0; i < encoded.schema_count(); ++i)
    schemas_.push_back({Digest{}, &encoded.schema(i), nullptr});
  for (const auto& [bytes, ids, digest] : encoded.message_schemas()) message_schemas_.emplace(digest, MessageSchema{bytes, ids});
}

const Schema& DecodeContext::schema(std::uint32_t index) {
  if (index >= schemas_.size())
    throw_damaged("object", fmt::format("schema number {} of {}", index, schemas_.size()));
  Entry& entry = schemas_[index];
  if (entry.schema == nullptr) {
    entry.owned = source_->get_schema(entry.digest);
    entry.schema = entry.owned.get();
  }
  return *entry.schema;
}

void DecodeContext::read_array(const ContentRef& content, std::uint64_t offset, std::span<std::byte> out) {
  if (source_ == nullptr) throw Error(ErrorCode::internal, "an array outside an object that has no store");
  source_->read_array(content, offset, out);
}

std::vector<std::byte> DecodeContext::get_segment(const Digest& digest) {
  if (source_ == nullptr) throw Error(ErrorCode::internal, "a long list outside an object that has no store");
  return source_->get_segment(digest);
}

LoadedObjects& DecodeContext::loaded_objects() {
  if (!whole_.loaded_) whole_.loaded_ = std::make_unique<LoadedObjects>();
  return *whole_.loaded_;
}

void DecodeContext::resolve_links() {
  if (loaded_) loaded_->resolve();
}

Decoder DecodeContext::root(wire::Value::Reader value) {
  if (!value.isGraph()) return DecoderAccess::decoder(value, root_scope());
  const auto graph = value.getGraph();
  shared_ = graph.getShared();
  check_elements(shared_);
  count_elements(shared_.size());
  return DecoderAccess::decoder(graph.getRoot(), root_scope());
}

Decoder DecodeContext::shared_value(std::uint32_t number, const detail::DecodeScope& scope) {
  if (number >= whole_.shared_.size())
    throw_damaged("object", fmt::format("shared value number {} of {}", number, whole_.shared_.size()));
  detail::DecodeScope in_whole = scope;
  in_whole.context = &whole_;
  return DecoderAccess::decoder(whole_.shared_[number], in_whole);
}

std::unique_ptr<const FileReader> DecodeContext::open_files(const ArtifactId& id) {
  if (source_ == nullptr) throw Error(ErrorCode::not_found, "files are kept in a store, and here is none");
  return source_->open_files(id, options_.limits.object_bytes);
}

std::shared_ptr<const Message::Bytes> DecodeContext::message_schema(const Digest& digest, std::uint64_t type_id) {
  auto found = whole_.message_schemas_.find(digest);
  if (found == whole_.message_schemas_.end()) {
    auto bytes = std::make_shared<const Message::Bytes>(source_->get_message_schema(digest));
    std::vector<std::uint64_t> ids = struct_ids(*bytes);
    found = whole_.message_schemas_.emplace(digest, MessageSchema{std::move(bytes), std::move(ids)}).first;
  }
  if (!std::ranges::binary_search(found->second.struct_ids, type_id))
    throw_damaged("message", fmt::format("of type {:016x}, which its schema does not have", type_id));
  return found->second.bytes;
}

void DecodeContext::count_elements(std::uint64_t count) {
  const std::uint64_t most = options_.limits.elements;
  if (count > most || whole_.elements_ > most - count)
    throw Error(ErrorCode::limit, fmt::format("object: more than {} elements of lists and maps are read", most));
  whole_.elements_ += count;
}

void DecodeContext::check_elements(const ValueListReader& list) {
  if (!has_empty_elements(list)) return;
  const void* place = capnp::AnyStruct::Reader(list[0]).getDataSection().begin();
  if (!empty_lists_.insert(place).second) return;
  empty_elements_ += list.size();
  if (empty_elements_ > empty_elements_max_)
    throw_damaged("object", fmt::format("{} list elements without content", empty_elements_));
}

detail::DecodeScope DecodeContext::root_scope() {
  const bool checks_classes = options_.registry != nullptr && options_.registry->limits_classes() && !options_.is_check;
  return {this, 0, options_.type_hint, checks_classes};
}

bool has_empty_elements(const ValueListReader& list) {
  if (list.size() == 0) return false;
  const capnp::AnyStruct::Reader first(list[0]);  // all elements are of one size
  return first.getDataSection().size() == 0 && first.getPointerSection().size() == 0;
}

}  // namespace cairn::format
