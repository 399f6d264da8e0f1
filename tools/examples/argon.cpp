// Molecular dynamics of argon that goes on where it was killed, and ends in the same bits as if it never had been.
//
// Lennard-Jones atoms in a periodic box, velocity Verlet, reduced units. The arrays of the program are regions: `commit` saves
// them, `restart_point` fills them. The trajectory is a file of its own, which each checkpoint has as an artifact.
#include <cairn/cairn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr int kSide = 6;  // unit cells of four atoms
constexpr std::size_t kAtoms = 4 * kSide * kSide * kSide;
constexpr double kCell = 1.7, kBox = kSide * kCell, kCutoff = 2.5, kTimeStep = 0.004;

using Vectors = std::vector<std::array<double, 3>>;

struct System {
  Vectors position = Vectors(kAtoms), velocity = Vectors(kAtoms), force = Vectors(kAtoms);
  double potential = 0;

  // A face-centred cubic crystal with velocities of no total momentum.
  System() {
    constexpr double kCorners[4][3] = {{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};
    std::mt19937_64 random(1);
    std::size_t atom = 0;
    for (int x = 0; x < kSide; ++x)
      for (int y = 0; y < kSide; ++y)
        for (int z = 0; z < kSide; ++z)
          for (const auto& corner : kCorners)
            position[atom++] = {kCell * (x + corner[0]), kCell * (y + corner[1]), kCell * (z + corner[2])};
    for (std::size_t d = 0; d < 3; ++d) {
      double mean = 0;
      for (auto& v : velocity) mean += v[d] = static_cast<double>(random() % 2001) / 1000 - 1;
      for (auto& v : velocity) v[d] -= mean / static_cast<double>(kAtoms);
    }
    compute_forces();
  }

  void compute_forces() {
    for (auto& f : force) f = {};
    potential = 0;
    for (std::size_t i = 0; i < kAtoms; ++i)
      for (std::size_t j = i + 1; j < kAtoms; ++j) {
        std::array<double, 3> apart;
        double square = 0;
        for (std::size_t d = 0; d < 3; ++d) {
          apart[d] = position[i][d] - position[j][d];
          apart[d] -= kBox * std::nearbyint(apart[d] / kBox);
          square += apart[d] * apart[d];
        }
        if (square > kCutoff * kCutoff) continue;
        const double sixth = 1 / (square * square * square), pull = 24 * sixth * (2 * sixth - 1) / square;
        potential += 4 * sixth * (sixth - 1);
        for (std::size_t d = 0; d < 3; ++d) {
          force[i][d] += pull * apart[d];
          force[j][d] -= pull * apart[d];
        }
      }
  }

  void advance() {
    for (std::size_t i = 0; i < kAtoms; ++i)
      for (std::size_t d = 0; d < 3; ++d) {
        velocity[i][d] += kTimeStep / 2 * force[i][d];
        position[i][d] += kTimeStep * velocity[i][d];
      }
    compute_forces();
    for (std::size_t i = 0; i < kAtoms; ++i)
      for (std::size_t d = 0; d < 3; ++d) velocity[i][d] += kTimeStep / 2 * force[i][d];
  }

  double energy() const {
    double twice = 0;
    for (const auto& v : velocity)
      for (const double component : v) twice += component * component;
    return potential + twice / 2;
  }
};

std::span<double> numbers(Vectors& vectors) { return {vectors.front().data(), 3 * vectors.size()}; }

}  // namespace

int main(int count, char** words) try {
  if (count != 5) {
    std::cerr << "usage: argon STORE TRAJECTORY STEPS STEPS_BETWEEN_CHECKPOINTS\n";
    return 2;
  }
  const fs::path trajectory = words[2];
  const std::int64_t steps = std::atoll(words[3]), between = std::max(1ll, std::atoll(words[4]));
  cairn::Store store = cairn::Store::open(words[1]);
  cairn::Run run = store.run("argon");

  System system;
  std::int64_t step = 0;
  run.protect("step", std::span(&step, 1));
  run.protect("position", numbers(system.position), {kAtoms, 3});
  run.protect("velocity", numbers(system.velocity), {kAtoms, 3});
  fs::remove(trajectory);
  if (const auto restart = run.restart_point()) {
    system.compute_forces();
    if (restart->checkpoint().artifacts.contains("trajectory"))
      restart->restore("trajectory", fs::absolute(trajectory).parent_path(), {.name = trajectory.filename().string()});
    std::cout << "going on at step " << step << std::endl;
  }

  std::ofstream frames(trajectory, std::ios::binary | std::ios::app);
  while (step < steps) {
    system.advance();
    ++step;
    const auto bytes = std::as_bytes(numbers(system.position));
    if (step % 10 == 0) frames.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (step % between != 0 && step != steps) continue;
    frames.flush();
    run.checkpoint(step).save_regions().attach("trajectory", trajectory).note("energy", system.energy()).commit();
    std::cout << "step " << step << std::endl;
  }
  std::cout.precision(17);
  std::cout << "energy " << system.energy() << "\n";
  return frames ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "argon: " << error.what() << "\n";
  return 1;
}
