// The page of `--format html`, made of what is in page/ when the command is built.
#pragma once

#include <string_view>

namespace cairn::cli {

/// What stands before and after the data, which is JSON without "<".
extern const std::string_view kPageHead, kPageTail;

}  // namespace cairn::cli
