// Documents of W&B Weave in (see document.h for what they are).
//
// A version of an object becomes a data node of type weave:Object or weave:Op, with its value as content (see value.h), the
// rest of its row as attributes, and its reference as unique id; its recorded digest is in the id and a tag, weave:<digest>,
// whether or not it follows from the value. A call becomes a calculation, or a workflow if it called others, with its row as
// attributes; a table a data node that refers to its rows; a file one with its bytes. What they mention becomes links (see
// edges.h). load_op is a reference like any other, and nothing of what ops and files hold is run.
#include <cairn/error.h>
#include <cairn/value_json.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "interchange/document_identity.h"
#include "interchange/format.h"
#include "interchange/json_reader.h"
#include "interchange/labels.h"
#include "interchange/timestamps.h"
#include "interchange/weave/document.h"
#include "interchange/weave/edges.h"
#include "interchange/weave/items.h"
#include "interchange/weave/keeping.h"
#include "interchange/weave/naming.h"

namespace cairn::interchange {
namespace weave {
namespace {

constexpr std::size_t kTagBytesMax = 255, kMessageBytesMax = 4096;
/// Values whose JSON is no longer are also attributes, so that filters see them.
constexpr std::size_t kAttributeBytesMax = 4096;

bool is_tag(std::string_view text) {
  return text.size() <= kTagBytesMax &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string without_nul(std::string text, std::size_t bytes_max) {
  std::erase(text, '\0');
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // between two characters
  text.resize(end);
  return text;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The order of JSON pointers in a document whose keys are in order: elements of lists by their number.
bool is_before(std::string_view one, std::string_view other) {
  const auto [at, there] = std::ranges::mismatch(one, other);
  const auto part = [](std::string_view text, std::size_t position) {
    const std::size_t begin = position == 0 ? 0 : text.rfind('/', position - 1) + 1;
    return text.substr(begin, text.find('/', position) - begin);
  };
  const auto position = static_cast<std::size_t>(at - one.begin());
  const std::string_view left = part(one, position), right = part(other, position);
  if (is_number(left) != is_number(right)) return is_number(left);
  if (is_number(left) && left.size() != right.size()) return left.size() < right.size();
  return one < other;
}

/// A new node of an item, but for its content.
NewNode described_node(const Item& item) {
  NewNode node;
  node.uuid = item.uuid;
  node.unique_ids = item.names;
  node.kind = item.node_kind;
  if (item.row == nullptr) {
    node.type = kReferenceType;
    node.label = item.names.empty() ? std::string() : item.names.front().id;
    return node;
  }
  const Row& row = *item.row;
  node.type = row.kind == RowKind::object && is_op(row) ? "weave:Op" : term_of(row.kind).type;
  if (row.kind == RowKind::object) node.label = node_label(row.text("object_id"));
  const std::string tag = "weave:" + row.text("digest");
  if (!row.text("digest").empty() && is_tag(tag)) node.tags = {tag};
  node.created = parse_time(row.text(item.kind == RowKind::call ? "started_at" : "created_at"));
  if (item.fields.size() > 0) node.attributes = item.fields;
  return node;
}

void describe_call(const Item& item, NewNode& node) {
  const Row& row = *item.row;
  std::string problem;
  const auto op = parse_ref(row.text("op_name"), problem);
  if (op) node.code_version = without_nul(op->version, kMessageBytesMax);
  const std::string& shown = row.text("display_name");
  node.label = node_label(!shown.empty() ? shown : op ? op->name : row.text("op_name"));
  const std::string& exception = row.text("exception");
  node.state = !exception.empty()                ? NodeState::failed
               : row.find("ended_at") == nullptr ? NodeState::running
                                                 : NodeState::finished;
  if (exception.empty()) return;
  node.exit_status = 1;
  node.exit_message = without_nul(exception, kMessageBytesMax);
}

class DocumentImport {
 public:
  DocumentImport(Store& store, const ImportOptions& options, ImportReport& report, Document document)
      : store_(store),
        options_(options),
        report_(report),
        document_(std::move(document)),
        items_(store, options, report),
        edges_(items_, report) {}

  void run() {
    const Value plain = written(document_);
    const Identity name =
        document_identity(kDocumentScope, std::vector<std::string>{to_json(plain), options_.references_as_text ? "text" : ""});
    if (document_.form != Form::value)
      if (const auto known = store_.find_node(name)) return recognise(*known, plain);
    for (const Row& row : document_.rows) rows_.push_back(items_.add(row));
    if (document_.form == Form::value && items_.all()[rows_.front()].known) return recognise_value(items_.all()[rows_.front()]);
    edges_.connect();
    write(name);
    std::ranges::stable_sort(report_.items, is_before, &ReportItem::place);
  }

 private:
  void recognise(const Node& node, const Value& plain) {
    if (written(stored_document(store_, node)) != plain)
      throw Error(ErrorCode::conflict, fmt::format("document {} has the same digest, and is another one", node.uuid.text()));
    report_.items.clear();
    report_.was_there = true;
    report_.roots = {node.uuid};
    report_.nodes_known = document_.rows.size();
  }

  void recognise_value(const Item& item) {
    if (stored_row(store_, *item.known, RowKind::value).value != document_.rows.front().value)
      throw Error(ErrorCode::conflict, fmt::format("value {} has the same digest, and is another one", item.uuid.text()));
    report_.items.clear();
    report_.was_there = true;
    report_.roots = {item.uuid};
  }

  NewNode new_node(const Item& item, BulkLoad& load) {
    NewNode node = described_node(item);
    if (item.row == nullptr) return node;
    if (item.kind == RowKind::call) {
      describe_call(item, node);
      return node;
    }
    if (item.kind == RowKind::value && &item == &items_.all()[rows_.front()]) node.label = node_label(options_.name);
    if (item.kind == RowKind::table && item.value.is<std::monostate>()) return node;
    node.content = load.put(item.value);
    if (item.kind == RowKind::object || item.kind == RowKind::row || item.kind == RowKind::value) {
      Map attributes = item.fields;
      if (to_json(item.value).size() <= kAttributeBytesMax) attributes.put("val", item.value);
      node.attributes = std::move(attributes);
    }
    return node;
  }

  void write(const Identity& name) {
    BulkLoad load = options_.run.empty() ? store_.bulk_load() : store_.run(options_.run).bulk_load();
    LoadLabels labels(load);
    std::vector<BulkLoad::Number> numbers;
    for (const Item& item : items_.all()) numbers.push_back(item.known ? load.find(item.uuid) : load.add(new_node(item, load)));
    for (const Edge& edge : edges_.all())
      if (!edge.is_left_out) load.link(numbers[edge.source], numbers[edge.target], edge.type, labels.number(edge.label));
    if (document_.form == Form::value)
      report_.roots = {items_.all()[rows_.front()].uuid};
    else
      write_document(name, load, labels, numbers);
    const BulkReceipt receipt = load.commit();
    report_.nodes_new = receipt.node_count;
    report_.links_new = receipt.link_count;
  }

  void write_document(const Identity& name, BulkLoad& load, LoadLabels& labels, const std::vector<BulkLoad::Number>& numbers) {
    List entries;
    for (std::size_t i = 0; i < rows_.size(); ++i) entries.push_back(entry(document_.rows[i], rows_[i]));
    NewNode node;
    node.type = kDocumentType;
    node.label = node_label(options_.name);
    node.uuid = Uuid::generate();
    node.unique_ids = {name};
    node.content = load.put(kept_document(document_, entries));
    report_.roots = {*node.uuid};
    const BulkLoad::Number root = load.add(node);
    std::set<std::pair<std::size_t, std::string>> members;
    for (std::size_t i = 0; i < rows_.size(); ++i) members.emplace(rows_[i], label_or(document_.rows[i].section, "row"));
    for (const auto& [item, section] : members) load.link(root, numbers[item], LinkType::reference, labels.number(section));
  }

  /// As the document keeps the row; what differs from what its node says is reported.
  Value entry(const Row& row, std::size_t number) {
    const Item& item = items_.all()[number];
    if (row.kind == RowKind::value) return NodeRef{item.uuid};
    List rows;
    for (const Row& one : row.rows) rows.push_back(entry(one, *items_.find_row(one.text("digest"))));
    const bool is_new = item.row == &row && !item.known;
    const Map said = item.known ? stored_row(store_, *item.known, row.kind).fields : said_by_new(*item.row);
    const std::vector<std::string> names = is_new ? std::vector<std::string>() : differing(row, said);
    if (!names.empty() && row.kind != RowKind::row && row.kind != RowKind::file)
      report_.items.push_back(
          {Outcome::altered, row.place,
           fmt::format("it is described already, with other {}: this is kept with the document", fmt::join(names, ", "))});
    const RowKind kind = item.known ? kind_of(*item.known).value_or(RowKind::value) : item.kind;
    return entry_of(row, {item.uuid, kind, said}, std::move(rows));
  }

  Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  const Document document_;
  Items items_;
  Edges edges_;
  std::vector<std::size_t> rows_;  // the items of the document's rows
};

}  // namespace
}  // namespace weave

ImportReport import_weave(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  const Value json = read_json(in, options.document_bytes_max, {.allow_nonfinite = options.allow_nonfinite});
  weave::DocumentImport(store, options, report, weave::take_apart(json, options, report)).run();
  return report;
}

}  // namespace cairn::interchange
