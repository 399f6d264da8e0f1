// The one exception type of the library and its closed, numbered set of codes.
#pragma once

#include <stdexcept>
#include <string>

namespace [[gnu::visibility("default")]] cairn {

/// What went wrong, for programs. Numbers are stable: codes are added, never renumbered.
enum class ErrorCode : int {
  invalid_argument = 1,  ///< the call itself is wrong: a bad name, an empty path, an option out of range
  not_found = 2,         ///< a get_ call named something that is not in the store
  no_store = 3,          ///< there is no store at the path and the call may not create one
  locked = 4,            ///< another process has the store open for writing
  newer_format = 5,      ///< the store was written by a newer format than this build reads
  no_space = 6,          ///< the disk or quota is full; nothing was changed, the store stays usable
  damaged = 7,           ///< stored bytes do not match their digest or structure
  io = 8,                ///< the operating system refused (permission, I/O error, file too large)
  conflict = 9,          ///< somebody else changed it first
  fenced = 10,           ///< a newer owner has taken over; this handle may not write any more
  unknown_outcome = 11,  ///< the commit may or may not have happened; open the store again: until then commits throw io
  type_mismatch = 12,    ///< stored data is not of the requested C++ type
  newer_class = 13,      ///< the object was written by a newer version of its class
  read_only = 14,        ///< the store is open for reading only
  limit = 15,            ///< a limit on depth, size or count was exceeded
  unstorable = 16,       ///< the value has no lossless stored form
  ambiguous = 17,        ///< a prefix of an id matches more than one
  exists = 18,           ///< the target of a restore or a new name is already there
  rule_violation = 19,   ///< a rule of the provenance graph forbids the link or the change
  expired = 20,          ///< a reader's view is too old: what it refers to was collected meanwhile
  internal = 21,         ///< a bug in cairn; please report it
  not_allowed = 22,      ///< the registry's allow list does not name the class that was to be decoded
  bad_document = 23,     ///< what was to be imported is not what its format says; the message has the place
  interrupted = 24,      ///< a step that may run once was begun and its outcome is not known
  diverged = 25,         ///< a run that is replayed does something else than what is recorded
  purged = 26,           ///< the bytes were removed on purpose; the message says when
  cancelled = 27,        ///< the work was told to stop, or said that it was
};

/// Stable lower-case name of a code, such as "no_space".
const char* error_name(ErrorCode code) noexcept;

/// Thrown by every call that cannot do what it says. The message names what was being done, to what, and what
/// was expected. After a throw the store is as it was before the call.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace cairn
