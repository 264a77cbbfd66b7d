package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import dev.holdfast.client.Consumer;
import dev.holdfast.client.Delivery;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastException;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import dev.holdfast.client.Receipt;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the demo does and says, in order. Every claim it prints it has checked. */
final class DemoStory {
  private static final int MESSAGES = 1000;
  private static final int NAMES_TRIED = 100;
  private static final Duration WAIT = Duration.ofSeconds(20);
  private static final int LABEL_CHARS = 11;

  private final Output output;
  private final LongSupplier nanoTime;
  private final DemoBroker broker;

  DemoStory(Output output, LongSupplier nanoTime, DemoBroker broker) {
    this.output = output;
    this.nanoTime = nanoTime;
    this.broker = broker;
  }

  void tell(Path work, @Nullable Path kept) throws CommandFailure, IOException {
    output.line(
        kept == null
            ? "A broker of its own in " + work + ", gone when this ends."
            : "A broker of its own with its data in " + kept + ", which stays.");
    output.line("");
    try {
      acts();
    } catch (HoldfastException e) {
      throw failure("the client reports " + e.reason() + ": " + e.getMessage());
    }
    goOn(kept);
  }

  private void acts() throws CommandFailure, IOException {
    long begin = nanoTime.getAsLong();
    DemoBroker.Ready ready = broker.start();
    say("start", "ready after " + since(begin) + ", pid " + ready.pid());
    say("", "amqp://" + ready.amqp() + " and unix://" + ready.socket());
    BrokerApi api = broker.api(ready, nanoTime);
    String queue = create(api);
    say("create", "queue " + queue);
    try (Holdfast holdfast = Holdfast.connect("unix://" + ready.socket())) {
      send(holdfast, queue);
      peek(api, queue);
      redeliver(holdfast, queue);
    }
    int left = MESSAGES - 1;
    broker.kill();
    long crash = nanoTime.getAsLong();
    DemoBroker.Ready again = broker.start();
    BrokerApi newApi = broker.api(again, nanoTime);
    expect("messages after the crash", left, count(newApi, queue));
    say("crash", "kill -9 of pid " + ready.pid() + "; ready again after " + since(crash));
    say("", "all " + left + " accepted messages are still there");
    try (Holdfast holdfast = Holdfast.connect("unix://" + again.socket())) {
      receive(holdfast, queue, left);
    }
    expect("messages at the end", 0, count(newApi, queue));
    newApi.delete(BrokerApi.queue(queue, ""));
    broker.stop();
    say("stop", "SIGTERM, clean exit");
  }

  private String create(BrokerApi api) throws CommandFailure, IOException {
    // A data directory that was given may hold the queue of an earlier run.
    for (int i = 1; ; i++) {
      String name = i == 1 ? "demo" : "demo-" + i;
      try {
        return api.post("/queues", Map.of("name", name)).text("name");
      } catch (CommandFailure e) {
        if (e.exitCode() != ExitCode.CONFLICT || i == NAMES_TRIED) {
          throw e;
        }
      }
    }
  }

  private void send(Holdfast holdfast, String queue) throws CommandFailure {
    long begin = nanoTime.getAsLong();
    try (Producer producer = holdfast.producer(queue)) {
      List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
      for (int i = 1; i <= MESSAGES; i++) {
        receipts.add(producer.sendAsync(Message.text(body(i))));
      }
      int accepted = 0;
      for (CompletableFuture<Receipt> receipt : receipts) {
        accepted += receipt.join().attempts() > 0 ? 1 : 0;
      }
      expect("accepted messages", MESSAGES, accepted);
    }
    say("send", MESSAGES + " messages over AMQP, each accepted after its fsync: " + since(begin));
  }

  private void peek(BrokerApi api, String queue) throws CommandFailure, IOException {
    String path = MessageCommands.query(BrokerApi.queue(queue, "/messages"), "limit", "3");
    List<String> bodies = new ArrayList<>();
    for (JsonObject message : api.get(path).objects("messages")) {
      bodies.add(new MessageView(message).bodyText());
    }
    say("peek", String.join(", ", bodies) + ", ... (looking takes nothing)");
    expect("messages after the peek", MESSAGES, count(api, queue));
  }

  private void redeliver(Holdfast holdfast, String queue) throws CommandFailure {
    // With credit for all: the others are here before the failed one comes again, a second later.
    try (Consumer consumer = holdfast.consumerBuilder(queue).prefetch(MESSAGES + 1).open()) {
      Delivery first = next(consumer);
      String body = first.message().bodyAsText();
      first.retry();
      List<Delivery> others = new ArrayList<>();
      Delivery again = next(consumer);
      while (!again.message().bodyAsText().equals(body)) {
        others.add(again);
        again = next(consumer);
      }
      expect("delivery count", 1, again.deliveryCount());
      again.accept();
      others.forEach(Delivery::release);
      say(
          "redeliver",
          body + " failed (retry), came again a second later with delivery-count 1, accepted");
    }
  }

  private void receive(Holdfast holdfast, String queue, int left) throws CommandFailure {
    long begin = nanoTime.getAsLong();
    try (Consumer consumer = holdfast.consumer(queue)) {
      for (int i = 0; i < left; i++) {
        Delivery delivery = next(consumer);
        String expected = body(MESSAGES - left + 1 + i);
        if (!delivery.message().bodyAsText().equals(expected)) {
          throw failure("expected " + expected + ", got " + delivery.message().bodyAsText());
        }
        delivery.accept();
      }
    }
    say("receive", "all " + left + ", in order, each accepted: " + since(begin));
  }

  private void goOn(@Nullable Path kept) {
    output.line("");
    output.line("Go on, in two terminals:");
    output.line("  ./holdfast up --data " + (kept == null ? "./holdfast-data" : kept.toString()));
    output.line("  ./holdfast queue create orders");
    output.line("  ./holdfast msg send orders 'hello'");
    output.line("  ./holdfast msg recv orders");
    output.line("README.md has a producer and a consumer in Java; ./holdfast --help the rest.");
  }

  private static Delivery next(Consumer consumer) throws CommandFailure {
    return consumer
        .receive(WAIT)
        .orElseThrow(() -> failure("no message came within " + WAIT.toSeconds() + " s"));
  }

  private static long count(BrokerApi api, String queue) throws CommandFailure, IOException {
    return api.get(BrokerApi.queue(queue, "")).number("messages");
  }

  private static void expect(String what, long expected, long found) throws CommandFailure {
    if (expected != found) {
      throw failure(what + ": expected " + expected + ", found " + found);
    }
  }

  private static CommandFailure failure(String message) {
    return new CommandFailure(ExitCode.FAILED, "demo", message);
  }

  private static String body(int number) {
    return String.format(Locale.ROOT, "order-%04d", number);
  }

  private void say(String label, String text) {
    output.line("  " + label + " ".repeat(LABEL_CHARS - label.length()) + text);
    output.isTaken();
  }

  private String since(long begin) {
    return String.format(Locale.ROOT, "%.2f s", (nanoTime.getAsLong() - begin) / 1e9);
  }
}
