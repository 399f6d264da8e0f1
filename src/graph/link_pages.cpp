#include "graph/link_pages.h"

#include <utility>

#include "base/bytes.h"

namespace cairn::graph {

void LinkPage::take(NodeId first, std::string_view row) {
  bytes_ = row;
  format::visit_page(first, row, [&](NodeId node, std::string_view packed) {
    const auto end = static_cast<std::size_t>(packed.data() + packed.size() - row.data());
    // Before the links stands their size, as it does in front of what is added.
    ranges_[node & (kNodes - 1)] = {static_cast<std::uint32_t>(end - packed.size() - base::varint_size(packed.size())),
                                    static_cast<std::uint32_t>(end)};
  });
}

void LinkPage::replace(NodeId node, std::string_view packed) {
  ranges_[node & (kNodes - 1)] = {};
  add(node, packed);
}

void LinkPage::add(NodeId node, std::string_view packed) {
  Range& range = ranges_[node & (kNodes - 1)];
  if (range.end != bytes_.size()) {  // what it has goes behind the others
    const std::string before = bytes_.substr(range.begin, range.end - range.begin);
    range.begin = static_cast<std::uint32_t>(bytes_.size());
    bytes_ += before;
  }
  base::append_varint(bytes_, packed.size());
  bytes_ += packed;
  range.end = static_cast<std::uint32_t>(bytes_.size());
}

const LinkPage* LinkPages::look_up(NodeId number, const Read& read) {
  const auto found = pages_.find(number);
  if (found == pages_.end()) {
    std::uint8_t& visits = visits_[number];
    if (visits == kTooLarge) return nullptr;
    last_ = load(number, is_worth_reading(++visits), read);
    if (last_ == nullptr) return nullptr;
  } else {
    last_ = found->second.get();
  }
  last_number_ = number;
  return last_;
}

const LinkPage* LinkPages::load(NodeId number, bool thoroughly, const Read& read) {
  auto page = std::make_unique<LinkPage>();
  if (!read(number << LinkPage::kShift, thoroughly, *page)) {
    if (thoroughly) visits_[number] = kTooLarge;
    return nullptr;
  }
  memory_ += page->memory();
  drop_beyond(memory_max_);
  numbers_.push_back(number);
  return pages_.emplace(number, std::move(page)).first->second.get();
}

void LinkPages::drop_beyond(std::size_t memory_max) {
  while (memory_ > memory_max && !numbers_.empty()) {
    std::swap(numbers_[random_() % numbers_.size()], numbers_.back());
    const auto page = pages_.find(numbers_.back());
    memory_ -= page->second->memory();
    pages_.erase(page);
    numbers_.pop_back();
  }
}

void LinkPages::shrink(std::size_t memory_max) {
  drop_beyond(memory_max);
  last_ = nullptr;
  visits_.clear();
  visit_count_ = 0;
}

}  // namespace cairn::graph
