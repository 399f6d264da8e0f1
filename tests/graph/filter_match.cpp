// What a test in a filter means.
#include "graph/filter_match.h"

#include <boost/test/unit_test.hpp>

#include <limits>

#include "graph/filter_subjects.h"

namespace cairn::graph {
namespace {

using namespace std::chrono_literals;

void check(const TestSubject& subject, std::initializer_list<const char*> passing,
           std::initializer_list<const char*> failing) {
  for (const char* text : passing) BOOST_TEST(passes(text, subject), text);
  for (const char* text : failing) BOOST_TEST(!passes(text, subject), text);
}

TestSubject with_attribute(Value value) {
  TestSubject subject;
  subject.node.attributes = make_map({{"x", std::move(value)}});
  return subject;
}

TestSubject calculation() {
  TestSubject subject;
  subject.node.uuid = Uuid::parse("0190a1b2-0000-7000-8000-000000000001").value();
  subject.node.kind = NodeKind::calculation;
  subject.node.state = NodeState::failed;
  subject.node.type = "relax";
  subject.node.label = "silicon, bulk";
  subject.node.run = "oscillators";
  subject.node.created = kNow - 24h;
  subject.node.modified = kNow;
  subject.node.exit_status = -3;
  subject.node.exit_message = "out of \"memory\"";
  subject.node.content = ObjectId::parse("00112233445566778899aabbccddeeff").value();
  subject.node.size_bytes = UINT64_MAX;
  subject.tags = {"best", "2026"};
  subject.groups = {"papers/one"};
  subject.unique_ids = {"lab:42", "doi:10.1/x:y"};
  return subject;
}

BOOST_AUTO_TEST_SUITE(filter_match)

BOOST_AUTO_TEST_CASE(nothing_and_true_pass_every_node_and_false_passes_none) {
  check(TestSubject(), {"", " \n", "true", "not false", "false or true"},
        {"false", "not true", "true and false"});
}

BOOST_AUTO_TEST_CASE(ids_kinds_and_states_are_compared_for_equality) {
  check(calculation(),
        {"id = 0190a1b2-0000-7000-8000-000000000001", "id=0190A1B2000070008000000000000001",
         "kind = calculation", "kind != data", "kind = \"calculation\"", "state = failed",
         "state in (killed, failed)", "id != 0190a1b2-0000-7000-8000-000000000002", "state exists"},
        {"id = 0190a1b2-0000-7000-8000-000000000002", "kind = data", "kind != calculation",
         "state = finished", "state in (killed, finished)"});
}

BOOST_AUTO_TEST_CASE(texts_are_compared_by_bytes) {
  check(calculation(),
        {"type = relax", "type = \"relax\"", "type > rela", "type < relaxed", "type <= relax",
         "type >= relax", "type > Relax", "type < \"r\xc3\xa9\"", "label = \"silicon, bulk\"",
         "run = oscillators", "exit_message = \"out of \\\"memory\\\"\"", "exit_message ~ \"*\\\"mem*\"",
         "type in (scf, relax)", "type != scf", "type = \"\\u0072elax\""},
        {"type = Relax", "type < relax", "type > relax", "type != relax", "type in (scf, bands)",
         "run != oscillators"});
}

BOOST_AUTO_TEST_CASE(an_empty_text_of_a_field_is_compared_and_does_not_exist) {
  check(calculation(),
        {"code_version = \"\"", "not code_version exists", "code_version != v1", "code_version < a"},
        {"code_version exists", "code_version != \"\"", "label = \"\""});
}

BOOST_AUTO_TEST_CASE(a_pattern_fits_all_of_a_text) {
  check(calculation(),
        {"type ~ relax", "type ~ re*x", "type ~ r?lax", "type ~ *", "attributes.a ~ b* or type ~ *ax"},
        {"type ~ re", "type ~ lax", "type ~ R*", "type ~ relax?", "attributes.a ~ *"});
}

BOOST_AUTO_TEST_CASE(words_that_look_like_something_else_are_text_where_text_is_meant) {
  TestSubject subject;
  for (const char* word : {"12", "true", "null", "now", "2026-03-01", "data", "-1.5e3", "inf"}) {
    subject.node.label = word;
    BOOST_TEST(passes(std::string("label = ") + word, subject), word);
  }
}

BOOST_AUTO_TEST_CASE(numbers_of_fields_are_compared_by_value) {
  check(calculation(),
        {"exit_status = -3", "exit_status = -3.0", "exit_status < 0", "exit_status > -3.5",
         "exit_status in (1, -3)", "exit_status = -0x3", "size = 18446744073709551615",
         "size < 18446744073709551616", "size < 1.8446744073709552e19", "size > 1e9", "size < inf",
         "size > -1", "size exists"},
        {"exit_status = 3", "exit_status > -3", "size = 1.8446744073709552e19", "size > 18446744073709551615",
         "exit_status = nan", "exit_status != nan", "exit_status < nan"});
}

BOOST_AUTO_TEST_CASE(times_are_compared_by_instant) {
  check(calculation(),
        {"created = 2026-03-07T12:00:00Z", "created = 2026-03-07T13:00:00+01:00", "created >= 2026-03-07",
         "created < 2026-03-08", "created > 2026-03-07T11:59:59.999999999Z",
         "created = \"2026-03-07T12:00:00Z\"", "created < +12026-01-01", "created > -0001-01-01",
         "created exists", "modified in (2026-03-01, now)"},
        {"created = 2026-03-07", "created > 2026-03-08", "created < 2026-03-07T12:00:00+00:00",
         "created != 2026-03-07T12:00:00Z"});
}

BOOST_AUTO_TEST_CASE(now_is_the_moment_that_the_caller_says) {
  check(calculation(),
        {"modified = now", "created = now-1d", "created = now-24h", "created = now-1440m",
         "created = now-86400s", "created > now-1w", "created < now+1s", "created = \"now-1d\""},
        {"modified < now", "created > now", "created < now-1d"});
  BOOST_TEST(Filter::parse("created < now-1d").passes(calculation().node, kNow + 1s));
}

BOOST_AUTO_TEST_CASE(times_at_the_ends_of_a_timestamp_are_in_order) {
  TestSubject subject;
  subject.node.created = Timestamp::min();
  subject.node.modified = Timestamp::max();
  check(subject,
        {"created > 1677-09-21T00:12:43Z", "created < 1677-09-21T00:12:44Z", "modified > 2262-04-11",
         "modified < 2262-04-12", "created > -32767-01-01", "modified < +32767-12-31"},
        {"created > 1970-01-01", "modified < 1970-01-01"});
}

BOOST_AUTO_TEST_CASE(contents_are_compared_by_digest) {
  TestSubject artifact;
  artifact.node.content = ArtifactId::parse("00112233445566778899aabbccddeeff").value();
  for (const TestSubject& subject : {calculation(), artifact})
    check(subject,
          {"content = 00112233445566778899aabbccddeeff", "content exists",
           "content != 00112233445566778899aabbccddee00"},
          {"content = 00112233445566778899aabbccddee00", "content != 00112233445566778899aabbccddeeff"});
  check(TestSubject(), {"not content exists"},
        {"content exists", "content = 00000000000000000000000000000000",
         "content != 00000000000000000000000000000000"});
}

BOOST_AUTO_TEST_CASE(one_of_several_names_is_enough) {
  check(calculation(),
        {"tag = best", "tag = 2026", "tag ~ b*", "tag in (worst, best)", "tag exists", "group = papers/one",
         "group ~ papers/*", "uid = lab:42", "uid = doi:10.1/x:y", "uid ~ doi:*", "not tag = worst",
         "tag = best and tag = 2026"},
        {"tag = worst", "tag = bes", "not tag = best", "group = papers", "uid = 42", "uid = lab:43",
         "tag = group"});
  check(TestSubject(), {"not tag exists", "not uid ~ *"},
        {"tag exists", "group exists", "uid exists", "tag ~ *"});
}

BOOST_AUTO_TEST_CASE(attributes_are_compared_if_they_have_the_type_of_the_literal) {
  check(with_attribute(1),
        {"attributes.x = 1", "attributes.x = 1.0", "attributes.x != 2", "attributes.x <= 1"},
        {"attributes.x = \"1\"", "attributes.x = true", "attributes.x = null", "attributes.x != \"1\"",
         "attributes.x ~ 1", "attributes.x > 1970-01-01", "attributes.x != 2026-03-01"});
  check(with_attribute("Si"), {"attributes.x = \"Si\"", "attributes.x ~ S?", "attributes.x > \"S\""},
        {"attributes.x = \"si\"", "attributes.x != 1", "attributes.x < 1", "attributes.x = null"});
  check(with_attribute(true), {"attributes.x = true", "attributes.x != false"},
        {"attributes.x = false", "attributes.x = 1", "attributes.x != 0"});
  check(with_attribute(nullptr), {"attributes.x = null", "attributes.x exists", "attributes.x in (1, null)"},
        {"attributes.x = false", "attributes.x != 1"});
}

BOOST_AUTO_TEST_CASE(a_missing_attribute_fails_every_test_and_so_passes_its_negation) {
  const TestSubject with = with_attribute(1), without = with_attribute(nullptr), none;
  for (const char* test :
       {"attributes.y = 1", "attributes.y != 1", "attributes.y < 1", "attributes.y >= 1", "attributes.y ~ *",
        "attributes.y in (1)", "attributes.y exists", "attributes.y = null", "extras.x exists"})
    for (const TestSubject& subject : {with, without, none})
      check(subject, {(std::string("not ") + test).c_str()}, {test});
}

BOOST_AUTO_TEST_CASE(a_path_goes_into_maps_objects_lists_and_tuples) {
  TestSubject subject;
  subject.node.attributes =
      make_map({{"a.b", make_map({{"odd name", List{1, 2, make_map({{"deep", "x"}})}}})},
                {"", 5},
                {"point", Object("Point", 1, {{"y", 2.5}})},
                {"pair", Tuple{{1, 2}}},
                {"3", 6},
                {3, 7}});
  subject.extra_values = make_map({{"note", "seen"}});
  check(
      subject,
      {"attributes.\"a.b\".\"odd name\"[2].deep = \"x\"", "attributes.\"a.b\".\"odd name\"[1] = 2",
       "attributes.\"\" = 5", "attributes.point.y > 2", "attributes.pair[1] = 2", "attributes.3 = 6",
       "extras.note = \"seen\"", "attributes.point exists", "attributes.pair exists"},
      {"attributes.a.b exists", "attributes.\"a.b\".\"odd name\"[3] exists", "attributes.\"a.b\"[0] exists",
       "attributes.pair.x exists", "attributes.point[0] exists", "attributes.point.z exists",
       "attributes.pair[18446744073709551615] exists", "attributes.note exists", "attributes.\"\".x exists"});
}

BOOST_AUTO_TEST_CASE(numbers_of_attributes_are_compared_without_rounding) {
  check(with_attribute(9007199254740993),
        {"attributes.x > 9007199254740992.0", "attributes.x != 9007199254740992.0"},
        {"attributes.x = 9007199254740992.0"});
  check(with_attribute(9007199254740992.0),
        {"attributes.x < 9007199254740993", "attributes.x = 9007199254740992"},
        {"attributes.x = 9007199254740993"});
  check(with_attribute(std::numeric_limits<double>::quiet_NaN()), {"attributes.x exists"},
        {"attributes.x = nan", "attributes.x != nan", "attributes.x != 1", "attributes.x < 1",
         "attributes.x >= 1"});
  check(with_attribute(Decimal::parse("0.10").value()), {"attributes.x = 0.1", "attributes.x < 1"},
        {"attributes.x > 0.1"});
}

BOOST_AUTO_TEST_CASE(times_of_attributes_are_compared_if_they_have_an_instant) {
  check(with_attribute(DateTime::parse("2026-03-07T13:00:00+01:00").value()),
        {"attributes.x = 2026-03-07T12:00:00Z", "attributes.x = now-1d", "attributes.x >= 2026-03-07"},
        {"attributes.x = \"2026-03-07T13:00:00+01:00\"", "attributes.x > now"});
  check(with_attribute(DateTime::parse("2026-03-07T13:00:00").value()), {"attributes.x exists"},
        {"attributes.x > 1970-01-01", "attributes.x < 2100-01-01", "attributes.x != 1970-01-01"});
  check(with_attribute(Date::parse("2026-03-07").value()),
        {"attributes.x = 2026-03-07", "attributes.x < now"}, {"attributes.x > 2026-03-07"});
  // Not valid, so that nothing may be computed with it.
  check(with_attribute(DateTime{std::chrono::local_seconds::max(), {}, {-1h, ""}}), {},
        {"attributes.x > 1970-01-01"});
}

BOOST_AUTO_TEST_CASE(and_binds_before_or_and_not_before_both) {
  check(calculation(),
        {"type = relax or type = scf and kind = data", "not type = scf and kind = calculation",
         "not (type = relax and kind = data)", "(type = relax or type = scf) and kind = calculation",
         "not not type = relax", "not(type=scf)or(kind=data)"},
        {"(type = relax or type = scf) and kind = data", "not type = relax or kind = data",
         "not (type = scf or true)"});
}

BOOST_AUTO_TEST_CASE(costly_parts_are_not_asked_for_if_cheap_ones_decide) {
  for (const char* text :
       {"attributes.x = 1 and kind = data and label = no", "attributes.x = 1 or kind = data",
        "(attributes.x = 1 or tag = a) and label = no", "not (tag = a or kind = data)",
        "extras.x = 1 and (attributes.x = 1 and (tag = a and label = no))"}) {
    const TestSubject subject;
    passes(text, subject);
    BOOST_TEST(subject.values_asked == 0, text);
    BOOST_TEST(subject.names_asked == 0, text);
  }
  const TestSubject subject;
  passes("attributes.x exists and tag = a", subject);
  BOOST_TEST(subject.values_asked == 0);
  BOOST_TEST(subject.names_asked == 1);
}

BOOST_AUTO_TEST_CASE(a_node_that_was_read_is_judged_as_it_is) {
  const Node node = calculation().node;
  BOOST_TEST(Filter::parse("kind = calculation and label ~ silicon* and size > 1 and content exists")
                 .passes(node, kNow));
  BOOST_TEST(!Filter::parse("run = other").passes(node, kNow));
  BOOST_TEST(Filter().passes(node, kNow));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
