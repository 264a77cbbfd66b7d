package dev.holdfast.storage;

class InMemoryBlobTest extends BlobContract {
  private final InMemoryDisk disk = new InMemoryDisk();

  @Override
  protected MessageStore open() {
    return InMemoryMessageStore.open(disk);
  }
}
