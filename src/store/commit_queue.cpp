#include "store/commit_queue.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <condition_variable>
#include <cstdio>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

namespace cairn::store {

struct CommitQueue::Shared {
  explicit Shared(std::uint64_t most) : bytes_max(most) {}

  bool has_room(std::uint64_t more) const { return bytes == 0 || (bytes <= bytes_max && more <= bytes_max - bytes); }
  bool is_awaited() const { return next_ticket != serving; }

  const std::uint64_t bytes_max;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Waiting> due;
  std::set<CommitLane*> busy;  // lanes that have an owner
  std::uint64_t bytes = 0;     // of all that waits, and of the room that was made for more
  std::uint64_t next_ticket = 0, serving = 0;  // of those who wait for room
  bool closing = false;
};

namespace {

std::string message_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that says nothing";
  }
}

// An Error that says of which commit it is; others are the program's own, and passed on as they are.
std::exception_ptr failure_of(const std::string& doing) {
  try {
    throw;
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with(doing)) return std::current_exception();
    return std::make_exception_ptr(Error(error.code(), fmt::format("{}: {}", doing, error.what())));
  } catch (...) {
    return std::current_exception();
  }
}

std::exception_ptr failure_after(const std::string& doing, const std::exception_ptr& first) {
  ErrorCode code = ErrorCode::io;
  try {
    std::rethrow_exception(first);
  } catch (const Error& error) {
    code = error.code();
  } catch (...) {
  }
  return std::make_exception_ptr(
      Error(code, fmt::format("{}: not done, since an earlier one failed: {}", doing, message_of(first))));
}

}  // namespace

CommitQueue::CommitQueue(std::uint64_t bytes_max) : shared_(std::make_shared<Shared>(bytes_max)) {}

CommitQueue::~CommitQueue() {
  {
    const Lock lock(shared_->mutex);
    shared_->closing = true;
    make_all_due(*shared_);
  }
  if (!thread_.joinable()) return;  // then nothing was ever added
  if (thread_.get_id() != std::this_thread::get_id()) {
    thread_.join();
  } else {  // what a commit held was the last that kept the store open
    work(shared_);
    thread_.detach();
  }
  report_untold(*shared_);
}

CommitQueue::Room::~Room() {
  if (shared_ == nullptr) return;
  const Lock lock(shared_->mutex);
  shared_->bytes -= bytes_;
  shared_->changed.notify_all();
}

std::optional<CommitQueue::Room> CommitQueue::make_room(std::uint64_t bytes, WhenBusy when_busy) {
  Shared& shared = *shared_;
  Lock lock(shared.mutex);
  const bool is_free = !shared.is_awaited() && shared.has_room(bytes);
  if (!is_free) make_all_due(shared);
  if (!is_free && when_busy == WhenBusy::skip) return std::nullopt;
  const std::uint64_t ticket = shared.next_ticket++;
  shared.changed.wait(lock, [&] { return shared.serving == ticket && shared.has_room(bytes); });
  ++shared.serving;
  shared.bytes += bytes;
  shared.changed.notify_all();
  return Room(shared_, bytes);
}

void CommitQueue::add(CommitLane& lane, const std::shared_ptr<const void>& owner, std::unique_ptr<WaitingCommit>& commit,
                      Room room, bool is_due) {
  Shared& shared = *shared_;
  Lock lock(shared.mutex);
  throw_failure(shared, lane, lock);
  start_thread(lock);
  shared.busy.insert(&lane);
  lane.owner_ = owner;
  lane.held_.push_back({&lane, std::move(commit), room.bytes_});
  ++lane.added_;
  room.shared_.reset();
  // Who waits for room has made due what was there then, and would wait for this one for ever.
  if (is_due || shared.is_awaited()) make_due(shared, lane);
}

void CommitQueue::finish(CommitLane& lane) {
  Lock lock(shared_->mutex);
  wait_for(*shared_, lane, lane.added_, lock);
  throw_failure(*shared_, lane, lock);
}

void CommitQueue::finish_all() {
  struct Awaited {
    CommitLane* lane;
    std::shared_ptr<const void> owner;
    std::uint64_t added;
  };
  std::vector<Awaited> all;  // outlives the lock: it may have the last owner of a lane
  Lock lock(shared_->mutex);
  make_all_due(*shared_);
  for (CommitLane* lane : shared_->busy) all.push_back({lane, lane->owner_, lane->added_});
  for (const Awaited& one : all) wait_for(*shared_, *one.lane, one.added, lock);
  for (const Awaited& one : all) throw_failure(*shared_, *one.lane, lock);
}

void CommitQueue::throw_failure(CommitLane& lane) {
  Lock lock(shared_->mutex);
  throw_failure(*shared_, lane, lock);
}

std::uint64_t CommitQueue::failure_count(const CommitLane& lane) const {
  const Lock lock(shared_->mutex);
  return lane.failed_;
}

void CommitQueue::wait_for(Shared& shared, CommitLane& lane, std::uint64_t added, Lock& lock) {
  make_due(shared, lane);
  shared.changed.wait(lock, [&] { return lane.settled_ >= added; });
}

void CommitQueue::throw_failure(Shared& shared, CommitLane& lane, Lock& lock) {
  if (lane.failure_ == nullptr) return;
  const std::exception_ptr failure = std::exchange(lane.failure_, nullptr);
  const std::shared_ptr<const void> owner = release_idle(shared, lane);
  lock.unlock();
  std::rethrow_exception(failure);
}

// ---- The thread ----

void CommitQueue::start_thread(const Lock&) {
  if (thread_.joinable()) return;
  try {
    thread_ = std::thread([shared = shared_] { work(shared); });
  } catch (const std::system_error& error) {
    throw Error(ErrorCode::io, fmt::format("start a thread that commits: {}", error.what()));
  }
}

// Until the queue closes and nothing is due.
void CommitQueue::work(const std::shared_ptr<Shared>& shared) {
  Lock lock(shared->mutex);
  for (;;) {
    shared->changed.wait(lock, [&] { return shared->closing || !shared->due.empty(); });
    if (shared->due.empty()) return;
    publish_next(*shared, lock);
  }
}

// What is waited for, and what others are told, changes at once: who sees one also sees the other.
void CommitQueue::publish_next(Shared& shared, Lock& lock) {
  std::deque<Waiting> ended;
  ended.push_back(std::move(shared.due.front()));
  shared.due.pop_front();
  CommitLane& lane = *ended.front().lane;
  lock.unlock();
  const std::exception_ptr failure = try_publish(*ended.front().commit);
  lock.lock();
  if (failure != nullptr) {
    lane.failure_ = failure;
    fail_later(shared, lane, ended);
  }
  ended.front().commit->settle(failure);
  for (const Waiting& one : ended) shared.bytes -= one.bytes;
  lane.settled_ += ended.size();
  std::shared_ptr<const void> owner = release_idle(shared, lane);
  shared.changed.notify_all();
  lock.unlock();
  ended.clear();  // may be the end of things that are the program's
  owner.reset();
  lock.lock();
}

std::exception_ptr CommitQueue::try_publish(WaitingCommit& commit) {
  try {
    commit.publish();
    return nullptr;
  } catch (...) {
    return failure_of(commit.doing());
  }
}

// Takes out what waits behind the first of `ended`, which has failed.
void CommitQueue::fail_later(Shared& shared, CommitLane& lane, std::deque<Waiting>& ended) {
  make_due(shared, lane);
  std::deque<Waiting> others;
  for (Waiting& one : shared.due) (one.lane == &lane ? ended : others).push_back(std::move(one));
  shared.due = std::move(others);
  for (auto later = ended.begin() + 1; later != ended.end(); ++later)
    later->commit->settle(failure_after(later->commit->doing(), lane.failure_));
  lane.failed_ += ended.size();
}

void CommitQueue::make_due(Shared& shared, CommitLane& lane) {
  for (Waiting& one : lane.held_) shared.due.push_back(std::move(one));
  lane.held_.clear();
  shared.changed.notify_all();
}

void CommitQueue::make_all_due(Shared& shared) {
  for (CommitLane* lane : shared.busy) make_due(shared, *lane);
  shared.changed.notify_all();
}

// What kept the lane alive, if that need not be any more: to be dropped without the lock.
std::shared_ptr<const void> CommitQueue::release_idle(Shared& shared, CommitLane& lane) {
  if (lane.settled_ != lane.added_ || lane.failure_ != nullptr) return nullptr;
  shared.busy.erase(&lane);
  return std::move(lane.owner_);
}

void CommitQueue::report_untold(Shared& shared) {
  for (CommitLane* lane : std::set<CommitLane*>(shared.busy)) {
    std::fputs(fmt::format("cairn: a commit failed, and nobody asked: {}\n", message_of(lane->failure_)).c_str(), stderr);
    lane->failure_ = nullptr;
    const std::shared_ptr<const void> owner = release_idle(shared, *lane);
  }
}

}  // namespace cairn::store
