// An object that one program wrote with its own classes, shown in full by another that has never seen them.
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "command.h"

using namespace cairn::test;

namespace {

namespace json = boost::json;

/// What a value is, by its path: "<kind>\t<what>", or what show prints of it.
using Account = std::map<std::string, std::string>;

constexpr std::size_t kKeptOutsideBytes = 16 * 1024;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::string exact(double real) {
  char text[64];
  std::snprintf(text, sizeof text, "%a", real);
  return std::isnan(real) ? "nan" : text;
}

void check_equal(const Account& found, const Account& expected) {
  for (const auto& [path, what] : expected)
    BOOST_TEST((found.contains(path) ? found.at(path) : "nothing") == what, "at " << path << ": found "
               << (found.contains(path) ? found.at(path) : "nothing").substr(0, 200) << ", expected " << what.substr(0, 200));
  for (const auto& [path, what] : found) BOOST_TEST(expected.contains(path), "found at " << path << ": " << what);
}

// ---- From JSON ----

std::string hex_of_base64(std::string_view text) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string hex;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(kDigits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    char two[3];
    std::snprintf(two, sizeof two, "%02x", bits >> count & 0xFF);
    hex += two;
  }
  return hex;
}

double real_of(const json::value& value) {
  if (!value.is_object()) return value.as_double();
  return std::strtod(std::string(value.at("$real").as_string()).substr(0, 3).c_str(), nullptr);
}

std::string shape_of(const json::value& array) {
  std::string shape;
  for (const json::value& extent : array.at("shape").as_array())
    shape += (shape.empty() ? "" : ", ") + json::serialize(extent);
  return shape;
}

std::string text_of(const json::value& text) { return std::string(text.as_string()); }

void take(const json::value& value, const std::string& path, Account& account);

void take_elements(const std::string& kind, const json::array& elements, const std::string& path, Account& account) {
  account[path] = kind + "\t" + std::to_string(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) take(elements[i], path + "/" + std::to_string(i), account);
}

void take_class(const json::value& object, const std::string& path, Account& account) {
  account[path] = "class\t" + text_of(object.at("class")) + "|" + json::serialize(object.at("version"));
  for (const json::value& field : object.at("fields").as_array())
    take(field.at(1), path + "/" + text_of(field.at(0)), account);
}

// The one member of {"$kind": content}.
void take_tagged(const std::string& kind, const json::value& content, const std::string& path, Account& account) {
  if (kind == "object") return take_class(content, path, account);
  if (kind == "tuple" || kind == "set") return take_elements(kind, content.as_array(), path, account);
  if (kind == "map") {
    account[path] = "map\t" + std::to_string(content.as_array().size());
    for (const json::value& entry : content.as_array()) take(entry.at(1), path + "/" + json::serialize(entry.at(0)), account);
  } else if (kind == "array") {
    account[path] = "array\t" + text_of(content.at("dtype")) + "|" + shape_of(content) + "|" +
                    hex_of_base64(text_of(content.at("data")));
  } else if (kind == "storedArray") {
    account[path] = "stored\t" + text_of(content.at("dtype")) + "|" + shape_of(content) + "|" + json::serialize(content.at("size"));
  } else if (kind == "bytes") {
    account[path] = "bytes\t" + hex_of_base64(text_of(content));
  } else if (kind == "real") {
    account[path] = "real\tnan";
  } else if (kind == "complex") {
    account[path] = "complex\t" + exact(real_of(content.at(0))) + "|" + exact(real_of(content.at(1)));
  } else if (kind == "enum") {
    account[path] = "enum\t" + text_of(content.at("type")) + "|" + text_of(content.at("name")) + "|" +
                    json::serialize(content.at("value"));
  } else {
    account[path] = kind + "\t" + text_of(content);
  }
}

void take(const json::value& value, const std::string& path, Account& account) {
  if (const auto* list = value.if_array()) {
    take_elements("list", *list, path, account);
  } else if (const auto* object = value.if_object()) {
    if (object->size() == 1 && object->begin()->key().starts_with('$'))
      return take_tagged(std::string(object->begin()->key().substr(1)), object->begin()->value(), path, account);
    account[path] = "map\t" + std::to_string(object->size());
    for (const auto& member : *object) take(member.value(), path + "/" + std::string(member.key()), account);
  } else if (value.is_double()) {
    account[path] = "real\t" + exact(value.as_double());
  } else if (value.is_string()) {
    account[path] = "text\t" + text_of(value);
  } else {
    const std::string text = json::serialize(value);
    account[path] = (value.is_null() ? "null\t" : value.is_bool() ? "boolean\t" : "integer\t") + (value.is_null() ? "" : text);
  }
}

Account account_of_json(const json::value& document) {
  Account account;
  take(document, "", account);
  return account;
}

// ---- From the lines of show ----

Account account_of_lines(const std::vector<std::string>& lines) {
  Account account;
  std::vector<std::string> paths;             // of the open values, by depth
  std::map<std::string, std::size_t> counts;  // of elements, by the path of the list
  for (const std::string& line : lines) {
    const std::size_t depth = line.find_first_not_of(' ') / 2;
    const std::string body = line.substr(2 * depth);
    if (depth == 0) {
      paths = {""};
      account[""] = body;
      continue;
    }
    paths.resize(depth);
    const bool is_element = body.front() == '-' && (body.size() == 1 || body[1] == ' ');
    const std::size_t colon = std::min(body.find(": "), body.size() - 1);
    const std::string name = is_element ? std::to_string(counts[paths.back()]++) : body.substr(0, colon);
    const std::string rest = body.substr(is_element ? 1 : colon + 1);
    paths.push_back(paths.back() + "/" + name);
    account[paths.back()] = rest.empty() ? "" : rest.substr(1);
  }
  return account;
}

// ---- From the writer ----

struct Told {
  std::string path, kind, what;
  std::vector<std::string> parts;  // of what, at '|'
};

std::string quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return quoted + "\"";
}

std::string real_line(const std::string& hexadecimal) {
  if (hexadecimal == "nan") return "{\"$real\":\"nan:7ff8000000000000\"}";
  char text[64];
  std::snprintf(text, sizeof text, "%.15g", std::strtod(hexadecimal.c_str(), nullptr));
  const std::string shortest = text;
  return shortest.find_first_of(".e") == std::string::npos ? shortest + ".0" : shortest;
}

// What show prints of it: the form of each kind, and what the kind has below it.
std::string show_form(const Told& told) {
  const std::string& kind = told.kind;
  const auto& parts = told.parts;
  if (kind == "null") return "null";
  if (kind == "real") return real_line(told.what);
  if (kind == "text") return quoted(told.what);
  if (kind == "path") return "path " + quoted(told.what);
  if (kind == "decimal") return "decimal " + told.what;
  if (kind == "bytes") return "bytes (" + std::to_string(told.what.size() / 2) + " B) " + told.what;
  if (kind == "enum") return parts[0] + "::" + parts[1] + " (" + parts[2] + ")";
  if (kind == "complex") return "{\"$complex\":[" + real_line(parts[0]) + "," + real_line(parts[1]) + "]}";
  if (kind == "class") return parts[1] == "1" ? parts[0] : parts[0] + " (version " + parts[1] + ")";
  if (kind == "list" || kind == "map") return told.what == "0" ? (kind == "list" ? "[]" : "{}") : "";
  if (kind == "tuple" || kind == "set") return kind;
  if (kind == "array") {
    const std::size_t bytes = std::stoul(parts[2]);
    const std::string head = parts[0] + "[" + parts[1] + "] (";
    return bytes < kKeptOutsideBytes ? head + parts[2] + " B): " + parts[4] : head + "156.2 KiB)";  // of 20,000 doubles
  }
  return told.what;
}

/// Starts the program that knows the classes, and keeps what it says.
class Writer : public CommandFixture {
 public:
  Writer() {
    const std::string output = (path() / "account").string();
    const std::string command = std::string(CAIRN_TYPED_WRITER) + " " + store().string() + " > " + output;
    BOOST_REQUIRE_EQUAL(std::system(command.c_str()), 0);
    std::vector<std::string> said = lines(read_all(output));
    id_ = said.at(0);
    for (std::size_t i = 1; i < said.size(); ++i) {
      const std::vector<std::string> columns = split(said[i], '\t');
      told_.push_back({columns.at(0), columns.at(1), columns.at(2), split(columns.at(2), '|')});
    }
  }

  const std::string& id() const { return id_; }
  const std::vector<Told>& told() const { return told_; }
  /// As account_of_json has it; with large arrays, or without.
  Account expected(bool with_large_arrays) const {
    Account account;
    for (const Told& one : told_) {
      std::string what = one.kind + "\t" + one.what;
      if (one.kind == "array") {
        const bool is_left_out = !with_large_arrays && std::stoul(one.parts[2]) >= kKeptOutsideBytes;
        what = (is_left_out ? "stored\t" : "array\t") + one.parts[0] + "|" + one.parts[1] + "|" +
               (is_left_out ? one.parts[2] : one.parts[3]);
      }
      account[one.path] = what;
    }
    return account;
  }
  Account expected_lines() const {
    Account account;
    for (const Told& one : told_) account[one.path] = show_form(one);
    return account;
  }

 private:
  std::string id_;
  std::vector<Told> told_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(unknown_types, Writer)

BOOST_AUTO_TEST_CASE(got_as_json_they_are_whole) {
  BOOST_TEST(told().size() == 83u);
  check_equal(account_of_json(json::parse(run_line({"get", id(), "--json"}))), expected(true));
}

BOOST_AUTO_TEST_CASE(shown_as_json_they_are_whole_but_for_large_arrays) {
  const auto document = run_json({"show", id()}).at(0);
  BOOST_TEST(document.at("id").as_string() == id());
  check_equal(account_of_json(document.at("value")), expected(false));
}

BOOST_AUTO_TEST_CASE(shown_as_lines_every_field_has_its_line) {
  std::vector<std::string> shown = lines(run({"show", id()}).out);
  BOOST_TEST(shown.at(0) == "object " + id() + " (object)");
  shown.erase(shown.begin());
  check_equal(account_of_lines(shown), expected_lines());
}

// Its id is another: the types of fields that its schema hints at are those of C++, which JSON does not have.
BOOST_AUTO_TEST_CASE(what_was_got_is_the_same_value_in_another_store) {
  const CommandFixture other;
  const std::string got = run({"get", id(), "--json"}).out;
  const std::string copy = other.run_line({"put", "-", "--json-value"}, {.input = got});
  BOOST_TEST(other.run({"get", copy, "--json"}).out == got);
  BOOST_TEST(other.run_line({"get", copy, "--text"}) == run_line({"get", id(), "--text"}));
  BOOST_TEST(run_line({"put", "-", "--json-value"}, {.input = got}) == copy);
}

BOOST_AUTO_TEST_CASE(their_classes_are_counted) {
  const auto types = run_json({"types"});
  BOOST_REQUIRE_EQUAL(types.size(), 1u);
  BOOST_TEST(types[0].at("type").as_string() == "survey::Survey");
}

BOOST_AUTO_TEST_CASE(an_array_that_two_fields_share_is_kept_once) {
  const auto chunks = run_json({"stats"}).at(0).at("blobs").at("chunk").at("bytes").to_number<std::uint64_t>();
  BOOST_TEST(chunks == 20'000 * sizeof(double));
}

BOOST_AUTO_TEST_SUITE_END()
