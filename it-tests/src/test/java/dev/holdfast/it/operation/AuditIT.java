package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import jakarta.jms.Connection;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The audit log of a real process: complete, and verifiable whatever happens to the process. */
class AuditIT {
  private static final int KILLS = Integer.getInteger("kills", 6);

  private final Scratch scratch = Scratch.create();
  private final Random random = new Random();

  @AfterEach
  void clean() {
    scratch.close();
  }

  private Path directory() {
    return scratch.data().resolve("audit");
  }

  private static int verify(BrokerProcess broker, String... more) {
    List<String> words = new ArrayList<>(List.of("audit", "verify"));
    words.addAll(List.of(more));
    Command.Result result = broker.cli().run(words.toArray(String[]::new));
    assertThat(result.all()).as("a verdict").containsAnyOf("intact", "broken", "unsigned");
    return result.exitCode();
  }

  @Test
  void whatAnAdministratorDoesCanBeFoundAndVerified() throws IOException {
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      Cli cli = broker.cli();
      cli.ok("queue", "create", "audited");
      assertThat(cli.run("queue", "create", "audited").exitCode()).isEqualTo(6);
      cli.ok("msg", "send", "audited", "canary-body-7f3a");
      cli.ok("msg", "peek", "audited");
      cli.ok("user", "add", "ana");
      JsonNode admin = cli.json("audit", "query", "--event", "admin.").get("events");
      assertThat(admin.findValuesAsText("op"))
          .contains("POST /api/v1/queues", "POST /api/v1/queues/{name}/messages");
      assertThat(admin.findValuesAsText("code")).contains("http-409");
      assertThat(admin.findValuesAsText("mech")).contains("peercred");
      assertThat(cli.ok("audit", "query", "--event", "messages.")).contains("audited");
      assertThat(cli.ok("audit", "tail", "-n", "3")).contains("ok");
      assertThat(verify(broker)).isZero();
      assertThat(broker.terminate()).isZero();
    }
    try (Stream<Path> files = Files.list(directory())) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        assertThat(Files.readString(file))
            .contains("broker.start", "broker.stop")
            .doesNotContain("canary-body-7f3a");
        Files.writeString(file, Files.readString(file).replaceFirst("audited", "auditee"));
      }
    }
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      assertThat(verify(broker)).isEqualTo(3);
      assertThat(broker.cli().ok("audit", "query", "--event", "audit.damaged")).contains("error");
    }
  }

  @Test
  void killNeverBreaksTheChainNorLosesWhatWasAnswered() {
    Set<String> answered = ConcurrentHashMap.newKeySet();
    AtomicInteger next = new AtomicInteger();
    String root = "";
    for (int round = 0; round < KILLS; round++) {
      try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
        root = broker.api().call("GET", "/audit/status", "").get("rootKey").asText();
        List<Thread> admins = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          Thread admin = new Thread(() -> administrate(broker, next, answered));
          admin.start();
          admins.add(admin);
        }
        int goal = answered.size() + 20 + random.nextInt(150);
        await("requests answered").until(() -> answered.size() >= goal);
        broker.kill();
        for (Thread admin : admins) {
          join(admin);
        }
      }
    }
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      assertThat(verify(broker, "--root-key", root)).isZero();
      Set<String> recorded = new HashSet<>();
      long after = 0;
      for (JsonNode page = page(broker, after); !page.isEmpty(); page = page(broker, after)) {
        page.forEach(event -> recorded.add(event.path("res").asText()));
        after = page.get(page.size() - 1).get("seq").asLong();
      }
      assertThat(recorded).containsAll(answered);
    }
  }

  @Test
  void linksAndConnectionsAreRecordedAndWhoBrowses() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      broker.api().createQueue("watched");
      String uri = "amqp://127.0.0.1:" + broker.ready().tcp().getPort();
      TestUser user = TestUser.generated(broker.cli(), "watcher");
      try (Connection connection =
              new JmsConnectionFactory(user.name(), user.password(), uri).createConnection();
          Session session = connection.createSession()) {
        connection.start();
        session.createProducer(session.createQueue("watched")).close();
        try (QueueBrowser browser = session.createBrowser(session.createQueue("watched"))) {
          assertThat(browser.getEnumeration().hasMoreElements()).isFalse();
        }
      }
      await("records").until(() -> events(broker, "connection.close").size() == 1);
      assertThat(operations(broker, "link.attach")).contains("send watched", "browse watched");
      assertThat(operations(broker, "link.detach")).contains("send watched", "browse watched");
      String closed = events(broker, "connection.close").get(0).get("conn").asText();
      assertThat(events(broker, "link.attach"))
          .allSatisfy(event -> assertThat(event.get("conn").asText()).isEqualTo(closed))
          .allSatisfy(event -> assertThat(event.at("/peer/p").asText()).isEqualTo("user:watcher"));
    }
  }

  private static JsonNode events(BrokerProcess broker, String name) {
    return broker.api().call("GET", "/audit?event=" + name + "&limit=1000", "").get("events");
  }

  private static List<String> operations(BrokerProcess broker, String name) {
    List<String> all = new ArrayList<>();
    events(broker, name)
        .forEach(event -> all.add(event.get("op").asText() + " " + event.get("res").asText()));
    return all;
  }

  private static JsonNode page(BrokerProcess broker, long after) {
    return broker
        .api()
        .call("GET", "/audit?event=admin.request&limit=1000&after=" + after, "")
        .get("events");
  }

  private static void administrate(BrokerProcess broker, AtomicInteger next, Set<String> answered) {
    try {
      while (true) {
        String name = "q" + next.incrementAndGet();
        broker.api().createQueue(name);
        broker.api().deleteQueue(name);
        answered.add(name);
      }
    } catch (RuntimeException | AssertionError killed) {
      // The broker has gone in the middle of a request.
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
