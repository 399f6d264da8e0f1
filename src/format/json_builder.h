// JsonBuilder: what a Boost.JSON parser reads, as a Value.
#pragma once

#include <cairn/value.h>

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace cairn::format {

/// Receives the events of a boost::json::basic_parser; the public members but for the first three are those it asks for. Numbers
/// are read from their text, because the parser's own doubles are not always the nearest and its large integers silently become
/// doubles.
class JsonBuilder {
 public:
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;

  Value take() { return std::move(result_); }
  /// The number that is read next stands for this one, which JSON has no text for.
  void replace_next_number(double number) { replacement_ = number; }
  /// What this found wrong; empty if the parser itself stopped.
  const std::string& problem() const { return problem_; }
  /// The JSON pointer to where the parser is.
  std::string pointer() const;

  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&);
  bool on_array_end(std::size_t, error_code&);
  bool on_object_begin(error_code&);
  bool on_object_end(std::size_t, error_code& ec);
  bool on_string_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_string(string_view part, std::size_t, error_code&);
  bool on_key_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_key(string_view part, std::size_t, error_code& ec);
  bool on_number_part(string_view part, error_code&) { return append(part); }
  bool on_int64(std::int64_t, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_uint64(std::uint64_t, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_double(double, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_bool(bool value, error_code&) { return add(Value(value)); }
  bool on_null(error_code&) { return add(Value()); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 protected:
  JsonBuilder() = default;
  virtual ~JsonBuilder() = default;

 private:
  /// The value of an object, of as many keys as values. Throws Error saying what is wrong with it.
  virtual Value object(std::vector<std::string> keys, List values) const = 0;
  /// The value of an integer that an int64 does not hold; empty if none does.
  virtual std::optional<Value> large_integer(std::string_view text) const = 0;

  /// A list or object that is still open.
  struct OpenValue {
    bool is_object = false;
    List elements = {};  // of an object: the values
    std::vector<std::string> keys = {};
    std::unordered_set<std::string> known = {};  // the same keys
  };

  bool append(string_view part);
  bool add(Value value);
  bool add_number(string_view part, error_code& ec);
  bool refuse(std::string problem, error_code& ec);

  Value result_;
  std::optional<double> replacement_;
  std::vector<OpenValue> open_;
  std::string text_;  // of the string, key or number that is being read
  std::string problem_;
};

}  // namespace cairn::format
