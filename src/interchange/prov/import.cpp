// W3C PROV-JSON in.
//
// Entities and agents become data nodes and activities calculations (or what cairn:kind says), named by unique ids: their URIs, in
// the scopes "prov" and "prov-activity". So what two documents describe is one node. wasGeneratedBy becomes a create link, used an
// input link, alternateOf a mutual one, all other relations references from the subject to the object. What no link can say (names
// and attributes of relations, times, second descriptions) is kept in the content of the node that stands for the document.
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "interchange/document_identity.h"
#include "interchange/format.h"
#include "interchange/json_reader.h"
#include "interchange/labels.h"
#include "interchange/prov/document.h"
#include "interchange/prov/graph.h"
#include "interchange/prov/keeping.h"
#include "interchange/prov/record.h"
#include "interchange/timestamps.h"

namespace cairn::interchange {
namespace prov {
namespace {

constexpr std::size_t kIdBytesMax = 1024;

bool say_the_same(const Map& a, const Prefixes& in_a, const Map& b, const Prefixes& in_b) {
  return Value(expanded_record(a, in_a)) == Value(expanded_record(b, in_b));
}

class DocumentImport {
 public:
  DocumentImport(Store& store, const ImportOptions& options, ImportReport& report, Document document)
      : store_(store), options_(options), report_(report), document_(std::move(document)), graph_(document_),
        contents_(document_.containers.size()), members_(document_.containers.size()), is_member_(graph_.elements().size()) {}

  void run() {
    const Identity name = document_identity(kDocumentScope, meaning_of(document_));
    if (const auto known = store_.find_node(name)) return recognise(*known);
    for (Element& element : graph_.elements()) find_known(element);
    for (const Statement& statement : document_.statements) place(statement);
    name_the_rest();
    read_kinds();
    graph_.settle(store_, report_);
    note_opaque();
    write(name);
    std::ranges::stable_sort(report_.items, {}, &ReportItem::place);
  }

 private:
  void recognise(const Node& node) {
    ImportReport ignored;
    const Value stored = stored_document(store_, node);
    if (meaning_of(take_apart(stored, {}, ignored)) != meaning_of(document_))
      throw Error(ErrorCode::conflict, fmt::format("document {} has the same digest, and is another one", node.uuid.text()));
    report_.was_there = true;
    report_.roots = {node.uuid};
    report_.nodes_known = graph_.elements().size();
  }

  void find_known(Element& element) {
    if (!element.has_uri) return;
    if (const auto uuid = native_uuid(element.uri)) element.known = store_.find_node(*uuid);
    if (!element.known && can_be_id(element.uri)) element.known = store_.find_node(identity_of(element));
    if (!element.known) return;
    element.kind = element.known->kind;
    ++report_.nodes_known;
  }

  static bool can_be_id(const std::string& uri) {
    return !uri.empty() && uri.size() <= kIdBytesMax && uri.find('\0') == std::string::npos;
  }
  static Identity identity_of(const Element& element) {
    return {element.is_process ? "prov-activity" : "prov", element.uri};
  }

  // A statement is the description of its node, or is kept with the document.
  void place(const Statement& statement) {
    if (statement.relation != nullptr) return keep(statement);
    const std::size_t number = graph_.element_of(statement);
    Element& element = graph_.elements()[number];
    is_member_[number] = true;
    if (element.known ? is_described_so(*element.known, statement) : describes(element, statement)) {
      if (members_[statement.container].emplace(number, statement.section).second) return;
    } else {
      const bool is_native = element.known && native_uuid(element.uri).has_value();
      report_.items.push_back({is_native ? Outcome::opaque : Outcome::altered, statement.place,
                               fmt::format("{} is described already{}: this description is kept with the document", statement.name,
                                           element.known ? " in the store" : "")});
    }
    keep(statement);
    members_[statement.container].emplace(number, "names");
  }

  bool describes(Element& element, const Statement& statement) {
    if (element.description == nullptr) {
      if (statement.record.find("prov") != nullptr) return false;
      element.description = &statement;
      return true;
    }
    const Statement& known = *element.description;
    return known.section == statement.section &&
           say_the_same(known.record, document_.prefixes_of(known), statement.record, document_.prefixes_of(statement));
  }

  bool is_described_so(const Node& node, const Statement& statement) const {
    const auto known = imported_description(node);
    return known && known->section == statement.section &&
           say_the_same(known->record, known->prefixes, statement.record, document_.prefixes_of(statement));
  }

  void keep(const Statement& statement) { contents_[statement.container][std::string(statement.section)].push_back(&statement); }

  // What is only named belongs to the document, too.
  void name_the_rest() {
    for (std::size_t i = 0; i < graph_.elements().size(); ++i) {
      const Element& element = graph_.elements()[i];
      if (is_member_[i]) continue;
      members_[element.container].emplace(i, "names");
      if (!element.known)
        report_.items.push_back({Outcome::unresolved, first_place(i),
                                 fmt::format("{} is named, and described nowhere: a node without a description stands for it",
                                             element.name)});
    }
  }

  std::string first_place(std::size_t element) {
    if (first_places_.empty())
      for (const Edge& edge : graph_.edges())
        for (const std::size_t end : {edge.subject, edge.object}) first_places_.emplace(end, edge.statement->place);
    return first_places_[element];
  }

  // Nodes are made again when they are written: together they would take more memory than all else.
  void read_kinds() {
    for (Element& element : graph_.elements()) {
      if (element.known) continue;
      element.kind = new_node(element).kind;
      if (element.has_uri && !can_be_id(element.uri))
        report_.items.push_back({Outcome::altered, first_place_of(element),
                                 fmt::format("its name cannot be a unique id: it is longer than {} bytes, or has a NUL", kIdBytesMax)});
    }
  }

  NewNode new_node(const Element& element) const {
    NewNode node;
    node.kind = element.is_process ? NodeKind::calculation : NodeKind::data;
    node.type = element_terms()[static_cast<std::size_t>(element.party)].type;
    node.label = node_label(element.name);
    if (element.is_process) node.state = NodeState::finished;
    if (element.has_uri && can_be_id(element.uri)) node.unique_ids.push_back(identity_of(element));
    const Prefixes& prefixes = document_.containers[element.container].prefixes;
    if (element.description == nullptr) {
      node.attributes = attributes_of_name(element.name, prefixes);
      return node;
    }
    const Statement& statement = *element.description;
    const Description description{std::string(statement.section), statement.name, document_.prefixes_of(statement), statement.record};
    if (const auto uuid = native_uuid(element.uri); uuid && read_native(description, node)) {
      node.uuid = *uuid;
      return node;
    }
    node.attributes = *attributes_of(description);
    if (const auto label = first_text(statement.record, "prov:label"); label && !label->empty())
      if (std::string clean = node_label(*label); !clean.empty()) node.label = std::move(clean);
    if (const auto start = first_text(statement.record, "prov:startTime")) node.created = parse_time(*start);
    return node;
  }

  std::string first_place_of(const Element& element) {
    return element.description != nullptr ? element.description->place
                                          : first_place(static_cast<std::size_t>(&element - graph_.elements().data()));
  }

  // Relations that say more than their link does.
  void note_opaque() {
    for (const Statement& statement : document_.statements) {
      if (statement.relation == nullptr) continue;
      std::string kept = statement.name.starts_with("_:") ? std::string() : "its name";
      for (const MapEntry& entry : statement.record) {
        const auto& attribute = *entry.key.get_if<std::string>();
        const PartyTerm* party = find_party(*statement.relation, attribute);
        if (party != nullptr && party->party != Party::statement) continue;
        const std::string uri = expanded(attribute, document_.prefixes_of(statement));
        if (uri.starts_with(kCairnUri)) continue;
        kept += (kept.empty() ? "" : ", ") + attribute;
      }
      if (!kept.empty()) report_.items.push_back({Outcome::opaque, statement.place, fmt::format("kept with the document: {}", kept)});
    }
  }

  static const PartyTerm* find_party(const RelationTerm& relation, std::string_view attribute) {
    const auto found = std::ranges::find(relation.parties, attribute, &PartyTerm::attribute);
    return found == relation.parties.end() ? nullptr : &*found;
  }

  Value content_of(std::size_t container) const {
    const Container& about = document_.containers[container];
    Map content;
    if (about.has_prefix_section) content.put("prefix", about.prefix_section);
    for (const std::string& section : about.empty_sections) content.put(section, Map());
    for (const auto& [section, statements] : contents_[container]) {
      std::map<std::string, List> by_name;
      for (const Statement* statement : statements) by_name[statement->name].push_back(Value(statement->record));
      Map records;
      for (auto& [name, list] : by_name) records.put(name, list.size() == 1 ? list.front() : Value(std::move(list)));
      content.put(section, std::move(records));
    }
    return content;
  }

  void write(const Identity& name) {
    BulkLoad load = options_.run.empty() ? store_.bulk_load() : store_.run(options_.run).bulk_load();
    LoadLabels labels(load);
    std::vector<BulkLoad::Number> numbers;
    for (const Element& element : graph_.elements())
      numbers.push_back(element.known ? load.find(element.known->uuid) : load.add(new_node(element)));
    std::vector<BulkLoad::Number> containers;
    for (std::size_t i = 0; i < document_.containers.size(); ++i) {
      containers.push_back(load.add(container_node(i, name, load)));
      if (i > 0) load.link(containers[0], containers[i], LinkType::reference, labels.number("bundle"));
      for (const auto& [element, section] : members_[i]) load.link(containers[i], numbers[element], LinkType::reference, labels.number(section));
    }
    for (const Edge& edge : graph_.edges())
      if (!edge.is_left_out) load.link(numbers[edge.source()], numbers[edge.target()], edge.type, labels.number(edge.label));
    const BulkReceipt receipt = load.commit();
    report_.nodes_new = receipt.node_count;
    report_.links_new = receipt.link_count;
  }

  NewNode container_node(std::size_t container, const Identity& name, BulkLoad& load) {
    NewNode node;
    node.type = container == 0 ? kDocumentType : kBundleType;
    node.label = node_label(container == 0 ? options_.name : document_.containers[container].name);
    node.content = load.put(content_of(container));
    if (container > 0) {
      node.attributes = Map{{"name", document_.containers[container].name}};
      return node;
    }
    node.uuid = Uuid::generate();
    node.unique_ids = {name};
    report_.roots = {*node.uuid};
    return node;
  }

  Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  const Document document_;
  DocumentGraph graph_;
  /// By container: what is kept with it, by section; and its elements, each with the section that describes it, or "names".
  std::vector<std::map<std::string, std::vector<const Statement*>>> contents_;
  std::vector<std::set<std::pair<std::size_t, std::string>>> members_;
  std::vector<bool> is_member_;  // by element
  std::unordered_map<std::size_t, std::string> first_places_;
};

}  // namespace
}  // namespace prov

ImportReport import_prov(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  prov::Document document = prov::take_apart(read_json(in, options.document_bytes_max), options, report);
  prov::DocumentImport(store, options, report, std::move(document)).run();
  return report;
}

}  // namespace cairn::interchange
