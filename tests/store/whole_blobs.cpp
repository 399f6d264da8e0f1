// Which blobs are there with all that they refer to, beside a plain search.
#include "store/whole_blobs.h"

#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>
#include <cairn/error.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "engine/memory_engine.h"
#include "object/objects.h"
#include "store/forwarding_view.h"
#include "support/rows.h"

namespace cairn::test {
namespace {

using engine::BlobKind;

// A view in which some blobs are missing.
class HidingView : public store::ForwardingView {
 public:
  HidingView(const engine::View& view, std::set<Digest> hidden) : ForwardingView(view), hidden_(std::move(hidden)) {}

  void list_blobs(const std::function<bool(const Digest&, const engine::BlobInfo&)>& visit) const override {
    std::map<Digest, engine::BlobInfo> ordered;
    ForwardingView::list_blobs([&](const Digest& digest, const engine::BlobInfo& info) {
      if (!hidden_.contains(digest)) ordered.emplace(digest, info);
      return true;
    });
    for (const auto& [digest, info] : ordered)
      if (!visit(digest, info)) return;
  }

 private:
  const std::set<Digest> hidden_;
};

// Objects that refer to earlier ones, in chains as well as to many.
struct Objects {
  std::unique_ptr<engine::Engine> engine = engine::make_memory_engine();
  std::vector<Digest> ids;
  std::map<Digest, std::vector<Digest>> below;

  explicit Objects(std::mt19937& random) {
    const auto staging = engine->stage();
    for (std::int64_t i = 0; i < 60; ++i) {
      List list;
      list.push_back(Value(i));
      std::vector<Digest> named;
      for (auto count = ids.empty() ? 0 : random() % 4; count != 0; --count) {
        const std::size_t near = std::min<std::size_t>(ids.size(), random() % 3 == 0 ? ids.size() : 3);
        named.push_back(ids[ids.size() - 1 - random() % near]);
        list.push_back(Value(ObjectId{named.back()}));
      }
      ids.push_back(object::write_object(*staging, encodable(Value(list))).digest);
      below[ids.back()] = named;
    }
    engine->publish(staging.get(), row_commit(20, 0, "row", "value"));
  }

  bool is_whole(const Digest& id, const std::set<Digest>& hidden) const {
    if (hidden.contains(id)) return false;
    return std::ranges::all_of(below.at(id), [&](const Digest& named) { return is_whole(named, hidden); });
  }
};

BOOST_AUTO_TEST_SUITE(whole_blobs)

BOOST_AUTO_TEST_CASE(a_blob_is_whole_if_all_below_it_is_there) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      std::mt19937 random(seed);
      const Objects objects(random);
      std::set<Digest> hidden;
      for (auto count = random() % 4; count != 0; --count) hidden.insert(objects.ids[random() % objects.ids.size()]);
      const auto view = objects.engine->view();
      const HidingView hiding(*view, hidden);
      store::WholeBlobs blobs(hiding, {});
      for (int i = 0; i < 40; ++i) {
        const Digest id = objects.ids[random() % objects.ids.size()];
        BOOST_TEST(blobs.has_all({BlobKind::object, id}) == objects.is_whole(id, hidden));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
