// A simulation that survives being killed: run it, kill it, run it again.
#include <cairn/cairn.h>

#include <cstdint>
#include <iostream>
#include <vector>

struct Simulation {
  std::int64_t step = 0;
  std::vector<double> position = std::vector<double>(1000), velocity = std::vector<double>(1000, 1.0);
};
BOOST_DESCRIBE_STRUCT(Simulation, (), (step, position, velocity))

void advance(Simulation& sim) {
  for (std::size_t i = 0; i < sim.position.size(); ++i) {
    sim.velocity[i] -= 0.01 * sim.position[i];
    sim.position[i] += 0.01 * sim.velocity[i];
  }
  ++sim.step;
}

int main() {
  cairn::Store store = cairn::Store::open("sim.cairn");
  cairn::Run run = store.run("oscillators");
  Simulation sim = run.restart<Simulation>("state").value_or(Simulation{});
  std::cout << "starting at step " << sim.step << std::endl;
  while (sim.step < 1'000'000) {
    advance(sim);
    if (sim.step % 10'000 == 0) run.checkpoint(sim.step).save("state", sim).commit();
  }
  std::cout << "finished at step " << sim.step << std::endl;
}
