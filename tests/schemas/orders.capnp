# A schema of somebody else's, with one of everything.
@0xd3a96f0b1c5e7284;

using Cxx = import "/capnp/c++.capnp";
using Shapes = import "shapes.capnp";
$Cxx.namespace("cairn::test::wire");

struct Order {
  number @0 :UInt64;
  customer @1 :Text = "nobody";
  items @2 :List(Item);
  colour @3 :Shapes.Colour;
  corner @4 :Shapes.Point;
  prices @5 :List(Float64);
  flags @6 :List(Bool);
  stamp @7 :Data;
  delivery :group {
    days @8 :Int16 = 3;
    insured @9 :Bool;
  }
  payment :union {
    cash @10 :Void;
    card @11 :Text;
    transfer :group {
      bank @12 :Text;
      account @13 :Int64;
    }
  }
  parent @14 :Order;
  note @15 :Shapes.Box(Text);
  extra @16 :AnyPointer;
  service @17 :Courier;
  table @18 :List(List(Int32));
  colours @19 :List(Shapes.Colour);
  limit @20 :Shapes.Point = (x = 1.5);

  struct Item {
    name @0 :Text;
    size @1 :Shapes.Point;
  }
}

interface Courier {
  send @0 (order :Order) -> ();
}

struct Sample {
  name @0 :Text;
}
