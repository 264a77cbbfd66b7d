package dev.holdfast.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.storage.StoreHealth;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthApiTest {
  private static final String API = "/api/v1";

  @TempDir Path directory;

  @Test
  void sayWhatIsWrongWithTheStore() throws Exception {
    try (ManagementRig rig = new ManagementRig(directory)) {
      HttpOverUnix http = rig.http;
      assertThat(http.call("GET", "/readyz", "").body().path("checks").findValuesAsText("severity"))
          .containsOnly("ok");
      rig.store = new StoreHealth(false, "the reserve is reached", 5, 10, 50);
      HttpOverUnix.Answer full = http.call("GET", "/readyz", "");
      assertThat(full.status()).isEqualTo(503);
      assertThat(full.body().path("reason").asText()).isEqualTo("the reserve is reached");
      HttpOverUnix.Answer doctor = http.call("GET", API + "/doctor", "");
      assertThat(doctor.body().path("healthy").asBoolean()).isFalse();
      assertThat(doctor.body().path("findings").toString())
          .contains("messages are refused: the reserve is reached", "go home");
      rig.store = new StoreHealth(true, "", 100, 10, 50);
      assertThat(http.call("GET", API + "/doctor", "").body().path("healthy").asBoolean()).isTrue();
    }
  }
}
