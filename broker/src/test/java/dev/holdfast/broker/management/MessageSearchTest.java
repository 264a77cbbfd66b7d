package dev.holdfast.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageSearchTest {
  private static final String MESSAGES = "/api/v1/queues/q/messages";

  @TempDir Path directory;
  private ManagementRig rig;
  private HttpOverUnix http;

  @BeforeEach
  void start() throws Exception {
    rig = new ManagementRig(directory);
    http = rig.http;
    http.call("POST", "/api/v1/queues", "{\"name\":\"q\"}");
    for (int i = 0; i < 40; i++) {
      http.call(
          "POST",
          MESSAGES,
          "{\"body\":{\"text\":\"Body "
              + i
              + " \u00fc\"},\"applicationProperties\":{\"n\":"
              + i
              + "},\"properties\":{\"subject\":\"Body 7\"}}");
    }
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  private JsonNode search(String query) throws Exception {
    HttpOverUnix.Answer answer = http.call("GET", MESSAGES + query, "");
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  private static List<Long> sequences(JsonNode answer) {
    List<Long> sequences = new ArrayList<>();
    answer.get("messages").forEach(m -> sequences.add(m.get("sequence").asLong()));
    return sequences;
  }

  @Test
  void findsByTextInBodiesOnly() throws Exception {
    JsonNode found = search("?text=Body%203");
    assertThat(sequences(found)).hasSize(10).startsWith(3L, 30L, 31L);
    assertThat(found.get("next").asLong()).isEqualTo(39);
    assertThat(sequences(search("?text=Body%203&from=39"))).containsExactly(39L);
    assertThat(sequences(search("?text=Body%207"))).containsExactly(7L);
    assertThat(sequences(search("?text=bODY%207&ignoreCase=true"))).containsExactly(7L);
    assertThat(sequences(search("?text=bODY%207"))).isEmpty();
    assertThat(search("?text=%C3%BC&count=true").get("matched").asInt()).isEqualTo(40);
  }

  @Test
  void findsBySelectorUpToASequence() throws Exception {
    assertThat(sequences(search("?where=n%20%3E%2036&limit=2"))).containsExactly(37L, 38L);
    JsonNode counted = search("?where=n%20%3E%3D%2010&to=19&count=true&limit=1");
    assertThat(counted.get("matched").asInt()).isEqualTo(10);
    assertThat(counted.get("messages")).isEmpty();
    assertThat(counted.get("next").isNull()).isTrue();
    assertThat(counted.get("seen").asInt()).isEqualTo(19);
    assertThat(http.call("GET", MESSAGES + "?where=n%20%3E", "").code()).isEqualTo("invalid");
    assertThat(http.call("GET", MESSAGES + "?text=", "").code()).isEqualTo("invalid");
  }

  @Test
  void endsWhenItHasLookedAtEnough() throws Exception {
    JsonNode some = search("?text=Body%2039&lookMessages=25");
    assertThat(sequences(some)).isEmpty();
    assertThat(some.get("looked").asInt()).isEqualTo(25);
    assertThat(some.get("next").asInt()).isEqualTo(25);
    JsonNode rest = search("?text=Body%2039&from=25");
    assertThat(sequences(rest)).containsExactly(39L);
    assertThat(rest.get("next").isNull()).isTrue();
    assertThat(search("?text=x&lookBytes=1").get("looked").asInt()).isEqualTo(1);
  }

  @Test
  void showsOneWhole() throws Exception {
    JsonNode one = search("/7?decoded=true");
    assertThat(one.at("/body/text").asText()).isEqualTo("Body 7 \u00fc");
    assertThat(one.get("sections").asText()).isNotEmpty();
    List<String> sections = new ArrayList<>();
    one.get("decoded")
        .forEach(s -> sections.add(s.path("section").asText() + ' ' + s.path("type").asText()));
    assertThat(sections)
        .containsExactly("Properties map", "ApplicationProperties map", "AmqpValue string");
    assertThat(http.call("GET", MESSAGES + "/40", "").status()).isEqualTo(404);
    assertThat(http.call("GET", MESSAGES + "/x", "").code()).isEqualTo("invalid");
    assertThat(search("?sections=true&limit=1").at("/messages/0/sections").asText()).isNotEmpty();
  }
}
