#include "format/json_builder.h"

#include <cairn/error.h>
#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace cairn::format {

std::string JsonBuilder::pointer() const {
  std::string pointer;
  for (const OpenValue& open : open_) {
    if (!open.is_object)
      pointer = pointer_to(pointer, open.elements.size());
    else if (!open.keys.empty())
      pointer = pointer_to(pointer, open.keys.back());
  }
  return pointer;
}

bool JsonBuilder::on_array_begin(error_code&) {
  open_.emplace_back();
  return true;
}

bool JsonBuilder::on_array_end(std::size_t, error_code&) {
  List elements = std::move(open_.back().elements);
  open_.pop_back();
  return add(std::move(elements));
}

bool JsonBuilder::on_object_begin(error_code&) {
  open_.push_back({.is_object = true});
  return true;
}

bool JsonBuilder::on_object_end(std::size_t, error_code& ec) {
  OpenValue closed = std::move(open_.back());
  open_.pop_back();
  try {
    return add(object(std::move(closed.keys), std::move(closed.elements)));
  } catch (const Error& error) {
    return refuse(error.what(), ec);
  }
}

bool JsonBuilder::on_string(string_view part, std::size_t, error_code&) {
  append(part);
  return add(Value(std::exchange(text_, {})));
}

bool JsonBuilder::on_key(string_view part, std::size_t, error_code& ec) {
  append(part);
  OpenValue& open = open_.back();
  if (!open.known.insert(text_).second) return refuse(fmt::format("the key \"{}\" is there twice", text_), ec);
  open.keys.push_back(std::exchange(text_, {}));
  return true;
}

bool JsonBuilder::append(string_view part) {
  text_.append(part.data(), part.size());
  return true;
}

bool JsonBuilder::add(Value value) {
  if (open_.empty())
    result_ = std::move(value);
  else
    open_.back().elements.push_back(std::move(value));
  return true;
}

bool JsonBuilder::add_number(string_view part, error_code& ec) {
  append(part);
  const std::string text = std::exchange(text_, {});
  if (replacement_) return add(*std::exchange(replacement_, std::nullopt));
  const char *begin = text.data(), *end = begin + text.size();
  if (text.find_first_of(".eE") != std::string::npos) {
    double real = 0;
    const auto read = std::from_chars(begin, end, real);
    if (read.ec == std::errc() && read.ptr == end) return add(real);
    return refuse(fmt::format("the real {} is out of the range of a double", text), ec);
  }
  std::int64_t integer = 0;
  if (std::from_chars(begin, end, integer).ec == std::errc()) return add(integer);
  if (auto large = large_integer(text)) return add(std::move(*large));
  return refuse("the integer has more than 100,000 digits", ec);
}

bool JsonBuilder::refuse(std::string problem, error_code& ec) {
  problem_ = std::move(problem);
  ec = boost::json::error::syntax;  // any: problem_ is what counts
  return false;
}

}  // namespace cairn::format
