# Imported by orders.capnp: what depends on it has to be stored with it.
@0x9b1e0d5f2c7a4e81;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("cairn::test::wire");

struct Point {
  x @0 :Float64;
  y @1 :Float64;
}

enum Colour {
  red @0;
  green @1;
}

struct Box(Content) {
  content @0 :Content;
  label @1 :Text;
}
