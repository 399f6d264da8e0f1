// Numbers on the command line: the whole text, in decimal and in range, or wrong usage.
#pragma once

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <limits>
#include <string>
#include <system_error>

namespace cairn::cli {

/// Throws CLI::ValidationError naming the option. CLI11's own reading takes 010 for 8 and too much for the most.
template <std::integral Number>
Number parse_number(const std::string& option, const std::string& text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end)
    throw CLI::ValidationError(
        option, fmt::format("expected a whole number from {} to {}, got '{}'", std::numeric_limits<Number>::min(),
                            std::numeric_limits<Number>::max(), text));
  return number;
}

/// An option that sets `target`, which may be an optional; it must outlive the parsing.
template <std::integral Number, class Target>
CLI::Option* add_number(CLI::App& app, const std::string& option, Target& target, const std::string& help) {
  const auto set = [option, &target](const std::string& text) { target = parse_number<Number>(option, text); };
  return app.add_option_function<std::string>(option, set, help)->type_name("N");
}

}  // namespace cairn::cli
