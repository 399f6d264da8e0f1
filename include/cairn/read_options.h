// ReadOptions: how an object is read.
#pragma once

namespace [[gnu::visibility("default")]] cairn {

struct ReadOptions {
  /// False: arrays kept outside their object come back as StoredArray. Of get_value alone.
  bool load_arrays = true;
  /// The type that is asked for stands in for one that the data has lost: a map with text keys, an object of another
  /// class and what is left of a lossy value are read by the names of the fields, tuples and sets where a list is
  /// expected, integers where a float is that holds them. Data that shares no field with the class is refused still.
  bool type_hint = false;
};

}  // namespace cairn
