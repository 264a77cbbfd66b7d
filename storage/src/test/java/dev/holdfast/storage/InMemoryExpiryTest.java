package dev.holdfast.storage;

class InMemoryExpiryTest extends ExpiryContract {
  private final InMemoryDisk disk = new InMemoryDisk();

  @Override
  protected MessageStore open() {
    return InMemoryMessageStore.open(disk);
  }
}
