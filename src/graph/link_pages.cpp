#include "graph/link_pages.h"

#include "base/bytes.h"

namespace cairn::graph {

void LinkPage::add(NodeId node, std::string_view packed) {
  Range& range = ranges_[node & (kNodes - 1)];
  if (range.begin == range.end) range.begin = static_cast<std::uint32_t>(bytes_.size());
  base::append_varint(bytes_, packed.size());
  bytes_ += packed;
  range.end = static_cast<std::uint32_t>(bytes_.size());
}

const LinkPage* LinkPages::look_up(NodeId number) {
  const auto found = pages_.find(number);
  if (found == pages_.end()) {
    std::uint8_t& visits = visits_[number];
    if (visits == kTooLarge || !is_worth_reading(++visits)) return nullptr;
    last_ = load(number);
    if (last_ == nullptr) return nullptr;
  } else {
    last_ = &found->second;
  }
  last_number_ = number;
  return last_;
}

const LinkPage* LinkPages::load(NodeId number) {
  LinkPage page;
  if (!read_(number << LinkPage::kShift, page)) {
    visits_[number] = kTooLarge;
    return nullptr;
  }
  memory_ += page.memory();
  const LinkPage& kept = pages_.emplace(number, std::move(page)).first->second;
  order_.push_back(number);
  while (memory_ > memory_max_ && order_.size() > 1) {
    const auto oldest = pages_.find(order_.front());
    memory_ -= oldest->second.memory();
    pages_.erase(oldest);
    order_.pop_front();
  }
  return &kept;
}

}  // namespace cairn::graph
