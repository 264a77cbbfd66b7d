package dev.holdfast.storage;

class InMemoryMessageStoreTest extends MessageStoreContract {
  private final InMemoryDisk disk = new InMemoryDisk();

  @Override
  protected MessageStore open() {
    return InMemoryMessageStore.open(disk);
  }
}
