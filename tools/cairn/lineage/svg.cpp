// A lineage as a picture that Graphviz lays out and draws.
#include <cairn/error.h>

#include <fmt/format.h>

#include "exit_status.h"
#include "lineage/dot.h"
#include "lineage/formats.h"
#include "text.h"

#ifdef CAIRN_HAS_GRAPHVIZ
#include <gvc.h>

#include <memory>
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace cairn::cli {

#ifdef CAIRN_HAS_GRAPHVIZ
namespace {

// So many take up to 9 s of one core, twice as many 43 s.
constexpr std::size_t kUnitsMax = 1000, kEdgesMax = 2000;

// What Graphviz has to say; it would print that on standard error. The library has one place for it, and one for much else:
// it is not thread-safe, and this command calls it from one thread alone.
std::string& complaints() {
  static std::string text;
  return text;
}

int note_complaint(char* text) {
  complaints() += text;
  return 0;
}

[[noreturn]] void fail(std::string_view doing) {
  throw Error(ErrorCode::internal, fmt::format("--format svg: Graphviz could not {} the picture: {}", doing,
                                               complaints().empty() ? "it gave no reason" : printable(complaints())));
}

// Graphviz keeps memory of its own that it never gives back.
class IgnoreLeaks {
#ifdef __SANITIZE_ADDRESS__
  __lsan::ScopedDisabler disabler_;
#endif
 public:
  IgnoreLeaks() {}
};

std::string drawn(const std::string& dot) {
  const IgnoreLeaks ignore;
  agseterrf(note_complaint);
  const std::unique_ptr<GVC_t, int (*)(GVC_t*)> context(gvContext(), gvFreeContext);
  const std::unique_ptr<graph_t, int (*)(graph_t*)> graph(agmemread(dot.c_str()), agclose);
  if (!context || !graph) fail("read");
  if (gvLayout(context.get(), graph.get(), "dot") != 0) fail("lay out");
  const auto free_layout = [&](graph_t* one) { gvFreeLayout(context.get(), one); };
  const std::unique_ptr<graph_t, decltype(free_layout)> layout(graph.get(), free_layout);
  char* bytes = nullptr;
  unsigned length = 0;
  if (gvRenderData(context.get(), graph.get(), "svg", &bytes, &length) != 0 || bytes == nullptr) fail("draw");
  const std::unique_ptr<char, void (*)(char*)> owner(bytes, gvFreeRenderData);
  return {bytes, length};
}

// Programs that read XML may look for the definition of the type on the network.
std::string without_doctype(std::string svg) {
  const std::size_t begin = svg.find("<!DOCTYPE");
  const std::size_t end = begin == std::string::npos ? begin : svg.find('>', begin);
  if (end != std::string::npos) svg.erase(begin, end + 1 - begin);
  return svg;
}

}  // namespace

void print_svg(const Picture& picture, const PictureOptions& options, Output& out) {
  const Folding folding = folded(picture, options.all ? SIZE_MAX : kSiblingsMax);
  if (folding.units.size() > kUnitsMax || folding.edges.size() > kEdgesMax)
    throw Error(ErrorCode::limit,
                fmt::format("--format svg: {} and {} to draw, at most {} and {} can be; use --format html or dot{}",
                            count_of(folding.units.size(), "node"), count_of(folding.edges.size(), "link"), kUnitsMax,
                            kEdgesMax, options.all ? ", leave out --all" : ", or a smaller --depth"));
  out.raw(without_doctype(drawn(dot_text(folding, distinguishing_digits(picture.graph.nodes)))));
}

#else

void print_svg(const Picture&, const PictureOptions&, Output&) {
  throw UsageError("--format svg: this command was built without Graphviz (libgraphviz-dev); dot and html do without it");
}

#endif

}  // namespace cairn::cli
