// The values of an object that is being encoded which others refer to. For src/format/*.cpp only.
#pragma once

#include <cairn/encoder.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

#include "format/wire.h"

namespace cairn::format {

class EncodeContext;

/// Each is written once, into the message of the whole object, wherever it is first met, and has the number of first
/// meetings before. What it holds may be met again by a reader that comes from elsewhere, so no way to it may be too deep.
/// Source: schema/FORMAT.md, "Shared values".
class SharedValues {
 public:
  SharedValues(EncodeContext& whole, capnp::Orphanage orphanage) : whole_(whole), orphanage_(orphanage) {}

  /// Sets `place`, whose values inside would have `scope`, to the reference. See Encoder::shared.
  void put(wire::Value::Builder place, const detail::EncodeScope& scope, std::shared_ptr<const void> object,
           const std::type_info& type, const std::function<void(const Encoder&)>& write);
  /// To be told of the depth of every value that may have values inside.
  void reach(unsigned depth) { depth_reached_ = std::max(depth_reached_, depth); }
  /// A name of the object that was begun last. Throws unstorable if another one has it.
  void claim(const Identity& name);
  /// If there are any, makes the value of `root` a graph.
  void finish(wire::StoredObject::Builder root);

  /// The values that SharedRef numbers; null outside a Graph.
  const Graph* graph = nullptr;

 private:
  struct Entry {
    std::shared_ptr<const void> object;  // so that no other one gets its address
    capnp::Orphan<wire::Value> value;
    unsigned height = 0;  // levels of values inside
    bool open = true;     // it is being written
  };

  void write_entry(std::uint32_t number, unsigned depth, const std::function<void(const Encoder&)>& write);
  void forget_from(std::uint32_t number);

  EncodeContext& whole_;
  capnp::Orphanage orphanage_;
  std::map<std::pair<const void*, std::type_index>, std::uint32_t> numbers_;
  std::vector<Entry> entries_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> names_;
  unsigned depth_reached_ = 0;
};

}  // namespace cairn::format
