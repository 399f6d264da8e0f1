// Values of every kind, at random but the same on every machine.
#pragma once

#include <cairn/value.h>
#include <cairn/value_json.h>

#include <bit>
#include <chrono>
#include <complex>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <string_view>
#include <vector>

namespace cairn::test {

/// The Sample "argon" of schemas/orders.capnp.
inline constexpr std::string_view kSampleMessage =
    R"({"$message":{"type":"ad1d17ec3428b33b","schema":"AAAAAAAAAQABAAAADgAAAAEAAADCBQAAAAAAAAQABAA7syg07BcdrQ0AAAABAAAA)"
    R"(hHJeHAtvqdMBAAcAAAAAAA0AAACiAAAAFQAAAAcAAAAAAAAAAAAAABEAAAA3AAAAb3JkZXJzLmNhcG5wOlNhbXBsZQAAAAAAAAAAAAAAAAAE)"
    R"(AAAAAgAEAAAAAAAAAAAAAAABAAAAAAANAAAAKgAAAAAAAAAAAAAACAAAAAEAAAAIAAAAAQAAAG5hbWUAAAAADAAAAAAAAAAMAAAAAAAAAA==)"
    R"(","data":"AAAAAAAAAQABAAAAMgAAAGFyZ29uAAAA"}})";

class RandomValue {
 public:
  explicit RandomValue(std::uint64_t seed) : random_(seed) {}

  /// As operator(), mostly with values that are shared.
  Value graph(unsigned depth = 4) {
    List shared;
    shared_ = &shared;
    whole_.clear();
    Value root = (*this)(depth);
    shared_ = nullptr;
    return shared.empty() ? root : Value(Graph(std::move(shared), std::move(root)));
  }

  Value operator()(unsigned depth = 4) {
    if (shared_ != nullptr && below(5) == 0) return shared_value(depth);
    switch (below(depth == 0 ? 22 : 30)) {
      case 0: return Value();
      case 1: return below(2) == 1;
      case 2: return integer();
      case 3: return std::uint64_t{random_()};
      case 4: return real();
      case 5: return text();
      case 6: return bytes();
      case 7: return array();
      case 8: return objects.empty() ? ObjectId{digest()} : objects[below(objects.size())];
      case 9: return artifacts.empty() ? ArtifactId{digest()} : artifacts[below(artifacts.size())];
      case 10: return NodeRef{Uuid{digest().bytes}};
      case 11: return BigInteger::from_bytes(bytes());
      case 12: return decimal();
      case 13: return std::complex<double>(real(), real());
      case 14: return Date{day()};
      case 15: return TimeOfDay{std::chrono::nanoseconds(below(86'400'000'000'000)), zone()};
      case 16: return date_time();
      case 17: return Duration{std::chrono::seconds(integer() >> 4), subsecond()};
      case 18: return Uuid{digest().bytes};
      case 19: return Path{text()};
      case 20: return Identity{utf8(), utf8()};
      case 21: return message();
      case 22:
      case 23: return list(depth - 1);
      case 24: return map(depth - 1);
      case 25: return object(depth - 1);
      case 26: return Tuple{list(depth - 1)};
      case 27: return set(depth - 1);
      case 28: return Enumerator(utf8(), utf8(), (*this)(depth - 1));
      default: return below(2) == 0 ? Value(Quantity((*this)(depth - 1), utf8())) : Value(Lossy(utf8(), (*this)(depth - 1)));
    }
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  // What references name; of anything while these are empty.
  std::vector<ObjectId> objects;
  std::vector<ArtifactId> artifacts;

 private:
  Value shared_value(unsigned depth) {
    if (!whole_.empty() && (depth == 0 || below(2) == 0)) return SharedRef{whole_[below(whole_.size())]};
    const auto number = static_cast<std::uint32_t>(shared_->size());
    shared_->emplace_back();
    Value value = (*this)(depth == 0 ? 0 : depth - 1);
    (*shared_)[number] = std::move(value);
    whole_.push_back(number);
    return SharedRef{number};
  }
  // Of a map or set, where nothing is shared.
  Value key(unsigned depth) {
    List* const shared = std::exchange(shared_, nullptr);
    Value key = (*this)(depth);
    shared_ = shared;
    return key;
  }
  std::int64_t integer() {
    const auto shift = below(64);
    return static_cast<std::int64_t>(random_()) >> shift;
  }
  double real() {
    static constexpr std::uint64_t kSpecial[] = {0, 1, 0x8000000000000000, 0x7ff0000000000000, 0xfff0000000000000,
                                                 0x7ff8000000000000, 0x7ff0000000000001, 0xffffffffffffffff};
    switch (below(3)) {
      case 0: return std::bit_cast<double>(kSpecial[below(std::size(kSpecial))]);
      case 1: return static_cast<double>(integer());
      default: return std::bit_cast<double>(std::uint64_t{random_()});
    }
  }
  std::string text() {
    static const std::string kParts[] = {"", "a", "$", "\"", "\\", "\n", std::string(1, '\0'), "\xc3\xa9", "\xff", "key", "\x7f"};
    std::string text;
    for (auto count = below(5); count > 0; --count) text += kParts[below(std::size(kParts))];
    return text;
  }
  std::string utf8() {
    const Value value(text());
    const std::string* text = value.get_if<std::string>();
    return text == nullptr ? std::string() : *text;
  }
  Decimal decimal() {
    static constexpr const char* kSpecial[] = {"NaN", "sNaN7", "-Infinity", "-0.00", "1.10", "0E+17"};
    if (below(3) == 0) return Decimal::parse(kSpecial[below(std::size(kSpecial))]).value();
    return Decimal::parse(std::to_string(integer()) + "E" + std::to_string(integer() % 100'000)).value();
  }
  std::chrono::sys_days day() {
    return std::chrono::sys_days(std::chrono::days(static_cast<std::int64_t>(below(20'000'000)) - 10'000'000));
  }
  std::chrono::nanoseconds subsecond() {
    return std::chrono::nanoseconds(below(2) == 0 ? below(1'000'000'000) : 0);
  }
  Zone zone() {
    static constexpr const char* kNames[] = {"", "UTC", "Europe/Paris"};
    Zone zone{std::nullopt, kNames[below(std::size(kNames))]};
    if (below(2) == 0) zone.offset = std::chrono::minutes(static_cast<int>(below(2879)) - 1439) + subsecond();
    return zone;
  }
  DateTime date_time() {
    const auto midnight = std::chrono::local_days(day().time_since_epoch());
    return DateTime{midnight + std::chrono::seconds(below(86'400)), subsecond(), zone()};
  }
  // Sample of schemas/orders.capnp with a name of at most seven bytes.
  Message message() {
    static const Value known = from_json(kSampleMessage);
    Bytes data = known.get_if<Message>()->data();
    const std::uint64_t size = 1 + below(8), list = 1 | std::uint64_t{2} << 32 | size << 35;
    std::memcpy(data.data() + 8, &list, sizeof list);
    for (std::size_t i = 0; i < 8; ++i) data[16 + i] = i + 1 < size ? static_cast<std::byte>(1 + below(127)) : std::byte{0};
    return Message(known.get_if<Message>()->type_id(), known.get_if<Message>()->schema(), std::move(data));
  }
  Bytes bytes() {
    Bytes bytes(below(20));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random_());
    return bytes;
  }
  Array array() {
    Array array{static_cast<DType>(1 + below(14)), {}, {}};
    std::size_t size = dtype_size(array.dtype);
    for (auto rank = below(4); rank > 0; --rank) {
      array.shape.push_back(below(4));
      size *= array.shape.back();
    }
    if (below(50) == 0) {  // large enough to leave its object
      array.shape.push_back(20'000);
      size *= array.shape.back();
    }
    array.data.resize(size);
    const unsigned distinct = array.dtype == DType::boolean ? 2 : 3;
    for (std::byte& byte : array.data) byte = static_cast<std::byte>(below(distinct));
    return array;
  }
  Digest digest() {
    Digest digest;
    for (auto& byte : digest.bytes) byte = static_cast<std::uint8_t>(random_() % 3);
    return digest;
  }
  List list(unsigned depth) {
    List list;
    for (auto count = below(5); count > 0; --count) list.push_back((*this)(depth));
    return list;
  }
  Set set(unsigned depth) {
    Set set;
    for (auto count = below(5); count > 0; --count) set.insert(key(depth));
    return set;
  }
  Map map(unsigned depth) {
    Map map;
    const bool text_keys = below(2) == 0;
    for (auto count = below(5); count > 0; --count) map.put(text_keys ? Value(text()) : key(depth), (*this)(depth));
    return map;
  }
  Object object(unsigned depth) {
    Object object(std::string(1, static_cast<char>('A' + below(3))), static_cast<std::uint32_t>(below(3)), {});
    for (char name = 'x'; name < static_cast<char>('x' + below(3)); ++name)
      object.fields.push_back({std::string(1, name), (*this)(depth)});
    return object;
  }

  std::mt19937_64 random_;
  List* shared_ = nullptr;            // of the graph that is being made
  std::vector<std::uint32_t> whole_;  // the numbers of those that are finished
};

}  // namespace cairn::test
