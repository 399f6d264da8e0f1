// JSON documents as values of nodes: plain, a line each, and with the forms that lose nothing.
#include <cairn/cairn.h>
#include <cairn/plain_json.h>

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <streambuf>
#include <string>

#include "python_json.h"
#include "store/airflow_values.h"
#include "store/stores.h"
#include "support/errors.h"
#include "support/peak_memory.h"
#include "support/temporary_directory.h"

namespace cairn::test {
namespace {

ImportReport import_text(Store& store, const char* format, const std::string& text, const ImportOptions& options = {}) {
  std::istringstream in(text);
  return import_document(store, format, in, options);
}

std::string exported(const Store& store, const char* format, const std::vector<Uuid>& nodes) {
  std::ostringstream out;
  export_document(store, format, nodes, out);
  return out.str();
}

Value value_of(const Store& store, const Uuid& node) {
  return store.get_value(std::get<ObjectId>(store.get_node(node).content));
}

Uuid made(Store& store, const Value& value) {
  Transaction transaction = store.run("made").transaction();
  const Uuid node = transaction.add({.type = "made", .content = transaction.put(value)});
  transaction.commit();
  return node;
}

// Lines of that many bytes and some more, each another.
class LongLines : public std::streambuf {
 public:
  LongLines(std::uint64_t count, std::size_t bytes) : count_(count), text_(bytes, 'x') {}

 private:
  int_type underflow() override {
    if (next_ == count_) return traits_type::eof();
    line_ = "[\"" + text_ + "\"," + std::to_string(next_++) + "]\n";
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(line_.front());
  }

  const std::uint64_t count_;
  const std::string text_;
  std::string line_;
  std::uint64_t next_ = 0;
};

// The character for ever.
class Endless : public std::streambuf {
 public:
  explicit Endless(char c) : piece_(4096, c) {}
  std::uint64_t read = 0;

 private:
  int_type underflow() override {
    read += piece_.size();
    setg(piece_.data(), piece_.data(), piece_.data() + piece_.size());
    return traits_type::to_int_type(piece_.front());
  }
  std::string piece_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(json_values)

BOOST_AUTO_TEST_CASE(a_document_is_one_node_and_comes_back) {
  for_each_store([](TestStore& store) {
    for (const char* text :
         {"null", "true", "-1", "1.0", "-0.0", "5e-324", "1e+22", "18446744073709551615", "-9223372036854775809", "\"\"", "[]",
          "{}", R"({"b":[1,1.0,"1"],"a":{"$map":[[1,2]],"$bytes":"","":null},"é":"\u0001\u0000\"\\/"})",
          "1180591620717411303424000000000000000000000000000000000000000000000000000000000000001"}) {
      BOOST_TEST_CONTEXT(text) {
        const ImportReport report = import_text(*store, "json", text, {.name = "a.json", .run = "imported"});
        BOOST_REQUIRE_EQUAL(report.roots.size(), 1u);
        BOOST_TEST(report.nodes_new == 1u);
        const Node node = store->get_node(report.roots[0]);
        BOOST_TEST(node.type == "json:Value");
        BOOST_TEST(node.label == "a.json");
        BOOST_TEST(node.run == "imported");
        BOOST_TEST((value_of(*store, report.roots[0]) == from_plain_json(text)));
        const std::string back = exported(*store, "json", report.roots);
        BOOST_TEST((PythonJson::parse(back.substr(0, back.size() - 1)) == PythonJson::parse(text)), back);
        const ImportReport again = import_text(*store, "json", back);
        BOOST_TEST(again.was_there);
        BOOST_TEST((again.roots == report.roots));
      }
    }
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(documents_that_say_the_same_are_one_node_and_others_are_not) {
  Store store = Store::in_memory();
  const Uuid first = import_text(store, "json", R"({"a": 1, "b": 2})").roots.at(0);
  BOOST_TEST((import_text(store, "json", " {\"b\":2 ,\n\"a\":1}").roots.at(0) == first));
  BOOST_TEST((import_text(store, "cairn-json", R"({"b":2,"a":1})").roots.at(0) == first));
  for (const char* other : {R"({"a": 1.0, "b": 2})", R"({"a": true, "b": 2})", R"({"a": "1", "b": 2})", R"({"a": 1})"})
    BOOST_TEST(!import_text(store, "json", other).was_there, other);
  BOOST_TEST(import_text(store, "json", R"({"$tuple": [1]})").was_there == false);
  BOOST_TEST(import_text(store, "cairn-json", R"({"$tuple": [1]})").was_there == false);
  BOOST_TEST(nodes_of(store).size() == 7u);
}

BOOST_AUTO_TEST_CASE(no_run_is_made_for_what_is_there_or_refused) {
  Store store = Store::in_memory();
  import_text(store, "json", "[1]");
  BOOST_TEST(import_text(store, "json", "[1]", {.run = "new"}).was_there);
  BOOST_CHECK_THROW(import_text(store, "json-lines", "[2]\n[", {.run = "new"}), Error);
  BOOST_TEST(!store.find_run("new"));
  const ImportReport report = import_text(store, "json-lines", "[1]\n[2]", {.run = "new"});
  BOOST_TEST(report.nodes_new == 1u);
  BOOST_TEST(store.get_node(report.roots.at(1)).run == "new");
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(storing_a_document_gives_the_id_of_its_value) {
  Store store = Store::in_memory();
  std::string many = "[";
  for (int i = 0; i < 5'000; ++i)
    many += std::string(i == 0 ? "" : ",") + R"({"name":"n)" + std::to_string(i) + R"(","at":)" + std::to_string(i) +
            ",\"x\":null,\"b\":[[]]}";
  many += "]";
  for (const std::string& text :
       {std::string("null"), std::string(R"({"b":"\u00e9\n","a":[1,-2.5,true,{}],"c":123456789012345678901234567890})"), many,
        "{\"z\":" + many + ",\"a\":" + many + "}"}) {
    const PlainJson document(text);
    BOOST_TEST((document.value() == from_plain_json(text)));
    BOOST_TEST((store.put(document) == store.put(from_plain_json(text))));
  }
}

BOOST_AUTO_TEST_CASE(integers_of_any_size_come_back) {
  Store store = Store::in_memory();
  std::string text;
  for (const std::size_t digits : {9'000u, 9'863u, 9'864u, 9'865u, 9'872u, 20'000u, 100'000u}) {
    text.clear();
    for (std::size_t i = 0; i < digits; ++i) text += static_cast<char>('0' + (i * i + 1) % 10);
    for (const std::string& integer : {text, "-" + text, "1" + std::string(digits - 1, '0'), std::string(digits, '9')})
      BOOST_TEST((exported(store, "json", import_text(store, "json", integer).roots) == integer + "\n"), digits);
  }
  BOOST_CHECK_EXCEPTION(import_text(store, "json", text + "0"), Error,
                        has_code(ErrorCode::bad_document, "more than 100,000 digits"));
}

BOOST_AUTO_TEST_CASE(lines_are_documents_of_their_own) {
  Store store = Store::in_memory();
  const ImportReport report = import_text(store, "json-lines", "{\"a\": 1}\n\n[2]\r\n  {\"a\":1}\n3");
  BOOST_REQUIRE_EQUAL(report.roots.size(), 4u);
  BOOST_TEST(report.nodes_new == 3u);
  BOOST_TEST((report.roots[0] == report.roots[2]));
  BOOST_TEST(exported(store, "json-lines", report.roots) == "{\"a\":1}\n[2]\n{\"a\":1}\n3\n");
  BOOST_TEST(exported(store, "json", report.roots) == exported(store, "json-lines", report.roots));
  BOOST_TEST(import_text(store, "json-lines", exported(store, "json", report.roots)).was_there);
  BOOST_CHECK_EXCEPTION(import_text(store, "json-lines", "1\n2\n[3,\n"), Error,
                        has_code(ErrorCode::bad_document, "line 3, column 4: the document ends"));
  BOOST_CHECK_EXCEPTION(import_text(store, "json-lines", "4\n5 6"), Error,
                        has_code(ErrorCode::bad_document, "line 2, column 3: more than one value"));
  BOOST_TEST(nodes_of(store).size() == 3u);
  const ImportReport partial = import_text(store, "json-lines", "4\n[\n{\"a\":1}\n", {.partial = true});
  BOOST_TEST(partial.nodes_new == 1u);
  BOOST_REQUIRE_EQUAL(partial.items.size(), 1u);
  BOOST_TEST(partial.items[0].place == "line 2");
}

BOOST_AUTO_TEST_CASE(lines_take_the_memory_of_one) {
  if (!PeakMemory::is_measured()) return;
  const TemporaryDirectory directory;
  Store store = Store::open(directory.path() / "lines.cairn");
  LongLines bytes(300, 1 << 20);
  std::istream in(&bytes);
  const PeakMemory memory;
  const ImportReport report = import_document(store, "json-lines", in, {.run = "lines", .document_bytes_max = UINT64_MAX});
  BOOST_TEST(memory.growth_bytes() < (100u << 20));
  BOOST_TEST(report.nodes_new == 300u);
  BOOST_TEST(store.get_node(report.roots.at(299)).run == "lines");
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(lines_that_are_all_refused_are_no_document) {
  Store store = Store::in_memory();
  BOOST_CHECK_EXCEPTION(import_text(store, "json-lines", "[\n{\n", {.partial = true}), Error,
                        has_code(ErrorCode::bad_document, "no value"));
  BOOST_CHECK_EXCEPTION(import_text(store, "json-lines", "\n \n"), Error, has_code(ErrorCode::bad_document, "no value"));
}

BOOST_AUTO_TEST_CASE(lines_are_read_whole_wherever_the_pieces_of_a_stream_end) {
  for (const std::size_t size :
       {65'532u, 65'533u, 65'534u, 65'535u, 131'068u, 131'069u, 131'070u, 131'071u}) {  // and a bit more
    Store store = Store::in_memory();
    const std::string text = '"' + std::string(size, 'y') + '"';
    const ImportReport report = import_text(store, "json-lines", text + "\n1\r\n" + text);
    BOOST_REQUIRE_EQUAL(report.roots.size(), 3u);
    BOOST_TEST((value_of(store, report.roots[0]) == Value(std::string(size, 'y'))));
    BOOST_TEST((value_of(store, report.roots[1]) == Value(1)));
    BOOST_TEST((report.roots[0] == report.roots[2]));
  }
}

BOOST_AUTO_TEST_CASE(numbers_that_are_none_come_in_on_request) {
  Store store = Store::in_memory();
  for (const char* format : {"json", "json-lines"}) {
    BOOST_CHECK_EXCEPTION(import_text(store, format, "[NaN]"), Error, has_code(ErrorCode::bad_document, "line 1, column 2"));
    const ImportReport report = import_text(store, format, "[NaN, -Infinity]", {.allow_nonfinite = true});
    BOOST_TEST(exported(store, format, report.roots) == "[NaN,-Infinity]\n");
  }
  std::ostringstream out;
  const std::vector<Uuid> nodes{import_text(store, "json", "[NaN, -Infinity]", {.allow_nonfinite = true}).roots};
  BOOST_TEST(export_document(store, "json", nodes, out).items.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_stores_own_json_loses_nothing) {
  Store store = Store::in_memory();
  Store other = Store::in_memory();
  for (const auto& [name, value] : airflow_values()) {
    if (!value) continue;
    BOOST_TEST_CONTEXT(name) {
      const std::string text = exported(store, "cairn-json", {made(store, *value)});
      const ImportReport report = import_text(other, "cairn-json", text);
      BOOST_TEST((value_of(other, report.roots.at(0)) == *value), text);
      BOOST_TEST(exported(other, "cairn-json", report.roots) == text);
    }
  }
  check_clean(other);
}

BOOST_AUTO_TEST_CASE(what_has_no_plain_form_is_refused_with_its_place) {
  Store store = Store::in_memory();
  const auto refused = [&](const Value& value, const std::string& what) {
    const std::vector<Uuid> nodes{made(store, value)};
    BOOST_CHECK_EXCEPTION(exported(store, "json", nodes), Error, has_code(ErrorCode::unstorable, what));
    BOOST_CHECK_NO_THROW(exported(store, "cairn-json", nodes));
  };
  refused(python::tuple({1}), "a value of kind tuple has no plain form");
  refused(python::dict({{"a", List{1, python::bytes("x")}}}), "/a/1: a value of kind bytes");
  refused(python::dict({{"a/b", python::dict({{1, 2}})}}), "/a~1b: a key that is no text");
  const std::vector<Uuid> nodes{store.run("made").node().uuid};
  for (const char* format : {"json", "json-lines", "cairn-json"})
    BOOST_CHECK_EXCEPTION(exported(store, format, nodes), Error, has_code(ErrorCode::unstorable, "no value"));
}

BOOST_AUTO_TEST_CASE(faults_of_tagged_documents_have_their_places) {
  Store store = Store::in_memory();
  const auto wrong = [](const std::string& place) { return has_code(ErrorCode::bad_document, place); };
  BOOST_CHECK_EXCEPTION(import_text(store, "cairn-json", "{\"a\": 1,\n \"a\": 2}"), Error, wrong("line 2, column"));
  BOOST_CHECK_EXCEPTION(import_text(store, "cairn-json", "[\n{\"$unknown\": 1}]"), Error, wrong("JSON at /0: unknown form"));
  BOOST_CHECK_EXCEPTION(import_text(store, "cairn-json", "[NaN]"), Error, wrong("line 1, column"));
  BOOST_CHECK_EXCEPTION(import_text(store, "cairn-json", std::string(1'000'000, '[')), Error,
                        has_code(ErrorCode::limit, "line 1, column"));
  BOOST_TEST(nodes_of(store).empty());
}

BOOST_AUTO_TEST_CASE(a_document_without_an_end_is_refused_once_it_is_too_long) {
  Store store = Store::in_memory();
  for (const char* format : {"json", "json-lines", "cairn-json", "airflow"}) {
    for (const char c : {' ', '[', '\n', '"'}) {
      Endless bytes(c);
      std::istream in(&bytes);
      BOOST_CHECK_EXCEPTION(import_document(store, format, in, {.document_bytes_max = 1 << 20}), Error,
                            has_code(ErrorCode::limit, "longer than 1048576"));
      BOOST_TEST(bytes.read <= (1u << 20) + (128u << 10), format);
    }
  }
  BOOST_CHECK_NO_THROW(import_text(store, "json-lines", "[1]\n[2]", {.document_bytes_max = 7}));
  BOOST_CHECK_NO_THROW(import_text(store, "json-lines", "[1]\n[2]\n", {.document_bytes_max = 8}));
  BOOST_CHECK_THROW(import_text(store, "json-lines", "[1]\n[2]\n", {.document_bytes_max = 7}), Error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
