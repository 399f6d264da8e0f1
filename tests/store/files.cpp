// Files that a codec wrote, in the state of a checkpoint.
#include <boost/test/unit_test.hpp>

#include <cairn/cairn.h>

#include "support/temporary_directory.h"

namespace {

struct Plot {
  std::string title;
  cairn::Bytes image;
};

}  // namespace

template <>
struct cairn::Codec<Plot> {
  static void encode(const Encoder& out, const Plot& value) {
    const ListEncoder parts = out.tuple(2);
    cairn::encode(parts[0], value.title);
    parts[1].files([&](FileWriter& files) { files.add("image.png", value.image); });
  }
  static Plot decode(const Decoder& in) {
    const ListDecoder parts = in.tuple();
    return {cairn::decode<std::string>(parts[0]), parts[1].files()->read("image.png")};
  }
  static std::string type_name() { return "plot"; }
};

using namespace cairn;

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(files_of_a_state_are_kept_with_its_checkpoint) {
  const test::TemporaryDirectory directory;
  const Bytes image(100'000, std::byte{7});
  {
    Store store = Store::open(directory.path() / "store");
    Run run = store.run("plots");
    run.checkpoint(1).save("plot", Plot{"energy", image}).commit();
    BOOST_TEST(run.checkpoint(2).save("plot", Plot{"energy", image}).commit().bytes_new < 1'000u);
  }
  const Store store = Store::open(directory.path() / "store", {.read_only = true});
  const auto plot = store.find_run("plots")->restart<Plot>("plot");
  BOOST_TEST_REQUIRE(plot.has_value());
  BOOST_TEST(plot->title == "energy");
  BOOST_TEST((plot->image == image));
  BOOST_TEST(store.verify().damage.empty());
  const Value value = store.get_value(store.find_run("plots")->at(2)->state.at("plot"));
  const ArtifactId* id = value.get_if<Tuple>()->elements[1].get_if<ArtifactId>();
  BOOST_REQUIRE(id != nullptr);
  const std::vector<ArtifactEntry> entries = store.list(*id);
  BOOST_TEST_REQUIRE(entries.size() == 2u);
  BOOST_TEST(entries[1].path == "image.png");
  BOOST_TEST(entries[1].size_bytes == image.size());
}

BOOST_AUTO_TEST_SUITE_END()
