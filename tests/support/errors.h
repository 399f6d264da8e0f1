// Checking which Error was thrown.
#pragma once

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <string>

namespace cairn::test {

/// True for an Error with that code; prints the message otherwise.
inline auto has_code(ErrorCode code) {
  return [code](const Error& error) {
    if (error.code() == code) return true;
    BOOST_TEST_MESSAGE("got " << error_name(error.code()) << ": " << error.what());
    return false;
  };
}

/// As has_code, for a message that must hold `text`.
inline auto has_code(ErrorCode code, std::string text) {
  return [code, text = std::move(text)](const Error& error) {
    if (error.code() == code && std::string(error.what()).find(text) != std::string::npos) return true;
    BOOST_TEST_MESSAGE("got " << error_name(error.code()) << ": " << error.what());
    return false;
  };
}

}  // namespace cairn::test
