#include "growth_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <utility>

#include "output.h"
#include "text.h"

namespace cairn::cli {
namespace {

constexpr int kWidth = 760, kHeight = 420;
constexpr int kLeft = 90, kRight = 24, kTop = 56, kBottom = 56;
constexpr int kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;
constexpr int kTicksMost = 6;
constexpr std::size_t kTitleColumns = 60;
constexpr const char* kSavedColor = "#1f5fa8";
constexpr const char* kNewColor = "#c8500a";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += c;
    }
  }
  return safe;
}

struct Point {
  double x = 0, saved = 0, fresh = 0;
};

bool has_ascending_steps(const std::vector<CheckpointGrowth>& growth) {
  return std::ranges::adjacent_find(growth, std::greater_equal<>(), &CheckpointGrowth::step) == growth.end();
}

std::vector<Point> points_of(const std::vector<CheckpointGrowth>& growth, bool by_step) {
  std::vector<Point> points;
  Point sum;
  for (const CheckpointGrowth& one : growth) {
    sum.x = by_step ? static_cast<double>(one.step) : static_cast<double>(points.size() + 1);
    sum.saved += static_cast<double>(one.logical_bytes);
    sum.fresh += static_cast<double>(one.new_bytes);
    points.push_back(sum);
  }
  return points;
}

// 1, 2 or 5 times a power of ten, so that `range` has a few of them. At least `least`.
double tick_step(double range, double least) {
  const double rough = std::max(range / kTicksMost, least);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

// The largest of B, KiB, MiB, ... of which `bytes` has one or more.
struct Unit {
  double bytes = 1;
  const char* name = "B";

  static Unit of(double bytes) {
    constexpr const char* kNames[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    Unit unit;
    for (std::size_t i = 1; i < std::size(kNames) && bytes / unit.bytes >= 1024; ++i) unit = {unit.bytes * 1024, kNames[i]};
    return unit;
  }
};

class Plot {
 public:
  Plot(std::vector<Point> points, bool by_step) : points_(std::move(points)), by_step_(by_step) {
    if (points_.empty()) return;
    begin_ = points_.front().x;
    end_ = points_.back().x;
    most_ = std::max(points_.back().saved, 1.0);
  }

  std::string draw(std::string_view run) {
    head(run);
    bytes_axis();
    count_axis();
    line("saved", kSavedColor, "", &Point::saved);
    line("new", kNewColor, " stroke-dasharray=\"7 4\"", &Point::fresh);
    legend();
    text_ += "</svg>\n";
    return std::move(text_);
  }

 private:
  double at_x(double x) const { return end_ > begin_ ? kLeft + (x - begin_) / (end_ - begin_) * kPlotWidth : kLeft + kPlotWidth / 2.0; }
  double at_y(double bytes) const { return kTop + (1 - bytes / most_) * kPlotHeight; }

  void head(std::string_view run) {
    const std::string title = escaped(fitted(visible(json_text(run)), kTitleColumns));
    text_ += fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<title>Growth of run {2}</title>\n<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n"
        "<text x=\"{3}\" y=\"24\" font-size=\"15\">Growth of run {2}</text>\n",
        kWidth, kHeight, title, kLeft);
    if (points_.empty())
      text_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">no checkpoints</text>\n", kLeft + kPlotWidth / 2,
                           kTop + kPlotHeight / 2);
  }

  void bytes_axis() {
    const Unit unit = Unit::of(most_);
    const double step = tick_step(most_ / unit.bytes, unit.bytes == 1 ? 1 : 0.1);
    text_ += "<g stroke=\"#dddddd\" text-anchor=\"end\">\n";
    for (int i = 0; !points_.empty() && i * step * unit.bytes <= most_; ++i)
      text_ += fmt::format("<line x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\"/><text x=\"{}\" y=\"{:.1f}\" stroke=\"none\">{:g} {}</text>\n",
                           kLeft, at_y(i * step * unit.bytes), kWidth - kRight, at_y(i * step * unit.bytes), kLeft - 8,
                           at_y(i * step * unit.bytes) + 4, i * step, unit.name);
    text_ += "</g>\n";
  }

  void count_axis() {
    const int y = kTop + kPlotHeight;
    text_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#444444\"/>\n<g stroke=\"#444444\" text-anchor=\"middle\">\n",
                         kLeft, y, kWidth - kRight, y);
    const double step = tick_step(end_ - begin_, 1);
    for (double x = std::ceil(begin_ / step) * step; !points_.empty() && x <= end_; x += step)
      text_ += fmt::format("<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\"/><text x=\"{0:.1f}\" y=\"{3}\" stroke=\"none\">{4:.0f}</text>\n",
                           at_x(x), y, y + 5, y + 20, x);
    text_ += fmt::format("<text x=\"{}\" y=\"{}\" stroke=\"none\">{}</text>\n</g>\n", kLeft + kPlotWidth / 2, y + 42,
                         by_step_ ? "step" : "checkpoint");
  }

  // Of the points in one column of the picture, the last: the line ascends.
  void line(std::string_view name, const char* color, const char* style, double Point::*bytes) {
    std::string places;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const bool is_last = i + 1 == points_.size() || std::lround(at_x(points_[i].x)) != std::lround(at_x(points_[i + 1].x));
      if (is_last || i == 0) places += fmt::format("{}{:.1f},{:.1f}", places.empty() ? "" : " ", at_x(points_[i].x), at_y(points_[i].*bytes));
    }
    if (points_.size() == 1)
      text_ += fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", name, at_x(points_[0].x),
                           at_y(points_[0].*bytes), color);
    if (points_.size() > 1)
      text_ += fmt::format("<polyline class=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{} points=\"{}\"/>\n", name, color, style, places);
  }

  void legend() {
    const auto entry = [&](int x, const char* color, const char* style, const std::string& what) {
      text_ += fmt::format("<line x1=\"{}\" y1=\"40\" x2=\"{}\" y2=\"40\" stroke=\"{}\" stroke-width=\"2\"{}/><text x=\"{}\" y=\"44\">{}</text>\n",
                           x, x + 24, color, style, x + 30, what);
    };
    const Point last = points_.empty() ? Point() : points_.back();
    entry(kLeft, kSavedColor, "", fmt::format("saved: {}", human_size(static_cast<std::uint64_t>(last.saved))));
    entry(kLeft + 200, kNewColor, " stroke-dasharray=\"7 4\"",
          fmt::format("of these new: {}", human_size(static_cast<std::uint64_t>(last.fresh))));
  }

  std::vector<Point> points_;
  const bool by_step_;
  double begin_ = 0, end_ = 0, most_ = 1;
  std::string text_;
};

}  // namespace

std::string growth_svg(std::string_view run, const std::vector<CheckpointGrowth>& growth) {
  const bool by_step = has_ascending_steps(growth);
  return Plot(points_of(growth, by_step), by_step).draw(run);
}

}  // namespace cairn::cli
