// Indexes: each entry against the record, link or row that it follows from.
#pragma once

#include <string_view>

#include "store/verification_pass.h"

namespace cairn::store {

void check_indexes(VerificationPass& pass);
/// One entry. Throws damaged.
void check_index_entry(VerificationPass& pass, std::string_view key, std::string_view value);

}  // namespace cairn::store
