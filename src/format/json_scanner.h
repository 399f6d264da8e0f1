// JsonScanner: plain JSON onto a tape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/json_tape.h"

namespace cairn::format {

class JsonScanner {
 public:
  JsonScanner(JsonTape& tape, const PlainJsonOptions& options);

  /// Throws as from_plain_json.
  void run();

 private:
  /// A list or an object whose end was not read yet.
  struct Open {
    std::size_t item = 0;
    std::size_t count = 0;
    std::size_t key = 0;  // of the member that is being read; the object's own item if none is
    std::size_t last_key = 0;  // as key; of the member before
    bool is_object = false;
    bool ascends = true;  // as far as the keys were read
  };

  void read_value();
  bool begin(bool is_object);
  void end();
  void read_scalar();
  void read_word(std::string_view word, JsonItem item);
  void read_key();
  JsonItem read_text();
  void read_escaped_text(std::size_t begin);
  void read_escape(bool& has_half_pairs);
  std::uint32_t read_unit();
  void append(std::uint32_t code_point);
  void check_utf8(std::size_t begin, std::size_t end) const;
  void read_number();
  std::size_t read_digits();
  JsonItem read_integer(std::size_t begin, std::size_t digits) const;
  JsonItem read_real(std::size_t begin) const;

  void sort_members(const Open& object);
  [[noreturn]] void refuse_twin(std::size_t member);

  void skip_space();
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void push(JsonItem item) { tape_.items_.push_back(item); }
  std::string_view key_text(std::size_t item) const { return tape_.text(tape_.items_[item]); }

  std::string pointer() const;
  [[noreturn]] void refuse(std::size_t at, std::string_view problem) const;
  [[noreturn]] void refuse_here() const;

  JsonTape& tape_;
  const std::string_view text_;
  const PlainJsonOptions options_;
  const std::size_t depth_max_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  std::vector<std::size_t> order_;   // scratch
  std::vector<JsonItem> sorted_;     // scratch
};

}  // namespace cairn::format
