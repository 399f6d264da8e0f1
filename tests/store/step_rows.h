// The indexes of steps in a closed store, as an older format or damage would have left them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "format/keys.h"
#include "format/records.h"
#include "store/damage.h"

namespace cairn::test {

inline std::vector<std::pair<std::string, std::string>> rows_of(engine::Records& records, engine::Family family) {
  std::vector<std::pair<std::string, std::string>> rows;
  const std::unique_ptr<rocksdb::Iterator> cursor(records.db().NewIterator({}, records.family(family)));
  for (cursor->SeekToFirst(); cursor->Valid(); cursor->Next())
    rows.emplace_back(cursor->key().ToString(), cursor->value().ToString());
  return rows;
}

inline void remove_step_entries(engine::Records& records) {
  for (const auto& [key, value] : rows_of(records, engine::Family::index))
    if (key[0] == format::index::kStep || key[0] == format::index::kStepTime || key[0] == format::index::kStepKey)
      BOOST_REQUIRE(records.db().Delete({}, records.family(engine::Family::index), key).ok());
}

inline void remove_step_entries(const std::filesystem::path& store) {
  edit_records(store, [](engine::Records& records) { remove_step_entries(records); });
}

/// An entry of a step that is not there.
inline void add_stray_step_entry(const std::filesystem::path& store) {
  edit_records(store, [](engine::Records& records) {
    const std::string place = format::index::step_place({format::kFirstRunCell, Digest{}});
    BOOST_REQUIRE(
        records.db()
            .Put({}, records.family(engine::Family::index), format::index::step(format::kFirstRunCell, "s", 7), place)
            .ok());
  });
}

/// Makes each recorded step another one, which has the key of the first.
inline void swap_parameters_and_environments(const std::filesystem::path& store) {
  edit_records(store, [](engine::Records& records) {
    for (const auto& [key, value] : rows_of(records, engine::Family::cell)) {
      const std::string_view row = std::string_view(key).substr(sizeof(format::CellId));
      if (row.size() != 17 || row[0] != format::row::kStep) continue;
      format::StepRecord step = format::decode_step(value);
      std::swap(step.parameters, step.environment);
      BOOST_REQUIRE(records.db().Put({}, records.family(engine::Family::cell), key, format::encode_step(step)).ok());
    }
  });
}

/// As stores before format 6 were: no run is indexed.
inline void forget_step_indexes(const std::filesystem::path& store) {
  edit_records(store, [](engine::Records& records) {
    remove_step_entries(records);
    for (const auto& [key, value] : rows_of(records, engine::Family::cell)) {
      if (std::string_view(key).substr(sizeof(format::CellId)) != format::row::run()) continue;
      format::RunRecord run = format::decode_run(value);
      run.steps_indexed = run.step_keys_indexed = false;
      BOOST_REQUIRE(records.db().Put({}, records.family(engine::Family::cell), key, format::encode_run(run)).ok());
    }
  });
}

/// As stores of format 6 were: no run has its keys indexed.
inline void forget_step_keys(const std::filesystem::path& store) {
  edit_records(store, [](engine::Records& records) {
    for (const auto& [key, value] : rows_of(records, engine::Family::index))
      if (key[0] == format::index::kStepKey)
        BOOST_REQUIRE(records.db().Delete({}, records.family(engine::Family::index), key).ok());
    for (const auto& [key, value] : rows_of(records, engine::Family::cell)) {
      if (std::string_view(key).substr(sizeof(format::CellId)) != format::row::run()) continue;
      format::RunRecord run = format::decode_run(value);
      run.step_keys_indexed = false;
      BOOST_REQUIRE(records.db().Put({}, records.family(engine::Family::cell), key, format::encode_run(run)).ok());
    }
  });
}

}  // namespace cairn::test
