// Pages of links: when they are read, what they hold, and what gives way.
#include "graph/link_pages.h"

#include <boost/test/unit_test.hpp>

#include <map>
#include <vector>

#include "format/records.h"

namespace cairn::graph {
namespace {

using format::PackedLink;

// The links of a node: as many as its number's last two bits say.
std::vector<PackedLink> links_of(NodeId node) {
  std::vector<PackedLink> links;
  for (NodeId i = 0; i < node % 4; ++i) links.push_back({node + i, LinkType::input, false, 1});
  return links;
}

class PagedLinks {
 public:
  explicit PagedLinks(std::size_t memory_max)
      : read_([this](NodeId first, bool thoroughly, LinkPage& page) { return thoroughly && read(first, page); }),
        pages_(memory_max) {}

  /// True if the node's page was at hand; its links are compared then.
  bool visit(NodeId node) {
    const LinkPage* page = pages_.find(node, read_);
    if (page == nullptr) return false;
    std::vector<PackedLink> found;
    page->visit(node, [&](const PackedLink& link) { found.push_back(link); });
    BOOST_TEST((found == links_of(node)));
    return true;
  }
  std::size_t memory() const { return pages_.memory(); }
  std::map<NodeId, int> reads;  // by page
  NodeId too_large = UINT64_MAX;

 private:
  bool read(NodeId first, LinkPage& page) {
    ++reads[first / LinkPage::kNodes];
    if (first / LinkPage::kNodes == too_large) return false;
    for (NodeId node = first; node < first + LinkPage::kNodes; ++node)
      for (const PackedLink& link : links_of(node)) page.add(node, format::encode_links({link}));  // a part each
    return true;
  }

  const LinkPages::Read read_;
  LinkPages pages_;
};

BOOST_AUTO_TEST_SUITE(link_pages)

BOOST_AUTO_TEST_CASE(a_page_is_read_once_when_it_has_been_visited_often) {
  PagedLinks links(1 << 20);
  int alone = 0;
  while (!links.visit(7)) ++alone;
  BOOST_TEST(alone == 4);
  for (NodeId node = 0; node < LinkPage::kNodes; ++node) BOOST_TEST(links.visit(node));
  BOOST_TEST(links.reads.at(0) == 1);
  BOOST_TEST(!links.visit(LinkPage::kNodes));
}

BOOST_AUTO_TEST_CASE(a_long_traversal_reads_pages_sooner) {
  PagedLinks links(64 << 20);
  for (NodeId node = 0; node < 5000; ++node) links.visit(node * LinkPage::kNodes);
  BOOST_TEST(links.reads.empty());
  BOOST_TEST(links.visit(1));
}

BOOST_AUTO_TEST_CASE(beyond_the_limit_some_pages_give_way_and_others_stay) {
  constexpr std::size_t kMemory = 20'000;
  constexpr NodeId kPages = 100;
  PagedLinks links(kMemory);
  const auto visit_all = [&] {
    for (NodeId page = 0; page < kPages; ++page)
      for (int visit = 0; visit < 6; ++visit) links.visit(page * LinkPage::kNodes + 3);
    BOOST_TEST(links.memory() <= kMemory + 2000);  // the limit and one page
  };
  visit_all();
  BOOST_TEST(links.visit((kPages - 1) * LinkPage::kNodes));
  links.reads.clear();
  visit_all();
  BOOST_TEST(links.reads.size() < kPages);
  BOOST_TEST(links.reads.size() > kPages / 2);
}

BOOST_AUTO_TEST_CASE(a_page_that_is_too_large_is_asked_for_once) {
  PagedLinks links(1 << 20);
  links.too_large = 3;
  for (int visit = 0; visit < 1000; ++visit) BOOST_TEST(!links.visit(3 * LinkPage::kNodes + 1));
  BOOST_TEST(links.reads.at(3) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
