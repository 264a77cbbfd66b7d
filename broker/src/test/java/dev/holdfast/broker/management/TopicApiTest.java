package dev.holdfast.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicApiTest {
  private static final String API = "/api/v1";

  @TempDir Path directory;

  @Test
  void topicsAndSubscriptionsAreMadeShownMovedAndDeleted() throws Exception {
    try (ManagementRig rig = new ManagementRig(directory)) {
      drive(rig.http);
    }
  }

  @Test
  void aSubscriptionHasASelectorThatIsCheckedAndShown() throws Exception {
    try (ManagementRig rig = new ManagementRig(directory)) {
      rig.http.call("POST", API + "/topics", "{\"name\":\"prices\"}");
      String sub = "{\"source\":\"prices\",\"name\":\"%s\",\"where\":\"%s\"}";
      HttpOverUnix.Answer wrong =
          rig.http.call("POST", API + "/subscriptions", sub.formatted("bad", "weight >"));
      assertThat(wrong.status()).isEqualTo(400);
      assertThat(wrong.body().toString()).contains("at character 9");
      JsonNode made =
          rig.http
              .call("POST", API + "/subscriptions", sub.formatted("big", "weight  >  5 and big"))
              .body();
      assertThat(made.get("where").asText()).isEqualTo("weight > 5 AND big");
      assertThat(made.get("filtered").asBoolean()).isTrue();
      JsonNode all =
          rig.http.call("POST", API + "/subscriptions", sub.formatted("all", " ")).body();
      assertThat(all.get("where").isNull()).isTrue();
      assertThat(all.get("filtered").asBoolean()).isFalse();
    }
  }

  private static void drive(HttpOverUnix http) throws Exception {
    JsonNode topic =
        http.call("POST", API + "/topics", "{\"name\":\"prices\",\"retentionBytes\":100000}")
            .body();
    assertThat(topic.get("kind").asText()).isEqualTo("topic");
    assertThat(http.call("POST", API + "/topics", "{\"name\":\"prices\"}").status()).isEqualTo(409);
    String sub = "{\"source\":\"prices\",\"name\":\"bill\",\"start\":\"%s\"}";
    assertThat(http.call("POST", API + "/subscriptions", sub.formatted("soon")).code())
        .isEqualTo("invalid");
    HttpOverUnix.Answer made = http.call("POST", API + "/subscriptions", sub.formatted("earliest"));
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.body().get("address").asText()).isEqualTo("prices::bill");
    String at = API + "/subscriptions/prices%3A%3Abill";
    assertThat(http.call("GET", at, "").body().get("durable").asBoolean()).isTrue();
    assertThat(
            http.call("GET", API + "/subscriptions?source=other", "").body().get("subscriptions"))
        .isEmpty();
    assertThat(http.call("POST", at + "/seek", "{\"start\":1}").status()).isEqualTo(200);
    assertThat(http.call("POST", at + "/purge", "").body().get("purged").asLong()).isZero();
    assertThat(http.call("GET", API + "/topics", "").body().at("/topics/0/subscriptions").asInt())
        .isEqualTo(1);
    assertThat(http.call("DELETE", at, "").status()).isEqualTo(200);
    assertThat(http.call("GET", at, "").status()).isEqualTo(404);
    assertThat(http.call("DELETE", API + "/topics/prices", "").status()).isEqualTo(200);
    assertThat(http.call("GET", API + "/topics/prices", "").code()).isEqualTo("not-found");
  }
}
