// DetachedStep: a step whose work is done while the store is closed, so that others can use the store meanwhile.
#pragma once

#include <cairn/artifact.h>
#include <cairn/digest.h>
#include <cairn/step.h>
#include <cairn/store.h>
#include <cairn/uuid.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// An input that is read from a file: the artifact of that name.
struct FileInput {
  std::string label;
  NamedSource file;
};

/// Claims a step, gives the store up, and comes back to record what the work gave: an artifact. Each call opens the store and
/// closes it again, and throws what Store::open throws, such as locked; it can then be called again. Move-only; not thread-safe.
/// If it goes before an outcome is recorded, the claim lasts until the lease runs out or the process ends.
class DetachedStep {
 public:
  /// Opens nothing. Of `options` those about attempts and stopping do not matter; the lease must not be zero. Throws
  /// invalid_argument.
  DetachedStep(std::filesystem::path store, std::string run, std::string name, const StepOptions& options,
               const OpenOptions& open = {});
  DetachedStep(DetachedStep&&) noexcept;
  DetachedStep& operator=(DetachedStep&&) noexcept;
  ~DetachedStep();

  /// Stores the inputs and claims the step, in one durable commit. False if there is no work to do: the step is recorded, or the
  /// result of another run was taken. Throws as Run::step and Store::add_source, before anything is claimed: conflict naming who
  /// is at the step, interrupted, rule_violation.
  bool claim(std::span<const FileInput> inputs);
  /// Claims it for so long as the lease says from now on. Throws fenced if another has taken over.
  void heartbeat();
  /// Stores what the work gave as Store::add_files does, and records it, in one durable commit. Throws as that, and fenced if
  /// another has taken over.
  void record(std::span<const NamedSource> outputs, const AddOptions& options);
  /// Records that the work failed; `message` and `exit_status` are those of its process.
  void record_failure(std::string_view message, std::int32_t exit_status = 0);

  unsigned attempt() const;      ///< that was claimed
  const Uuid& process() const;   ///< the calculation
  const Uuid& data() const;      ///< what holds the result, once it is recorded
  /// Throws type_mismatch if the recorded result is no artifact.
  ArtifactId result() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn
