// CheckpointState: one checkpoint while its caller is building it.
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/run.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "format/checkpoint.h"
#include "object/artifacts.h"
#include "store/file_memory.h"
#include "store/run_state.h"

namespace cairn::store {

class CheckpointState {
 public:
  CheckpointState(std::shared_ptr<RunState> run, std::int64_t step);

  void save(std::string_view name, const Encodable& value, const SaveOptions& options);
  void save(std::string_view name, const ObjectId& object);
  using AddArtifact = std::function<object::AddedArtifact(engine::Staging&, object::FileMemory&)>;
  void attach(std::string_view name, const AddArtifact& add);
  void attach(std::string_view name, const ArtifactId& artifact);
  void note(std::string_view key, Value value);
  void tag(std::string_view name);
  Receipt commit();

 private:
  void require_open() const;
  void write_tags(Draft& draft, std::uint64_t sequence) const;
  std::optional<Receipt> find_equal(const engine::View& view, const format::CheckpointRecord& saved,
                                    const Digest& content) const;

  std::shared_ptr<RunState> run_;
  std::unique_ptr<engine::Staging> staging_;  // empty once committed
  std::unique_ptr<StoredFileMemory> memory_;  // of the artifacts that were attached from files
  std::int64_t step_;
  std::map<std::string, Digest, std::less<>> state_;
  std::map<std::string, Digest, std::less<>> artifacts_;
  Map metadata_;
  std::vector<std::string> tags_;
};

}  // namespace cairn::store
