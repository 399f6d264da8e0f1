// How C++ values become storable: describe a class, or write a Codec for it.
//
//   struct Point { double x = 0, y = 0; };
//   BOOST_DESCRIBE_STRUCT(Point, (), (x, y))
//
// makes Point storable, alone and in standard containers. Storable as they are: bool, integers, float, double, complex
// numbers, text, paths, Bytes, enumerations, optional, unique_ptr, shared_ptr, variant, pair, tuple, vector, array, deque,
// map, set and their hashed forms, durations, dates and times of std::chrono, BigInteger, Decimal, DateTime and the like,
// Uuid, references (ObjectId, ArtifactId, NodeRef, Identity), links between objects (see link.h), and Value.
// Multi-dimensional arrays are stored through ArrayView or std::mdspan, and loaded with read_into. A single field gets another
// codec by a Port; a type without a way back is said to be so by NoCodec, as std::function is. Versions of classes, what
// derives from what behind pointers, and which classes data may become are said in a Registry.
#pragma once

#include <cairn/codec/array_view.h>
#include <cairn/codec/chrono.h>
#include <cairn/codec/core.h>
#include <cairn/codec/described.h>
#include <cairn/codec/map.h>
#include <cairn/codec/no_codec.h>
#include <cairn/codec/optional.h>
#include <cairn/codec/pointee.h>
#include <cairn/codec/scalar.h>
#include <cairn/codec/sequence.h>
#include <cairn/codec/shared.h>
#include <cairn/codec/text.h>
#include <cairn/codec/value.h>
#include <cairn/link.h>
