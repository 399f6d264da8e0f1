#include "prometheus.h"

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <utility>

#include "output.h"

namespace cairn::cli {
namespace {

using Label = std::pair<std::string_view, std::string_view>;

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : json_text(value)) {  // which is UTF-8
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') text += "\\n";
    else text += c;
  }
  return text;
}

// Metric after metric. All samples of one follow its head.
class Metrics {
 public:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  void gauge(std::string_view name, std::string_view help) { begin(name, "gauge", help); }

  void add(std::initializer_list<Label> labels, std::uint64_t value) {
    text_ += name_;
    if (labels.size() != 0) {
      std::string_view before = "{";
      for (const auto& [label, what] : labels) text_ += fmt::format("{}{}=\"{}\"", std::exchange(before, ","), label, escaped(what));
      text_ += '}';
    }
    text_ += fmt::format(" {}\n", value);
  }
  void single(std::string_view name, std::string_view help, std::uint64_t value) {
    gauge(name, help);
    add({}, value);
  }

  std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

void add_blobs(Metrics& metrics, const StoreStats& stats) {
  const auto by_kind = [&](std::string_view name, std::string_view help, std::uint64_t KindStats::*member) {
    metrics.gauge(name, help);
    for (const auto& [kind, count] : stats.blobs) metrics.add({{"kind", kind}}, count.*member);
  };
  by_kind("cairn_store_blobs", "Stored blobs by kind.", &KindStats::count);
  by_kind("cairn_store_bytes", "Bytes of stored blobs by kind, before compression.", &KindStats::bytes);
  by_kind("cairn_store_stored_bytes", "Bytes that blobs take by kind, compressed.", &KindStats::stored_bytes);
}

void add_totals(Metrics& metrics, std::string_view label, const std::vector<UsageTotal>& totals, std::string_view count_name,
                std::string_view count_help) {
  const auto each = [&](const std::string& name, std::string_view help, std::uint64_t UsageTotal::*member, bool of_no_run) {
    metrics.gauge(name, help);
    for (const UsageTotal& total : totals)
      if (of_no_run || label != "run" || !total.name.empty()) metrics.add({{label, total.name}}, total.*member);
  };
  each(fmt::format("cairn_{}_{}", label, count_name), count_help, &UsageTotal::count, false);  // of no run, it counts nodes
  each(fmt::format("cairn_{}_logical_bytes", label), fmt::format("Bytes of each {} as if nothing were shared.", label),
       &UsageTotal::logical_bytes, true);
  each(fmt::format("cairn_{}_stored_bytes", label),
       fmt::format("Stored bytes of all that each {} needs; what several need counts for each.", label), &UsageTotal::stored_bytes, true);
}

}  // namespace

std::string prometheus_text(const StoreStats& stats, const StoreUsage* usage) {
  Metrics metrics;
  metrics.gauge("cairn_store_info", "Identity and format of the store.");
  metrics.add({{"uuid", stats.uuid.text()}, {"format", std::to_string(stats.format)}}, 1);
  add_blobs(metrics, stats);
  metrics.gauge("cairn_store_nodes", "Nodes of the graph by kind.");
  for (const auto& [kind, count] : stats.nodes) metrics.add({{"kind", kind}}, count);
  metrics.single("cairn_store_links", "Links of the graph.", stats.link_count);
  metrics.single("cairn_store_runs", "Runs.", stats.run_count);
  metrics.single("cairn_store_checkpoints", "Checkpoints of all runs.", stats.checkpoint_count);
  metrics.single("cairn_store_logical_bytes", "Bytes that were saved and attached, as if nothing were shared.", stats.logical_bytes);
  metrics.single("cairn_store_content_bytes", "Distinct bytes of content.", stats.content_bytes);
  metrics.single("cairn_store_disk_bytes", "Bytes that the store takes on disk, without the reserve.", stats.disk_bytes);
  metrics.single("cairn_store_reserve_bytes", "Bytes that are kept back for a full disk.", stats.reserve_bytes);
  metrics.begin("cairn_store_collisions_total", "counter", "Unequal bytes with equal digests that were met since opening.");
  metrics.add({}, stats.collisions);
  if (usage != nullptr) {
    metrics.single("cairn_store_garbage_bytes", "Stored bytes that nothing refers to.", usage->garbage_bytes);
    add_totals(metrics, "run", usage->runs, "checkpoints", "Checkpoints of each run.");
    add_totals(metrics, "type", usage->types, "nodes", "Data nodes of each type.");
    add_totals(metrics, "artifact", usage->artifacts, "uses", "Nodes and checkpoints that have an artifact of this label.");
  }
  return metrics.take();
}

std::string prometheus_text(std::string_view run, const std::vector<CheckpointGrowth>& growth) {
  std::uint64_t logical = 0, fresh = 0;
  for (const CheckpointGrowth& one : growth) {
    logical += one.logical_bytes;
    fresh += one.new_bytes;
  }
  Metrics metrics;
  const auto add = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    metrics.gauge(name, help);
    metrics.add({{"run", run}}, value);
  };
  add("cairn_run_checkpoints", "Checkpoints of each run.", growth.size());
  add("cairn_run_logical_bytes", "Bytes of each run as if nothing were shared.", logical);
  add("cairn_run_content_bytes", "Distinct bytes of the checkpoints of each run.", fresh);
  return metrics.take();
}

}  // namespace cairn::cli
