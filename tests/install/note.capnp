@0xe1f0a2b3c4d5e6f7;

struct Note {
  text @0 :Text;
}
