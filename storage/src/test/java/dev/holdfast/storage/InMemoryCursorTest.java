package dev.holdfast.storage;

class InMemoryCursorTest extends CursorContract {
  private final InMemoryDisk disk = new InMemoryDisk();

  @Override
  protected MessageStore open() {
    return InMemoryMessageStore.open(disk);
  }
}
