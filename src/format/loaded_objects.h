// The objects behind shared pointers that one reading has made. For src/format/*.cpp only.
#pragma once

#include <cairn/link.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cairn::format {

/// Each shared value is loaded once as each type that is asked for. Links wait until all are there.
class LoadedObjects {
 public:
  /// Throws damaged if that shared value is being read.
  void begin(std::uint32_t number);
  void end(std::uint32_t number) { values_[number].open = false; }
  std::span<const detail::SharedObject> of(std::uint32_t number) { return values_[number].objects; }

  /// Throws damaged if another object has one of its names.
  void add(std::uint32_t number, detail::SharedObject object);
  /// One that is not shared.
  void add(detail::SharedObject object) { take_parts(kUnshared + unshared_++, object); }

  void resolve_later(std::shared_ptr<detail::LinkCell> link) { links_.push_back(std::move(link)); }
  /// To be called when the object is read. Throws type_mismatch for a link to an object of another class.
  void resolve();

 private:
  using Name = std::pair<std::string, std::string>;
  static constexpr std::uint64_t kUnshared = std::uint64_t{1} << 32;

  struct SharedValue {
    std::vector<detail::SharedObject> objects;
    bool open = false;
  };
  struct Member {
    std::uint64_t number;  // of its shared value, or beyond all of them
    detail::SharedObject object;
    detail::ObjectParts parts;
  };

  void take_parts(std::uint64_t number, const detail::SharedObject& object);
  void resolve(detail::LinkCell& link);
  void rebuild(const Member& owner, const detail::ObjectParts::LinkPart& link);

  std::unordered_map<std::uint32_t, SharedValue> values_;
  std::uint64_t unshared_ = 0;
  std::vector<Member> members_;  // all that have parts
  std::map<Name, std::vector<std::size_t>> named_;
  std::vector<std::shared_ptr<detail::LinkCell>> links_;
};

}  // namespace cairn::format
