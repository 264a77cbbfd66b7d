package dev.holdfast.storage.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKeyProviderTest {
  @TempDir Path directory;

  private Path key(String mode) throws IOException {
    Path file = Files.write(directory.resolve("kek"), new byte[32]);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static void refused(Path file) {
    assertThatThrownBy(() -> FileKeyProvider.open(file, false))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("may be read or written by others");
  }

  @Test
  void takesAFileThatOnlyItsOwnerReads() throws Exception {
    assertThat(FileKeyProvider.open(key("r--------"), false)).isNotNull();
    assertThat(FileKeyProvider.open(key("rw-------"), false)).isNotNull();
  }

  @Test
  void refusesAFileThatOthersRead() throws IOException {
    refused(key("rw-r-----"));
    refused(key("r--r--r--"));
  }

  @Test
  void takesASecretOfRootsForItsGroupBehindALink() throws Exception {
    Path file = key("r--r-----");
    assumeTrue("root".equals(System.getProperty("user.name")), "files of root's take root to make");
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertThat(FileKeyProvider.open(link, false)).isNotNull();
    Files.setAttribute(file, "unix:uid", 10001);
    refused(link);
  }
}
