package dev.holdfast.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.broker.amqp.ConnectionInfo;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.identity.PeerCredentials;
import dev.holdfast.broker.identity.PeerInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminServerTest {
  private static final String API = "/api/v1";

  @TempDir Path directory;
  private ManagementRig rig;
  private FakeNodes nodes;
  private HttpOverUnix http;

  @BeforeEach
  void start() throws Exception {
    rig = new ManagementRig(directory);
    nodes = rig.nodes;
    http = rig.http;
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void servesExactlyWhatIsDescribed() throws Exception {
    Set<String> described = new TreeSet<>();
    String path = "";
    for (String line : Files.readAllLines(Path.of("../docs/openapi.yaml"))) {
      if (line.startsWith("components:")) {
        break;
      }
      if (line.startsWith("  /")) {
        path = line.strip().replace(":", "");
      } else if (line.matches("    (get|post|put|patch|delete):")) {
        described.add(
            line.strip().replace(":", "").toUpperCase(java.util.Locale.ROOT) + " " + path);
      }
    }
    Set<String> served =
        AdminServer.routes(rig.services(0), Runnable::run).stream()
            .filter(r -> r.path().startsWith(API))
            .map(r -> r.method() + " " + r.path().substring(API.length()))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(served).isEqualTo(described).isNotEmpty();
  }

  @Test
  void statusAndHealth() throws Exception {
    HttpOverUnix.Answer status = http.call("GET", API + "/status", "");
    assertThat(status.status()).isEqualTo(200);
    assertThat(status.body().path("version").asText()).isEqualTo("1.2.3");
    assertThat(status.body().path("you").path("principal").asText())
        .isEqualTo("uid:" + ManagementRig.ownUid());
    assertThat(status.body().path("you").path("roles").path(0).asText()).isEqualTo("admin");
    assertThat(status.body().path("totals").path("connections").asInt()).isEqualTo(3);
    assertThat(status.body().path("listeners").path(0).path("protocol").asText()).isEqualTo("amqp");
    for (String path : List.of("/readyz", API + "/health")) {
      assertThat(http.call("GET", path, "").status()).isEqualTo(200);
    }
    rig.notReady = "the disk is full";
    for (String path : List.of("/readyz", API + "/health")) {
      HttpOverUnix.Answer health = http.call("GET", path, "");
      assertThat(health.status()).isEqualTo(503);
      assertThat(health.body().path("reason").asText()).isEqualTo("the disk is full");
    }
    assertThat(http.call("GET", "/healthz", "").status()).isEqualTo(200);
  }

  @Test
  void queueFromCreationToDeletion() throws Exception {
    HttpOverUnix.Answer made =
        http.call("POST", API + "/queues", "{\"name\":\"a/b +\u00e4\",\"maxDeliveries\":3}");
    assertThat(made.status()).isEqualTo(201);
    String path = API + "/queues/a%2Fb%20+%C3%A4";
    JsonNode queue = http.call("GET", path, "").body();
    assertThat(queue.path("name").asText()).isEqualTo("a/b +\u00e4");
    assertThat(queue.path("kind").asText()).isEqualTo("queue");
    assertThat(queue.path("maxDeliveries").asInt()).isEqualTo(3);
    assertThat(queue.path("maxMessageBytes").asInt()).isEqualTo(1 << 20);
    assertThat(queue.path("oldest").isNull()).isTrue();
    assertThat(http.call("GET", API + "/queues", "").body().path("queues").path(0))
        .isEqualTo(queue);
    assertThat(http.call("POST", API + "/queues", "{\"name\":\"a/b +\u00e4\"}").code())
        .isEqualTo("conflict");
    String message = "{\"body\":{\"text\":\"hi\"}}";
    assertThat(http.call("POST", path + "/messages", message).body().path("sequence").asInt())
        .isZero();
    assertThat(http.call("POST", path + "/purge", "").body().path("purged").asInt()).isEqualTo(1);
    http.call("POST", path + "/messages", message);
    HttpOverUnix.Answer deleted = http.call("DELETE", path, "");
    assertThat(deleted.body().path("deleted").asText()).isEqualTo("a/b +\u00e4");
    assertThat(deleted.body().path("messages").asInt()).isEqualTo(1);
    assertThat(http.call("GET", path, "").status()).isEqualTo(404);
  }

  @Test
  void messagesAreSentPeekedAndTaken() throws Exception {
    http.call("POST", API + "/queues", "{\"name\":\"q\"}");
    HttpOverUnix.Answer sent =
        http.call(
            "POST",
            API + "/queues/q/messages",
            """
            {"body":{"base64":"AQI="},"durable":false,"priority":9,"ttlMs":500,
             "properties":{"subject":"s","groupId":"g"},"applicationProperties":{"n":1}}""");
    assertThat(sent.status()).isEqualTo(201);
    JsonNode shown =
        http.call("GET", API + "/queues/q/messages", "").body().path("messages").path(0);
    assertThat(shown.path("sequence").asInt()).isZero();
    assertThat(shown.path("durable").asBoolean()).isFalse();
    assertThat(shown.path("priority").asInt()).isEqualTo(9);
    assertThat(shown.path("enqueued").asText()).isEqualTo("1970-01-01T00:00:01Z");
    assertThat(shown.path("expires").asText()).isEqualTo("1970-01-01T00:00:01.500Z");
    assertThat(shown.path("properties").path("subject").asText()).isEqualTo("s");
    assertThat(MessageAttributes.groupId(nodes.messages.get("q").get(0).message().attributes()))
        .isEqualTo("g");
    assertThat(shown.path("applicationProperties").path("n").asInt()).isEqualTo(1);
    assertThat(shown.path("body").path("base64").asText()).isEqualTo("AQI=");
    for (int i = 0; i < 20; i++) {
      http.call("POST", API + "/queues/q/messages", "{\"body\":{\"text\":\"m" + i + "\"}}");
    }
    nodes.pages.clear();
    assertThat(peeked("?limit=15&from=3")).hasSize(15).startsWith(3L).endsWith(17L);
    assertThat(nodes.pages).as("small first, then what fits").containsExactly(4, 11);
    assertThat(received("?ack=false&limit=2")).containsExactly(0L, 1L);
    assertThat(received("?limit=6")).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    assertThat(received("")).containsExactly(6L);
    assertThat(received("?limit=1000")).hasSize(14);
    assertThat(received("")).isEmpty();
  }

  private List<Long> peeked(String query) throws Exception {
    return sequences(http.call("GET", API + "/queues/q/messages" + query, ""));
  }

  private List<Long> received(String query) throws Exception {
    return sequences(http.call("POST", API + "/queues/q/receive" + query, ""));
  }

  private static List<Long> sequences(HttpOverUnix.Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    return answer.body().path("messages").findValues("sequence").stream()
        .map(JsonNode::longValue)
        .toList();
  }

  @Test
  void largeMessagesComeInAnswersOfBoundedSize() throws Exception {
    http.call("POST", API + "/queues", "{\"name\":\"q\"}");
    String body = "x".repeat(900_000);
    for (int i = 0; i < 40; i++) {
      http.call("POST", API + "/queues/q/messages", "{\"body\":{\"text\":\"" + body + "\"}}");
    }
    assertThat(peeked("?limit=40").size()).isBetween(15, 25);
    assertThat(received("?limit=40").size()).isBetween(15, 25);
    assertThat(nodes.pages).allMatch(p -> p <= 20);
  }

  @Test
  void usersFromCreationToDeletion() throws Exception {
    HttpOverUnix.Answer alice =
        http.call("POST", API + "/users", "{\"name\":\"alice\",\"roles\":[\"admin\"]}");
    assertThat(alice.status()).isEqualTo(201);
    assertThat(alice.head()).containsIgnoringCase("cache-control: no-store");
    assertThat(alice.body().path("password").asText()).hasSize(32);
    assertThat(alice.body().path("scheme").asText()).isEqualTo("scram");
    HttpOverUnix.Answer bob =
        http.call("POST", API + "/users", "{\"name\":\"bob\",\"password\":\"p\u00e4ssw\u00f6rd\"}");
    assertThat(bob.body().has("password")).isFalse();
    assertThat(bob.body().path("scheme").asText()).isEqualTo("argon2id");
    JsonNode all = http.call("GET", API + "/users", "").body().path("users");
    assertThat(all.findValuesAsText("name")).containsExactly("alice", "bob");
    assertThat(all.findValues("password")).isEmpty();
    assertThat(http.call("POST", API + "/users", "{\"name\":\"bob\"}").code())
        .isEqualTo("conflict");
    HttpOverUnix.Answer changed = http.call("PUT", API + "/users/bob/password", "{}");
    assertThat(changed.body().path("password").asText()).hasSize(32);
    assertThat(http.call("DELETE", API + "/users/bob", "").body().path("deleted").asText())
        .isEqualTo("bob");
    assertThat(http.call("DELETE", API + "/users/bob", "").code()).isEqualTo("not-found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET|/api/v1/nothing|``|404|not-found|there is nothing at this path",
        "GET|/|``|404|not-found|there is nothing",
        "PATCH|/api/v1/queues|``|405|method-not-allowed|this path takes GET, POST",
        "GET|/api/v1/queues/%ZZ|``|400|invalid|percent-encoded",
        "GET|/api/v1/queues/none|``|404|not-found|there is no queue none",
        "POST|/api/v1/queues|{\"name\":|400|invalid|line 1, column 9",
        "POST|/api/v1/queues|{} x|400|invalid|not valid JSON",
        "POST|/api/v1/queues|{\"name\":\"a\",\"name\":\"b\"}|400|invalid|not valid JSON",
        "POST|/api/v1/queues|[]|400|invalid|must be a JSON object",
        "POST|/api/v1/queues|{\"nam\":1}|400|invalid|the field nam is not known",
        "POST|/api/v1/queues|{\"name\":1}|400|invalid|must be there and be a string",
        "POST|/api/v1/queues|{\"name\":\"a\",\"maxDeliveries\":0}|400|invalid|from 1 to",
        "POST|/api/v1/queues|{\"name\":\"a\",\"maxMessageBytes\":2000000}|400|invalid|to 1048576",
        "POST|/api/v1/queues|{\"name\":\"full\"}|507|resource-limit-exceeded|the disk is full",
        "GET|/api/v1/queues/q/messages?limit=1001|``|400|invalid|limit must be",
        "POST|/api/v1/queues/q/receive?ack=yes|``|400|invalid|true or false",
        "POST|/api/v1/queues/q/messages|{}|400|invalid|the field body must be there",
        "POST|/api/v1/queues/q/messages|{\"body\":{}}|400|invalid|exactly one of",
        "POST|/api/v1/users|{\"name\":\"a:b\"}|400|invalid|must not contain",
        "POST|/api/v1/users|{\"name\":\"a\",\"password\":\"x\"}|400|invalid|bytes",
        "POST|/api/v1/users|{\"name\":\"a\",\"password\":5}|400|invalid|must be a string",
        "POST|/api/v1/users|{\"password\":\"long enough\"}|400|invalid|the field name",
        "PUT|/api/v1/users/x/password|{\"nam\":\"x\"}|400|invalid|the field nam is not known",
      })
  void refusalsSayWhatIsWrong(
      String method, String path, String body, int status, String code, String message)
      throws Exception {
    HttpOverUnix.Answer answer = http.call(method, path, body == null ? "" : body);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.body().path("error").path("message").asText()).contains(message);
  }

  @Test
  void bodiesAreBounded() throws Exception {
    String large = "{\"name\":\"" + "x".repeat(70_000) + "\"}";
    assertThat(http.call("POST", API + "/queues", large).code()).isEqualTo("too-large");
    StringBuilder chunked =
        new StringBuilder(
            "POST /api/v1/queues HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 20; i++) {
      chunked.append("1000\r\n").append("x".repeat(4096)).append("\r\n");
    }
    assertThat(http.raw(chunked.toString()).code()).isEqualTo("too-large");
  }

  @Test
  void settingsAreMadeShownAndChanged() throws Exception {
    String made =
        "{\"name\":\"q\",\"maxMessages\":5,\"overflow\":\"block\",\"retryInitialMs\":9000000,"
            + "\"ttlMs\":60000,\"lockTimeoutMs\":0}";
    JsonNode queue = http.call("POST", API + "/queues", made).body();
    assertThat(queue.get("overflow").asText()).isEqualTo("block");
    assertThat(queue.get("retryMaxMs").asLong()).isEqualTo(9_000_000);
    JsonNode edited = http.call("PATCH", API + "/queues/q", "{\"maxBytes\":10}").body();
    assertThat(edited.get("maxBytes").asLong()).isEqualTo(10);
    assertThat(edited.get("maxMessages").asLong()).isEqualTo(5);
    assertThat(edited.get("ttlMs").asLong()).isEqualTo(60_000);
    for (String bad :
        new String[] {
          "{}",
          "{\"overflow\":\"explode\"}",
          "{\"retryJitter\":2}",
          "{\"retryMaxMs\":1}",
          "{\"prioritised\":true}",
          "{\"maxMessages\":-1}"
        }) {
      HttpOverUnix.Answer answer = http.call("PATCH", API + "/queues/q", bad);
      assertThat(answer.status()).as(bad).isEqualTo(400);
      assertThat(answer.code()).as(bad).isEqualTo("invalid");
    }
  }

  @Test
  void connectionsAreListedShownAndClosed() throws Exception {
    PeerInfo peer =
        new PeerInfo(
            PeerInfo.Transport.UNIX, new PeerCredentials(7, 8, 9), List.of(), "unix", true);
    List<ConnectionInfo.LinkInfo> links =
        List.of(new ConnectionInfo.LinkInfo("l", "receive", "orders", true));
    rig.connections.add(
        new ConnectionInfo(
            "c1",
            "uid:7",
            "external",
            "box",
            peer,
            1_000,
            ConnectionInfo.State.OPEN,
            List.of(new ConnectionInfo.SessionInfo(0, 5, links))));
    JsonNode listed = http.call("GET", API + "/connections", "").body().at("/connections/0");
    assertThat(listed.toString())
        .isEqualTo(
            "{\"id\":\"c1\",\"principal\":\"uid:7\",\"mechanism\":\"external\","
                + "\"transport\":\"unix\",\"remote\":\"unix\",\"container\":\"box\","
                + "\"state\":\"open\",\"since\":\"1970-01-01T00:00:01Z\",\"sessions\":1,"
                + "\"links\":1,\"unsettled\":5,\"uid\":7,\"pid\":9}");
    JsonNode one = http.call("GET", API + "/connections/c1", "").body();
    assertThat(one.at("/sessionList/0/links/0/address").asText()).isEqualTo("orders");
    assertThat(http.call("GET", API + "/connections/c2", "").status()).isEqualTo(404);
    String close = API + "/connections/c1/close";
    assertThat(http.call("POST", close, "{\"reason\":\"a\\nb\"}").code()).isEqualTo("invalid");
    HttpOverUnix.Answer closed = http.call("POST", close, "{\"reason\":\"stuck\"}");
    assertThat(closed.body().get("closed").asText()).isEqualTo("c1");
    assertThat(rig.closedBecause).isEqualTo("stuck");
    assertThat(http.call("POST", close, "").status()).isEqualTo(404);
  }

  @Test
  void theConfigurationIsShownAndReadAgain() throws Exception {
    Map<String, JsonNode> keys = new HashMap<>();
    http.call("GET", API + "/config", "")
        .body()
        .get("keys")
        .forEach(key -> keys.put(key.get("key").asText(), key));
    assertThat(keys.get("limits.links").get("value").asText()).isEqualTo("7");
    assertThat(keys.get("limits.links").get("origin").asText()).isEqualTo(rig.toml + " line 2");
    assertThat(keys.get("amqp.listen").get("origin").asText()).isEqualTo("default");
    assertThat(keys.get("amqp.listen").get("live").asBoolean()).isFalse();
    String reload = API + "/config/reload";
    Files.writeString(rig.toml, "[limits]\nlinks = -1\n");
    assertThat(http.call("POST", reload, "").code()).isEqualTo("invalid");
    Files.writeString(rig.toml, "limits.links = 8\namqp.max-links = 9\n");
    for (int i = 0; i < 2; i++) {
      JsonNode answer = http.call("POST", reload, "").body();
      assertThat(answer.get("applied")).hasSize(1 - i);
      assertThat(answer.at("/needsRestart/0/key").asText()).isEqualTo("amqp.max-links");
      assertThat(answer.at("/needsRestart/0/to").asText()).isEqualTo("9");
    }
    assertThat(rig.limits().general().links()).isEqualTo(8);
  }

  @Test
  void internalFailureTellsNoDetails() throws Exception {
    HttpOverUnix.Answer answer = http.call("POST", API + "/queues", "{\"name\":\"broken\"}");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body().toString()).contains("incident").doesNotContain("secret", "dev.");
  }

  @Test
  void strangersAreRefusedEverything() throws Exception {
    rig.serve("other.sock", ManagementRig.ownUid() + 1);
    http = rig.http;
    rig.notReady = "detail";
    for (Route route : AdminServer.routes(rig.services(0), Runnable::run)) {
      String path =
          route
              .path()
              .replace("subscriptions/{name}", "subscriptions/x::y")
              .replace("{name}", "x")
              .replaceAll("\\{(sequence|id)}", "1");
      HttpOverUnix.Answer answer = http.call(route.method(), path, validBody(route));
      if (path.endsWith("health") || path.endsWith("z")) {
        assertThat(answer.body().toString()).doesNotContain("detail");
      } else if (path.endsWith("/tokens/self")) {
        // Anybody may have less than one has: a stranger has nothing.
        assertThat(answer.status()).isEqualTo(201);
      } else {
        assertThat(answer.status()).as(route.method() + " " + path).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("unauthorized");
      }
    }
    assertThat(rig.users.users()).isEmpty();
  }

  private static String validBody(Route route) {
    if (route.method().equals("PATCH")) {
      return route.path().contains("/queues/")
          ? "{\"maxMessages\":1}"
          : route.path().contains("/topics/") ? "{\"retentionMs\":1}" : "{\"where\":\"\"}";
    }
    if (route.path().endsWith("/messages")) {
      return "{\"body\":{\"text\":\"\"}}";
    }
    if (route.path().endsWith("/tasks") || route.path().endsWith("/count")) {
      return route.path().contains("/queues/")
          ? "{\"action\":\"delete\"}"
          : "{\"action\":\"drop\"}";
    }
    if (route.path().endsWith("/subscriptions")) {
      return "{\"source\":\"x\",\"name\":\"x\"}";
    }
    if (route.path().contains("/broker/")) {
      return "{}";
    }
    if (route.path().endsWith("/tokens/self")) {
      return "{\"scopes\":[\"any:queue:#\"]}";
    }
    boolean make = route.method().equals("POST") && !route.path().contains("{");
    return make ? "{\"name\":\"x\"}" : "{}";
  }
}
