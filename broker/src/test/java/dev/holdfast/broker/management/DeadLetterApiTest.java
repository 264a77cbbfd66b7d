package dev.holdfast.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.json.NewMessageJson;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.deadletter.RetryPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterApiTest {
  private static final String API = "/api/v1";
  private static final String OF_ORDERS = API + "/dead-letters/orders";
  private static final Principal ADMIN = new Principal("uid:0", Set.of(Principal.ADMIN));

  @TempDir Path directory;
  private ManagementRig rig;
  private HttpOverUnix http;
  private NodeAdmin nodes;

  @BeforeEach
  void start() throws Exception {
    rig = new ManagementRig(directory);
    http = rig.http;
    nodes = rig.owner.admin();
    get(nodes.createQueue(ADMIN, new QueueDefinition("orders", 1 << 20, RetryPolicy.of(3))));
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private void send(String node, String text, String type, long delayMs) throws Exception {
    byte[] sections =
        NewMessageJson.encode(
            null,
            Json.object().put("text", text),
            Json.object().put("messageId", "id of " + text),
            Json.object().put("type", type));
    Marks marks = new Marks(null, 0, delayMs, null, null, 0);
    get(nodes.publish(ADMIN, node, new IncomingMessage(true, (byte) 4, -1, 0, 0, sections, marks)));
  }

  private void dead(String... texts) throws Exception {
    for (String text : texts) {
      send("orders/$dead-letter", text, "type of " + text, 0);
    }
  }

  private JsonNode call(String method, String path, String body) throws Exception {
    HttpOverUnix.Answer answer = http.call(method, path, body);
    assertThat(answer.status()).as(answer.body().toString()).isBetween(200, 201);
    return answer.body();
  }

  private List<PeekedMessage> orders() throws Exception {
    return get(nodes.peek(ADMIN, "orders", 0, 100));
  }

  private JsonNode ended(long id) throws Exception {
    JsonNode task = call("GET", API + "/dead-letter-tasks/" + id, "");
    while (task.get("state").asText().equals("running")) {
      task = call("GET", API + "/dead-letter-tasks/" + id, "");
    }
    return task;
  }

  @Test
  void theyAreSummarisedFoundAndShown() throws Exception {
    dead("a", "b", "c");
    JsonNode summary = call("GET", OF_ORDERS + "/summary", "");
    assertThat(summary.get("node").asText()).isEqualTo("orders");
    assertThat(summary.at("/groups/0/messages").asInt()).isEqualTo(3);
    assertThat(summary.at("/groups/0/reason").isNull()).isTrue();
    assertThat(summary.at("/groups/0/ages/0/messages").asInt()).isEqualTo(3);
    JsonNode page = call("GET", OF_ORDERS + "/messages?limit=2", "");
    assertThat(page.get("messages")).hasSize(2);
    assertThat(page.get("next").asLong()).isEqualTo(3);
    JsonNode last = call("GET", OF_ORDERS + "/messages?from=3&where=type%3D'type%20of%20c'", "");
    assertThat(last.at("/messages/0/body/text").asText()).isEqualTo("c");
    assertThat(last.get("next").isNull()).isTrue();
    assertThat(call("GET", OF_ORDERS + "/messages?reason=expired", "").get("messages")).isEmpty();
    assertThat(call("GET", OF_ORDERS + "/messages/2", "").at("/body/text").asText()).isEqualTo("b");
    assertThat(http.call("GET", OF_ORDERS + "/messages/9", "").status()).isEqualTo(404);
    assertThat(http.call("GET", API + "/dead-letters/none/summary", "").status()).isEqualTo(404);
    for (String wrong : List.of("where=type%3D", "reason=bad", "limit=0")) {
      assertThat(http.call("GET", OF_ORDERS + "/messages?" + wrong, "").code())
          .as(wrong)
          .isEqualTo("invalid");
    }
  }

  @Test
  void anOrderIsTriedBegunAndWatched() throws Exception {
    dead("a", "b", "c");
    String some = "{\"action\":\"redrive\",\"where\":\"type <> 'type of b'\"}";
    JsonNode count = call("POST", OF_ORDERS + "/count", some);
    assertThat(count.get("messages").asInt()).isEqualTo(2);
    JsonNode begun = call("POST", OF_ORDERS + "/tasks", some);
    assertThat(begun.get("waiting").asInt()).isEqualTo(3);
    JsonNode ended = ended(begun.get("id").asLong());
    assertThat(ended.get("state").asText()).isEqualTo("done");
    assertThat(ended.get("done").asInt()).isEqualTo(2);
    assertThat(orders()).hasSize(2);
    assertThat(call("GET", API + "/dead-letter-tasks", "").get("tasks")).hasSize(1);
    JsonNode slow = call("POST", OF_ORDERS + "/tasks", "{\"action\":\"drop\",\"toSequence\":0}");
    ended(slow.get("id").asLong());
    String task = API + "/dead-letter-tasks/" + slow.get("id").asLong();
    assertThat(http.call("POST", task + "/pause", "").status()).isEqualTo(409);
    assertThat(http.call("POST", API + "/dead-letter-tasks/99/cancel", "").status()).isEqualTo(404);
    for (String wrong :
        List.of(
            "{}",
            "{\"action\":\"burn\"}",
            "{\"action\":\"drop\",\"to\":\"x\"}",
            "{\"action\":\"redrive\",\"where\":\"=\"}",
            "{\"action\":\"redrive\",\"to\":\"orders/$dead-letter\"}")) {
      assertThat(http.call("POST", OF_ORDERS + "/tasks", wrong).code())
          .as(wrong)
          .isEqualTo("invalid");
    }
  }

  @Test
  void messagesOfAQueueAreMovedCopiedAndDeleted() throws Exception {
    get(nodes.createQueue(ADMIN, new QueueDefinition("spare", 1 << 20, RetryPolicy.of(3))));
    send("orders", "a", "x", 0);
    send("orders", "b", "y", 0);
    String of = API + "/queues/orders";
    String copy = "{\"action\":\"copy\",\"to\":\"spare\",\"where\":\"type = 'x'\"}";
    assertThat(call("POST", of + "/count", copy).get("messages").asInt()).isEqualTo(1);
    JsonNode copied = ended(call("POST", of + "/tasks", copy).get("id").asLong());
    assertThat(copied.get("done").asInt()).isEqualTo(1);
    assertThat(copied.get("to").asText()).isEqualTo("spare");
    assertThat(orders()).hasSize(2);
    String move = "{\"action\":\"move\",\"to\":\"spare\",\"toSequence\":1}";
    ended(call("POST", of + "/tasks", move).get("id").asLong());
    ended(call("POST", of + "/tasks", "{\"action\":\"delete\"}").get("id").asLong());
    assertThat(orders()).isEmpty();
    assertThat(get(nodes.peek(ADMIN, "spare", 0, 9))).hasSize(2);
    for (String wrong :
        List.of(
            "{\"action\":\"redrive\"}",
            "{\"action\":\"move\"}",
            "{\"action\":\"delete\",\"to\":\"spare\"}",
            "{\"action\":\"delete\",\"reason\":\"expired\"}",
            "{\"action\":\"move\",\"to\":\"orders\"}")) {
      assertThat(http.call("POST", of + "/tasks", wrong).code()).as(wrong).isEqualTo("invalid");
    }
    assertThat(http.call("POST", OF_ORDERS + "/tasks", move).code()).isEqualTo("invalid");
  }

  @Test
  void aTaskIsPausedResumedAndCancelled() throws Exception {
    dead("a", "b", "c", "d", "e", "f");
    long id =
        call("POST", OF_ORDERS + "/tasks", "{\"action\":\"redrive\",\"perSecond\":1}")
            .get("id")
            .asLong();
    String task = API + "/dead-letter-tasks/" + id;
    assertThat(call("POST", task + "/pause", "").get("state").asText()).isEqualTo("paused");
    assertThat(call("POST", task + "/resume", "").get("state").asText()).isEqualTo("running");
    assertThat(call("POST", task + "/cancel", "").get("state").asText()).isEqualTo("cancelled");
  }

  @Test
  void oneIsEditedAndKeepsTheRest() throws Exception {
    dead("typo", "fine");
    JsonNode answer =
        call(
            "POST",
            OF_ORDERS + "/messages/1/redrive",
            "{\"message\":{\"body\":{\"text\":\"right\"}}}");
    assertThat(answer.get("to").asText()).isEqualTo("orders");
    JsonNode back =
        MessageApi.show(new dev.holdfast.broker.amqp.json.MessageJson(), orders().get(0));
    assertThat(back.at("/body/text").asText()).isEqualTo("right");
    assertThat(back.at("/properties/messageId").asText()).isEqualTo("id of typo");
    assertThat(back.at("/applicationProperties/type").asText()).isEqualTo("type of typo");
    call("POST", OF_ORDERS + "/messages/2/redrive", "");
    assertThat(orders()).hasSize(2);
    assertThat(http.call("POST", OF_ORDERS + "/messages/2/redrive", "").status()).isEqualTo(404);
  }

  @Test
  void delayedMessagesAreListedAndCancelled() throws Exception {
    send("orders", "later", "x", 3_600_000);
    send("orders", "much later", "x", 7_200_000);
    String scheduled = API + "/scheduled/orders";
    JsonNode waiting = call("GET", scheduled, "").get("messages");
    assertThat(waiting).hasSize(2);
    assertThat(waiting.get(0).get("due").asText()).isNotEmpty();
    assertThat(call("DELETE", scheduled + "/1", "").get("cancelled").asInt()).isEqualTo(1);
    assertThat(http.call("DELETE", scheduled + "/1", "").status()).isEqualTo(404);
    waiting = call("GET", scheduled, "").get("messages");
    assertThat(waiting).hasSize(1);
    assertThat(waiting.at("/0/body/text").asText()).isEqualTo("much later");
  }
}
