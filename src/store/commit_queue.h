// CommitQueue: commits that wait for the one thread which makes them durable, those of a run in the order in which they came.
#pragma once

#include <cairn/checkpoint.h>

#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace cairn::store {

/// A commit that waits. It ends when it is settled: only then may things of the program's end with it, one of which may be the last
/// that keeps the store open.
class WaitingCommit {
 public:
  virtual ~WaitingCommit() = default;
  /// Called once, by the thread of the queue.
  virtual void publish() = 0;
  /// Called once, when it is on disk, or else with what went wrong. Waits for nothing.
  virtual void settle(std::exception_ptr failure) noexcept = 0;
  /// For messages, such as "commit checkpoint 7 of run argon".
  virtual std::string doing() const = 0;
};

/// The waiting commits of one run, for its queue alone. What it is part of is kept alive while some of them wait, or while one has
/// failed and nobody was told.
class CommitLane {
 private:
  friend class CommitQueue;
  struct Waiting {
    CommitLane* lane;
    std::unique_ptr<WaitingCommit> commit;
    std::uint64_t bytes;
  };

  std::shared_ptr<const void> owner_;                   // empty if nothing waits and nothing is to be told
  std::deque<Waiting> held_;                            // that are not due
  std::uint64_t added_ = 0, settled_ = 0, failed_ = 0;  // how many, ever
  std::exception_ptr failure_;                          // that nobody was told
};

/// After one commit of a lane has failed, those of it that wait fail, too. Thread-safe.
class CommitQueue {
  struct Shared;

 public:
  /// Memory that counts as waiting until it is dropped, or until the commit it was given to is settled.
  class Room {
   public:
    Room(Room&& other) noexcept : shared_(std::move(other.shared_)), bytes_(other.bytes_) {}
    Room& operator=(Room&&) = delete;
    ~Room();

   private:
    friend class CommitQueue;
    Room(std::shared_ptr<Shared> shared, std::uint64_t bytes) : shared_(std::move(shared)), bytes_(bytes) {}
    std::shared_ptr<Shared> shared_;  // empty once it was given away
    std::uint64_t bytes_;
  };

  /// So much memory may wait, and any commit alone.
  explicit CommitQueue(std::uint64_t bytes_max);
  /// Publishes all that waits. Failures that nobody was told are written to stderr.
  ~CommitQueue();
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  /// Empty if there is none now and `when_busy` says to skip. Who has room must not wait for who waits for room.
  std::optional<Room> make_room(std::uint64_t bytes, WhenBusy when_busy);

  /// Puts the commit behind those of its lane, which is part of `owner`. One that is not due is published with the next of the lane
  /// that is, when the lane is finished, or when others need the room. Throws as throw_failure; `commit` is then still the caller's.
  void add(CommitLane& lane, const std::shared_ptr<const void>& owner, std::unique_ptr<WaitingCommit>& commit, Room room,
           bool is_due);

  /// Waits until all that was added before is settled, then throws as throw_failure.
  void finish(CommitLane& lane);
  /// As finish, for all lanes. Of several failures one is thrown, and the others stay.
  void finish_all();
  /// Throws the failure that nobody was told, if there is one.
  void throw_failure(CommitLane& lane);
  /// How many commits of the lane have failed so far.
  std::uint64_t failure_count(const CommitLane& lane) const;

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Waiting = CommitLane::Waiting;

  void start_thread(const Lock& lock);
  static void work(const std::shared_ptr<Shared>& shared);
  static void publish_next(Shared& shared, Lock& lock);
  static std::exception_ptr try_publish(WaitingCommit& commit);
  static void fail_later(Shared& shared, CommitLane& lane, std::deque<Waiting>& ended);
  static void make_due(Shared& shared, CommitLane& lane);
  static void make_all_due(Shared& shared);
  static std::shared_ptr<const void> release_idle(Shared& shared, CommitLane& lane);
  static void wait_for(Shared& shared, CommitLane& lane, std::uint64_t added, Lock& lock);
  static void throw_failure(Shared& shared, CommitLane& lane, Lock& lock);
  static void report_untold(Shared& shared);

  const std::shared_ptr<Shared> shared_;  // with the thread, which may outlive the queue by a moment
  std::thread thread_;                    // from the first commit on
};

}  // namespace cairn::store
