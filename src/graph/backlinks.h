// Backlinks: the links of a node that other nodes hold. A row for each, folded rows that have many, or a page with those of
// neighbouring nodes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "format/link_page.h"
#include "format/packed_links.h"
#include "graph/cursors.h"

namespace cairn::graph {

/// Link codes as bits of one number.
class LinkCodes {
 public:
  constexpr void add(unsigned code) { bits_ |= std::uint32_t{1} << code; }
  constexpr bool has(unsigned code) const { return code <= kLast && (bits_ >> code & 1) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  /// The first of them at or after `code`; kLast + 1 if there is none.
  constexpr unsigned next(unsigned code) const {
    while (code <= kLast && !has(code)) ++code;
    return code;
  }
  static constexpr LinkCodes all() {
    LinkCodes codes;
    codes.bits_ = UINT32_MAX;
    return codes;
  }

  static constexpr unsigned kLast = 31;

 private:
  std::uint32_t bits_ = 0;
};

/// The node whose backlinks a key of the index is for. Throws damaged.
format::NodeId far_node(std::string_view key);

/// Reads backlinks of nodes, best in order of id: two cursors that move forward, one on rows and one on pages.
class BacklinkWalk {
 public:
  explicit BacklinkWalk(const engine::View& view) : cursor_(view.indexes()), pages_(view.indexes()) {}

  /// Calls `visit(const PackedLink&)` for each link with a code among `codes`; `other` is the node that holds it. Those of the
  /// page, the folded ones and the rest come one after the other, each by code, label and holder. Throws damaged.
  template <class Visit>
  void visit(format::NodeId far, LinkCodes codes, Visit&& visit) {
    if (move_to_page(format::link_page_of(far)))
      if (const auto packed = format::find_in_page(pages_.value(), far))
        format::visit_links(*packed, [&](const format::PackedLink& link) {
          if (codes.has(format::link_code(link.type, link.outgoing))) visit(link);
        });
    for (bool more = begin(far, codes); more; more = next())
      if (is_folded())
        format::visit_links(cursor_.value(), visit);
      else
        visit(link());
  }
  /// The stored page of the nodes from `first` on, or empty if there is none. Lives until the next call.
  std::optional<std::string_view> find_page(format::NodeId first) {
    return move_to_page(first) ? std::optional(pages_.value()) : std::nullopt;
  }
  /// Calls `visit(far, packed)` for those backlinks of each node from `first` up to `end`, which is not included, that are in no
  /// page, perhaps several times for one node; false if they are more than about `bytes_max` bytes.
  template <class Visit>
  bool visit_packed(format::NodeId first, format::NodeId end, std::size_t bytes_max, Visit&& visit) {
    std::size_t bytes = 0;
    bool more = cursor_.move_to(format::index::backlinks_of(first));
    while (more && is_below(end)) {
      const format::NodeId far = far_node(cursor_.key());
      std::vector<format::PackedLink> plain;
      for (; more && is_below(end) && far_node(cursor_.key()) == far; more = cursor_.next()) {
        bytes += cursor_.value().size() + kPlainBytes;
        if (bytes > bytes_max) return false;
        if (is_folded())
          visit(far, cursor_.value());
        else
          plain.push_back(link());
      }
      if (!plain.empty()) visit(far, std::string_view(format::encode_links(std::move(plain))));
    }
    return true;
  }

 private:
  static constexpr std::size_t kPlainBytes = 8;  // of a link that is packed, at most usually

  bool move_to_page(format::NodeId first) {
    const std::string key = format::index::backlink_page(first);
    return pages_.move_to(key) && pages_.key() == key;
  }
  bool begin(format::NodeId far, LinkCodes codes);
  bool next();
  bool settle(bool more);
  bool seek_code(bool folded, unsigned code);
  bool is_below(format::NodeId end) const {
    return cursor_.key().starts_with(format::index::kBacklink) && far_node(cursor_.key()) < end;
  }
  bool is_folded() const { return format::index::is_folded(cursor_.key()); }
  format::PackedLink link() const;

  ForwardCursor cursor_, pages_;
  LinkCodes codes_;
  std::string prefix_;
};

/// True if a link of `code` and `label` is among the backlinks of `far`. Cost: two seeks and one row.
bool has_backlink(engine::Cursor& indexes, format::NodeId far, std::uint8_t code, std::uint32_t label);

/// True if that link, `other` being its holder, is among the backlinks of `far`. Cost: as above.
bool has_backlink(engine::Cursor& indexes, format::NodeId far, const format::PackedLink& link);

/// The links of one row, in order; `key` is one of a backlink. Throws damaged.
std::vector<format::PackedLink> backlinks_in_row(std::string_view key, std::string_view value);
/// The order of links in folded rows.
inline auto backlink_order(const format::PackedLink& link) {
  return std::tuple(format::link_code(link.type, link.outgoing), link.label, link.other);
}

/// The folded rows of `links`, which are backlinks of `far` in order of code, label and holder.
void append_folded(format::NodeId far, const std::vector<format::PackedLink>& links, std::vector<engine::IndexEdit>& edits);

}  // namespace cairn::graph
