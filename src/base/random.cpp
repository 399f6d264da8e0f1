#include "base/random.h"

#include <sys/mman.h>
#include <sys/random.h>

#include <array>
#include <cstring>

namespace cairn::base {
namespace {

// getrandom does not fail for up to 256 bytes once the kernel's pool is ready (getrandom(2)); more may be cut short.
void ask_kernel(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
  }
}

// One page that is zeros in a child after fork(2), so that it begins anew and gives nothing its parent gives as well.
struct Reserve {
  std::size_t left;
  std::array<std::byte, 4096 - sizeof(std::size_t)> bytes;
};

class ReserveMapping {
 public:
  ReserveMapping() {
    void* const page = ::mmap(nullptr, sizeof(Reserve), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return;
    if (::madvise(page, sizeof(Reserve), MADV_WIPEONFORK) == 0) reserve_ = static_cast<Reserve*>(page);
    else ::munmap(page, sizeof(Reserve));
  }
  ~ReserveMapping() {
    if (reserve_ != nullptr) ::munmap(reserve_, sizeof(Reserve));
  }
  ReserveMapping(const ReserveMapping&) = delete;

  Reserve* get() const { return reserve_; }

 private:
  Reserve* reserve_ = nullptr;  // null on kernels before 4.14: then the kernel is asked each time
};

}  // namespace

void fill_random(std::span<std::byte> out) {
  thread_local const ReserveMapping mapping;
  Reserve* const reserve = mapping.get();
  if (reserve == nullptr) return ask_kernel(out);
  if (reserve->left < out.size()) {
    ask_kernel(reserve->bytes);
    reserve->left = reserve->bytes.size();
  }
  reserve->left -= out.size();
  const auto taken = std::span(reserve->bytes).subspan(reserve->left, out.size());
  std::memcpy(out.data(), taken.data(), taken.size());
  std::memset(taken.data(), 0, taken.size());  // given once
}

}  // namespace cairn::base
