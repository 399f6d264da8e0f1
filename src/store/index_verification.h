// Indexes: each entry against the record, link or row that it follows from.
#pragma once

#include "store/verification_pass.h"

namespace cairn::store {

void check_indexes(VerificationPass& pass);

}  // namespace cairn::store
