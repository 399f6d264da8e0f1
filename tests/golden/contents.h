// What the golden stores hold: written by tool/make_golden.cpp, expected by golden.cpp. Every number here is fixed for
// ever, because stores that were written with it are kept; what is new is added, and checked only in newer stores.
#pragma once

#include <cairn/cairn.h>
#include <cairn/value_json.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <boost/describe.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace cairn::golden {

struct Particle {
  std::string name;
  std::array<double, 3> position{};

  friend bool operator==(const Particle&, const Particle&) = default;
};
BOOST_DESCRIBE_STRUCT(Particle, (), (name, position))

/// Nested containers, and an array that is large enough to be kept outside the object.
struct Simulation {
  std::int64_t step = 0;
  std::string title;
  std::vector<Particle> particles;
  std::map<std::string, std::vector<std::int32_t>> tables;
  std::optional<double> energy;
  std::vector<double> grid;

  friend bool operator==(const Simulation&, const Simulation&) = default;
};
BOOST_DESCRIBE_STRUCT(Simulation, (), (step, title, particles, tables, energy, grid))

}  // namespace cairn::golden

// Names that do not depend on a compiler or a namespace.
template <>
struct cairn::ClassTraits<cairn::golden::Particle> {
  static std::string name() { return "golden.Particle"; }
  static constexpr std::uint32_t version = 1;
};
template <>
struct cairn::ClassTraits<cairn::golden::Simulation> {
  static std::string name() { return "golden.Simulation"; }
  static constexpr std::uint32_t version = 3;
};

namespace cairn::golden {

/// The bytes of successive outputs of splitmix64, little-endian: they do not compress, and need no library.
inline std::string noise(std::size_t size, std::uint64_t seed) {
  std::string bytes;
  while (bytes.size() < size) {
    std::uint64_t number = seed += 0x9e3779b97f4a7c15;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    number ^= number >> 31;
    for (int i = 0; i < 8 && bytes.size() < size; ++i, number >>= 8) bytes.push_back(static_cast<char>(number & 0xff));
  }
  return bytes;
}

inline Bytes to_bytes(std::string_view text) {
  Bytes bytes(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = static_cast<std::byte>(text[i]);
  return bytes;
}

inline Simulation simulation(std::int64_t step) {
  Simulation made;
  made.step = step;
  made.title = "argon";
  made.particles = {{"Ar1", {0.0, 0.5, -1.25}}, {"Ar2", {1e300, -0.0, 3.0}}};
  made.tables = {{"empty", {}}, {"squares", {0, 1, 4, 9, 16}}};
  if (step > 10) made.energy = -0.125 * static_cast<double>(step);
  for (int i = 0; i < 2500; ++i) made.grid.push_back(i * 0.25 + static_cast<double>(step));
  return made;
}

inline Array large_array() { return {DType::uint16, {5, 4096}, to_bytes(noise(5 * 4096 * 2, 7))}; }

/// One value of every kind that needs nothing else from a store, by name; several for kinds with special cases.
inline std::vector<std::pair<std::string, Value>> plain_values() {
  Map by_number;
  by_number.put(Value(List{1, 2}), "a list as key");
  by_number.put(2, "two");
  by_number.put(1, 1.0);
  const std::uint64_t ends = std::uint64_t{1} << 63;
  return {
      {"null", Value()},
      {"false", Value(false)},
      {"true", Value(true)},
      {"integer", Value(-5)},
      {"natural", Value(ends)},
      {"real", Value(1.5)},
      {"real_minus_zero", Value(-0.0)},
      {"real_nan", Value(std::bit_cast<double>(std::uint64_t{0x7ff0000000000abc}))},
      {"text", Value("caf\xc3\xa9")},
      {"text_empty", Value("")},
      {"bytes", Value(to_bytes(std::string_view("\x00\xff\x10", 3)))},
      {"list", Value(List{1, "two", List{}, Value()})},
      {"list_empty", Value(List{})},
      {"list_of_nulls", Value(List(100))},
      {"map", Value(by_number)},
      {"map_empty", Value(Map{})},
      {"object", Value(Object{"Point", 2, {{"x", 1.5}, {"y", Value()}}})},
      {"object_empty", Value(Object{"Nothing", 1, {}})},
      {"array", Value(Array{DType::int16, {2, 3}, to_bytes(std::string_view("\1\0\2\0\3\0\4\0\5\0\6\0", 12))})},
      {"array_empty", Value(Array{DType::float64, {0, 7}, {}})},
      {"array_large", Value(large_array())},
      {"text_long", Value(std::string(9000, 'a') + std::string(9000, 'b'))},
  };
}

/// One value of every kind that came with format 2, by name.
inline std::vector<std::pair<std::string, Value>> values_since_format_2() {
  Set set;
  for (const Value& element : {Value("b"), Value(1), Value(List{})}) set.insert(element);
  return {
      {"big_integer", *BigInteger::parse("-123456789012345678901234567890")},
      {"tuple", Tuple{{1, "two", Tuple{}}}},
      {"tuple_empty", Tuple{}},
      {"set", set},
      {"set_empty", Set{}},
      {"decimal", *Decimal::parse("-1.10E-30")},
      {"decimal_nan", *Decimal::parse("sNaN12")},
      {"complex", std::complex<double>(0.0, -0.0)},
      {"date", *Date::parse("-0044-03-15")},
      {"time", *TimeOfDay::parse("23:59:59.000000001")},
      {"time_zoned", *TimeOfDay::parse("12:00:00[Europe/Paris]")},
      {"datetime", *DateTime::parse("1969-12-31T23:59:59.5")},
      {"datetime_zoned", *DateTime::parse("2024-03-31T03:30:00+02:00[Europe/Paris]")},
      {"duration", *Duration::parse("-PT0.25S")},
      {"uuid", *Uuid::parse("00010203-0405-0607-0809-0a0b0c0d0e0f")},
      {"path", Path{"/tmp/\xff"}},
      {"path_empty", Path{}},
      {"enumerator", Enumerator("golden.Colour", "red", 1)},
      {"quantity", Quantity(Array{DType::float64, {2}, Bytes(16)}, "eV")},
      {"identity", Identity{"auto", "flour"}},
      {"lossy", Lossy("std::function<void()>", "gone")},
  };
}

/// One value of every kind that came with format 3, by name.
inline std::vector<std::pair<std::string, Value>> values_since_format_3() {
  constexpr std::string_view kMessage =
    R"({"$message":{"type":"ad1d17ec3428b33b","schema":"AAAAAAAAAQABAAAADgAAAAEAAADCBQAAAAAAAAQABAA7syg07BcdrQ0AAAABAAAA)"
    R"(hHJeHAtvqdMBAAcAAAAAAA0AAACiAAAAFQAAAAcAAAAAAAAAAAAAABEAAAA3AAAAb3JkZXJzLmNhcG5wOlNhbXBsZQAAAAAAAAAAAAAAAAAE)"
    R"(AAAAAgAEAAAAAAAAAAAAAAABAAAAAAANAAAAKgAAAAAAAAAAAAAACAAAAAEAAAAIAAAAAQAAAG5hbWUAAAAADAAAAAAAAAAMAAAAAAAAAA==)"
    R"(","data":"AAAAAAAAAQABAAAAMgAAAGFyZ29uAAAA"}})";
  List numbers;
  for (int i = 0; i < 3000; ++i) numbers.push_back(i % 7 == 0 ? Value(i) : Value());
  const Object typed("golden.Typed", 2, {{"x", 1.5, "float64"}, {"image", "raw", "golden.Image", "png"}});
  const List shared{Object("golden.Node", 1, {{"next", SharedRef{1}}}), Value("end")};
  return {
      {"list_long", Value(std::move(numbers))},
      {"graph", Graph(shared, List{SharedRef{0}, SharedRef{0}, SharedRef{1}})},
      {"message", from_json(kMessage)},
      {"object_typed", typed},
  };
}

/// Permission bits and the time of the last change, of the link itself if it is one.
inline void stamp(const std::filesystem::path& path, ::mode_t mode, std::int64_t seconds, long nanoseconds) {
  struct stat status {};
  const timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  if (::lstat(path.c_str(), &status) != 0 || (!S_ISLNK(status.st_mode) && ::chmod(path.c_str(), mode) != 0) ||
      ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
    throw std::system_error(errno, std::generic_category(), path.string());
}

/// A directory `tree` below `parent`: a file of several chunks, an empty one, a name that is no UTF-8, a link that leads
/// nowhere, an empty directory.
inline std::filesystem::path make_tree(const std::filesystem::path& parent) {
  const std::filesystem::path root = parent / "tree";
  std::filesystem::create_directories(root / "below" / "empty");
  const auto write = [&](const std::string& name, std::string_view bytes, ::mode_t mode, std::int64_t seconds) {
    std::ofstream(root / name, std::ios::binary) << bytes;
    stamp(root / name, mode, seconds, 0);
  };
  write("frames.bin", noise(100'000, 1), 0640, 1'000'000'000);
  write("run.sh", "#!/bin/sh\nexit 0\n", 0755, -1);
  write("nothing", "", 0600, 0);
  write("below/\xff\xfe.dat", "not UTF-8 in the name", 0644, 1'234'567'890);
  std::filesystem::create_symlink("../nowhere", root / "link");
  stamp(root / "link", 0777, 1'000'000'001, 5);
  stamp(root / "below" / "empty", 0700, 1'000'000'002, 999'999'999);
  stamp(root / "below", 0755, 1'000'000'003, 0);
  stamp(root, 0750, 1'000'000'004, 1);
  return root;
}

/// A tree with a file of two names and one with a hole in its middle; what stores of format 4 and later can keep.
inline std::filesystem::path make_linked_tree(const std::filesystem::path& parent) {
  const std::filesystem::path root = parent / "linked";
  std::filesystem::create_directories(root / "below");
  std::ofstream(root / "b", std::ios::binary) << "two names";
  stamp(root / "b", 0644, 1, 1);
  std::filesystem::create_hard_link(root / "b", root / "below" / "a");
  {
    std::ofstream sparse(root / "sparse", std::ios::binary);
    sparse << noise(50'000, 2);
    sparse.seekp(8u << 20) << noise(30'000, 3);
  }
  std::filesystem::resize_file(root / "sparse", 12u << 20);
  stamp(root / "sparse", 0600, 2, 2);
  stamp(root / "below", 0755, 3, 3);
  stamp(root, 0755, 4, 4);
  return root;
}

/// A node with all that one can have since format 5.
inline NewNode golden_flour() {
  NewNode node{.kind = NodeKind::data, .type = "flour", .label = "rye", .description = "milled"};
  node.attributes = Map{{"grams", 500}, {"origin", Map{{"country", "DE"}}}};
  node.extras = Map{{"price", 1.5}};
  node.tags = {"good", "\xc3\xb6ko"};
  node.unique_ids = {{"Lims", "f 1"}, {"auto", "0001"}};
  return node;
}

/// What makes a step what it is since format 6.
inline StepOptions golden_step_options() {
  return {.code_version = "2",
          .parameters = Map{{"cutoff", 40}, {"mesh", List{4, 4, 2}}},
          .environment = Map{{"threads", 2}}};
}

/// A file `hole` in `parent` that has 1 MiB and, where the file system can, no blocks.
inline std::filesystem::path make_hole(const std::filesystem::path& parent) {
  const std::filesystem::path path = parent / "hole";
  std::ofstream(path, std::ios::binary).close();
  std::filesystem::resize_file(path, 1u << 20);
  stamp(path, 0600, 1, 2);
  return path;
}

}  // namespace cairn::golden
