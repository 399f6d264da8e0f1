// Reach: the nodes that a traversal reached, of which only those that are asked for are read.
#pragma once

#include <cairn/node.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace [[gnu::visibility("default")]] cairn {

/// Keeps its store open, and sees it as it was when it was made. Const calls are safe from several threads. Memory: 16 bytes a node.
class Reach {
 public:
  class Impl;
  explicit Reach(std::unique_ptr<Impl> impl);
  Reach(Reach&&) noexcept;
  Reach& operator=(Reach&&) noexcept;
  ~Reach();

  /// Nodes by depth, then age, numbered from 0; the starts first, at depth 0.
  std::size_t size() const;
  /// How many links were followed, each once from each end that it was followed from.
  std::uint64_t link_count() const;
  std::uint64_t depth(std::size_t index) const;
  /// One read each.
  Uuid uuid(std::size_t index) const;
  Node node(std::size_t index) const;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn
