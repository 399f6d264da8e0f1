// What verify and repair find, as documents and for people.
#pragma once

#include <cairn/repair.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <span>
#include <vector>

#include "output.h"

namespace cairn::cli {

/// A blob that a repair could not save, which nobody need look for any more.
bool is_known_loss(const Damage& damage);
/// Those that are, or are not, known losses.
std::vector<Damage> known_losses(std::span<const Damage> damage);
std::vector<Damage> new_damage(std::span<const Damage> damage);

boost::json::array damage_documents(std::span<const Damage> damage);
boost::json::object document(const RepairReport& report);

/// A line for each, and one for each thing that is lost with it.
void print_damage(std::span<const Damage> damage, Output& out);

}  // namespace cairn::cli
