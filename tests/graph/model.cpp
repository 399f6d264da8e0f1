// Random graphs beside a model that is a plain list of nodes and links and judges by looking at all of them.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "format/packed_links.h"
#include "graph/backlink_folding.h"
#include "graph/backlinks.h"
#include "graph/graph_store.h"
#include "graph/held_links.h"
#include "graph/index_entries.h"
#include "graph/traversal.h"

namespace cairn::graph {
namespace {

struct ModelNode {
  format::NodeRecord record;
  std::uint64_t commit = 0;    // that added it
  std::size_t order = 0;       // of birth
  bool sealed_before = false;  // by an earlier commit
};

struct ModelLink {
  NodeId source, target;
  LinkType type;
  std::string label;
};

class Model {
 public:
  std::map<NodeId, ModelNode> nodes;
  std::vector<ModelLink> links;
  std::uint64_t commit = 0;

  bool is_legal(const ModelLink& link) const {
    const ModelNode& source = nodes.at(link.source);
    const ModelNode& target = nodes.at(link.target);
    return link.source != link.target && kinds_fit(link) && !source.sealed_before &&
           (link.type == LinkType::return_ || link.type == LinkType::reference || link.type == LinkType::mutual ||
            (target.commit == commit && source.order < target.order)) &&
           std::none_of(links.begin(), links.end(),
                        [&](const ModelLink& other) { return clash(link, other); });
  }

  void begin_commit() {
    ++commit;
    for (auto& [id, node] : nodes)
      node.sealed_before = node.record.kind != NodeKind::data && is_terminal(node.record.state);
  }

  // From where to where the link leads.
  static std::vector<std::pair<NodeId, NodeId>> ways(const ModelLink& link, Direction direction) {
    const std::pair down(link.source, link.target), up(link.target, link.source);
    if (link.type == LinkType::mutual || direction == Direction::both) return {down, up};
    return {direction == Direction::down ? down : up};
  }

  // Depths of all that is reached, by relaxing every link until nothing changes.
  std::map<NodeId, std::uint64_t> reach(NodeId start, Direction direction, LinkTypes types,
                                        std::uint64_t most) const {
    std::map<NodeId, std::uint64_t> depths = {{start, 0}};
    for (bool changed = true; changed;) {
      changed = false;
      for (const ModelLink& link : links) {
        if (!types.has(link.type)) continue;
        for (const auto& [from, to] : ways(link, direction)) {
          const auto at = depths.find(from);
          if (at == depths.end() || at->second >= most) continue;
          const auto [known, is_new] = depths.try_emplace(to, at->second + 1);
          changed |= is_new || known->second > at->second + 1;
          known->second = std::min(known->second, at->second + 1);
        }
      }
    }
    return depths;
  }

 private:
  bool kinds_fit(const ModelLink& link) const {
    const NodeKind source = nodes.at(link.source).record.kind, target = nodes.at(link.target).record.kind;
    switch (link.type) {
      case LinkType::input:
        return source == NodeKind::data && target != NodeKind::data;
      case LinkType::create:
        return source == NodeKind::calculation && target == NodeKind::data;
      case LinkType::return_:
        return source == NodeKind::workflow && target == NodeKind::data;
      case LinkType::call:
        return source == NodeKind::workflow && target != NodeKind::data;
      case LinkType::reference:
      case LinkType::mutual:
        return true;
    }
    return false;
  }

  static bool clash(const ModelLink& a, const ModelLink& b) {
    if (a.type != b.type) return false;
    const bool label = a.label == b.label, source = a.source == b.source, target = a.target == b.target;
    switch (a.type) {
      case LinkType::input:
        return target && label;
      case LinkType::create:
        return target || (source && label);
      case LinkType::return_:
        return source && label;
      case LinkType::call:
        return target;
      case LinkType::reference:
        return source && target && label;
      case LinkType::mutual:
        return label && ((source && target) || (a.source == b.target && a.target == b.source));
    }
    return true;
  }
};

constexpr CellId kCells[] = {16, 17, 18};
const char* const kLabels[] = {"a", "b", "c", "d"};

// Which nodes a listing shows; empty members do not filter.
struct Wanted {
  std::optional<NodeKind> kind;
  std::optional<NodeState> state;
  std::optional<std::string> type, label;
  std::optional<CellId> cell;
  std::optional<Content> content;

  Filter filter() const {
    Filter filter;
    const auto require = [&](const char* field, const auto& value) {
      if (value) filter = filter && Filter::where(field, Comparison::equal, *value);
    };
    require("kind", kind);
    require("state", state);
    require("type", type);
    require("label", label);
    if (cell) filter = filter && Filter::where("run", Comparison::equal, std::to_string(*cell));
    if (!content) return filter;
    if (std::holds_alternative<std::monostate>(*content)) return filter && !Filter::exists("content");
    return filter && Filter::where("content", Comparison::equal, digest_of(*content)->hex());
  }

  bool shows(const format::NodeRecord& record) const {
    return (!kind || record.kind == *kind) && (!state || record.state == *state) && (!type || record.type == *type) &&
           (!label || record.label == *label) && (!cell || record.cell == *cell) &&
           (!content || digest_of(record.content) == digest_of(*content));
  }

  // Objects and artifacts are not told apart.
  static std::optional<Digest> digest_of(const Content& content) {
    if (const auto* object = std::get_if<ObjectId>(&content)) return object->digest;
    if (const auto* artifact = std::get_if<ArtifactId>(&content)) return artifact->digest;
    return std::nullopt;
  }
};

class RandomGraph {
 public:
  explicit RandomGraph(std::uint64_t seed) : random_(seed) {
    store.intern({"a", "b", "c", "d"});
    lease();
  }

  GraphStore store;
  Model model;

  void grow(int commits) {
    for (int i = 0; i < commits; ++i) {
      commit(kCells[pick(std::size(kCells))]);
      if (pick(4) == 0 && !model.nodes.empty()) fold();
    }
  }

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  NodeId any_node() {
    return std::next(model.nodes.begin(), static_cast<std::ptrdiff_t>(pick(model.nodes.size())))->first;
  }

  Wanted any_wanted() {
    Wanted query;
    if (pick(3) == 0) query.kind = static_cast<NodeKind>(1 + pick(3));
    if (pick(3) == 0) query.state = static_cast<NodeState>(1 + pick(7));
    if (pick(3) == 0) query.type = any_type();
    if (pick(3) == 0) query.cell = kCells[pick(std::size(kCells))];
    if (pick(3) == 0) query.label = any_label();
    if (pick(3) == 0) query.content = any_content();
    return query;
  }

 private:
  // Folds some of the backlinks, or of the links that nodes hold, with a few edits in each commit.
  void fold() {
    std::optional<NodeId> next = pick(2) == 0 ? NodeId{0} : any_node();
    const bool held = pick(2) == 0;
    while (next && pick(10) != 0) {
      engine::Edit edit;
      next = held ? fold_held_links(*store.view(), *next, 1 + pick(40), edit)
                  : fold_backlinks(*store.view(), *next, 1 + pick(40), edit.indexes);
      store.publish(format::kRootCell, std::move(edit));
    }
  }

  static constexpr std::uint64_t kBlock = 100, kBlocks = 30;

  // Blocks of ids far apart, in turns for each cell, as the root cell records them.
  void lease() {
    engine::Edit edit;
    for (std::uint64_t block = 0; block < kBlocks; ++block)
      edit.rows.push_back({format::row::lease(block_first(block)),
                           format::be64_pair(kCells[block % std::size(kCells)], kBlock)});
    store.publish(format::kRootCell, edit);
  }
  static NodeId block_first(std::uint64_t block) { return 1 + block * 1000; }

  NodeId next_id(CellId cell) {
    const std::uint64_t used = used_[cell]++, turn = cell - kCells[0];
    return block_first(used / kBlock * std::size(kCells) + turn) + used % kBlock;
  }

  std::string any_type() { return std::string(1 + pick(3), 't'); }
  std::string any_label() { return std::string(pick(2), 'l'); }
  Content any_content() {
    Digest digest;
    digest.bytes.fill(static_cast<std::uint8_t>(pick(3)));
    if (pick(3) == 0) return {};
    return pick(2) == 0 ? Content(ObjectId{digest}) : Content(ArtifactId{digest});
  }

  void commit(CellId cell) {
    model.begin_commit();
    store.commit(cell, [&](GraphWriter& writer) {
      for (std::uint64_t count = pick(12); count != 0; --count) add_node(writer, cell);
      for (std::uint64_t count = pick(6); count != 0; --count) update_node(writer, cell);
      if (model.nodes.empty()) return;
      for (std::uint64_t count = pick(60); count != 0; --count) add_link(writer, cell);
    });
  }

  void add_node(GraphWriter& writer, CellId cell) {
    format::NodeRecord record = make_node(static_cast<NodeKind>(1 + pick(3)), cell);
    if (record.kind != NodeKind::data) record.state = static_cast<NodeState>(1 + pick(7));
    record.type = any_type();
    record.label = any_label();
    if (pick(3) == 0) record.tags = {"tag " + std::to_string(pick(3))};
    record.content = any_content();
    const NodeId id = next_id(cell);
    writer.add_node(id, record);
    added_.push_back(id);
    model.nodes[id] = {record, model.commit, model.nodes.size(), false};
  }

  void update_node(GraphWriter& writer, CellId cell) {
    if (model.nodes.empty()) return;
    const NodeId id = any_node();
    ModelNode& node = model.nodes.at(id);
    if (node.record.cell != cell) return;
    if (node.record.kind != NodeKind::data && !node.sealed_before)
      node.record.state = static_cast<NodeState>(1 + pick(7));
    node.record.label = any_label();
    writer.update_node(id, node.record);
  }

  // Mostly near the newest nodes, so that many proposals are legal.
  NodeId likely_node() {
    if (pick(2) == 0) return any_node();
    return added_[added_.size() - 1 - pick(std::min<std::uint64_t>(added_.size(), 12))];
  }

  void add_link(GraphWriter& writer, CellId cell) {
    const ModelLink link{likely_node(), likely_node(), static_cast<LinkType>(1 + pick(6)), kLabels[pick(4)]};
    const bool held_by_source = link.type != LinkType::input && link.type != LinkType::create && link.type != LinkType::call;
    if (model.nodes.at(held_by_source ? link.source : link.target).record.cell != cell) return;
    bool taken = true;
    try {
      writer.add_link(link.source, link.target, link.type, link.label);
    } catch (const Error& error) {
      BOOST_TEST_REQUIRE(is_violation(error), error.what());
      taken = false;
    }
    BOOST_TEST_REQUIRE(taken == model.is_legal(link), link_name(link.type)
                                                          << " " << link.label << " " << link.source << "->"
                                                          << link.target);
    if (taken) model.links.push_back(link);
  }

  std::mt19937_64 random_;
  std::map<CellId, std::uint64_t> used_;
  std::vector<NodeId> added_;
};

std::vector<StoredLink> stored_links(const std::vector<ModelLink>& links, auto&& keep) {
  std::vector<StoredLink> found;
  for (const ModelLink& link : links)
    if (keep(link))
      found.push_back({link.source, link.target, link.type, static_cast<LabelId>(link.label[0] - 'a' + 1)});
  std::sort(found.begin(), found.end());
  return found;
}

void check_links(RandomGraph& graph, const GraphReader& reader) {
  for (const auto& [id, node] : graph.model.nodes) {
    const auto touches = [id = id](const ModelLink& link) { return link.source == id || link.target == id; };
    BOOST_TEST_REQUIRE((reader.links_of(id) == stored_links(graph.model.links, touches)));
  }
}

void check_traversal(RandomGraph& graph, const engine::View& view) {
  const NodeId start = graph.any_node();
  const auto direction = static_cast<Direction>(graph.pick(3));
  TraversalOptions options = {.links = {}};
  switch (graph.pick(3)) {
    case 0:
      options.links = LinkTypes::all();
      break;
    case 1:
      options.links = {LinkType::input, LinkType::create};
      break;
    default:
      options.links = {static_cast<LinkType>(1 + graph.pick(6)), static_cast<LinkType>(1 + graph.pick(6))};
  }
  if (graph.pick(2) == 0) options.depth_max = graph.pick(6);
  const NodeId starts[] = {start};
  TraversalResult result = traverse(view, starts, direction, options, CollectLinks::yes);

  const auto depths = graph.model.reach(start, direction, options.links, options.depth_max);
  std::vector<ReachedId> expected;
  for (const auto& [id, depth] : depths) expected.push_back({id, depth});
  std::sort(expected.begin(), expected.end(), [](const ReachedId& a, const ReachedId& b) {
    return std::tuple(a.depth, a.id) < std::tuple(b.depth, b.id);
  });
  BOOST_TEST_REQUIRE((result.nodes == expected));

  const auto is_followed = [&](const ModelLink& link) {
    return options.links.has(link.type) && std::ranges::any_of(Model::ways(link, direction), [&](const auto& way) {
             const auto from = depths.find(way.first);
             return from != depths.end() && from->second < options.depth_max;
           });
  };
  std::sort(result.links.begin(), result.links.end());
  BOOST_TEST_REQUIRE((result.links == stored_links(graph.model.links, is_followed)));
}

void check_listing(RandomGraph& graph, const engine::View& view) {
  const Wanted wanted = graph.any_wanted();
  std::vector<NodeId> expected, listed;
  for (const auto& [id, node] : graph.model.nodes)
    if (wanted.shows(node.record)) expected.push_back(id);
  const Filter filter = wanted.filter();
  const std::size_t limit = 1 + graph.pick(10);
  NodeId first = 0;
  for (std::vector<StoredNode> page; !(page = nodes_of(view, filter, first, limit)).empty(); first = page.back().id + 1) {
    for (const StoredNode& node : page) {
      listed.push_back(node.id);
      BOOST_TEST_REQUIRE((node.record == graph.model.nodes.at(node.id).record));
    }
  }
  BOOST_TEST_REQUIRE(listed == expected, boost::test_tools::per_element());
}

// Indexes are derived: building them anew from the records gives the same keys.
void check_indexes(const engine::View& view) {
  std::set<std::string> derived, stored;
  const auto nodes = view.records(engine::Record::node);
  for (bool more = nodes->seek(""); more; more = nodes->next())
    derived.merge([&] {
      const auto keys =
          node_index_keys(format::parse_be64(nodes->key()), format::decode_node(nodes->value()));
      return std::set<std::string>(keys.begin(), keys.end());
    }());
  visit_held_links(
      view,
      [&](NodeId holder, std::string_view packed) {
        for (const format::PackedLink& link : format::decode_links(packed)) derived.insert(backlink_key(holder, link));
      },
      [](NodeId, const Error& error) { throw error; });
  const auto indexes = view.indexes();
  for (bool more = indexes->seek(""); more; more = indexes->next()) {
    const auto check_backlink = [&](NodeId far, const format::PackedLink& link) {
      const format::PackedLink held{far, link.type, link.outgoing, link.label};
      const bool is_new = stored.insert(backlink_key(link.other, held)).second;
      BOOST_TEST_REQUIRE(is_new);
      BOOST_TEST_REQUIRE(has_backlink(*view.indexes(), far, link));
      BOOST_TEST_REQUIRE(has_backlink(*view.indexes(), far, format::link_code(link.type, link.outgoing), link.label));
    };
    switch (indexes->key().front()) {
      case format::index::kBacklink:
        for (const format::PackedLink& link : backlinks_in_row(indexes->key(), indexes->value()))
          check_backlink(far_node(indexes->key()), link);
        break;
      case format::index::kBacklinkPage:
        format::visit_page(format::index::parse_page(indexes->key()), indexes->value(), [&](NodeId far, std::string_view packed) {
          for (const format::PackedLink& link : format::decode_links(packed)) check_backlink(far, link);
        });
        break;
      case format::index::kLinkPage:
        break;
      default:
        stored.insert(std::string(indexes->key()));
    }
  }
  BOOST_TEST_REQUIRE((stored == derived));
}

BOOST_AUTO_TEST_SUITE(model)

BOOST_AUTO_TEST_CASE(random_graphs_are_what_a_plain_model_says) {
  std::size_t links = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) BOOST_TEST_CONTEXT("seed " << seed) {
      RandomGraph graph(seed);
      graph.grow(40);
      const auto view = graph.store.view();
      const GraphReader reader(*view, graph.store.labels());
      check_links(graph, reader);
      check_indexes(*view);
      for (int round = 0; round < 50; ++round) check_traversal(graph, *view);
      for (int round = 0; round < 50; ++round) check_listing(graph, *view);
      links += graph.model.links.size();
    }
  BOOST_TEST(links > 3000u);  // else the proposals are too wild to test anything
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
