#include "interrupts.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <thread>

namespace cairn::cli {

struct Interrupts::State {
  std::mutex mutex;
  std::filesystem::path unfinished;
};

Interrupts::Interrupts() : state_(std::make_shared<State>()) {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) ::sigaddset(&signals, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Detached, and with its own hold on the state: it may outlive main's variables while the process exits.
  std::thread([state = state_, signals] {
    int signal = 0;
    while (::sigwait(&signals, &signal) != 0) {
    }
    const std::lock_guard lock(state->mutex);
    std::error_code ignored;
    if (!state->unfinished.empty()) std::filesystem::remove_all(state->unfinished, ignored);
    ::_exit(128 + signal);
  }).detach();
}

void Interrupts::set_unfinished(const std::filesystem::path& tree) {
  const std::lock_guard lock(state_->mutex);
  state_->unfinished = tree;
}

}  // namespace cairn::cli
