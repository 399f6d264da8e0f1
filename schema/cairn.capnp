# Every Cap'n Proto message of a cairn store. FORMAT.md says where each is used and how it is made canonical.
# Ordinals are never reused and defaults never change: a new field gets the next number.
@0xd2c1f0a37b5e4c91;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("cairn::wire");

struct Digest {
  high @0 :UInt64;  # the first eight bytes of the canonical form, as a big-endian number
  low @1 :UInt64;   # the last eight
}

struct Uuid {
  high @0 :UInt64;
  low @1 :UInt64;
}

# ---- Objects ---------------------------------------------------------------------------------------------------

struct StoredObject {  # blob kind 1
  value @0 :Value;
  schemas @1 :List(Digest);  # blobs of kind 6, in order of first use; Object.schema is an index into it
}

struct Value {
  union {
    null @0 :Void;
    boolean @1 :Bool;
    integer @2 :Int64;
    natural @3 :UInt64;  # only above 2^63-1, so that each number has one form
    real @4 :Float64;
    text @5 :Text;  # valid UTF-8
    bytes @6 :Data;
    list @7 :List(Value);
    map @8 :List(MapEntry);  # sorted by key, keys distinct
    object @9 :Object;
    array @10 :Array;
    objectRef @11 :Digest;
    artifactRef @12 :Digest;
    nodeRef @13 :Uuid;
    # From here on since format 2.
    bigInteger @14 :Data;  # two's complement, big-endian, shortest; only where neither integer nor natural holds it
    tuple @15 :List(Value);
    set @16 :List(Value);  # sorted, distinct
    decimal @17 :Text;  # the scientific string of the General Decimal Arithmetic Specification
    complex @18 :Complex;
    date @19 :Int64;  # days since 1970-01-01 in the proleptic Gregorian calendar
    time @20 :TimeOfDay;
    dateTime @21 :DateTime;
    duration @22 :Duration;
    uuid @23 :Uuid;
    path @24 :Data;
    enumerator @25 :Enumerator;
    quantity @26 :Quantity;
    identity @27 :Identity;
    lossy @28 :Lossy;
    # From here on since format 3.
    segmentedList @29 :SegmentedList;  # a list of 1024 elements or more
    graph @30 :Graph;  # only the value of a StoredObject itself
    shared @31 :UInt32;  # an index into Graph.shared of the whole object
    message @32 :Message;
  }
}

struct Complex {
  real @0 :Float64;
  imaginary @1 :Float64;
}

struct Zone {
  union {
    unknown @0 :Void;
    offset @1 :Int64;  # nanoseconds east of UTC
  }
  name @2 :Text;  # empty if it has none
}

struct TimeOfDay {
  nanoseconds @0 :Int64;  # since midnight
  zone @1 :Zone;
}

struct DateTime {
  seconds @0 :Int64;  # from 1970-01-01T00:00:00 to this, both by the clock on the wall
  nanoseconds @1 :Int64;
  zone @2 :Zone;
}

struct Duration {
  seconds @0 :Int64;  # rounded down
  nanoseconds @1 :Int64;
}

struct Enumerator {
  type @0 :Text;
  name @1 :Text;
  value @2 :Value;
}

struct Quantity {
  magnitude @0 :Value;
  unit @1 :Text;
}

struct Identity {
  scope @0 :Text;
  id @1 :Text;
}

struct SegmentedList {
  count @0 :UInt64;  # elements
  segments @1 :List(Segment);

  struct Segment {  # a blob of kind 8: a StoredObject whose value is a list, not empty
    high @0 :UInt64;
    low @1 :UInt64;
    count @2 :UInt32;  # elements
  }
}

struct Graph {
  shared @0 :List(Value);  # in the order in which a walk from the root, depth first, meets them
  root @1 :Value;
}

struct Message {  # a message of somebody's own Cap'n Proto schema
  typeId @0 :UInt64;
  schema @1 :Digest;  # a blob of kind 9
  union {
    inline @2 :Data;  # in canonical form
    content @3 :Content;
  }
}

struct MessageSchema {  # blob kind 9
  nodes @0 :List(Data);  # schema.capnp's Node in canonical form: of a type and of all it depends on, sorted by id
}

struct Lossy {
  type @0 :Text;  # of the value that was lost
  rest @1 :Value;
}

struct MapEntry {
  key @0 :Value;
  value @1 :Value;
}

struct Object {
  schema @0 :UInt32;
  fields @1 :List(Value);  # one for each field of the schema, in its order
}

struct Array {
  dtype @0 :UInt8;  # the numbers of cairn::DType
  shape @1 :List(UInt64);
  union {
    inline @2 :Data;      # little-endian, C order
    content @3 :Content;  # the same bytes, cut into chunks
  }
}

struct Schema {  # blob kind 6
  className @0 :Text;
  classVersion @1 :UInt32;
  fields @2 :List(Field);

  struct Field {
    name @0 :Text;
    type @1 :Text;
    codec @2 :Text;  # name of the codec that was chosen for this field, empty for that of its type
  }
}

# ---- Chunked bytes ---------------------------------------------------------------------------------------------

struct Content {
  size @0 :UInt64;  # bytes
  union {
    empty @1 :Void;
    chunk @2 :Digest;  # one blob of kind 2
    list @3 :Digest;   # the root of a tree of blobs of kind 3
    hole @4 :Void;     # `size` zero bytes that were a hole in a file
  }
}

struct ChunkList {  # blob kind 3
  level @0 :UInt8;  # 0: entries are chunks; n: entries are chunk lists of level n-1
  entries @1 :List(Entry);

  struct Entry {  # both halves zero: a hole, `size` zero bytes; at level 0 only, since format 4
    high @0 :UInt64;
    low @1 :UInt64;
    size @2 :UInt64;  # content bytes below this entry
  }
}

# ---- Artifacts -------------------------------------------------------------------------------------------------

struct Artifact {  # blob kind 5
  root @0 :Entry;
  size @1 :UInt64;   # sum of the sizes of its files
  count @2 :UInt64;  # entries of every kind, the root included
  hardLinks @3 :List(HardLink);  # sorted by first path; since format 4
}

struct HardLink {  # names of one file
  paths @0 :List(Data);  # two or more, below the root and relative to it, sorted
}

struct Directory {  # blob kind 4
  entries @0 :List(Entry);  # sorted by name, names distinct
}

struct Entry {
  name @0 :Data;  # one path component, any bytes but '/' and NUL
  mode @1 :UInt32;  # permission bits only (07777)
  mtimeSeconds @2 :Int64;
  mtimeNanoseconds @3 :UInt32;
  union {
    file @4 :Content;
    directory @5 :Digest;
    symlink @6 :Data;
  }
  # From here on since format 4, and only if the writer was asked to keep them.
  hasOwner @7 :Bool;
  user @8 :UInt32;
  group @9 :UInt32;
  attributes @10 :List(Attribute);  # extended attributes, sorted by name

  struct Attribute {
    name @0 :Data;
    value @1 :Data;
  }
}

# ---- Checkpoints -----------------------------------------------------------------------------------------------

struct Checkpoint {  # blob kind 7; its digest is the checkpoint's id
  run @0 :Uuid;
  runName @1 :Text;
  sequence @2 :UInt64;  # 1, 2, 3, ... within the run
  step @3 :Int64;
  parent @4 :Digest;  # all zero for the first of a run
  time @5 :Int64;  # nanoseconds since the Unix epoch, UTC
  state @6 :List(NamedDigest);      # objects, sorted by name
  artifacts @7 :List(NamedDigest);  # sorted by name
  metadata @8 :Data;  # a StoredObject in canonical form whose value is a map, or empty
  unfinished @9 :List(NodeState);   # nodes of the run that were not finished, sorted by UUID
  nodeNext @10 :UInt64;  # nodes of the run with a smaller id were recorded before this checkpoint
  tags @11 :List(Text);  # given when it was committed
  bytesNew @12 :UInt64;  # content bytes that this commit was the first to store
  bytesShared @13 :UInt64;
  skipped @14 :List(SkippedCheckpoint);  # that the restart before it passed over, newest first; since format 7
  forkedFrom @15 :List(ForkOrigin);  # the runs that its history goes on in, the nearest first; since format 8
}

struct ForkOrigin {
  run @0 :Uuid;
  sequence @1 :UInt64;  # the last checkpoint of that run's history that the one forked from it has
}

struct SkippedCheckpoint {
  id @0 :Digest;
  step @1 :Int64;
  reason @2 :Text;
}

struct NamedDigest {
  name @0 :Text;
  digest @1 :Digest;
}

struct NodeState {
  uuid @0 :Uuid;
  state @1 :UInt8;
}

# ---- Rows ------------------------------------------------------------------------------------------------------

struct NodeRecord {
  uuid @0 :Uuid;
  kind @1 :UInt8;
  state @2 :UInt8;
  type @3 :Text;
  label @4 :Text;
  description @5 :Text;
  cell @6 :UInt64;
  created @7 :Int64;   # nanoseconds since the Unix epoch
  modified @8 :Int64;
  exitStatus @9 :Int32;
  exitMessage @10 :Text;
  codeVersion @11 :Text;
  attributes @12 :Data;  # a StoredObject in canonical form, or empty
  content :union {
    none @13 :Void;
    object @14 :Digest;
    artifact @15 :Digest;
  }
  size @16 :UInt64;  # logical bytes of the content
  # From here on since format 5.
  extras @17 :Data;  # a StoredObject in canonical form, or empty
  tags @18 :List(Text);           # in order, each once
  uniqueIds @19 :List(Identity);  # in order, each once
}

struct GroupRecord {
  uuid @0 :Uuid;
  name @1 :Text;
  description @2 :Text;
  created @3 :Int64;
  extras @4 :Data;
}

struct AttributeIndexRecord {  # since format 6
  path @0 :Text;
  state @1 :UInt8;
  next @2 :UInt64;  # node id
}

struct RunRecord {
  uuid @0 :Uuid;
  name @1 :Text;
  workflow @2 :UInt64;  # node id
  created @3 :Int64;
  head @4 :UInt64;      # sequence of the newest checkpoint, 0 if there is none
  nodeNext @5 :UInt64;  # next unused node id of the leased block
  nodeEnd @6 :UInt64;   # end of the leased block
  nodeBlock @7 :UInt64; # size of the next block to lease
  stepsIndexed @8 :Bool; # all recorded steps of the run are in the indexes w and x; since format 6
  # From here on since format 7.
  forkedFrom @9 :UInt64;  # cell of the run whose checkpoints up to forkedAt are also this one's, 0 if there is none
  forkedAt @10 :UInt64;   # sequence
  deleted @11 :Bool;      # its name is free; what forks have of it stays
  stepKeysIndexed @12 :Bool;  # all recorded steps of the run are in the index k
  forkedCount @13 :UInt64;   # checkpoints that this one had in common with that run when it was forked
  forkedWrites @14 :UInt64;  # of that run's pending writes, those with a smaller number are also this one's
  writes @15 :UInt64;   # pending writes that were ever recorded in the cell: the next one's number
  removed @16 :UInt64;  # checkpoints that were removed from the cell
}

struct PendingWriteRecord {  # since format 7
  channel @0 :Text;
  object @1 :Digest;
  time @2 :Int64;
  number @3 :UInt64;  # 0, 1, 2, ... in the order in which those of the cell were recorded
}

struct CheckpointRow {
  id @0 :Digest;
  step @1 :Int64;
  time @2 :Int64;
  content @3 :Digest;  # of what was saved, so that saving the same again is recognised
}

struct StepRecord {
  name @0 :Text;
  codeVersion @1 :Text;
  inputs @2 :List(Input);  # sorted by label
  process @3 :UInt64;  # node ids
  result @4 :UInt64;
  time @5 :Int64;
  duration @6 :UInt64;  # nanoseconds the work took
  resultContent @7 :Digest;
  # From here on since format 6. Each is a StoredObject in canonical form, or empty.
  parameters @8 :Data;
  environment @9 :Data;
  # From here on since format 7.
  position @10 :UInt64;   # its place among the steps of the run, plus 1; 0 if none was given
  reusedFrom @11 :Uuid;   # process of another run whose result was taken; unset if the work was done

  struct Input {
    label @0 :Text;
    content @1 :Digest;
    node @2 :UInt64;
  }
}

struct StepAttemptRecord {  # since format 7
  step @0 :Data;  # a StepRecord in canonical form with what makes it this step, and the nodes of its inputs
  attempts @1 :List(Attempt);  # those that ended, by number; the last 100
  claim @2 :Claim;  # of the attempt that is under way; null if there is none

  struct Attempt {
    number @0 :UInt32;  # from 1
    end @1 :UInt8;
    process @2 :Uuid;
    begun @3 :Int64;  # nanoseconds since the Unix epoch
    ended @4 :Int64;
    message @5 :Text;
    atMostOnce @6 :Bool;
  }

  struct Claim {
    number @0 :UInt32;
    process @1 :Uuid;
    begun @2 :Int64;
    until @3 :Int64;  # 0: for as long as the owner has the store open
    atMostOnce @4 :Bool;
    host @5 :Text;  # of the owner, as the following
    boot @6 :Text;
    processNumber @7 :UInt64;
    processStarted @8 :UInt64;  # clock ticks from boot
    detached @9 :Bool;  # the owner does not have the store open meanwhile
  }
}

struct StepInvalidationRecord {  # since format 7
  time @0 :Int64;  # steps that were recorded later are not meant
  hasName @1 :Bool;
  name @2 :Text;
  hasCodeVersion @3 :Bool;
  codeVersion @4 :Text;
  recordedBefore @5 :Int64;  # only steps that were recorded before this; 2^63-1 if that does not matter
}

struct PurgeRecord {  # since format 8
  kind @0 :UInt8;  # as that of blobs: 1 object, 5 artifact, 7 checkpoint
  size @1 :UInt64;  # of the content, in bytes
  time @2 :Int64;
  reason @3 :Text;
}
