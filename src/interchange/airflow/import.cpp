// Values of Airflow's serialization in.
//
// A document becomes two nodes: its value, as it is meant (see decoder.h), and the document, which refers to the value and
// keeps how it was written: with both, export gives the document back.
#include <cairn/error.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "interchange/airflow/changes.h"
#include "interchange/airflow/decoder.h"
#include "interchange/airflow/encoder.h"
#include "interchange/airflow/keeping.h"
#include "interchange/airflow/text.h"
#include "interchange/document_identity.h"
#include "interchange/format.h"
#include "interchange/json_reader.h"
#include "interchange/labels.h"

namespace cairn::interchange {
namespace airflow {
namespace {

class DocumentImport {
 public:
  DocumentImport(Store& store, const ImportOptions& options, ImportReport& report, Value wire)
      : store_(store), options_(options), report_(report), wire_(std::move(wire)), wanted_(unordered(wire_)) {}

  void run() {
    Decoder decoder(options_, report_);
    const Value value = decoder.decode(wire_);
    Map forms = decoder.forms();
    if (report_.count(Outcome::refused) > 0) leave_out_refused(value, forms);
    const std::string said = to_json(wanted_);
    const Identity name = document_identity(kDocumentScope, {&said, 1});
    if (const auto known = store_.find_node(name)) return recognise(*known);
    write(name, value, content_for(value, std::move(forms)));
  }

 private:
  // What is left is the document.
  void leave_out_refused(const Value& value, const Map& forms) {
    wire_ = Encoder(forms).encode(value);
    wanted_ = unordered(wire_);
  }

  void recognise(const Node& node) {
    if (unordered(node_wire(store_, node)) != wanted_)
      throw Error(ErrorCode::conflict, fmt::format("document {} has the same digest, and is another one", node.uuid.text()));
    report_.was_there = true;
    report_.roots = {node.uuid};
    report_.nodes_known = 1;
  }

  // What has to be kept so that the value is written as it was.
  Map content_for(const Value& value, Map forms) const {
    const Value written = Encoder(forms).encode(value);
    Map content = changes_between(unordered(written), wanted_);
    if (forms.size() > 0) content.put("forms", std::move(forms));
    return content;
  }

  void write(const Identity& name, const Value& value, Map content) {
    BulkLoad load = options_.run.empty() ? store_.bulk_load() : store_.run(options_.run).bulk_load();
    LoadLabels labels(load);
    const BulkLoad::Number target = value_node(load, value);
    NewNode node;
    node.type = kDocumentType;
    node.label = node_label(options_.name);
    node.description = node_label(object_text(wire_).value_or(""));
    if (content.size() > 0) node.content = load.put(Value(std::move(content)));
    node.unique_ids = {name};
    node.uuid = Uuid::generate();
    report_.roots = {*node.uuid};
    load.link(load.add(node), target, LinkType::reference, labels.number(kValueLabel));
    const BulkReceipt receipt = load.commit();
    report_.nodes_new = receipt.node_count;
    report_.links_new = receipt.link_count;
  }

  BulkLoad::Number value_node(BulkLoad& load, const Value& value) {
    const ObjectId content = load.put(value);
    Identity name{kValueScope, content.hex()};
    if (const auto known = store_.find_node(name)) {
      ++report_.nodes_known;
      return load.find(known->uuid);
    }
    NewNode node;
    node.type = kValueType;
    node.content = content;
    node.unique_ids = {std::move(name)};
    return load.add(node);
  }

  Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  Value wire_;
  Value wanted_;
};

}  // namespace
}  // namespace airflow

ImportReport import_airflow(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  PlainJsonOptions reading{.keep_order = true};
  reading.allow_nonfinite = reading.allow_half_pairs = options.allow_nonfinite;  // both are what Python writes that is no JSON
  Value wire = read_json(in, options.document_bytes_max, reading);
  airflow::DocumentImport(store, options, report, std::move(wire)).run();
  return report;
}

}  // namespace cairn::interchange
