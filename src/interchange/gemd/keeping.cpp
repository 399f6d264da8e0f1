#include "interchange/gemd/keeping.h"

#include <cairn/error.h>
#include <cairn/plain_json.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "interchange/gemd/objects.h"
#include "interchange/sha256.h"

namespace cairn::interchange::gemd {
namespace {

const PlainJsonOptions kAnyJson{.allow_nonfinite = true, .depth_max = kPlainJsonDepthLimit};

List list_of(std::vector<Patch>& spellings) {
  List list;
  for (Patch& patch : spellings) {
    List spelling{Value(pointer_of(patch.steps))};
    if (patch.value) spelling.push_back(std::move(*patch.value));
    list.push_back(std::move(spelling));
  }
  return list;
}

// Of a part with null where other parts are, unless these are in an object, which has links there.
Value with_gaps(Part& part, std::span<const Steps> inner) {
  std::vector<Patch> patches = std::move(part.spellings);
  for (const Steps& steps : inner) patches.push_back({steps, Value()});
  return patched(*part.value, patches);
}

bool has_text_in_place(const Value& value) {
  if (value.is<Tuple>()) return true;
  if (const List* list = value.get_if<List>()) return std::ranges::any_of(*list, has_text_in_place);
  const Map* map = value.get_if<Map>();
  return map != nullptr &&
         std::ranges::any_of(*map, [](const MapEntry& entry) { return has_text_in_place(entry.value); });
}

// Puts the parts back into one another, from the last to the first.
class Assembly {
 public:
  Assembly(const Value& content, const RecordOf& record_of)
      : document_(*content.get_if<Map>()->find("document")),
        parts_(*content.get_if<Map>()->find("parts")->get_if<List>()),
        record_of_(record_of),
        patches_(parts_.size() + 1) {}

  Value run() {
    for (std::size_t number = parts_.size(); number > 0; --number) {
      const List& part = *parts_[number - 1].get_if<List>();
      Patch patch{steps_of(*part[1].get_if<std::string>()), std::nullopt};
      if (part.size() > 2) patch.value = value_of(part, patches_[number]);
      patches_[number] = {};
      patches_[static_cast<std::size_t>(*part[0].get_if<std::int64_t>())].push_back(std::move(patch));
    }
    std::vector<Patch>& outer = patches_[0];
    if (outer.size() == 1 && outer.front().steps.empty()) return std::move(*outer.front().value);
    return patched(expanded(document_), outer);
  }

 private:
  Value value_of(const List& part, std::vector<Patch>& inner) const {
    const Uuid* node = part[2].get_if<Uuid>();
    if (node == nullptr) return patched(expanded(part[3]), inner);
    Map record = record_of_(*node);
    if (part.size() > 3) add_spellings(*part[3].get_if<List>(), inner);
    return inner.empty() ? Value(std::move(record)) : Value(patched(record, inner));
  }

  // Where an object stands, it does not matter how the link to it is written.
  static void add_spellings(const List& spellings, std::vector<Patch>& inner) {
    const std::size_t count = inner.size();
    for (const Value& spelling : spellings) {
      const List& pair = *spelling.get_if<List>();
      Patch patch{steps_of(*pair[0].get_if<std::string>()), std::nullopt};
      if (pair.size() > 1) patch.value = expanded(pair[1]);
      const auto end = inner.begin() + static_cast<std::ptrdiff_t>(count);
      if (std::find_if(inner.begin(), end, [&](const Patch& other) { return other.steps == patch.steps; }) ==
          end)
        inner.push_back(std::move(patch));
    }
  }

  const Value& document_;
  const List& parts_;
  const RecordOf& record_of_;
  std::vector<std::vector<Patch>> patches_;  // by the part that they are in
};

// Bytes that are equal for equal values alone.
class Meaning {
 public:
  std::string of(const Value& value) {
    add(value);
    return std::move(bytes_);
  }

 private:
  void add(const Value& value) {
    if (const auto* text = value.get_if<std::string>()) return add('s', *text);
    if (const auto* integer = value.get_if<std::int64_t>())
      return add_word('i', std::bit_cast<std::uint64_t>(*integer));
    if (const auto* natural = value.get_if<std::uint64_t>()) return add_word('u', *natural);
    if (const auto* large = value.get_if<BigInteger>()) return add('b', large->text());
    if (const auto* real = value.get_if<double>())
      return std::isnan(*real) ? add('n', "") : add_word('r', std::bit_cast<std::uint64_t>(*real));
    if (const auto* flag = value.get_if<bool>()) return add_word('t', *flag ? 1 : 0);
    if (const List* list = value.get_if<List>()) {
      add_word('l', list->size());
      for (const Value& element : *list) add(element);
    } else if (const Map* map = value.get_if<Map>()) {
      add_word('m', map->size());
      for (const MapEntry& entry : *map) {
        add(entry.key);
        add(entry.value);
      }
    } else {
      bytes_ += '0';
    }
  }

  void add(char kind, std::string_view text) {
    add_word(kind, text.size());
    bytes_ += text;
  }

  void add_word(char kind, std::uint64_t word) {
    bytes_ += kind;
    for (unsigned shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(word >> shift & 0xFF);
  }

  std::string bytes_;
};

}  // namespace

bool is_document(const Node& node) {
  return node.type == kDocumentType && std::holds_alternative<ObjectId>(node.content);
}

Value content_of(Document& document, std::span<const Uuid> nodes) {
  std::vector<Part>& parts = document.parts;
  std::vector<std::vector<Steps>> inner(parts.size());
  std::vector<std::size_t> numbers(parts.size(), kNone);
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (parts[parts[i].outer].entity == kNone) inner[parts[i].outer].push_back(parts[i].steps);
  const bool is_object = parts[0].entity != kNone;
  List kept;
  numbers[0] = 0;
  for (std::size_t i = is_object ? 0 : 1; i < parts.size(); ++i) {
    Part& part = parts[i];
    const std::size_t outer = part.outer == kNone ? 0 : numbers[part.outer];
    const bool is_in_object = part.outer != kNone && parts[part.outer].entity != kNone;
    if (outer == kNone || (part.is_refused && is_in_object)) continue;
    List entry{Value(static_cast<std::uint64_t>(outer)), Value(pointer_of(part.steps))};
    if (part.entity != kNone && !part.is_refused) {
      entry.push_back(nodes[part.entity]);
      if (!part.spellings.empty()) entry.push_back(list_of(part.spellings));
    } else if (!part.is_refused) {
      entry.push_back(Value());
      entry.push_back(with_gaps(part, inner[i]));
    }
    kept.push_back(std::move(entry));
    if (!part.is_refused) numbers[i] = kept.size();
  }
  Value whole;
  if (!is_object) whole = with_gaps(parts[0], inner[0]);
  return Map{{"document", std::move(whole)}, {"parts", std::move(kept)}};
}

Value document_of(const Value& content, const RecordOf& record_of) {
  return Assembly(content, record_of).run();
}

Value stored_document(const Store& store, const Node& node) {
  const Value content = store.get_value(std::get<ObjectId>(node.content));
  return document_of(content, [&](const Uuid& uuid) {
    const Node object = store.get_node(uuid);
    return record_of(type_of(object), *object.attributes.get_if<Map>());
  });
}

Map record_of(std::string_view type, const Map& attributes) {
  Map record;
  for (const MapEntry& entry : attributes) record.put(entry.key, expanded(entry.value));
  record.put("type", type);
  return record;
}

Value expanded(const Value& value) {
  if (!has_text_in_place(value)) return value;
  if (const Tuple* text = value.get_if<Tuple>())
    return from_plain_json(*text->elements.at(0).get_if<std::string>(), kAnyJson);
  if (const List* list = value.get_if<List>()) {
    List all;
    for (const Value& element : *list) all.push_back(expanded(element));
    return all;
  }
  Map all;
  for (const MapEntry& entry : *value.get_if<Map>()) all.put(entry.key, expanded(entry.value));
  return all;
}

Identity identity_of_document(const Value& json) {
  return {kDocumentScope, sha256_hex(Meaning().of(json))};
}

}  // namespace cairn::interchange::gemd
