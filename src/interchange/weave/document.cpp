#include "interchange/weave/document.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "interchange/json_reader.h"
#include "interchange/python_json.h"
#include "interchange/weave/file_content.h"
#include "interchange/weave/recognition.h"

namespace cairn::interchange::weave {
namespace {

constexpr std::array<RowTerm, 6> kTerms = {{{"object", "weave:Object", "objects", "weave"},
                                            {"call", "weave:Call", "calls", "weave"},
                                            {"table", "weave:Table", "tables", "weave"},
                                            {"row", "weave:Row", "table_rows", "weave-row"},
                                            {"file", "weave:File", "files", "weave-file"},
                                            {"value", "weave:Value", "values", "weave-value"}}};

bool is_text(const Map& map, std::string_view key) {
  const Value* value = map.find(key);
  return value != nullptr && value->is<std::string>();
}

bool has(const Map& map, std::string_view key) {
  return map.find(key) != nullptr;
}

class Reader {
 public:
  Reader(const ImportOptions& options, ImportReport& report) : options_(options), report_(report) {}

  Document read(const Value& json) {
    const List* list = json.get_if<List>();
    const Map* map = json.get_if<Map>();
    if (map != nullptr && is_export(*map)) {
      document_.form = Form::sections;
      read_sections(*map);
    } else if (const auto kind = recognised(json)) {
      document_.form = Form::row;
      add(json, *kind, "", "");
    } else if (list != nullptr && !list->empty() &&
               std::ranges::all_of(*list, [](const Value& one) { return recognised(one).has_value(); })) {
      document_.form = Form::list;
      for (std::size_t i = 0; i < list->size(); ++i) add((*list)[i], *recognised((*list)[i]), "", pointer_to("", i));
    } else {
      document_.rows.push_back({.value = json});
    }
    return std::move(document_);
  }

 private:
  struct Refusal {
    std::string place, problem;
  };

  void read_sections(const Map& map) {
    if (is_text(map, "project_id")) project_ = *map.find("project_id")->get_if<std::string>();
    for (const MapEntry& entry : map) {
      const auto& name = *entry.key.get_if<std::string>();
      const auto kind = section_kind(name);
      const List* list = entry.value.get_if<List>();
      if (!kind || list == nullptr) {
        document_.rest.put(name, entry.value);
        if (name != "project_id")
          report_.items.push_back({Outcome::opaque, pointer_to("", name), "no section of an export: kept with the document"});
        continue;
      }
      document_.sections.push_back(name);
      const std::string place = pointer_to("", name);
      for (std::size_t i = 0; i < list->size(); ++i) add((*list)[i], *kind, name, pointer_to(place, i));
    }
  }

  void add(const Value& json, RowKind kind, const std::string& section, const std::string& place) {
    try {
      document_.rows.push_back(row_of(json, kind, section, place));
    } catch (const Refusal& refusal) {
      const std::string at = refusal.place.empty() ? "/" : refusal.place;
      if (!options_.partial) throw_bad(at, refusal.problem);
      report_.items.push_back({Outcome::refused, at, refusal.problem});
    }
  }

  Row row_of(const Value& json, RowKind kind, const std::string& section, const std::string& place) {
    Row row{.kind = kind, .section = section, .project = project_, .place = place};
    if (kind == RowKind::value) {
      row.value = json;
      return row;
    }
    const Map* map = json.get_if<Map>();
    if (map == nullptr)
      throw Refusal{place,
                    fmt::format("expected an object of JSON, which a {} is, found {}", term_of(kind).name, json.kind_name())};
    read_fields(*map, row);
    need_texts(row);
    if (is_text(row.fields, "project_id")) row.project = row.text("project_id");
    if (kind == RowKind::table) read_table(row);
    if (kind == RowKind::file) read_content(row);
    if ((kind == RowKind::object || kind == RowKind::row) && !has(row.fields, "val"))
      throw Refusal{place, "expected its value as \"val\""};
    return row;
  }

  void need_texts(const Row& row) const {
    static constexpr std::array<std::string_view, 3> kCall = {"id", "op_name", "trace_id"}, kObject = {"object_id"},
                                                     kElse = {"digest"};
    for (const std::string_view key : row.kind == RowKind::call ? kCall : row.kind == RowKind::object ? kObject : kElse)
      if (!key.empty() && row.text(key).empty())
        throw Refusal{pointer_to(row.place, key),
                      fmt::format("expected text, which the {} of a {} is", key, term_of(row.kind).name)};
    for (const std::string_view key : {"digest", "project_id", "parent_id", "exception"})
      if (const Value* value = row.find(key); value != nullptr && !value->is<std::string>())
        throw Refusal{pointer_to(row.place, key), fmt::format("expected text, found {}", value->kind_name())};
  }

  void read_fields(const Map& map, Row& row) const {
    const bool is_of_database = row.kind == RowKind::call && is_text(map, "inputs");
    for (const MapEntry& entry : map) {
      const auto& key = *entry.key.get_if<std::string>();
      const auto* text = entry.value.get_if<std::string>();
      const std::string field = text == nullptr ? std::string() : dumped_field(key, row.kind, is_of_database);
      if (field.empty()) {
        row.fields.put(key, entry.value);
        continue;
      }
      if (field != key && has(map, field)) throw Refusal{pointer_to(row.place, key), fmt::format("it says {} twice", field)};
      Value value = parsed(*text, pointer_to(row.place, key));
      row.dumps.put(field, python_json(value) == *text ? Value(key) : Value(List{key, *text}));
      row.fields.put(field, std::move(value));
    }
  }

  Value parsed(const std::string& text, const std::string& place) const {
    try {
      return from_plain_json(text, {.allow_nonfinite = options_.allow_nonfinite});
    } catch (const Error& error) {
      if (error.code() == ErrorCode::bad_document) throw Refusal{place, fmt::format("JSON within JSON: {}", error.what())};
      throw Error(error.code(), fmt::format("{}: JSON within JSON: {}", place, error.what()));
    }
  }

  void read_table(Row& row) {
    if (const Value* rows = row.find("rows")) {
      const List* list = rows->get_if<List>();
      if (list == nullptr)
        throw Refusal{pointer_to(row.place, "rows"), fmt::format("expected a list of rows, found {}", rows->kind_name())};
      const std::string place = pointer_to(row.place, "rows");
      for (std::size_t i = 0; i < list->size(); ++i)
        row.rows.push_back(row_of((*list)[i], RowKind::row, "", pointer_to(place, i)));
      row.has_rows = true;
      Map fields;
      for (const MapEntry& entry : row.fields)
        if (entry.key != Value("rows")) fields.put(entry.key, entry.value);
      row.fields = std::move(fields);
    }
    const Value* digests = row.find("row_digests");
    const List* list = digests == nullptr ? nullptr : digests->get_if<List>();
    const bool is_list = list != nullptr && std::ranges::all_of(*list, [](const Value& one) { return one.is<std::string>(); });
    if (digests == nullptr ? !row.has_rows : !is_list)
      throw Refusal{pointer_to(row.place, "row_digests"), "expected the digests of the rows, a list of texts"};
  }

  void read_content(Row& row) {
    const Value* content = row.find("content");
    std::optional<FileContent> read = content == nullptr ? std::nullopt : read_file_content(*content);
    if (!read)
      throw Refusal{pointer_to(row.place, "content"),
                    R"(expected text, {"$hex": text}, {"$base64": text}, or a list of chunks)"};
    row.fields.put("content", std::move(read->bytes));
    row.spelling = std::move(read->spelling);
  }

  const ImportOptions& options_;
  ImportReport& report_;
  std::string project_;
  Document document_;
};

}  // namespace

const RowTerm& term_of(RowKind kind) {
  return kTerms[static_cast<std::size_t>(kind)];
}

std::optional<RowKind> kind_of(const Node& node) {
  if (node.type == "weave:Op") return RowKind::object;
  const auto found = std::ranges::find(kTerms, std::string_view(node.type), &RowTerm::type);
  return found == kTerms.end() ? std::nullopt : std::optional(static_cast<RowKind>(found - kTerms.begin()));
}

std::string Row::written_key(std::string_view field) const {
  const Value* dump = dumps.find(field);
  if (dump == nullptr) return std::string(field);
  const List* spelled = dump->get_if<List>();
  return *(spelled == nullptr ? *dump : spelled->front()).get_if<std::string>();
}

const Value* Row::find(std::string_view field) const {
  const Value* found = fields.find(field);
  return found == nullptr || found->is<std::monostate>() ? nullptr : found;
}

const std::string& Row::text(std::string_view field) const {
  static const std::string kNone;
  const Value* found = fields.find(field);
  const auto* written_text = found == nullptr ? nullptr : found->get_if<std::string>();
  return written_text == nullptr ? kNone : *written_text;
}

Document take_apart(const Value& json, const ImportOptions& options, ImportReport& report) {
  return Reader(options, report).read(json);
}

Value written(const Row& row) {
  if (row.kind == RowKind::value) return row.value;
  Map map;
  for (const MapEntry& entry : row.fields) {
    const Value* dump = row.dumps.find(entry.key);
    if (const List* spelled = dump == nullptr ? nullptr : dump->get_if<List>())
      map.put(spelled->front(), spelled->back());
    else if (dump != nullptr)
      map.put(*dump, python_json(entry.value));
    else if (row.kind == RowKind::file && entry.key == Value("content"))
      map.put(entry.key, written_file_content({*entry.value.get_if<Bytes>(), row.spelling}));
    else
      map.put(entry.key, entry.value);
  }
  List rows;
  for (const Row& one : row.rows) rows.push_back(written(one));
  if (row.has_rows) map.put("rows", std::move(rows));
  return map;
}

Value written(const Document& document) {
  if (document.form == Form::value || document.form == Form::row)
    return document.rows.empty() ? Value() : written(document.rows.front());
  if (document.form == Form::list) {
    List list;
    for (const Row& row : document.rows) list.push_back(written(row));
    return list;
  }
  Map map = document.rest;
  for (const std::string& section : document.sections) {
    List list;
    for (const Row& row : document.rows)
      if (row.section == section) list.push_back(written(row));
    map.put(section, std::move(list));
  }
  return map;
}

}  // namespace cairn::interchange::weave
