#include "interchange/subgraph.h"

#include <cairn/reuse.h>

#include <algorithm>
#include <set>
#include <utility>

namespace cairn::interchange {
namespace {

std::vector<Uuid> reached(const Store& store, const std::vector<Uuid>& starts, Direction direction, LinkTypes links,
                          std::uint64_t depth_max = UINT64_MAX) {
  const Reach reach = store.reach(starts, direction, {.links = links, .depth_max = depth_max});
  std::vector<Uuid> found;
  found.reserve(reach.size());
  for (std::size_t i = 0; i < reach.size(); ++i) found.push_back(reach.uuid(i));
  return found;
}

std::vector<Link> links_from(const Store& store, const std::set<Uuid>& nodes) {
  std::vector<Link> found;
  for (const Uuid& node : nodes)
    for (Link& link : store.links(node))
      if (link.source == node) found.push_back(std::move(link));
  return found;
}

}  // namespace

Subgraph::Subgraph(const Store& store, std::span<const Uuid> starts, bool ancestors) {
  const std::vector<Uuid> called = reached(store, {starts.begin(), starts.end()}, Direction::down, {LinkType::call});
  std::vector<Uuid> processes;
  for (const Uuid& uuid : called)
    if (store.get_node(uuid).kind != NodeKind::data) processes.push_back(uuid);
  std::set<Uuid> all(called.begin(), called.end());
  const auto add = [&](const std::vector<Uuid>& more) { all.insert(more.begin(), more.end()); };
  if (!processes.empty()) {
    add(reached(store, processes, Direction::down, {LinkType::create, LinkType::return_}, 1));
    add(reached(store, processes, Direction::up, {LinkType::input}, 1));
  }
  if (ancestors) {
    add(reached(store, {all.begin(), all.end()}, Direction::up, {LinkType::input, LinkType::create}));
    add(reached(store, {all.begin(), all.end()}, Direction::up, {LinkType::call}));
  }
  links_ = links_from(store, all);
  for (const Link& link : links_)
    if (is_reuse(link)) all.insert(link.target);
  const std::vector<Uuid> listed(all.begin(), all.end());
  const Reach reach = store.reach(listed, Direction::up, {.depth_max = 0});
  for (std::size_t i = 0; i < reach.size(); ++i) {
    nodes_.push_back(reach.node(i));
    numbers_.emplace(nodes_.back().uuid, i);
  }
  std::erase_if(links_, [&](const Link& link) { return !numbers_.contains(link.target); });
  std::ranges::sort(links_);
  links_.erase(std::ranges::unique(links_).begin(), links_.end());
  std::ranges::stable_sort(links_, {}, &Link::label);
  for (std::size_t i = 0; i < links_.size(); ++i) {
    into_[links_[i].target].push_back(i);
    from_[links_[i].source].push_back(i);
  }
  for (const Uuid& process : processes) chosen_.emplace(process, true);
  choose(store, starts);
}

void Subgraph::choose(const Store& store, std::span<const Uuid> starts) {
  std::vector<Uuid> data;
  for (const Uuid& start : starts)
    if (find(start)->kind == NodeKind::data) data.push_back(start);
  if (data.empty()) return;
  for (const Uuid& uuid : reached(store, data, Direction::up, {LinkType::input, LinkType::create}))
    if (const Node* node = find(uuid); node != nullptr && node->kind != NodeKind::data) chosen_.emplace(uuid, true);
}

const Node* Subgraph::find(const Uuid& uuid) const {
  const auto found = numbers_.find(uuid);
  return found == numbers_.end() ? nullptr : &nodes_[found->second];
}

std::vector<const Link*> Subgraph::into(const Uuid& target, LinkType type) const {
  std::vector<const Link*> found;
  if (const auto links = into_.find(target); links != into_.end())
    for (const std::size_t number : links->second)
      if (links_[number].type == type) found.push_back(&links_[number]);
  return found;
}

std::vector<const Link*> Subgraph::from(const Uuid& source, LinkType type) const {
  std::vector<const Link*> found;
  if (const auto links = from_.find(source); links != from_.end())
    for (const std::size_t number : links->second)
      if (links_[number].type == type) found.push_back(&links_[number]);
  return found;
}

const Node* Subgraph::reused_from(const Uuid& process) const {
  for (const Link* link : from(process, LinkType::reference))
    if (is_reuse(*link)) return find(link->target);
  return nullptr;
}

const Node* Subgraph::caller(const Uuid& process) const {
  const std::vector<const Link*> calls = into(process, LinkType::call);
  return calls.empty() ? nullptr : find(calls.front()->source);
}

}  // namespace cairn::interchange
