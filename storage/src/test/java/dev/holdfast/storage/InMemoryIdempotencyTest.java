package dev.holdfast.storage;

class InMemoryIdempotencyTest extends IdempotencyContract {
  private final InMemoryDisk disk = new InMemoryDisk();

  @Override
  protected MessageStore open() {
    return InMemoryMessageStore.open(disk);
  }
}
