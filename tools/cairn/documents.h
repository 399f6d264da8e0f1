// What the library returns as JSON documents. Digests and UUIDs in full, times in RFC 3339, sizes in bytes as integers;
// members are only ever added.
#pragma once

#include <cairn/backup.h>
#include <cairn/store.h>

#include <boost/json/object.hpp>

namespace cairn::cli {

boost::json::object document(const Checkpoint& checkpoint);
boost::json::object document(const SkippedCheckpoint& skipped);
boost::json::object document(const PendingWrite& write);
boost::json::object document(const UnfinishedNode& unfinished);
boost::json::object document(const Receipt& receipt);
boost::json::object document(const RunInfo& run);
boost::json::object document(const PruneReport& report);
boost::json::object document(const DeletedRun& deleted);
boost::json::object document(const Purged& purged);
boost::json::object document(const PurgeReport& report);
boost::json::object document(const ForgetReport& report);
boost::json::object document(const Node& node);
boost::json::object document(const NodeTotal& total);
boost::json::object document(const QueryPlan& plan);
boost::json::object document(const AttributeIndex& index);
boost::json::object document(const Link& link);
boost::json::object document(const Violation& violation);
boost::json::object document(const Group& group);
boost::json::object document(const Reached& reached);
boost::json::object document(const NodePaths& paths);
boost::json::object document(const CommonNode& common);
boost::json::object document(const ImpactTotal& total);
boost::json::object document(const Impact& impact);
boost::json::object document(const Closure& closure);
boost::json::object document(const ArtifactEntry& entry);
boost::json::object document(const ArtifactReceipt& receipt);
boost::json::object document(const ArtifactChange& change);
boost::json::object document(const StoreStats& stats);
boost::json::object document(const StoreUsage& usage);
boost::json::object document(const UsageTotal& total);
boost::json::object document(const CheckpointGrowth& growth);
boost::json::object document(const StoredType& type);
boost::json::object document(const CollectReport& report);
boost::json::object document(const CompactReport& report);
boost::json::object document(const BackupReport& report);
boost::json::object document(const VerifyReport& report);

}  // namespace cairn::cli
