#include <cairn/reach.h>

#include <cairn/store.h>

#include "graph/traversal.h"
#include "store/question.h"

namespace cairn {

using store::StoreState;

class Reach::Impl {
 public:
  Impl(std::shared_ptr<StoreState> state, std::span<const Uuid> starts, Direction direction, const TraversalOptions& options)
      : state_(std::move(state)), question_(*state_) {
    found_ = graph::traverse(question_.links(), question_.ids(starts), direction, options, graph::CollectLinks::no,
                             question_.gate(options));
  }

  const graph::TraversalResult& found() const { return found_; }
  format::NodeRecord record(std::size_t index) const { return question_.reader().get_record(found_.nodes.at(index).id); }
  Node node(std::size_t index) const { return state_->public_node(question_.view(), record(index)); }

 private:
  std::shared_ptr<StoreState> state_;
  store::Question question_;
  graph::TraversalResult found_;
};

Reach::Reach(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reach::Reach(Reach&&) noexcept = default;
Reach& Reach::operator=(Reach&&) noexcept = default;
Reach::~Reach() = default;
std::size_t Reach::size() const { return impl_->found().nodes.size(); }
std::uint64_t Reach::link_count() const { return impl_->found().link_count; }
std::uint64_t Reach::depth(std::size_t index) const { return impl_->found().nodes.at(index).depth; }
Uuid Reach::uuid(std::size_t index) const { return impl_->record(index).uuid; }
Node Reach::node(std::size_t index) const { return impl_->node(index); }

Reach Store::reach(std::span<const Uuid> starts, Direction direction, const TraversalOptions& options) const {
  return Reach(std::make_unique<Reach::Impl>(state_, starts, direction, options));
}

}  // namespace cairn
