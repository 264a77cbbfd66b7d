package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  private static final String SICK =
      "{\"healthy\":false,\"findings\":["
          + "{\"check\":\"disk\",\"severity\":\"ok\",\"message\":\"9 bytes are free\",\"remedy\":\"\"},"
          + "{\"check\":\"stuck\",\"severity\":\"fail\",\"message\":\"orders holds 4 messages\","
          + "\"remedy\":\"start a consumer; there is none\"}]}";

  @TempDir Path directory;
  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  @Test
  void printsFindingsWithTheirRemediesAndEndsWithEight() {
    broker.answer(200, SICK);
    Cli cli = Cli.run(broker, "doctor");
    assertThat(cli.exit()).isEqualTo(8);
    assertThat(cli.out())
        .isEqualTo(
            """
            ok    disk          9 bytes are free
            fail  stuck         orders holds 4 messages
                                start a consumer; there is none
            """);
  }

  @Test
  void isHealthyWhenNothingFails() {
    broker.answer(200, SICK.replace("\"fail\"", "\"warn\""));
    Cli cli = Cli.run(broker, "doctor", "-o", "ndjson");
    assertThat(cli.exit()).isZero();
    assertThat(cli.out()).startsWith("{\"healthy\":true,\"findings\":[{\"check\":\"disk\",");
  }

  @Test
  void examinesADataDirectoryWithoutABroker() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Cli closed = Cli.run(Map.of(), "", "doctor", "--data", directory.toString());
    assertThat(closed.exit()).as(closed.out()).isZero();
    assertThat(closed.out()).contains("permissions", "a sync of the data directory takes");
    assertThat(directory).isEmptyDirectory();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Cli open = Cli.run(Map.of(), "", "doctor", "--data", directory.toString());
    assertThat(open.exit()).isEqualTo(8);
    assertThat(open.out()).contains("has the mode rwxr-xr-x", "chmod 700 ");
    Cli none = Cli.run(Map.of(), "", "doctor", "--data", directory.resolve("none").toString());
    assertThat(none.exit()).isEqualTo(8);
  }
}
