// A program with classes of its own: stores one object, and prints the object's id and then its own account of it, a line
// for each value: its path, its kind, and what it is, with tabs between. Argument: the directory of the store.
#include <cairn/cairn.h>

#include <boost/describe.hpp>

#include <array>
#include <chrono>
#include <complex>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace survey {

enum class Phase { solid = 1, liquid = -2 };
BOOST_DESCRIBE_ENUM(Phase, solid, liquid)

struct Body {
  std::string name;
  double mass = 0;
};
BOOST_DESCRIBE_STRUCT(Body, (), (name, mass))

struct Moon : Body {
  std::uint8_t number = 0;
  std::optional<double> albedo;
};
BOOST_DESCRIBE_STRUCT(Moon, (Body), (number, albedo))

struct Planet : Body {
  Phase phase = Phase::solid;
  std::vector<Moon> moons;
  std::map<std::string, std::vector<std::int32_t>> tables;
  std::variant<std::int64_t, std::string, Moon> tag;
  std::vector<double> grid;
};
BOOST_DESCRIBE_STRUCT(Planet, (Body), (phase, moons, tables, tag, grid))

struct Ledger {
  cairn::BigInteger atoms;
  cairn::Decimal price;
  std::uint64_t most = 0;
  std::int64_t least = 0;
  std::vector<double> reals;
  double not_a_number = 0, minus_zero = 0, tenth = 0;
  std::complex<double> impedance;
  bool is_closed = false;
};
BOOST_DESCRIBE_STRUCT(Ledger, (), (atoms, price, most, least, reals, not_a_number, minus_zero, tenth, impedance, is_closed))

struct Times {
  std::chrono::sys_time<std::chrono::nanoseconds> stamp;
  std::chrono::local_seconds wall;
  cairn::DateTime zoned;
  cairn::Date day;
  cairn::TimeOfDay noon;
  std::chrono::milliseconds took{};
};
BOOST_DESCRIBE_STRUCT(Times, (), (stamp, wall, zoned, day, noon, took))

struct Survey {
  std::vector<Planet> planets;
  Ledger ledger;
  Times times;
  std::unique_ptr<Moon> stray;
  std::optional<std::string> note;
  std::tuple<int, std::string, std::vector<std::string>> triple;
  std::set<std::string> words;
  std::map<int, std::string> by_number;
  std::map<std::pair<int, int>, Phase> by_place;
  std::vector<std::array<float, 2>> track;
  std::vector<bool> flags;
  cairn::Bytes raw;
  cairn::Uuid uuid;
  std::filesystem::path file;
};
BOOST_DESCRIBE_STRUCT(Survey, (), (planets, ledger, times, stray, note, triple, words, by_number, by_place, track, flags,
                                   raw, uuid, file))

}  // namespace survey

template <>
struct cairn::ClassTraits<survey::Moon> {
  static std::string name() { return "survey.Moon"; }
  static constexpr std::uint32_t version = 3;
};

namespace {

using namespace survey;
using Path = std::string;

Survey make_survey() {
  Moon moon{{"Luna \"the\" \\ moon", 7.25e22}, 1, 0.125};
  Moon dark{{"", 0}, 255, {}};
  std::vector<double> grid(20'000);
  for (std::size_t i = 0; i < grid.size(); ++i) grid[i] = static_cast<double>(i) / 8;
  Planet earth{{"Erde \xC3\xBC", 1.5}, Phase::solid, {moon, dark}, {{"a", {1, -2}}, {"empty", {}}}, std::string("home"), grid};
  Planet other{{"Other", -1.5}, Phase::liquid, {}, {}, dark, grid};  // the same grid: kept once
  Survey survey;
  survey.planets = {earth, other};
  survey.ledger = {cairn::BigInteger::parse("-123456789012345678901234567890").value(),
                   cairn::Decimal::parse("1.10").value(), UINT64_MAX, INT64_MIN, {1.5, -2},
                   std::numeric_limits<double>::quiet_NaN(), -0.0, 0.1, {1.5, -2}, true};
  using namespace std::chrono_literals;
  survey.times = {std::chrono::sys_days(2024y / 2 / 29) + 1h + 5ns, std::chrono::local_days(1969y / 12 / 31) + 23h,
                  cairn::DateTime::parse("2024-07-01T12:00:00.5+02:00[Europe/Paris]").value(),
                  cairn::Date::parse("0001-01-01").value(), cairn::TimeOfDay::parse("12:00:00").value(), -1500ms};
  survey.stray = std::make_unique<Moon>(moon);
  survey.triple = {7, "seven", {"a", "", "c"}};
  survey.words = {"one", "two"};
  survey.by_number = {{-1, "minus"}, {10, "ten"}};
  survey.by_place = {{{1, 2}, Phase::solid}, {{1, 10}, Phase::liquid}};
  survey.track = {{1.5F, 2}, {-3, 4}};
  survey.flags = {true, false, true};
  survey.raw = {std::byte{0}, std::byte{255}, std::byte{'a'}};
  survey.uuid = cairn::Uuid::parse("00010203-0405-4607-8809-0a0b0c0d0e0f").value();
  survey.file = "/var/tmp/x y";
  return survey;
}

// ---- The account: by hand, with nothing of the library ----

void line(const Path& path, const char* kind, const std::string& what) {
  std::cout << path << '\t' << kind << '\t' << what << '\n';
}

std::string hex(const void* data, std::size_t size) {
  std::string digits;
  char two[3];
  for (std::size_t i = 0; i < size; ++i) {
    std::snprintf(two, sizeof two, "%02x", static_cast<const unsigned char*>(data)[i]);
    digits += two;
  }
  return digits;
}

std::string exact(double real) {
  char text[64];
  std::snprintf(text, sizeof text, "%a", real);
  return text;
}

void tell(const Path& path, bool value) { line(path, "boolean", value ? "true" : "false"); }
void tell(const Path& path, double value) { line(path, "real", exact(value)); }
void tell(const Path& path, const std::string& value) { line(path, "text", value); }
void tell(const Path& path, Phase value) {
  line(path, "enum", value == Phase::solid ? "survey::Phase|solid|1" : "survey::Phase|liquid|-2");
}
template <std::integral Integer>
void tell(const Path& path, Integer value) {
  line(path, "integer", std::to_string(value));
}

// dtype, shape, bytes, content, and the elements of few.
template <class T>
void tell_array(const Path& path, const char* dtype, const std::string& shape, const T* data, std::size_t count) {
  std::string elements;
  for (std::size_t i = 0; count <= 8 && i < count; ++i) {
    char text[32];
    std::snprintf(text, sizeof text, "%s%g", i == 0 ? "" : ", ", static_cast<double>(data[i]));
    elements += text;
  }
  line(path, "array", std::string(dtype) + "|" + shape + "|" + std::to_string(count * sizeof(T)) + "|" +
                          hex(data, count * sizeof(T)) + "|" + elements);
}
void tell(const Path& path, const std::vector<double>& value) {
  tell_array(path, "float64", std::to_string(value.size()), value.data(), value.size());
}
void tell(const Path& path, const std::vector<std::int32_t>& value) {
  tell_array(path, "int32", std::to_string(value.size()), value.data(), value.size());
}

void tell_body(const Path& path, const Body& value) {
  tell(path + "/name", value.name);
  tell(path + "/mass", value.mass);
}

void tell(const Path& path, const Moon& value) {
  line(path, "class", "survey.Moon|3");
  tell_body(path, value);
  tell(path + "/number", value.number);
  if (value.albedo)
    tell(path + "/albedo", *value.albedo);
  else
    line(path + "/albedo", "null", "");
}

void tell(const Path& path, const Planet& value);

template <class T>
void tell_list(const Path& path, const char* kind, const T& list) {
  line(path, kind, std::to_string(list.size()));
  std::size_t i = 0;
  for (const auto& element : list) tell(path + "/" + std::to_string(i++), element);
}

void tell(const Path& path, const std::variant<std::int64_t, std::string, Moon>& value) {
  line(path, "list", "2");
  tell(path + "/0", value.index());
  std::visit([&](const auto& held) { tell(path + "/1", held); }, value);
}

void tell(const Path& path, const Planet& value) {
  line(path, "class", "survey::Planet|1");
  tell_body(path, value);
  tell(path + "/phase", value.phase);
  tell_list(path + "/moons", "list", value.moons);
  line(path + "/tables", "map", std::to_string(value.tables.size()));
  for (const auto& [name, table] : value.tables) tell(path + "/tables/" + name, table);
  tell(path + "/tag", value.tag);
  tell(path + "/grid", value.grid);
}

void tell(const Path& path, const Ledger& value) {
  line(path, "class", "survey::Ledger|1");
  line(path + "/atoms", "integer", "-123456789012345678901234567890");
  line(path + "/price", "decimal", "1.10");
  tell(path + "/most", value.most);
  tell(path + "/least", value.least);
  tell(path + "/reals", value.reals);
  line(path + "/not_a_number", "real", "nan");
  tell(path + "/minus_zero", value.minus_zero);
  tell(path + "/tenth", value.tenth);
  line(path + "/impedance", "complex", exact(value.impedance.real()) + "|" + exact(value.impedance.imag()));
  tell(path + "/is_closed", value.is_closed);
}

void tell_times(const Path& path) {
  line(path, "class", "survey::Times|1");
  line(path + "/stamp", "datetime", "2024-02-29T01:00:00.000000005+00:00");
  line(path + "/wall", "datetime", "1969-12-31T23:00:00");
  line(path + "/zoned", "datetime", "2024-07-01T12:00:00.5+02:00[Europe/Paris]");
  line(path + "/day", "date", "0001-01-01");
  line(path + "/noon", "time", "12:00:00");
  line(path + "/took", "duration", "-PT1.5S");
}

void tell_containers(const Survey& value) {
  line("/triple", "tuple", "3");
  tell("/triple/0", std::get<0>(value.triple));
  tell("/triple/1", std::get<1>(value.triple));
  tell_list("/triple/2", "list", std::get<2>(value.triple));
  tell_list("/words", "set", value.words);
  line("/by_number", "map", std::to_string(value.by_number.size()));
  for (const auto& [number, word] : value.by_number) tell("/by_number/" + std::to_string(number), word);
  line("/by_place", "map", std::to_string(value.by_place.size()));
  for (const auto& [place, phase] : value.by_place)
    tell("/by_place/{\"$tuple\":[" + std::to_string(place.first) + "," + std::to_string(place.second) + "]}", phase);
  tell_array("/track", "float32", "2, 2", value.track.data()->data(), 4);
  line("/flags", "array", "boolean|3|3|010001|true, false, true");
}

void tell(const Survey& value) {
  line("", "class", "survey::Survey|1");
  tell_list("/planets", "list", value.planets);
  tell("/ledger", value.ledger);
  tell_times("/times");
  tell("/stray", *value.stray);
  line("/note", "null", "");
  tell_containers(value);
  line("/raw", "bytes", hex(value.raw.data(), value.raw.size()));
  line("/uuid", "uuid", "00010203-0405-4607-8809-0a0b0c0d0e0f");
  line("/file", "path", value.file.string());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Survey survey = make_survey();
  cairn::Store store = cairn::Store::open(argv[1]);
  std::cout << store.put(survey).hex() << '\n';
  tell(survey);
  return std::cout.flush() ? 0 : 1;
}
