// The part of the graph that an export is about.
#pragma once

#include <cairn/store.h>

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

namespace cairn::interchange {

/// Nodes, and the links between them.
class Subgraph {
 public:
  /// `starts`, what they called, and what that used and made; with `ancestors` also what all of it came from, and who called
  /// the processes. Of steps whose results were taken over, also the processes that made those, without what these used.
  /// Throws not_found for a start that is not there. Cost: a read for each node, and for its links.
  Subgraph(const Store& store, std::span<const Uuid> starts, bool ancestors);

  /// In the order in which they were stored.
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Link>& links() const { return links_; }
  const Node* find(const Uuid& uuid) const;
  /// The starts that are processes, what they called, and what made the starts that are data.
  bool is_chosen(const Uuid& uuid) const { return chosen_.contains(uuid); }

  /// Links of a type that end or begin at a node, in order of label.
  std::vector<const Link*> into(const Uuid& target, LinkType type) const;
  std::vector<const Link*> from(const Uuid& source, LinkType type) const;
  /// Who called the process; null if nobody did.
  const Node* caller(const Uuid& process) const;
  /// The process that made what this one gave, if its result was taken over; null if it was not.
  const Node* reused_from(const Uuid& process) const;

 private:
  void choose(const Store& store, std::span<const Uuid> starts);

  std::vector<Node> nodes_;
  std::vector<Link> links_;
  std::unordered_map<Uuid, std::size_t> numbers_;
  std::unordered_map<Uuid, std::vector<std::size_t>> into_, from_;  // numbers of links
  std::unordered_map<Uuid, bool> chosen_;
};

}  // namespace cairn::interchange
