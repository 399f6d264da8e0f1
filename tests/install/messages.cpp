// Stores a message of its own schema, and loads it.
#include <cairn/cairn.h>
#include <cairn/capnp.h>

#include "note.capnp.h"

int main() {
  capnp::MallocMessageBuilder builder;
  builder.initRoot<Note>().setText("hello");
  const cairn::CapnpMessage<Note> note(builder);
  cairn::Store store = cairn::Store::open("messages.cairn");
  store.run("notes").checkpoint(1).save("note", note).commit();
  const auto loaded = store.run("notes").restart<cairn::CapnpMessage<Note>>("note");
  return loaded && loaded->reader().getText() == "hello" ? 0 : 1;
}
