// Store: one directory that holds checkpoints, objects, artifacts and their provenance.
#pragma once

#include <cairn/artifact.h>
#include <cairn/attribute_index.h>
#include <cairn/checkpoint_difference.h>
#include <cairn/closure.h>
#include <cairn/codec.h>
#include <cairn/compaction.h>
#include <cairn/compression.h>
#include <cairn/difference.h>
#include <cairn/fallback.h>
#include <cairn/forget.h>
#include <cairn/group.h>
#include <cairn/impact.h>
#include <cairn/limits.h>
#include <cairn/lineage.h>
#include <cairn/named.h>
#include <cairn/node.h>
#include <cairn/node_path.h>
#include <cairn/node_query.h>
#include <cairn/part.h>
#include <cairn/purge.h>
#include <cairn/reach.h>
#include <cairn/read_options.h>
#include <cairn/registry.h>
#include <cairn/run.h>
#include <cairn/run_difference.h>
#include <cairn/statistics.h>
#include <cairn/text.h>
#include <cairn/verification.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

class Store;

// See their headers: backup.h, bundle.h, repair.h.
struct BackupOptions;
struct BackupReport;
struct BundleSelection;
struct BundleOptions;
struct BundleReport;
struct MergeOptions;
struct MergeReport;
struct RepairOptions;
struct RepairReport;

namespace store {
class StoreState;
Store make_store(std::shared_ptr<StoreState> state);
}

struct OpenOptions {
  bool create = true;                          ///< make a store if the directory is absent or empty
  bool read_only = false;                      ///< any number of readers, beside one writer, without waiting
  std::uint64_t memory_bytes = 64u << 20;      ///< for caches and write buffers
  std::uint64_t background_bytes = 1u << 30;   ///< of values that wait for another thread to store them
  int background_threads = 2;                  ///< for flushing and compacting records
  std::uint32_t directory_mode = 0700;         ///< of a store that is created
  Compression compression = Compression::lz4;  ///< of what is stored from now on
  Limits limits = {};                          ///< what objects may cost
  Registry registry = {};                      ///< what the program says of its classes
  /// What is written is read back, loaded as its type and encoded again before it is committed; if that gives other bytes,
  /// it is refused with unstorable. On by default if the library was built for debugging. Cost: that of saving twice and
  /// reading.
  std::optional<bool> check_writes = {};
  Upkeep upkeep = {};  ///< what the store does by itself while it is written to
};

struct RunInfo {
  std::string name;
  Uuid uuid;
  Timestamp created{};
  std::uint64_t checkpoint_count = 0;
  std::optional<Checkpoint> latest;  ///< as in Run::history
};

/// Objects of one class and version, or of one kind of plain value.
struct StoredType {
  std::string name;                 ///< of the class, or "map", "list" and the like
  std::uint32_t class_version = 0;  ///< 0 if it is no class
  bool is_class = false;
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;  ///< of the objects, without what is kept outside them
};

struct StoredTypes {
  std::vector<StoredType> types;    ///< plain values first, then by name and version
  std::uint64_t damaged_count = 0;  ///< objects that cannot be read; see verify
};

/// An open store. Move-only; closes when it and every Run of it are gone. Thread-safe.
class Store {
 public:
  /// Opens the store at `path`, creating it if allowed. Throws no_store, locked (naming host, process and since
  /// when), newer_format, damaged (superblock, lost commits), no_space, io, and invalid_argument for limits or a registry
  /// that are wrong, before anything is opened.
  static Store open(const std::filesystem::path& path, const OpenOptions& options = {});
  /// A store that lives as long as the handle, for tests and trials. Nothing is written to disk; what the options say of
  /// files does not matter.
  static Store in_memory(const OpenOptions& options = {});

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  Uuid uuid() const;
  /// Readers: sees what the writer has committed by now. Views taken before keep what they saw.
  void refresh();

  // ---- Runs ----
  /// The run called `name`: created, or continued. Names are 1 to 255 bytes of UTF-8 without control characters.
  Run run(std::string_view name);
  std::optional<Run> find_run(std::string_view name) const;
  /// In order of name.
  std::vector<RunInfo> runs() const;
  std::optional<Checkpoint> find_checkpoint(const CheckpointId& id) const;
  /// Removes a run from the list of runs and frees its name, with the checkpoints that no fork of it has; its nodes and steps stay
  /// in the graph. One durable commit of each run that is concerned. Throws not_found.
  DeletedRun delete_run(std::string_view name);
  /// Waits until all commits of all runs are on disk. Throws what one of them threw, once.
  void flush();
  /// No run takes over these steps any more; results that runs have recorded stay theirs. Durable. Throws invalid_argument if
  /// nothing is set.
  void invalidate_steps(const StepInvalidation& steps);
  /// What invalidate_steps() was called with, oldest first.
  std::vector<StepInvalidation> step_invalidations() const;
  /// How `after` differs from `before`; they may be of different runs. Costs, and throws, as the differences of the objects and
  /// artifacts that are not equal. Throws not_found.
  CheckpointDifference diff(const CheckpointId& before, const CheckpointId& after, const DifferenceOptions& options = {}) const;
  /// How `after` differs from `before`, two runs of this store. Recorded steps of one name are matched: first those with equal
  /// keys, then the rest in the order in which they were recorded. Other processes, written by transactions or loads, are
  /// matched by kind, type and label, in the order of their numbers. Cost: the records of both, and the values of what is
  /// found. Memory: what is found, and 24 bytes for each process that is no recorded step; for a run that an older format
  /// wrote, its steps without their inputs until the store is compacted.
  RunDifference diff(const Run& before, const Run& after, const DifferenceOptions& options = {}) const;

  // ---- Objects ----
  /// Stores the value, and a data node that keeps it. Idempotent. One durable commit. Throws unstorable with the path of
  /// what has no way back, unless a fallback is asked for.
  template <class T>
  ObjectId put(const T& value, const SaveOptions& options = {}) {
    return put_encoded(encodable(value), type_name<T>(), options);
  }
  /// The object as a T. Throws not_found, type_mismatch, newer_class naming both versions and the store, not_allowed,
  /// damaged.
  template <class T>
  T get(const ObjectId& id, const ReadOptions& options = {}) const {
    std::optional<T> value;
    read(id, [&](const Decoder& in) { value.emplace(decode<T>(in)); }, options);
    return std::move(*value);
  }
  /// Stores each element of the range as an object of its own, and one data node of type `list<T>` that keeps them all: its
  /// content is the list of the ids, which are returned in the order of the elements. Idempotent. One durable commit.
  /// Errors name the index. Memory: about 400 bytes an object until it returns; the objects themselves go to disk.
  template <std::ranges::input_range Range>
  std::vector<ObjectId> put_all(Range&& values) {
    using T = std::ranges::range_value_t<Range>;
    const auto each = [&](const PutOne& put_one) {
      for (const T& value : values) put_one(encodable(value));
    };
    return put_all_encoded(each, detail::list_type_name<T>());
  }
  /// The objects as Ts, in the order of `ids`. Throws as get, naming index and id. Three times as fast as get for each.
  template <class T>
  std::vector<T> get_all(std::span<const ObjectId> ids) const {
    std::vector<std::optional<T>> found(ids.size());
    get_each<T>(ids, [&](std::size_t index, T&& value) { found[index] = std::move(value); });
    std::vector<T> values;
    values.reserve(found.size());
    for (std::optional<T>& value : found) values.push_back(std::move(*value));
    return values;
  }
  /// Calls `visit(index, T&&)` for each of `ids`, in an order that suits the store, without having them all in memory.
  template <class T, class Visit>
  void get_each(std::span<const ObjectId> ids, Visit&& visit) const {
    std::optional<T> value;
    get_all_decoded(ids, [&](const Decoder& in) { value.emplace(decode<T>(in)); },
                    [&](std::size_t index) { visit(index, std::move(*value)); });
  }
  /// The object as plain data, whatever class wrote it.
  Value get_value(const ObjectId& id, const ReadOptions& options = {}) const;
  /// The object as text for people, without its class and without loading what is kept outside of it.
  std::string text(const ObjectId& id, const TextOptions& options = {.form = TextForm::line}) const;

  /// The part of the object at `path` (see part.h) as a T, which may be Value; the rest is not loaded. Throws as get and
  /// read_part do.
  template <class T>
  T get_part(const ObjectId& id, std::string_view path) const {
    std::optional<T> value;
    read_at(id, path, [&](const Decoder& in) { value.emplace(decode<T>(in)); });
    return std::move(*value);
  }
  /// Fills `out` with elements of the array at `path`, in C order from number `first` on. Throws type_mismatch if they are
  /// not Ts, invalid_argument if there are not as many. Cost: only the chunks that hold them are read, into `out`.
  template <detail::ArrayElement T>
  void read_array(const ObjectId& id, std::string_view path, std::span<T> out, std::uint64_t first = 0) const {
    read_at(id, path, [&](const Decoder& in) {
      const ArrayDecoder array = in.array();
      if (array.dtype() != detail::DTypeOf<T>::value) in.mismatch("an array of " + detail::dtype_text<T>());
      array.read(first, std::as_writable_bytes(out));
    });
  }
  /// The array at `path`, the object itself if that is empty, into the elements of an ArrayView or std::mdspan (see
  /// codec/array_view.h). Throws type_mismatch unless element type and shape are the same.
  template <class View>
  void read_into(const ObjectId& id, const View& out, std::string_view path = {}) const {
    read_at(id, path, [&](const Decoder& in) { cairn::read_into(in, out); });
  }
  /// Type and shape of the array at `path`, without reading it.
  StoredArray find_array(const ObjectId& id, std::string_view path) const;
  /// Calls `visit` with each element of the list, tuple or set at `path`, as a T, in order, until it returns false.
  /// Memory: one element, and one segment of a long list.
  template <class T, std::predicate<T&&> Visit>
  void for_each(const ObjectId& id, std::string_view path, Visit&& visit) const {
    read_elements(id, path, [&](const Decoder& in) { return visit(decode<T>(in)); });
  }
  /// Calls `read` with the stored value itself, of which only what it looks at is read or loaded.
  void read(const ObjectId& id, const std::function<void(const Decoder&)>& read, const ReadOptions& options = {}) const;

  /// How `after` differs from `before`, by path. What is in both is not read: neither equal segments of long lists, nor equal
  /// chunks of large arrays. Objects and artifacts that they name are not gone into. Memory: both objects, without what is
  /// kept outside of them, of which it is a segment or chunk at a time; and what is found. Throws as get, and limit if pairs of
  /// shared values are compared in more than 2^20 ways.
  ValueDifference diff(const ObjectId& before, const ObjectId& after, const DifferenceOptions& options = {}) const;

  // ---- Artifacts ----
  /// Stores the file or tree at `path`, and a data node that keeps it. Idempotent. Durable when it returns; before that, a
  /// crash leaves no artifact, and at most bytes that adding it again finds. Kept are names as bytes, permission bits, times
  /// of modification, links as links, hard links, holes and empty directories, and what the options ask for. Throws, naming
  /// the path: unstorable at a socket, pipe or device; conflict at a file that changes while it is read; limit beyond 2^24
  /// entries or 1024 levels; io; no_space. Memory: about 64 MiB, whatever the size.
  ArtifactReceipt add(const std::filesystem::path& path, const AddOptions& options = {});
  /// As add, for one file called AddOptions::name with the bytes of `source`.
  ArtifactReceipt add_source(const ArtifactSource& source, const AddOptions& options);
  /// As add, for a directory called AddOptions::name with all `sources`. Throws invalid_argument for a name that is bad, or
  /// there already.
  ArtifactReceipt add_files(std::span<const NamedSource> sources, const AddOptions& options);
  /// As add, by another thread, which also calls AddOptions::progress. The store stays open until it is done. What goes
  /// wrong is thrown by get() of the future, whose destructor waits.
  std::future<ArtifactReceipt> add_async(const std::filesystem::path& path, const AddOptions& options = {});
  /// Recreates the artifact, or one entry of it, as `directory`/<its name>. Nothing is written outside `directory`, which is
  /// created if absent. Every byte is checked. Where nothing is in the way, it appears under its name when it is complete.
  /// Throws exists if the name is taken and may not be, damaged, not_found, io, no_space. Memory: some 20 MiB a thread.
  RestoreReceipt restore(const ArtifactId& id, const std::filesystem::path& directory, const RestoreOptions& options = {}) const;
  /// Every entry that is wanted, parents before children, in order of name.
  std::vector<ArtifactEntry> list(const ArtifactId& id, const ListOptions& options = {}) const;
  /// How `after` differs from `before`, by path. Reads manifests only, and of those nothing that is in both.
  std::vector<ArtifactChange> diff(const ArtifactId& before, const ArtifactId& after) const;
  /// The file at `path` below the root, or the artifact itself if that is a file and `path` empty. Throws not_found, and
  /// type_mismatch if it is none.
  ArtifactFile open_file(const ArtifactId& id, std::string_view path = {}) const;
  /// The bytes of such a file, at most 1 GiB; else throws limit.
  std::string read_file(const ArtifactId& id, std::string_view path = {}) const;
  /// Writes such a file, from `begin` to `end` or its own end, to a descriptor that was opened for writing, from its position
  /// on. Throws io when that refuses.
  void copy_file(const ArtifactId& id, std::string_view path, int descriptor, std::uint64_t begin = 0,
                 std::uint64_t end = UINT64_MAX) const;

  // ---- Provenance ----
  /// Nodes that belong to no run, and their links.
  Transaction transaction();
  BulkLoad bulk_load();
  std::optional<Node> find_node(const Uuid& uuid) const;
  Node get_node(const Uuid& uuid) const;
  /// The nodes that pass a filter, page by page. Cost: a read for each node that the best index leads to. There are indexes of
  /// id, unique id, content, group, tag, state and type, for = and in; of attributes, where one was made, for these, <, <=, >, >=
  /// and ~ with a fixed beginning; and of runs. They are used for what every node must pass, and for alternatives that each have
  /// one. The best is the one with the fewest entries, as far as counting to 1,000 tells. Without any, all nodes are read, and
  /// also where more than 2^20 nodes are in a range of values. Listed by age, or by an attribute that has an index, a page costs
  /// what it takes to find its nodes; in other orders all that pass are read for each page. A range of values costs its entries
  /// for each page by age. Memory: the page, and 8 bytes for each node in such a range. Throws invalid_argument for
  /// NodeQuery::after from another list, and for an order that is none.
  NodePage query(const NodeQuery& query) const;
  /// How the nodes that pass are found. Cost: that of count().
  QueryPlan explain(const Filter& filter, std::optional<Timestamp> now = {}) const;
  std::uint64_t count(const Filter& filter, std::optional<Timestamp> now = {}) const;
  /// The nodes that pass, summed up by kind, type and state, in this order.
  std::vector<NodeTotal> totals(const Filter& filter, std::optional<Timestamp> now = {}) const;
  /// What the node came from, or what came of it, by depth then age, without itself. Throws not_found, and limit beyond
  /// TraversalOptions::nodes_max. Each question, this and the following, sees the graph as of one moment.
  std::vector<Reached> ancestors(const Uuid& node, const TraversalOptions& options = {}) const;
  std::vector<Reached> descendants(const Uuid& node, const TraversalOptions& options = {}) const;
  /// What is reached from any of `starts`, without reading the nodes: for large graphs. Throws as ancestors.
  Reach reach(std::span<const Uuid> starts, Direction direction, const TraversalOptions& options = {}) const;
  Lineage lineage(const Uuid& node, Direction direction, const TraversalOptions& options = {}) const;
  /// Where its lineage ends: the node itself or ancestors from which none of the links leads further up to a node within,
  /// and those where `stop_at` ended the way. A node at depth_max is one only if nothing leads on. By depth, then age.
  std::vector<Reached> roots(const Uuid& node, const TraversalOptions& options = {}) const;
  /// As roots, the other way.
  std::vector<Reached> leaves(const Uuid& node, const TraversalOptions& options = {}) const;
  /// What is among the ancestors of all `nodes`, by depth then age. Throws as ancestors; invalid_argument if there are no
  /// nodes. Cost: a traversal from each.
  std::vector<CommonNode> common_ancestors(std::span<const Uuid> nodes, const TraversalOptions& options = {}) const;
  std::vector<CommonNode> common_descendants(std::span<const Uuid> nodes, const TraversalOptions& options = {}) const;
  /// The first of paths(); empty if nothing leads from one to the other. Throws as ancestors. Cost: the nodes up to half its
  /// length away from either end.
  std::optional<NodePath> find_path(const Uuid& from, const Uuid& to, const NodePathOptions& options = {}) const;
  /// All ways from one node to the other, the shortest first, as many as are wanted. Throws as ancestors, and limit if cycles
  /// make it look at too many links: length_max bounds that. Memory: the nodes that lie on such ways, and what is given back.
  NodePaths paths(const Uuid& from, const Uuid& to, const NodePathOptions& options = {}) const;
  /// What must be looked at or done again if `nodes` are wrong. Throws as ancestors.
  Impact impact(std::span<const Uuid> nodes, const ImpactOptions& options = {}) const;
  /// What it takes to make `nodes` again. Throws as ancestors.
  Closure closure(std::span<const Uuid> nodes, std::uint64_t nodes_max = 10'000'000) const;
  /// Links that begin or end at the node.
  std::vector<Link> links(const Uuid& node) const;
  /// Why the recorded step of that calculation was done, as Run::why. Throws not_found if there is no such node, type_mismatch
  /// if it is that of no recorded step.
  StepReason why(const Uuid& process) const;
  /// The links that break a rule and that bulk loads took in, by run.
  std::vector<Violation> violations() const;
  /// The node that has this unique id; scopes are compared without regard to the case of ASCII letters.
  std::optional<Node> find_node(const Identity& name) const;

  // ---- Indexes of attributes ----
  /// Makes an index of the values at `path`, or goes on with one that was interrupted; nothing if it is there. It is kept up by
  /// every commit and load from the beginning, and used when it is complete. Cost: reads all nodes once, in commits of a few
  /// thousand, between which others may commit. If the process ends before that, the index stays as it is, and calling again
  /// goes on. Each commit then decodes the attributes of the nodes it writes. Throws invalid_argument unless the path begins
  /// with attributes or extras and leads into them, limit for more than 64, conflict if it is dropped meanwhile, damaged,
  /// no_space, io, read_only. `progress` gets numbers of nodes and may be empty.
  void index_attribute(const FilterPath& path, const std::function<void(std::uint64_t done, std::uint64_t total)>& progress = {});
  /// In the order in which they were made. Cost: reads their entries, if these are to be counted.
  std::vector<AttributeIndex> attribute_indexes(bool count_entries = true) const;
  /// Removes the index, in commits of a few thousand entries; if that is interrupted, it is not used any more, and calling again
  /// goes on. Throws not_found, no_space, io, read_only.
  void drop_attribute_index(const FilterPath& path);

  // ---- Groups of nodes: each call is one durable commit ----
  /// Makes the group, or gives it another description and extras. Throws invalid_argument for a name that is none.
  Group put_group(std::string_view name, std::string_view description = {}, const Value& extras = {});
  std::optional<Group> find_group(std::string_view name) const;
  /// In order of name.
  std::vector<Group> groups() const;
  std::vector<std::string> groups_of(const Uuid& node) const;
  /// Throws not_found for a group or node that is not there. Nodes that are in it already stay.
  void add_to_group(std::string_view name, std::span<const Uuid> nodes);
  /// As add_to_group; nodes that are not in it are passed over.
  void remove_from_group(std::string_view name, std::span<const Uuid> nodes);
  /// The nodes stay. Throws not_found.
  void remove_group(std::string_view name);

  /// Everything an id, or the beginning of one (at least 4 hexadecimal digits), may name.
  std::vector<Named> find_by_prefix(std::string_view prefix) const;

  // ---- Removal ----
  /// Frees the bytes of an object or artifact. Nodes that have it as their content, checkpoints and steps go on naming it, with
  /// its size and type; who asks for the bytes gets the error purged, which says when and why. Parts of it that something else
  /// refers to stay. Storing the same content again ends that. The bytes go with the next collection. One durable commit. Throws
  /// not_found.
  PurgeReport purge(const ObjectId& id, const PurgeOptions& options = {});
  PurgeReport purge(const ArtifactId& id, const PurgeOptions& options = {});
  /// As above: the checkpoint stays in the history, and restarts pass over it.
  PurgeReport purge(const CheckpointId& id, const PurgeOptions& options = {});
  /// What was purged, in order of time. Cost: all of it.
  std::vector<Purged> purges() const;
  /// Removes nodes from the graph, with those that the rules of the options lead to. Their bytes go with the next collection, unless
  /// something else refers to them; recorded steps among them are not found any more. The node of a run takes the run with it, as
  /// delete_run. Durable when it returns. All or nothing: for readers too, up to 32,768 nodes; of more, they may see a part gone for
  /// a moment, and after a crash until the store is opened for writing, which goes on. No other commit writes nodes meanwhile. Cost:
  /// reads these nodes and their links. Memory: the report, and the edits of a commit of 32,768 nodes. Throws not_found, limit,
  /// no_space, rule_violation naming a node of a run that this process has a handle of or a run-step is working on.
  ForgetReport forget(std::span<const Uuid> nodes, const ForgetOptions& options = {});
  /// As forget() for everything that carries the value: the nodes whose content it is, or holds it; and removes the checkpoints
  /// that hold it, tagged or not, unless forks go on from them. What is stored meanwhile may stay. Cost: reads all nodes, and all
  /// objects that may hold it. A crash leaves a part of it done; calling again goes on.
  ForgetReport forget_content(const ObjectId& id, const ForgetOptions& options = {});
  ForgetReport forget_content(const ArtifactId& id, const ForgetOptions& options = {});

  // ---- Care ----
  StoreStats stats() const;
  /// Where the bytes are. Cost: every blob that names others is read, what several share once for each. Memory: about 30 bytes a blob.
  StoreUsage usage() const;
  /// What each checkpoint of the run added, oldest first. Cost as usage, for the run.
  std::vector<CheckpointGrowth> growth(std::string_view run) const;
  /// What classes of objects the store holds. Cost: every object is read, without its large arrays.
  StoredTypes types() const;
  /// Compares all structures with each other, and all bytes with their digests. Others may read and commit meanwhile. Throws
  /// invalid_argument for options that are wrong.
  VerifyReport verify(const VerifyOptions& options = {}) const;
  /// Frees the blobs that no node, checkpoint, tag or running work refers to, while the store is in use: what is being saved
  /// meanwhile is not lost, and views taken before keep what they saw. A crash loses nothing, and another call goes on.
  /// Cost: every blob that names others is read once; of what stays, no more is written than is freed. Memory: 64 MiB and one bit
  /// a blob. Throws no_space, io, read_only, and damaged if what may name others is missing or cannot be read: nobody knows then
  /// what is needed, and nothing is removed.
  CollectReport collect(const CollectOptions& options = {});
  /// As collect; then rewrites records and indexes, so that they take less room and questions about the graph are answered
  /// faster, and packs that are sparse or out of order. The store stays in use; a crash loses nothing. Cost: reads and writes
  /// all records, and of the packs what is moved. On disk: at most 256 MiB more than before, meanwhile. Throws no_space, io, read_only.
  CompactReport compact(const CompactOptions& options = {});

  // ---- Moving and mending (backup.h, bundle.h, repair.h) ----
  /// Copies the store, as of one moment, into a directory that is empty or holds an older backup of the same store; then only
  /// what is new is written. Also beside a writer. See backup.h.
  BackupReport back_up(const std::filesystem::path& directory, const BackupOptions& options) const;
  /// Writes the selected runs, checkpoints and nodes and all that they need, from front to back. See bundle.h.
  BundleReport bundle(const BundleSelection& selection, std::ostream& out, const BundleOptions& options) const;
  /// Takes in what bundle() wrote, all or nothing. See bundle.h.
  MergeReport unbundle(std::istream& in, const MergeOptions& options);
  /// As unbundle(bundle()) of the other store, without the bytes that this one has already. See bundle.h.
  MergeReport copy_from(const Store& source, const BundleSelection& selection, const MergeOptions& options);
  /// Mends the store in that directory, which nobody may have open, or says what it would do. See repair.h.
  static RepairReport repair(const std::filesystem::path& path, const RepairOptions& options);

 private:
  friend Store store::make_store(std::shared_ptr<store::StoreState> state);
  explicit Store(std::shared_ptr<store::StoreState> state);
  using PutOne = std::function<void(const Encodable&)>;
  using Decode = std::function<void(const Decoder&)>;

  ObjectId put_encoded(const Encodable& value, std::string_view type, const SaveOptions& options);
  void read_at(const ObjectId& id, std::string_view path, const std::function<void(const Decoder&)>& read) const;
  void read_elements(const ObjectId& id, std::string_view path, const std::function<bool(const Decoder&)>& read) const;
  std::vector<ObjectId> put_all_encoded(const std::function<void(const PutOne&)>& each, std::string_view type);
  // `visit` gets the index of what `decode` was given just before; its errors are passed on as they are.
  void get_all_decoded(std::span<const ObjectId> ids, const Decode& decode,
                       const std::function<void(std::size_t)>& visit) const;

  std::shared_ptr<store::StoreState> state_;
};

}  // namespace cairn
