// What both forms of a value's text are made of.
#pragma once

#include <cairn/text.h>
#include <cairn/value.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cairn::format {

/// The beginning of the text: all of it, or so many characters.
std::string_view first_characters(std::string_view text, std::size_t characters_max);
/// What stands between quotes: printable, with \" \\ and \n.
std::string escaped_text(std::string_view text);
/// Two digits for each byte; "..." behind them if there are more than `bytes_max`.
std::string hex_digits(std::span<const std::byte> bytes, std::size_t bytes_max);

/// The value in TextForm::line.
std::string value_line(const Value& value, const TextOptions& options);

}  // namespace cairn::format
