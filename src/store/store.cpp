// Store: the public handle.
#include <cairn/store.h>

#include <cairn/error.h>

#include <fmt/format.h>

#include <system_error>

#include "base/clock.h"
#include "base/file.h"
#include "engine/disk_engine.h"
#include "engine/memory_engine.h"
#include "object/artifacts.h"
#include "object/content.h"
#include "object/object_batch.h"
#include "object/objects.h"
#include "object/tree_walk.h"
#include "store/file_memory.h"
#include "store/forgetting.h"
#include "store/history.h"
#include "store/purge_view.h"
#include "store/staged_runs.h"
#include "store/statistics.h"
#include "store/step.h"
#include "store/store_state.h"
#include "store/types.h"
#include "store/verification.h"

namespace cairn {

using store::StoreState;

namespace {

// Keeps a blob by a data node that belongs to no run; made once for each content.
Uuid keep(StoreState& state, engine::Staging& staging, const Content& content, std::string_view type,
          std::string_view label, std::uint64_t size) {
  const std::shared_ptr<store::RunState> loose = state.loose();
  const auto find = [&](const engine::View& view) -> std::optional<Uuid> {
    const auto id = store::find_given_data(*loose, view, store::content_digest(content), label);
    if (!id) return std::nullopt;
    return graph::GraphReader(view, state.labels()).get_record(*id).uuid;
  };
  if (!store::must_publish(state, staging))  // else the copy that is there may be damaged or purged, and these bytes repair it
    if (const auto known = find(*state.engine().view())) return *known;
  Uuid uuid;
  loose->commit(&staging, 1, {}, fmt::format("store {}", type), [&](store::Draft& draft) {
    if (const auto known = find(draft.view)) {
      uuid = *known;
      return;
    }
    const format::NodeRecord node = store::data_node(*loose, type, label, content, size);
    uuid = node.uuid;
    draft.graph.add_node(draft.new_node(), node);
  });
  return uuid;
}

format::ObjectOptions object_options(const OpenOptions& options) {
  const Limits& limits = options.limits;
  if (limits.depth < 1 || limits.depth > kDepthMost)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("limits: depth {}, expected 1 to {}", limits.depth, kDepthMost));
  if (limits.object_bytes > Limits().object_bytes)
    throw Error(ErrorCode::invalid_argument, fmt::format("limits: objects of {} bytes, expected at most {}",
                                                         limits.object_bytes, Limits().object_bytes));
  options.registry.check();
#ifdef NDEBUG
  constexpr bool kCheckWrites = false;
#else
  constexpr bool kCheckWrites = true;
#endif
  return {.limits = limits,
          .registry = std::make_shared<const Registry>(options.registry),
          .check_writes = options.check_writes.value_or(kCheckWrites)};
}

}  // namespace

Store store::make_store(std::shared_ptr<StoreState> state) { return Store(std::move(state)); }

Store::Store(std::shared_ptr<StoreState> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

std::shared_ptr<StoreState> store::open_state(const std::filesystem::path& path, const OpenOptions& options) {
  engine::DiskOptions disk;
  disk.create = options.create;
  disk.read_only = options.read_only;
  disk.memory_bytes = options.memory_bytes;
  disk.background_threads = options.background_threads;
  disk.directory_mode = options.directory_mode;
  disk.compression = options.compression;
  const format::ObjectOptions objects = object_options(options);  // first: nothing is opened for options that are wrong
  check_upkeep(options.upkeep);
  auto state = std::make_shared<StoreState>(engine::open_disk_engine(path, disk), objects, fmt::format("store {}", path.string()),
                                            options.background_bytes, std::make_shared<store::Clock>(), options.memory_bytes,
                                            options.upkeep);
  if (!options.read_only) {
    finish_staging(*state);
    finish_forgetting(*state);
  }
  return state;
}

Store Store::open(const std::filesystem::path& path, const OpenOptions& options) {
  return store::make_store(store::open_state(path, options));
}

Store Store::in_memory(const OpenOptions& options) {
  store::check_upkeep(options.upkeep);
  return store::make_store(std::make_shared<StoreState>(engine::make_memory_engine(), object_options(options), "a store in memory",
                                                        options.background_bytes, std::make_shared<store::Clock>(),
                                                        options.memory_bytes, options.upkeep));
}

Uuid Store::uuid() const { return state_->engine().uuid(); }
void Store::refresh() { state_->engine().refresh(); }
void Store::flush() { state_->queue().finish_all(); }

// ---- Runs ----

Run Store::run(std::string_view name) { return Run(state_->open_run(name)); }

std::optional<Run> Store::find_run(std::string_view name) const {
  auto run = state_->find_run(name);
  return run ? std::optional(Run(std::move(run))) : std::nullopt;
}

std::vector<RunInfo> Store::runs() const {
  const auto view = state_->engine().view();
  const auto cursor = view->claims();
  std::vector<RunInfo> runs;
  const std::string prefix(1, format::claim::kRunName);
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next()) {
    const format::CellId cell = format::parse_be64(cursor->value());
    const format::RunRecord record = state_->run_record(*view, cell);
    RunInfo info{record.name, record.uuid, base::timestamp(record.created),
                 store::checkpoint_count(record), std::nullopt};
    if (const auto newest = store::newest_checkpoint(*view, cell))
      info.latest = state_->listed_checkpoint(*view, record.name, newest->sequence, newest->row,
                                              store::tags_by_sequence(*view, cell));
    runs.push_back(std::move(info));
  }
  return runs;
}

std::optional<Checkpoint> Store::find_checkpoint(const CheckpointId& id) const {
  const auto view = state_->engine().view();
  if (!store::find_checkpoint(*view, id)) return std::nullopt;
  return state_->public_checkpoint(*view, id);
}

// ---- Objects ----

ObjectId Store::put_encoded(const Encodable& value, std::string_view type, const SaveOptions& options) {
  const auto staging = state_->engine().stage();
  const ObjectId id = object::write_object(*staging, value, state_->writing(options));
  keep(*state_, *staging, id, type, "", store::staged_bytes(*staging));
  return id;
}

void Store::read(const ObjectId& id, const std::function<void(const Decoder&)>& read,
                 const ReadOptions& options) const {
  state_->read_object(*state_->engine().view(), id, read, options);
}

void Store::read_at(const ObjectId& id, std::string_view path,
                    const std::function<void(const Decoder&)>& read_it) const {
  read(id, [&](const Decoder& in) { read_part(in, path, read_it); });
}

void Store::read_elements(const ObjectId& id, std::string_view path,
                          const std::function<bool(const Decoder&)>& read_it) const {
  read_at(id, path, [&](const Decoder& in) {
    const ListDecoder list = detail::expect_elements(in);
    std::size_t index = 0;
    try {
      while (index < list.size() && read_it(list[index])) ++index;
    } catch (const Error&) {
      detail::rethrow_at_index(index);
    }
  });
}

StoredArray Store::find_array(const ObjectId& id, std::string_view path) const {
  StoredArray found;
  read_at(id, path, [&](const Decoder& in) {
    const ArrayDecoder array = in.array();
    found = {array.dtype(), array.shape(), array.size_bytes()};
  });
  return found;
}

std::vector<ObjectId> Store::put_all_encoded(const std::function<void(const PutOne&)>& each, std::string_view type) {
  const auto staging = state_->engine().stage();
  object::ObjectBatch batch(*staging, state_->objects());
  each([&](const Encodable& value) { batch.add(value); });
  std::vector<ObjectId> ids = batch.finish();
  const ObjectId list = object::write_object(*staging, encodable(ids), state_->objects());
  keep(*state_, *staging, list, type, "", store::staged_bytes(*staging));
  return ids;
}

void Store::get_all_decoded(std::span<const ObjectId> ids, const Decode& decode,
                            const std::function<void(std::size_t)>& visit) const {
  const auto view = state_->engine().view();
  state_->saying_where([&] { object::read_objects(store::PurgeView(*view), ids, decode, visit, state_->reading()); });
}

Value Store::get_value(const ObjectId& id, const ReadOptions& options) const {
  const auto view = state_->engine().view();
  return object::read_value(store::PurgeView(*view), id, options.load_arrays, state_->reading());
}

std::string Store::text(const ObjectId& id, const TextOptions& options) const {
  return to_text(get_value(id, {.load_arrays = false}), options);
}

// ---- Artifacts ----

namespace {

ArtifactReceipt receipt_of(object::AddedArtifact added) {
  ArtifactReceipt receipt;
  receipt.id = added.id;
  receipt.size_bytes = added.size_bytes;
  receipt.entry_count = added.entry_count;
  receipt.unread_count = added.unread_count;
  receipt.skipped = std::move(added.skipped);
  return receipt;
}

// Stages with `add`, and keeps what that made.
template <class Add>
ArtifactReceipt add_artifact(StoreState& state, const Add& add) {
  const auto staging = state.engine().stage();
  store::StoredFileMemory memory(state.engine());
  object::AddedArtifact added = add(*staging, memory);
  const ArtifactId id = added.id;
  const std::uint64_t unread_bytes = added.unread_bytes;
  ArtifactReceipt receipt = receipt_of(std::move(added));
  receipt.bytes_new = staging->bytes_added();
  receipt.bytes_shared = staging->bytes_existed() + unread_bytes;
  receipt.node = keep(state, *staging, id, "artifact", "", receipt.size_bytes);
  memory.keep_if_possible();
  return receipt;
}

}  // namespace

ArtifactReceipt Store::add(const std::filesystem::path& path, const AddOptions& options) {
  return add_artifact(*state_, [&](engine::Staging& staging, object::FileMemory& memory) {
    return object::add_path(staging, path, options, &memory);
  });
}

ArtifactReceipt Store::add_source(const ArtifactSource& source, const AddOptions& options) {
  return add_artifact(*state_, [&](engine::Staging& staging, object::FileMemory& memory) {
    return object::add_source(staging, source, options, &memory);
  });
}

ArtifactReceipt Store::add_files(std::span<const NamedSource> sources, const AddOptions& options) {
  return add_artifact(*state_, [&](engine::Staging& staging, object::FileMemory& memory) {
    return object::add_sources(staging, sources, options, &memory);
  });
}

std::future<ArtifactReceipt> Store::add_async(const std::filesystem::path& path, const AddOptions& options) {
  return std::async(std::launch::async, [state = state_, path, options] { return Store(state).add(path, options); });
}

RestoreReceipt Store::restore(const ArtifactId& id, const std::filesystem::path& directory, const RestoreOptions& options) const {
  const auto stored = state_->engine().view();
  const store::PurgeView view(*stored);
  object::read_artifact(view, id);  // no directory is made for what is not there
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) base::throw_errno(error.value(), fmt::format("create {}", directory.string()));
  return object::restore_artifact(view, id, directory, options);
}

std::vector<ArtifactEntry> Store::list(const ArtifactId& id, const ListOptions& options) const {
  const auto view = state_->engine().view();
  return object::list_entries(store::PurgeView(*view), id, options);
}

std::vector<ArtifactChange> Store::diff(const ArtifactId& before, const ArtifactId& after) const {
  const auto view = state_->engine().view();
  for (const ArtifactId& id : {before, after}) store::require_unpurged(*view, engine::BlobKind::artifact, id.digest);
  return object::compare_artifacts(*view, before, after);
}

std::string Store::read_file(const ArtifactId& id, std::string_view path) const {
  const auto view = state_->engine().view();
  return object::read_single_file(store::PurgeView(*view), id, path);
}

void Store::copy_file(const ArtifactId& id, std::string_view path, int descriptor, std::uint64_t begin, std::uint64_t end) const {
  const auto view = state_->engine().view();
  const format::ContentRef content = object::find_file(store::PurgeView(*view), id, path);
  end = std::min(end, content.size);
  object::copy_content(*view, content, begin, end, [&](std::span<const std::byte> bytes) { base::write_all(descriptor, bytes); });
}

class ArtifactFile::Impl {
 public:
  Impl(std::shared_ptr<StoreState> state, const ArtifactId& id, std::string_view path)
      : state_(std::move(state)), view_(state_->engine().view()), content_(object::find_file(store::PurgeView(*view_), id, path)),
        reader_(*view_, content_) {}

  std::uint64_t size() const { return content_.size; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) {
    if (offset >= content_.size) return 0;
    const auto there = out.first(std::min<std::uint64_t>(out.size(), content_.size - offset));
    reader_.read(offset, there);
    return there.size();
  }

 private:
  std::shared_ptr<StoreState> state_;
  std::unique_ptr<engine::View> view_;
  format::ContentRef content_;
  object::ContentReader reader_;
};

ArtifactFile::ArtifactFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ArtifactFile::ArtifactFile(ArtifactFile&&) noexcept = default;
ArtifactFile& ArtifactFile::operator=(ArtifactFile&&) noexcept = default;
ArtifactFile::~ArtifactFile() = default;
std::uint64_t ArtifactFile::size() const { return impl_->size(); }
std::size_t ArtifactFile::read_at(std::uint64_t offset, std::span<std::byte> out) { return impl_->read_at(offset, out); }

ArtifactFile Store::open_file(const ArtifactId& id, std::string_view path) const {
  return ArtifactFile(std::make_unique<ArtifactFile::Impl>(state_, id, path));
}

// ---- Care ----

StoreStats Store::stats() const { return store::gather_statistics(*state_); }
StoredTypes Store::types() const { return store::gather_types(*state_); }
VerifyReport Store::verify(const VerifyOptions& options) const { return store::verify(*state_, options); }

}  // namespace cairn
