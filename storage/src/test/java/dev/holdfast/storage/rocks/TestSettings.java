package dev.holdfast.storage.rocks;

import java.nio.file.Path;

/** Settings for tests: little memory, a small reserve. */
public final class TestSettings {
  private TestSettings() {}

  /** 1 MiB buffers, 4 MiB cache, 1 MiB reserve. */
  public static StoreSettings small(Path data) {
    return StoreSettings.defaults(data).withMemory(1 << 20, 4 << 20).withReserveBytes(1 << 20);
  }
}
