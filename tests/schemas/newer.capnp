# Sample of orders.capnp as it may become. Two types of one id cannot be in one program: tests give it the id of the other.
@0xf0e1d2c3b4a59687;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("cairn::test::wire::newer");

struct Sample {
  name @0 :Text;
  weight @1 :Float64;
  tags @2 :List(Text);
}
