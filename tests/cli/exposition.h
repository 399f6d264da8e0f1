// A strict reader of the text format in which Prometheus takes metrics.
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/, "Text format details".
#pragma once

#include <boost/test/unit_test.hpp>

#include <charconv>
#include <cstddef>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cairn::test {

/// Throws std::runtime_error with the line for anything that the format does not allow: also for samples of one metric that are not
/// together, metrics without HELP and TYPE before them, samples that are there twice, and counters that are not called so.
class Exposition {
 public:
  using Labels = std::map<std::string, std::string>;
  using Samples = std::map<std::pair<std::string, Labels>, double>;

  static Samples parse(std::string_view text) {
    Exposition reader;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      if (end == std::string_view::npos) throw std::runtime_error("the last line does not end");
      reader.line_ = reader.rest_ = text.substr(0, end);
      reader.line();
      text.remove_prefix(end + 1);
    }
    return reader.samples_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw std::runtime_error(what + ": " + std::string(line_)); }

  void line() {
    if (take("# HELP ")) return help();
    if (take("# TYPE ")) return type();
    if (rest_.empty() || rest_.front() == '#') fail("neither HELP, TYPE nor a sample");
    sample();
  }

  void help() {
    const std::string metric = name(true);
    if (!helped_.insert(metric).second) fail("HELP twice");
    require(" ");
    for (std::size_t i = 0; i < rest_.size(); ++i)
      if (rest_[i] == '\\' && (++i == rest_.size() || (rest_[i] != '\\' && rest_[i] != 'n'))) fail("an escape that is none");
  }

  void type() {
    const std::string metric = name(true);
    require(" ");
    static const std::set<std::string_view> kTypes = {"counter", "gauge", "histogram", "summary", "untyped"};
    if (!kTypes.contains(rest_)) fail("a type that is none");
    if (!typed_.insert(metric).second) fail("TYPE twice, or after others");
    if (!helped_.contains(metric)) fail("TYPE before HELP");
    if (rest_ == "counter" && !metric.ends_with("_total")) fail("a counter that is not called so");
    current_ = metric;
  }

  void sample() {
    const std::string metric = name(true);
    if (metric != current_) fail("a sample apart from its metric");
    Labels labels;
    if (take("{"))
      while (!take("}")) {
        const std::string label = name(false);
        require("=\"");
        if (!labels.emplace(label, label_value()).second) fail("a label twice");
        if (!take(",") && !rest_.starts_with("}")) fail("expected , or }");
      }
    require(" ");
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || end != rest_.data() + rest_.size()) fail("expected a number");
    if (!samples_.emplace(std::pair(metric, labels), value).second) fail("a sample twice");
  }

  std::string name(bool is_metric) {
    std::size_t length = 0;
    const auto fits = [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (is_metric && c == ':') || (length > 0 && c >= '0' && c <= '9');
    };
    while (length < rest_.size() && fits(rest_[length])) ++length;
    if (length == 0) fail("expected a name");
    const std::string taken(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return taken;
  }

  std::string label_value() {
    std::string value;
    for (;;) {
      if (rest_.empty()) fail("a label that does not end");
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return value;
      if (c != '\\') {
        value += c;
      } else if (take("n")) {
        value += '\n';
      } else if (take("\\")) {
        value += '\\';
      } else if (take("\"")) {
        value += '"';
      } else {
        fail("an escape that is none");
      }
    }
  }

  bool take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  void require(std::string_view what) {
    if (!take(what)) fail("expected " + std::string(what));
  }

  std::string_view line_, rest_;
  std::set<std::string> helped_, typed_;
  std::string current_;
  Samples samples_;
};

}  // namespace cairn::test
