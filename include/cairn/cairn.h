// Everything a program needs: open a Store, continue a Run, save, commit, restart, ask.
#pragma once

#include <cairn/array_view.h>
#include <cairn/artifact.h>
#include <cairn/attribute_index.h>
#include <cairn/bulk_load.h>
#include <cairn/checkpoint.h>
#include <cairn/codec.h>
#include <cairn/digest.h>
#include <cairn/error.h>
#include <cairn/fallback.h>
#include <cairn/filter.h>
#include <cairn/group.h>
#include <cairn/node.h>
#include <cairn/node_query.h>
#include <cairn/numpy_dtype.h>
#include <cairn/part.h>
#include <cairn/reach.h>
#include <cairn/read_options.h>
#include <cairn/registry.h>
#include <cairn/run.h>
#include <cairn/store.h>
#include <cairn/text.h>
#include <cairn/transaction.h>
#include <cairn/unknown_fields.h>
#include <cairn/uuid.h>
#include <cairn/value.h>
